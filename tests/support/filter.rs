//! System calls that are refused, from now on, to this thread and whatever it starts.
#![allow(dead_code)] // each test file uses its own part

use libc::{sock_filter, sock_fprog};
use std::io;

/// Has the system call `number` fail with `error`.
pub fn refuse(number: libc::c_long, error: i32) {
    install(&mut [load(0), skip_unless(libc::BPF_JEQ, number as u32, 1), fail(error), allow()]);
}

/// Lets no thread be made. Processes can be.
pub fn refuse_threads() {
    // What the newer call is told is in memory, out of reach of a filter.
    refuse(libc::SYS_clone3, libc::ENOSYS);
    let is_clone = skip_unless(libc::BPF_JEQ, libc::SYS_clone as u32, 3);
    // The first argument, as little-endian machines have it.
    let is_thread = skip_unless(libc::BPF_JSET, libc::CLONE_THREAD as u32, 1);
    install(&mut [load(0), is_clone, load(16), is_thread, fail(libc::EAGAIN), allow()]);
    assert!(std::thread::Builder::new().spawn(|| ()).is_err());
}

fn statement(code: u32, k: u32) -> sock_filter {
    sock_filter { code: code as u16, jt: 0, jf: 0, k }
}

/// Loads the word at an offset of what is known of the call; its number is at the front.
fn load(offset: u32) -> sock_filter {
    statement(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, offset)
}

fn skip_unless(test: u32, k: u32, count: u8) -> sock_filter {
    sock_filter { jf: count, ..statement(libc::BPF_JMP | test | libc::BPF_K, k) }
}

fn fail(error: i32) -> sock_filter {
    statement(libc::BPF_RET | libc::BPF_K, libc::SECCOMP_RET_ERRNO | error as u32)
}

fn allow() -> sock_filter {
    statement(libc::BPF_RET | libc::BPF_K, libc::SECCOMP_RET_ALLOW)
}

fn install(filter: &mut [sock_filter]) {
    let program = sock_fprog { len: filter.len() as u16, filter: filter.as_mut_ptr() };
    // SAFETY: the calls read numbers, and the program, which is alive.
    let set = unsafe {
        assert_eq!(libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
        libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const program)
    };
    assert_eq!(set, 0, "{}", io::Error::last_os_error());
}

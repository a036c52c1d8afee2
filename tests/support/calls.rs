//! Counts the system calls of one thread.
#![allow(dead_code)] // each test file uses its own part

use libc::{sock_filter, sock_fprog};
use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

/// How often each system call was made, by its number.
pub type Counts = BTreeMap<i64, usize>;

const SET_MODE_FILTER: libc::c_ulong = 1;
const NEW_LISTENER: libc::c_ulong = 1 << 3;
const RET_USER_NOTIF: u32 = 0x7fc0_0000;
const NOTIF_RECV: libc::c_ulong = 0xc050_2100;
const NOTIF_SEND: libc::c_ulong = 0xc018_2101;
const CONTINUE: u32 = 1;

/// What the kernel says of a call that is about to be made.
#[repr(C)]
#[derive(Default)]
struct Notice {
    id: u64,
    pid: u32,
    flags: u32,
    number: i32,
    arch: u32,
    instruction: u64,
    arguments: [u64; 6],
}

/// What it is told.
#[repr(C)]
#[derive(Default)]
struct Reply {
    id: u64,
    value: i64,
    error: i32,
    flags: u32,
}

/// For the thread whose calls are counted: those between `begin` and `end`.
pub struct Window(Arc<AtomicBool>);

impl Window {
    pub fn begin(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    pub fn end(&self) {
        self.0.store(false, Ordering::SeqCst);
    }
}

/// Runs `work` on a thread of its own; answers which system calls that has made in its window.
///
/// Each of its calls waits for another thread, which counts it and lets it go on.
pub fn count(work: impl FnOnce(Window) + Send + 'static) -> Counts {
    let listener = Arc::new(AtomicI32::new(-1));
    let is_open = Arc::new(AtomicBool::new(false));
    let (over, is_over) = channel::<()>();
    let counter = {
        let (listener, is_open) = (listener.clone(), is_open.clone());
        thread::spawn(move || {
            // No call of the other thread returns before this one is there, so it spins.
            while listener.load(Ordering::SeqCst) < 0 {
                thread::yield_now();
            }
            let counts = serve(listener.load(Ordering::SeqCst), &is_open, &is_over);
            // SAFETY: the descriptor is this thread's own.
            unsafe { libc::close(listener.load(Ordering::SeqCst)) };
            counts
        })
    };
    let worker = thread::spawn(move || {
        listener.store(listen(), Ordering::SeqCst);
        work(Window(is_open));
    });
    let outcome = worker.join();
    drop(over);
    let counts = counter.join().unwrap();
    outcome.unwrap();
    counts
}

/// Has the kernel ask before each system call of this thread; answers the descriptor to be asked.
fn listen() -> i32 {
    let ask =
        sock_filter { code: (libc::BPF_RET | libc::BPF_K) as u16, jt: 0, jf: 0, k: RET_USER_NOTIF };
    let mut filter = [ask];
    let program = sock_fprog { len: 1, filter: filter.as_mut_ptr() };
    // SAFETY: the calls read numbers, and the program, which is alive.
    let fd = unsafe {
        assert_eq!(libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
        libc::syscall(libc::SYS_seccomp, SET_MODE_FILTER, NEW_LISTENER, &raw const program)
    };
    assert!(fd >= 0, "{}", io::Error::last_os_error());
    fd as i32
}

/// Counts what is asked, and allows it, until the thread that asks is over.
fn serve(fd: i32, is_open: &AtomicBool, is_over: &Receiver<()>) -> Counts {
    let mut counts = Counts::new();
    while is_over.try_recv() == Err(std::sync::mpsc::TryRecvError::Empty) {
        let mut waiting = libc::pollfd { fd, events: libc::POLLIN, revents: 0 };
        let mut notice = Notice::default();
        // SAFETY: the pointers are to values that live through the calls, of the kernel's layout.
        unsafe {
            if libc::poll(&raw mut waiting, 1, 10) < 1 || waiting.revents & libc::POLLIN == 0 {
                continue;
            }
            if libc::ioctl(fd, NOTIF_RECV, &raw mut notice) != 0 {
                continue;
            }
        }
        if is_open.load(Ordering::SeqCst) {
            *counts.entry(notice.number.into()).or_default() += 1;
        }
        let reply = Reply { id: notice.id, flags: CONTINUE, ..Reply::default() };
        // SAFETY: as above.
        unsafe { libc::ioctl(fd, NOTIF_SEND, &raw const reply) };
    }
    counts
}

//! Children on a kernel without descriptors of processes: the ends are told by `SIGCHLD`.
//!
//! A filter of system calls takes the descriptors away. It is one of the thread, and of whatever
//! that starts.
#![cfg(target_os = "linux")]

#[path = "support/filter.rs"]
mod filter;
#[path = "support/net.rs"]
mod support;

use runtime::io::AsyncWriteExt;
use runtime::process::{Child, Command};
use runtime::runtime::Builder;
use std::future::Future;
use std::io;
use std::path::Path;
use std::pin::pin;
use std::process::Stdio;
use support::{poll_once, soon};

/// Runs `test` where no descriptor of a process can be opened.
fn without_pidfd(test: impl Future) {
    forbid_pidfd();
    Builder::new_current_thread().enable_all().build().unwrap().block_on(test);
}

fn forbid_pidfd() {
    filter::refuse(libc::SYS_pidfd_open, libc::ENOSYS);
    // SAFETY: the call takes two numbers.
    assert_eq!(unsafe { libc::syscall(libc::SYS_pidfd_open, std::process::id(), 0) }, -1);
    assert_eq!(io::Error::last_os_error().raw_os_error(), Some(libc::ENOSYS));
}

fn cat() -> Child {
    Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap()
}

#[test]
fn the_end_of_a_child_is_noticed() {
    without_pidfd(async {
        let mut child = cat();
        let stdin = child.stdin.take();
        assert!(poll_once(pin!(child.wait())).is_pending());
        drop(stdin);
        assert!(soon(child.wait()).await.unwrap().success());
    });
}

#[test]
fn the_end_is_noticed_though_others_end_first() {
    without_pidfd(async {
        let mut last = cat();
        let mut stdin = last.stdin.take().unwrap();
        let waiting = runtime::spawn(async move { last.wait().await });
        for _ in 0..5 {
            assert!(soon(cat().wait()).await.unwrap().success());
        }
        assert!(!waiting.is_finished());
        stdin.shutdown().await.unwrap();
        drop(stdin);
        assert!(soon(waiting).await.unwrap().unwrap().success());
    });
}

#[test]
fn many_children_that_end_at_once_are_all_noticed() {
    without_pidfd(async {
        let script = |code| format!("sleep 0.05; exit {code}");
        let child = |code| Command::new("sh").args(["-c", &script(code)]).status();
        let children: Vec<_> = (0..40).map(|code| runtime::spawn(child(code))).collect();
        for (code, child) in children.into_iter().enumerate() {
            assert_eq!(soon(child).await.unwrap().unwrap().code(), Some(code as i32));
        }
    });
}

#[test]
fn orphans_are_reaped() {
    without_pidfd(async {
        for kill_on_drop in [true, false] {
            let mut command = Command::new("sleep");
            let child = command.arg("1000").kill_on_drop(kill_on_drop).spawn().unwrap();
            let id = child.id().unwrap();
            drop(child);
            // SAFETY: the call takes two numbers; nobody has reaped what is still to be killed.
            assert!(kill_on_drop || unsafe { libc::kill(id as i32, libc::SIGKILL) } == 0);
            let gone = async {
                while Path::new(&format!("/proc/{id}")).exists() {
                    runtime::task::yield_now().await;
                }
            };
            soon(gone).await;
        }
    });
}

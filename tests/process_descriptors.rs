//! Children and the descriptors of their parent: none is left open, and running out of them is
//! survived.
#![cfg(target_os = "linux")]

#[path = "support/filter.rs"]
mod filter;
#[path = "support/limit.rs"]
mod limit;
#[path = "support/net.rs"]
mod support;

use filter::refuse_threads;
use limit::{Limit, alone, open_descriptors};
use runtime::io::AsyncWriteExt;
use runtime::process::{Child, Command};
use runtime::runtime::Builder;
use std::fs::File;
use std::path::PathBuf;
use std::pin::pin;
use std::process::Stdio;
use std::time::{Duration, Instant};
use support::{poll_once, soon};

fn block_on<R>(future: impl Future<Output = R>) -> R {
    Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

fn cat() -> Child {
    Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap()
}

/// Waits for `path` to vanish.
async fn gone(path: PathBuf) {
    while path.exists() {
        runtime::task::yield_now().await;
    }
}

fn listing(child: &Child) -> PathBuf {
    format!("/proc/{}", child.id().unwrap()).into()
}

#[test]
fn children_close_what_they_opened() {
    let _alone = alone();
    let before = open_descriptors();
    block_on(async {
        let mut child = cat();
        let mut stdin = child.stdin.take().unwrap();
        assert!(poll_once(pin!(child.wait())).is_pending());
        stdin.write_all(b"hello").await.unwrap();
        drop(stdin);
        assert_eq!(soon(child.wait_with_output()).await.unwrap().stdout, b"hello");
        assert!(Command::new("/no/such/program").stdin(Stdio::piped()).spawn().is_err());
    });
    until_no_more_than(before);
}

#[test]
fn orphans_leave_nothing_open() {
    let _alone = alone();
    let before = open_descriptors();
    block_on(async {
        let mut child = Command::new("sleep").arg("1000").kill_on_drop(true).spawn().unwrap();
        assert!(poll_once(pin!(child.wait())).is_pending());
        let listing = listing(&child);
        drop(child);
        soon(gone(listing)).await;
    });
    until_no_more_than(before);
}

/// Waits for the thread that reaps orphans to be on its way no more.
fn until_no_more_than(before: usize) {
    let start = Instant::now();
    while open_descriptors() > before {
        assert!(start.elapsed() < Duration::from_secs(20), "something was left open");
        std::thread::yield_now();
    }
}

#[test]
fn a_wait_that_begins_without_descriptors_has_the_status() {
    let _alone = alone();
    block_on(async {
        let mut child = cat();
        let stdin = child.stdin.take().unwrap();
        let limit = Limit::use_up();
        assert!(poll_once(pin!(child.wait())).is_pending());
        let error = Command::new("true").stdin(Stdio::piped()).spawn().unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::EMFILE));
        // The end of the child's input makes room for one descriptor.
        let _filled = (drop(stdin), File::open("/dev/null").unwrap());
        assert!(soon(child.wait()).await.unwrap().success());
        drop(limit);
    });
}

#[test]
fn a_child_that_is_started_without_descriptors_can_be_waited_for() {
    let _alone = alone();
    block_on(async {
        let limit = Limit::use_up();
        let mut child = Command::new("sleep").arg("0.1").spawn().unwrap();
        assert!(poll_once(pin!(child.wait())).is_pending());
        assert!(soon(child.wait()).await.unwrap().success());
        drop(limit);
    });
}

#[test]
fn orphans_are_reaped_when_there_are_descriptors_again() {
    let _alone = alone();
    let before = open_descriptors();
    block_on(async {
        let mut orphan = cat();
        let (stdin, listing) = (orphan.stdin.take(), listing(&orphan));
        let limit = Limit::use_up();
        drop(orphan);
        drop(limit);
        drop(stdin);
        soon(gone(listing)).await;
    });
    until_no_more_than(before);
}

#[test]
fn orphans_are_reaped_when_there_are_threads_again() {
    let _alone = alone();
    let before = open_descriptors();
    let strict = || {
        refuse_threads();
        block_on(async {
            let mut orphan = cat();
            let (stdin, listing) = (orphan.stdin.take(), listing(&orphan));
            drop((orphan, stdin));
            listing
        })
    };
    let listing = std::thread::spawn(strict).join().unwrap();
    until_no_more_than(before);
    assert!(listing.exists(), "there was nobody to reap it");
    block_on(async {
        Command::new("true").status().await.unwrap();
        soon(gone(listing)).await;
    });
    until_no_more_than(before);
}

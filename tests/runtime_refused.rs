//! The operating system, or a name that it cannot take, refuses the runtime a thread.
//!
//! Descriptors are counted, which belong to the whole process, so these tests run one at a time.

#[path = "support/limit.rs"]
mod limit;

use limit::{alone, open_descriptors};
use runtime::runtime::{Builder, Runtime};
use runtime::task::{self, block_in_place};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;

const PATIENCE: std::time::Duration = std::time::Duration::from_secs(20);

/// No thread can have a stack of this size.
const HUGE: usize = 1 << 60;

/// Runs `claim` on a thread of its own, which may hang.
fn in_time(claim: impl FnOnce() + Send + 'static) {
    let (send, recv) = mpsc::channel();
    let thread = std::thread::spawn(move || {
        claim();
        send.send(()).unwrap();
    });
    let hung = recv.recv_timeout(PATIENCE) == Err(mpsc::RecvTimeoutError::Timeout);
    assert!(!hung, "it hangs");
    thread.join().unwrap();
}

/// What `code` says when it panics.
fn panic_of<R>(code: impl FnOnce() -> R) -> String {
    let payload = catch_unwind(AssertUnwindSafe(code)).err().expect("it panics");
    payload.downcast_ref::<String>().expect("with a text of its own").clone()
}

/// A runtime of one loop whose further threads are refused once the flag is set.
fn refusable() -> (Runtime, Arc<AtomicBool>) {
    let refuses = Arc::new(AtomicBool::new(false));
    let name = {
        let refuses = refuses.clone();
        move || if refuses.load(Ordering::SeqCst) { "\0" } else { "fine" }.to_owned()
    };
    let rt = Builder::new_multi_thread().worker_threads(1).thread_name_fn(name).build().unwrap();
    (rt, refuses)
}

#[test]
fn a_zero_byte_in_a_thread_name_does_not_hang_the_end() {
    let _alone = alone();
    in_time(|| {
        let rt = Builder::new_current_thread().thread_name("a\0b").build().unwrap();
        for _ in 0..2 {
            let text = panic_of(|| rt.spawn_blocking(|| ()));
            assert!(text.starts_with("OS can't spawn worker thread"), "{text}");
        }
        drop(rt);
    });
}

#[test]
fn a_zero_byte_in_a_thread_name_is_an_error_where_loops_have_threads() {
    let _alone = alone();
    in_time(|| {
        let built = Builder::new_multi_thread().worker_threads(2).thread_name("a\0b").build();
        assert_eq!(built.unwrap_err().kind(), std::io::ErrorKind::InvalidInput);
    });
}

#[test]
fn builds_that_fail_leave_no_descriptor_open_and_tell_the_cause() {
    let _alone = alone();
    in_time(|| {
        let before = open_descriptors();
        for _ in 0..10 {
            let built = Builder::new_multi_thread()
                .worker_threads(4)
                .thread_stack_size(HUGE)
                .enable_all()
                .build();
            let error = built.unwrap_err();
            assert!(error.raw_os_error().is_some(), "{error:?}");
        }
        assert_eq!(open_descriptors(), before);
    });
}

#[test]
fn a_build_that_fails_late_leaves_no_descriptor_open() {
    let _alone = alone();
    in_time(|| {
        let before = open_descriptors();
        for _ in 0..10 {
            let made = Arc::new(std::sync::atomic::AtomicUsize::new(0));
            let name = move || {
                let made = made.fetch_add(1, Ordering::SeqCst);
                if made == 2 { "\0" } else { "fine" }.to_owned()
            };
            let built = Builder::new_multi_thread().worker_threads(4).thread_name_fn(name).build();
            drop(built.unwrap_err());
        }
        assert_eq!(open_descriptors(), before);
    });
}

#[test]
fn blocking_in_place_without_a_thread_for_the_loop_panics_and_keeps_the_loop() {
    let _alone = alone();
    in_time(|| {
        let (rt, refuses) = refusable();
        refuses.store(true, Ordering::SeqCst);
        let tried = rt.spawn(async {
            let text = panic_of(|| block_in_place(|| ()));
            task::yield_now().await;
            text
        });
        let text = rt.block_on(tried).unwrap();
        assert!(text.starts_with("OS can't spawn worker thread"), "{text}");
        assert_eq!(rt.block_on(rt.spawn(async { 3 })).unwrap(), 3);
        refuses.store(false, Ordering::SeqCst);
        assert_eq!(rt.block_on(rt.spawn(async { block_in_place(|| 4) })).unwrap(), 4);
    });
}

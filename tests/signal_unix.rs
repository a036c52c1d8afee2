//! Listeners for signals. Each test has a kind of its own: signals go to the whole process.

#[path = "support/net.rs"]
mod support;

use runtime::runtime::{Builder, Runtime};
use runtime::signal::unix::{Signal, SignalKind, signal};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Wake, Waker};
use std::time::Duration;
use support::{poll_once, soon};

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// Sends a signal to this thread, whose handler has run when this returns.
fn raise(kind: SignalKind) {
    // SAFETY: the call takes a number.
    assert_eq!(unsafe { libc::raise(kind.as_raw_value()) }, 0);
}

/// A kind without a name: there are more tests than names.
#[cfg(target_os = "linux")]
fn own(number: i32) -> SignalKind {
    SignalKind::from_raw(libc::SIGRTMIN() + number)
}

async fn hears(listener: &mut Signal) {
    assert_eq!(soon(listener.recv()).await, Some(()));
}

fn hears_nothing(listener: &mut Signal) {
    assert!(poll_once(pin!(listener.recv())).is_pending());
}

#[runtime::test]
async fn every_listener_hears_each_signal() {
    let kind = SignalKind::user_defined1();
    let (mut first, mut second) = (signal(kind).unwrap(), signal(kind).unwrap());
    for _ in 0..2 {
        raise(kind);
        hears(&mut first).await;
        hears(&mut second).await;
        hears_nothing(&mut first);
    }
}

#[test]
fn listeners_of_several_runtimes_hear_the_same_signal() {
    let kind = SignalKind::user_defined2();
    let listen = || {
        let rt = runtime();
        let listener = rt.block_on(async { signal(kind).unwrap() });
        (rt, listener)
    };
    let mut all = [listen(), listen(), listen()];
    raise(kind);
    for (rt, listener) in &mut all {
        rt.block_on(hears(listener));
    }
}

#[test]
fn the_end_of_one_runtime_is_no_matter_to_another() {
    let kind = SignalKind::hangup();
    let (first, second) = (runtime(), runtime());
    let mut gone = first.block_on(async { signal(kind).unwrap() });
    let mut there = second.block_on(async { signal(kind).unwrap() });
    drop(first);
    raise(kind);
    second.block_on(hears(&mut there));
    assert_eq!(second.block_on(soon(gone.recv())), None);
    drop(gone);
    raise(kind);
    second.block_on(hears(&mut there));
}

#[cfg(target_os = "linux")]
#[runtime::test(flavor = "multi_thread", worker_threads = 2)]
async fn listeners_on_several_loops_hear_the_same_signal() {
    let kind = own(4);
    let listeners: Vec<_> = (0..8).map(|_| signal(kind).unwrap()).collect();
    let hearing: Vec<_> = listeners
        .into_iter()
        .map(|mut listener| runtime::spawn(async move { hears(&mut listener).await }))
        .collect();
    raise(kind);
    for heard in hearing {
        heard.await.unwrap();
    }
}

#[runtime::test]
async fn any_number_of_signals_is_one_event() {
    let kind = SignalKind::window_change();
    let mut listener = signal(kind).unwrap();
    // More than the pipe of a listener holds.
    for _ in 0..70_000 {
        raise(kind);
    }
    hears(&mut listener).await;
    hears_nothing(&mut listener);
    raise(kind);
    hears(&mut listener).await;
}

#[runtime::test]
async fn a_listener_that_was_dropped_leaves_the_others_alone() {
    let kind = SignalKind::terminate();
    let (first, mut second) = (signal(kind).unwrap(), signal(kind).unwrap());
    drop(first);
    raise(kind);
    hears(&mut second).await;
    drop(second);
    // Nobody listens, and still it does not do what it does by default.
    raise(kind);
}

#[runtime::test]
async fn a_listener_hears_what_came_since_the_one_before_was_dropped() {
    let kind = SignalKind::alarm();
    drop(signal(kind).unwrap());
    raise(kind);
    let mut next = signal(kind).unwrap();
    hears(&mut next).await;
    hears_nothing(&mut next);
}

#[cfg(target_os = "linux")]
#[runtime::test]
async fn a_new_listener_takes_no_signal_from_the_others() {
    let kind = own(11);
    let mut first = signal(kind).unwrap();
    raise(kind);
    let mut second = signal(kind).unwrap();
    hears(&mut second).await;
    hears(&mut first).await;
}

#[runtime::test]
async fn a_listener_does_not_hear_what_came_turns_before() {
    let kind = SignalKind::quit();
    drop(signal(kind).unwrap());
    raise(kind);
    // The loop has nothing else to do, so it turns.
    runtime::time::sleep(Duration::from_millis(1)).await;
    hears_nothing(&mut signal(kind).unwrap());
}

#[cfg(target_os = "linux")]
#[runtime::test]
async fn one_signal_is_heard_once() {
    let kind = own(5);
    let mut first = signal(kind).unwrap();
    raise(kind);
    hears(&mut first).await;
    hears_nothing(&mut signal(kind).unwrap());
}

#[cfg(target_os = "linux")]
#[test]
fn a_new_runtime_does_not_hear_old_signals() {
    let kind = own(6);
    runtime().block_on(async { drop(signal(kind).unwrap()) });
    raise(kind);
    runtime().block_on(async { hears_nothing(&mut signal(kind).unwrap()) });
}

#[cfg(target_os = "linux")]
#[runtime::test(flavor = "multi_thread", worker_threads = 1)]
async fn idle_workers_do_not_keep_signals() {
    let kind = own(7);
    let mut other = signal(kind).unwrap();
    drop(signal(kind).unwrap());
    raise(kind);
    // The worker has looked when this comes; after that it has nothing to do.
    hears(&mut other).await;
    hears_nothing(&mut signal(kind).unwrap());
}

#[cfg(target_os = "linux")]
#[runtime::test(start_paused = true)]
async fn a_clock_that_stands_still_does_not_keep_signals() {
    let kind = own(8);
    let mut first = signal(kind).unwrap();
    raise(kind);
    hears(&mut first).await;
    for _ in 0..2 {
        hears_nothing(&mut signal(kind).unwrap());
    }
}

#[cfg(target_os = "linux")]
#[runtime::test(start_paused = true)]
async fn a_clock_that_is_ahead_loses_no_signals() {
    let kind = own(9);
    drop(signal(kind).unwrap());
    runtime::time::advance(Duration::from_secs(3600)).await;
    raise(kind);
    hears(&mut signal(kind).unwrap()).await;
}

#[cfg(target_os = "linux")]
#[test]
fn a_waker_that_panics_does_not_make_the_others_deaf() {
    struct Panics;
    impl Wake for Panics {
        fn wake(self: Arc<Self>) {
            panic!("in a waker");
        }
    }
    let kind = own(10);
    let rt = runtime();
    let listen = || rt.block_on(async { signal(kind).unwrap() });
    let (mut bad, mut good) = (listen(), listen());
    let waker = Waker::from(Arc::new(Panics));
    assert!(bad.poll_recv(&mut Context::from_waker(&waker)).is_pending());
    raise(kind);
    let turn = || rt.block_on(async { runtime::time::sleep(Duration::from_millis(1)).await });
    catch_unwind(AssertUnwindSafe(turn)).unwrap_err();
    for _ in 0..2 {
        rt.block_on(hears(&mut good));
        raise(kind);
    }
}

#[runtime::test]
async fn a_wait_that_is_dropped_loses_no_signal() {
    let kind = SignalKind::io();
    let mut listener = signal(kind).unwrap();
    hears_nothing(&mut listener);
    raise(kind);
    hears(&mut listener).await;
}

#[runtime::test]
async fn listeners_come_and_go_without_leaving_anything_open() {
    let kind = SignalKind::pipe();
    let open = || std::fs::read_dir("/dev/fd").unwrap().count();
    let before = open();
    for _ in 0..2000 {
        drop(signal(kind).unwrap());
    }
    // Other tests open and close descriptors meanwhile, if not by the thousand.
    assert!(open() < before + 500);
}

#[test]
fn the_end_of_a_runtime_closes_what_its_listeners_have_opened() {
    let kind = SignalKind::pipe();
    let open = || std::fs::read_dir("/dev/fd").unwrap().count();
    let before = open();
    for _ in 0..300 {
        runtime().block_on(async { drop(signal(kind).unwrap()) });
    }
    // Other tests open and close descriptors meanwhile, if not by the hundred.
    assert!(open() < before + 300);
}

#[test]
fn after_the_end_of_a_runtime_a_listener_is_refused() {
    let handle = runtime().handle().clone();
    let _entered = handle.enter();
    signal(SignalKind::hangup()).unwrap_err();
}

#[runtime::test]
async fn every_kind_can_be_listened_for() {
    let kinds = [
        SignalKind::alarm(),
        SignalKind::child(),
        SignalKind::hangup(),
        SignalKind::interrupt(),
        SignalKind::io(),
        SignalKind::pipe(),
        SignalKind::quit(),
        SignalKind::terminate(),
        SignalKind::user_defined1(),
        SignalKind::user_defined2(),
        SignalKind::window_change(),
    ];
    for kind in kinds {
        drop(signal(kind).unwrap());
    }
}

#[cfg(target_os = "linux")]
#[runtime::test]
async fn numbers_without_a_name_can_be_listened_for() {
    let kind = own(3);
    let mut listener = signal(kind).unwrap();
    raise(kind);
    hears(&mut listener).await;
}

#[runtime::test]
async fn what_cannot_be_handled_is_an_error() {
    for number in [-1, 0, 1000, libc::SIGKILL, libc::SIGSTOP, libc::SIGSEGV] {
        assert!(signal(SignalKind::from_raw(number)).is_err(), "{number}");
    }
}

#[runtime::test]
async fn ctrl_c_hears_of_an_interrupt_after_its_first_poll() {
    let mut ctrl_c = pin!(runtime::signal::ctrl_c());
    assert!(poll_once(ctrl_c.as_mut()).is_pending());
    raise(SignalKind::interrupt());
    soon(ctrl_c).await.unwrap();
}

#[test]
#[should_panic(expected = "there is no reactor running")]
fn a_listener_outside_of_a_runtime_panics() {
    let _ = signal(SignalKind::child());
}

#[test]
#[should_panic(expected = "IO is disabled")]
fn a_listener_without_io_panics() {
    let rt = Builder::new_current_thread().build().unwrap();
    let _ = rt.block_on(async { signal(SignalKind::child()) });
}

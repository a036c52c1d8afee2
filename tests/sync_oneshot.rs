//! Behaviour of the oneshot channel.

mod support {
    pub mod probe;
}

use runtime::sync::oneshot;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use support::probe::{Probe, Tally, panicking_waker, waker_fn};

#[test]
fn a_value_is_dropped_exactly_once_wherever_it_ends() {
    let tally = Tally::new();
    let (tx, rx) = oneshot::channel();
    tx.send(tally.token()).unwrap();
    drop(rx);
    assert_eq!(tally.alive(), 0, "sent, not received");

    let (tx, rx) = oneshot::channel();
    drop(rx);
    let back = tx.send(tally.token()).unwrap_err();
    assert_eq!(tally.alive(), 1, "handed back");
    drop(back);

    let (tx, mut rx) = oneshot::channel();
    tx.send(tally.token()).unwrap();
    rx.close();
    let value = rx.try_recv().unwrap();
    drop(rx);
    assert_eq!(tally.alive(), 1, "received after close");
    drop(value);
    assert_eq!(tally.alive(), 0);
}

#[test]
fn a_panicking_waker_loses_no_value() {
    let (tx, mut rx) = oneshot::channel();
    let waker = panicking_waker();
    assert!(Pin::new(&mut rx).poll(&mut Context::from_waker(&waker)).is_pending());
    catch_unwind(AssertUnwindSafe(|| tx.send(5))).unwrap_err();
    assert_eq!(rx.try_recv(), Ok(5));

    let (mut tx, rx) = oneshot::channel::<Arc<()>>();
    assert!(tx.poll_closed(&mut Context::from_waker(&waker)).is_pending());
    catch_unwind(AssertUnwindSafe(|| drop(rx))).unwrap_err();
    assert!(tx.is_closed());
}

#[test]
fn a_value_whose_destructor_panics_still_closes_the_channel() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("told to panic");
        }
    }
    let (tx, rx) = oneshot::channel();
    tx.send(Bomb).map_err(std::mem::forget).unwrap();
    catch_unwind(AssertUnwindSafe(|| drop(rx))).unwrap_err();
}

#[test]
fn wakers_may_use_the_other_end() {
    let (tx, mut rx) = oneshot::channel::<u32>();
    let (mut inner_tx, inner_rx) = oneshot::channel::<()>();
    let inner = std::sync::Mutex::new(Some(inner_rx));
    let waker = waker_fn(move || drop(inner.lock().unwrap().take()));
    assert!(Pin::new(&mut rx).poll(&mut Context::from_waker(&waker)).is_pending());
    let probe = Probe::new();
    assert!(probe.with(|cx| inner_tx.poll_closed(cx)).is_pending());
    tx.send(1).unwrap();
    assert_eq!(probe.wakes(), 1, "the waker of one channel closed another");
}

#[test]
fn only_the_last_waker_of_each_end_is_kept_and_woken() {
    let (mut tx, mut rx) = oneshot::channel::<u32>();
    let [first, second] = [(); 2].map(|()| Probe::new());
    for probe in [&first, &second, &second] {
        assert!(probe.poll(Pin::new(&mut rx)).is_pending());
        assert!(probe.with(|cx| tx.poll_closed(cx)).is_pending());
    }
    assert_eq!((first.wakers(), second.wakers()), (0, 2));
    rx.close();
    drop(tx);
    assert_eq!((first.wakes(), second.wakes()), (0, 2), "closed, then ended");
    drop(rx);
    assert_eq!(second.wakers(), 0);
}

#[test]
#[should_panic(expected = "polled again")]
fn polling_after_completion_is_refused() {
    let (tx, mut rx) = oneshot::channel();
    tx.send(1).unwrap();
    let probe = Probe::new();
    assert_eq!(probe.poll(Pin::new(&mut rx)), Poll::Ready(Ok(1)));
    let _ = probe.poll(Pin::new(&mut rx));
}

#[runtime::test]
async fn a_receiver_that_is_always_ready_lets_others_run() {
    let other = runtime::spawn(async { 1 });
    while !other.is_finished() {
        let (tx, rx) = oneshot::channel();
        tx.send(()).unwrap();
        rx.await.unwrap();
    }
    assert_eq!(other.await.unwrap(), 1);
}

#[runtime::test]
#[should_panic(expected = "Cannot block the current thread from within a runtime")]
async fn blocking_inside_a_runtime_is_refused() {
    let (_tx, rx) = oneshot::channel::<()>();
    let _ = rx.blocking_recv();
}

#[test]
fn blocking_recv_waits_for_another_thread() {
    let (tx, rx) = oneshot::channel();
    let other = std::thread::spawn(move || rx.blocking_recv());
    tx.send(7).unwrap();
    assert_eq!(other.join().unwrap(), Ok(7));

    let (tx, rx) = oneshot::channel::<u32>();
    let other = std::thread::spawn(move || rx.blocking_recv());
    drop(tx);
    assert!(other.join().unwrap().is_err());
}

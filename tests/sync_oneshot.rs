//! Behaviour of the oneshot channel.

mod support {
    pub mod probe;
}

use proptest::prelude::*;
use runtime::sync::oneshot::{self, error::TryRecvError};
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

#[derive(Clone, Debug)]
enum Step {
    Send,
    DropSender,
    PollClosed,
    Poll,
    TryRecv,
    Close,
    DropReceiver,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        1 => Just(Step::Send),
        1 => Just(Step::DropSender),
        3 => Just(Step::PollClosed),
        3 => Just(Step::Poll),
        2 => Just(Step::TryRecv),
        1 => Just(Step::Close),
        1 => Just(Step::DropReceiver),
    ]
}

/// What the channel knows, without concurrency.
#[derive(Default)]
struct Model {
    value: bool,
    closed: bool,
    over: bool,
    tx_waits: bool,
    rx_waits: bool,
    tx_wakes: usize,
    rx_wakes: usize,
}

impl Model {
    fn close(&mut self, sender_alive: bool) {
        if !self.closed && sender_alive && std::mem::take(&mut self.tx_waits) {
            self.tx_wakes += 1;
        }
        self.closed = true;
    }

    fn complete(&mut self, receiver_there: bool) {
        if receiver_there && std::mem::take(&mut self.rx_waits) {
            self.rx_wakes += 1;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn behaves_like_its_model(steps in proptest::collection::vec(step(), 0..16)) {
        let tally = Tally::new();
        let (tx_probe, rx_probe) = (Probe::new(), Probe::new());
        let (tx, rx) = oneshot::channel();
        let (mut tx, mut rx) = (Some(tx), Some(rx));
        let mut model = Model::default();
        for step in steps {
            match step {
                Step::Send => if let Some(tx) = tx.take() {
                    let sent = tx.send(tally.token()).is_ok();
                    prop_assert_eq!(sent, !model.closed);
                    model.value = sent;
                    model.complete(rx.is_some() && !model.over);
                }
                Step::DropSender => if let Some(tx) = tx.take() {
                    drop(tx);
                    model.complete(rx.is_some() && !model.over);
                }
                Step::PollClosed => if let Some(tx) = &mut tx {
                    let closed = tx_probe.with(|cx| tx.poll_closed(cx)).is_ready();
                    prop_assert_eq!(closed, model.closed);
                    prop_assert_eq!(closed, tx.is_closed());
                    model.tx_waits = !closed;
                }
                Step::Poll => if let Some(rx) = rx.as_mut().filter(|rx| !rx.is_terminated()) {
                    let wait = tx.is_some() && !model.closed;
                    match rx_probe.poll(Pin::new(rx)) {
                        Poll::Pending => { prop_assert!(wait); model.rx_waits = true; }
                        Poll::Ready(got) => {
                            prop_assert!(!wait);
                            prop_assert_eq!(got.is_ok(), std::mem::take(&mut model.value));
                            model.over = true;
                        }
                    }
                    // A receiver that has completed has left.
                    if model.over { model.close(tx.is_some()); }
                }
                Step::TryRecv => if let Some(rx) = &mut rx {
                    let got = rx.try_recv();
                    let wait = tx.is_some() && !model.closed && !model.over;
                    prop_assert_eq!(got.is_ok(), std::mem::take(&mut model.value));
                    prop_assert_eq!(got == Err(TryRecvError::Empty), wait);
                    model.over |= !wait;
                    if model.over { model.close(tx.is_some()); }
                }
                Step::Close => if let Some(rx) = &mut rx {
                    rx.close();
                    model.close(tx.is_some());
                }
                Step::DropReceiver => if rx.take().is_some() {
                    model.value = false;
                    model.close(tx.is_some());
                }
            }
            prop_assert_eq!(tally.alive(), usize::from(model.value));
            prop_assert_eq!(tx_probe.wakes(), model.tx_wakes);
            prop_assert_eq!(rx_probe.wakes(), model.rx_wakes);
        }
    }
}

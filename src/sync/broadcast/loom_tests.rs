//! Models of the races of senders with receivers. Values are loom's `Arc`s, whose leaks are noticed.

use super::error::{RecvError, TryRecvError};
use super::{Receiver, Sender, channel};
use crate::shim::{Arc, thread};
use loom::future::block_on;
use std::pin::pin;
use std::task::{Context, Waker};

type Value = Arc<usize>;

fn model(f: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(2);
    builder.max_branches = 10_000;
    builder.check(f);
}

/// A channel whose atomics are made before they are shared.
fn made(capacity: usize) -> (Sender<Value>, Receiver<Value>) {
    let (tx, mut rx) = channel(capacity);
    let mut cx = Context::from_waker(Waker::noop());
    assert!(pin!(rx.recv()).poll(&mut cx).is_pending());
    assert!(pin!(tx.closed()).poll(&mut cx).is_pending());
    (tx, rx)
}

fn recv(rx: &mut Receiver<Value>) -> Result<usize, RecvError> {
    block_on(rx.recv()).map(|value| *value)
}

#[test]
fn a_receiver_that_waits_is_woken_by_a_value_and_by_the_end() {
    model(|| {
        let (tx, mut rx) = made(2);
        let other = thread::spawn(move || assert!(tx.send(Arc::new(1)).is_ok()));
        assert_eq!(recv(&mut rx), Ok(1));
        assert_eq!(recv(&mut rx), Err(RecvError::Closed));
        other.join().unwrap();
    });
}

#[test]
fn a_value_overwritten_while_it_is_received_is_whole_or_missed() {
    model(|| {
        let (tx, mut rx) = made(1);
        tx.send(Arc::new(1)).unwrap();
        let other = thread::spawn(move || assert!(tx.send(Arc::new(2)).is_ok()));
        let first = recv(&mut rx);
        assert!(matches!(first, Ok(1) | Err(RecvError::Lagged(1))), "{first:?}");
        assert_eq!(recv(&mut rx), Ok(2));
        assert_eq!(recv(&mut rx), Err(RecvError::Closed));
        other.join().unwrap();
    });
}

#[test]
fn two_receivers_clone_one_value_in_turns() {
    model(|| {
        let (tx, mut rx) = made(1);
        let mut second = tx.subscribe();
        tx.send(Arc::new(1)).unwrap();
        let other = thread::spawn(move || assert_eq!(recv(&mut second), Ok(1)));
        assert_eq!(rx.try_recv().map(|value| *value), Ok(1));
        other.join().unwrap();
        assert!(tx.is_empty());
    });
}

#[test]
fn a_receiver_waits_for_a_clone_that_a_sender_overtakes() {
    model(|| {
        let (tx, mut rx) = made(1);
        let mut second = tx.subscribe();
        tx.send(Arc::new(1)).unwrap();
        let other = thread::spawn(move || drop(second.try_recv()));
        let sender = thread::spawn(move || assert!(tx.send(Arc::new(2)).is_ok()));
        let first = recv(&mut rx);
        assert!(matches!(first, Ok(1) | Err(RecvError::Lagged(1))), "{first:?}");
        other.join().unwrap();
        sender.join().unwrap();
        assert_eq!(recv(&mut rx), Ok(2));
    });
}

#[test]
fn a_receiver_that_leaves_takes_its_share_and_no_more() {
    model(|| {
        let (tx, mut rx) = made(2);
        let second = tx.subscribe();
        tx.send(Arc::new(1)).unwrap();
        let other = thread::spawn(move || drop(second));
        tx.send(Arc::new(2)).unwrap();
        assert_eq!((recv(&mut rx), recv(&mut rx)), (Ok(1), Ok(2)));
        other.join().unwrap();
        assert!(tx.is_empty() && tx.receiver_count() == 1);
    });
}

#[test]
fn a_receiver_may_leave_while_its_value_is_overwritten_or_received() {
    model(|| {
        let (tx, mut rx) = made(1);
        let second = tx.subscribe();
        tx.send(Arc::new(1)).unwrap();
        let other = thread::spawn(move || drop(second));
        let reader = thread::spawn(move || {
            let _ = rx.try_recv();
            rx
        });
        tx.send(Arc::new(2)).unwrap();
        other.join().unwrap();
        let rx = reader.join().unwrap();
        assert_eq!(tx.len(), rx.len());
        drop(rx);
        assert!(tx.is_empty());
    });
}

#[test]
fn the_last_value_comes_before_the_end() {
    model(|| {
        let (tx, mut rx) = made(2);
        let other = thread::spawn(move || assert!(tx.send(Arc::new(1)).is_ok()));
        loop {
            match rx.try_recv() {
                Ok(value) => break assert_eq!(*value, 1),
                Err(error) => assert_eq!(error, TryRecvError::Empty),
            }
            thread::yield_now();
        }
        other.join().unwrap();
        assert!(matches!(rx.try_recv(), Err(TryRecvError::Closed)));
    });
}

#[test]
fn two_senders_do_not_take_one_place() {
    model(|| {
        let (tx, mut rx) = made(2);
        let second = tx.clone();
        let other = thread::spawn(move || assert!(second.send(Arc::new(1)).is_ok()));
        tx.send(Arc::new(2)).unwrap();
        drop(tx);
        assert_eq!(recv(&mut rx).unwrap() + recv(&mut rx).unwrap(), 3);
        assert_eq!(recv(&mut rx), Err(RecvError::Closed));
        other.join().unwrap();
    });
}

#[test]
fn a_weak_sender_becomes_one_before_the_end_or_never() {
    model(|| {
        let (tx, mut rx) = made(2);
        let weak = tx.downgrade();
        let other = thread::spawn(move || match weak.upgrade() {
            Some(tx) => tx.send(Arc::new(1)).is_ok(),
            None => false,
        });
        drop(tx);
        let received = recv(&mut rx).is_ok();
        assert_eq!(other.join().unwrap(), received);
        assert_eq!(recv(&mut rx), Err(RecvError::Closed));
    });
}

#[test]
fn a_sender_that_waits_is_woken_by_the_last_receiver() {
    model(|| {
        let (tx, rx) = made(1);
        let second = tx.subscribe();
        let other = thread::spawn(move || drop(rx));
        drop(second);
        block_on(tx.closed());
        other.join().unwrap();
    });
}

#[test]
fn whoever_subscribes_during_a_send_gets_the_value_whole_or_not_at_all() {
    model(|| {
        let (tx, mut rx) = made(1);
        let second = tx.clone();
        let other = thread::spawn(move || second.send(Arc::new(1)).unwrap());
        let mut late = tx.subscribe();
        drop(tx);
        let got = recv(&mut late).is_ok();
        let sent_to = other.join().unwrap();
        assert_eq!(sent_to, if got { 2 } else { 1 });
        assert_eq!(recv(&mut rx), Ok(1));
    });
}

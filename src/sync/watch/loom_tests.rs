//! Models of the races of senders with receivers. Values are loom's `Arc`s, whose leaks are noticed.

use super::{Receiver, Sender, channel};
use crate::shim::{Arc, thread};
use loom::future::block_on;
use std::pin::pin;
use std::task::{Context, Waker};

type Value = Arc<usize>;

fn model(f: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(2);
    builder.check(f);
}

/// A channel whose atomics are made before they are shared.
fn made() -> (Sender<Value>, Receiver<Value>) {
    let (tx, mut rx) = channel(Arc::new(0));
    let mut cx = Context::from_waker(Waker::noop());
    assert!(pin!(rx.changed()).poll(&mut cx).is_pending());
    assert!(pin!(tx.closed()).poll(&mut cx).is_pending());
    (tx, rx)
}

#[test]
fn a_receiver_that_waits_is_woken_by_a_value_and_by_the_end() {
    model(|| {
        let (tx, mut rx) = made();
        let other = thread::spawn(move || tx.send(Arc::new(1)).unwrap());
        block_on(rx.changed()).unwrap();
        assert_eq!(**rx.borrow(), 1, "whoever is told of a value sees it");
        block_on(rx.changed()).unwrap_err();
        other.join().unwrap();
    });
}

#[test]
fn a_value_sent_between_changed_and_borrow_is_not_announced_twice() {
    model(|| {
        let (tx, mut rx) = made();
        let other = thread::spawn(move || {
            tx.send(Arc::new(1)).unwrap();
            tx.send(Arc::new(2)).unwrap();
        });
        block_on(rx.changed()).unwrap();
        let seen = **rx.borrow_and_update();
        assert_eq!(block_on(rx.changed()).is_ok(), seen == 1);
        other.join().unwrap();
    });
}

#[test]
fn a_condition_is_met_by_the_last_value_or_never() {
    model(|| {
        let (tx, mut rx) = made();
        let other = thread::spawn(move || {
            tx.send(Arc::new(1)).unwrap();
            tx.send(Arc::new(2)).unwrap();
        });
        assert_eq!(**block_on(rx.wait_for(|value| **value == 2)).unwrap(), 2);
        assert!(block_on(rx.wait_for(|value| **value == 3)).is_err());
        other.join().unwrap();
    });
}

#[test]
fn two_senders_count_two_values() {
    model(|| {
        let (tx, mut rx) = made();
        let second = tx.clone();
        let other =
            thread::spawn(move || second.send_modify(|value| *value = Arc::new(**value + 1)));
        tx.send_modify(|value| *value = Arc::new(**value + 1));
        drop(tx);
        while block_on(rx.changed()).is_ok() {}
        assert_eq!(**rx.borrow(), 2);
        other.join().unwrap();
    });
}

#[test]
fn a_sender_that_waits_is_woken_by_the_last_receiver() {
    model(|| {
        let (tx, rx) = made();
        let second = rx.clone();
        let other = thread::spawn(move || drop(rx));
        drop(second);
        block_on(tx.closed());
        assert_eq!(tx.receiver_count(), 0);
        other.join().unwrap();
    });
}

#[test]
fn a_receiver_that_stops_waiting_leaves_the_rest_their_news() {
    model(|| {
        let (tx, mut rx) = made();
        let mut second = rx.clone();
        let other = thread::spawn(move || {
            let _ = pin!(second.changed()).poll(&mut Context::from_waker(Waker::noop()));
        });
        tx.send(Arc::new(1)).unwrap();
        block_on(rx.changed()).unwrap();
        other.join().unwrap();
    });
}

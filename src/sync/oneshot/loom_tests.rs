//! Models of the races between the two ends. Values are loom's `Arc`s, whose leaks are noticed.

use super::{Receiver, Sender, channel};
use crate::shim::{Arc, thread};
use loom::future::block_on;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

type Value = Arc<usize>;

/// Runs `tx` and `rx` side by side.
fn race(
    tx: impl Fn(Sender<Value>) + Send + Sync + 'static,
    rx: impl Fn(Receiver<Value>) + Send + Sync + 'static,
) {
    let tx = std::sync::Arc::new(tx);
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(move || {
        let (sender, receiver) = channel();
        let tx = tx.clone();
        let other = thread::spawn(move || tx(sender));
        rx(receiver);
        other.join().unwrap();
    });
}

fn send(tx: Sender<Value>) {
    tx.send(Arc::new(7)).unwrap();
}

fn poll_once(rx: &mut Receiver<Value>) -> Poll<bool> {
    let mut cx = Context::from_waker(Waker::noop());
    Pin::new(rx).poll(&mut cx).map(|value| value.is_ok())
}

#[test]
fn a_value_sent_is_received() {
    race(send, |rx| assert_eq!(*block_on(rx).unwrap(), 7));
}

#[test]
fn a_sender_that_ends_wakes_the_receiver() {
    race(drop, |rx| assert!(block_on(rx).is_err()));
}

#[test]
fn a_receiver_that_changes_its_waker_misses_nothing() {
    race(send, |mut rx| {
        if poll_once(&mut rx).is_pending() {
            assert_eq!(*block_on(rx).unwrap(), 7);
        }
    });
}

#[test]
fn a_value_nobody_takes_is_dropped_once() {
    race(|tx| drop(tx.send(Arc::new(7))), drop);
}

#[test]
fn a_waiting_receiver_may_go_at_any_time() {
    race(
        |tx| drop(tx.send(Arc::new(7))),
        |mut rx| {
            let _ = poll_once(&mut rx);
        },
    );
}

#[test]
fn a_close_refuses_the_value_or_lets_it_be_received() {
    loom::model(|| {
        let (tx, mut rx) = channel();
        let other = thread::spawn(move || tx.send(Arc::new(7)).is_ok());
        rx.close();
        let received = block_on(rx).is_ok();
        assert_eq!(other.join().unwrap(), received);
    });
}

#[test]
fn a_waiting_sender_is_woken_by_close_and_by_drop() {
    race(|mut tx| block_on(tx.closed()), drop);
    race(|mut tx| block_on(tx.closed()), |mut rx| rx.close());
}

#[test]
fn a_sender_that_changes_its_waker_is_woken_by_drop() {
    race(
        |mut tx| {
            let _ = tx.poll_closed(&mut Context::from_waker(Waker::noop()));
            block_on(tx.closed());
        },
        drop,
    );
}

#[test]
fn both_ends_may_wait_and_go() {
    race(
        |mut tx| {
            let _ = tx.poll_closed(&mut Context::from_waker(Waker::noop()));
        },
        |mut rx| {
            let _ = poll_once(&mut rx);
        },
    );
}

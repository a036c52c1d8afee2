//! Models of the races of senders with the receiver.

use super::error::TryRecvError;
use super::{Receiver, Sender, channel, unbounded_channel};
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

/// A bounded channel whose atomics are made before they are shared.
fn bounded(room: usize) -> (Sender<Value>, Receiver<Value>) {
    let (tx, rx) = channel(room);
    assert_eq!(tx.capacity(), room);
    let _ = tx.channel().closed.notified();
    (tx, rx)
}

fn unbounded() -> (super::UnboundedSender<Value>, super::UnboundedReceiver<Value>) {
    let (tx, rx) = unbounded_channel();
    let _ = rx_closed(&tx);
    (tx, rx)
}

fn rx_closed(tx: &super::UnboundedSender<Value>) -> bool {
    let closed = pin!(tx.closed());
    closed.poll(&mut Context::from_waker(Waker::noop())).is_ready()
}

#[test]
fn a_receiver_that_waits_is_woken_by_a_value_and_by_the_end() {
    model(|| {
        let (tx, mut rx) = unbounded();
        let other = thread::spawn(move || tx.send(Arc::new(1)).unwrap());
        assert_eq!(*block_on(rx.recv()).unwrap(), 1);
        assert!(block_on(rx.recv()).is_none());
        other.join().unwrap();
    });
}

#[test]
fn values_of_two_senders_come_before_the_end() {
    model(|| {
        let (tx, mut rx) = unbounded();
        let second = tx.clone();
        let other = thread::spawn(move || second.send(Arc::new(1)).unwrap());
        tx.send(Arc::new(1)).unwrap();
        drop(tx);
        let mut received = 0;
        while block_on(rx.recv()).is_some() {
            received += 1;
        }
        assert_eq!(received, 2);
        other.join().unwrap();
    });
}

#[test]
fn senders_take_turns_for_the_only_room() {
    model(|| {
        let (tx, mut rx) = bounded(1);
        let other = thread::spawn(move || {
            block_on(tx.send(Arc::new(1))).unwrap();
            block_on(tx.send(Arc::new(2))).unwrap();
        });
        assert_eq!(*block_on(rx.recv()).unwrap(), 1);
        assert_eq!(*block_on(rx.recv()).unwrap(), 2);
        assert!(block_on(rx.recv()).is_none());
        other.join().unwrap();
    });
}

#[test]
fn a_close_loses_no_value_that_was_sent() {
    model(|| {
        let (tx, mut rx) = unbounded();
        let other = thread::spawn(move || tx.send(Arc::new(1)).is_ok());
        rx.close();
        let received = block_on(rx.recv()).is_some();
        assert!(block_on(rx.recv()).is_none());
        assert_eq!(other.join().unwrap(), received);
    });
    model(|| {
        let (tx, mut rx) = bounded(1);
        let other = thread::spawn(move || block_on(tx.send(Arc::new(1))).is_ok());
        rx.close();
        let received = block_on(rx.recv()).is_some();
        assert!(block_on(rx.recv()).is_none());
        assert_eq!(other.join().unwrap(), received);
    });
}

#[test]
fn a_closed_receiver_waits_for_the_last_permit() {
    model(|| {
        let (tx, mut rx) = bounded(2);
        let unused = tx.clone().try_reserve_owned().unwrap();
        let other = thread::spawn(move || drop(unused));
        let used = tx.try_reserve().unwrap();
        rx.close();
        used.send(Arc::new(1));
        assert_eq!(*block_on(rx.recv()).unwrap(), 1);
        assert!(block_on(rx.recv()).is_none());
        other.join().unwrap();
    });
    model(|| {
        let (tx, mut rx) = bounded(1);
        let used = tx.clone().try_reserve_owned().unwrap();
        let other = thread::spawn(move || drop(used.send(Arc::new(1))));
        rx.close();
        assert_eq!(*block_on(rx.recv()).unwrap(), 1);
        assert!(block_on(rx.recv()).is_none());
        other.join().unwrap();
        drop(tx);
    });
}

#[test]
fn a_reservation_that_gives_up_lets_a_closed_receiver_end() {
    model(|| {
        let (tx, mut rx) = bounded(2);
        let permit = tx.clone().try_reserve_owned().unwrap();
        let other = thread::spawn(move || {
            {
                let reserve = pin!(tx.reserve_many(2));
                let _ = reserve.poll(&mut Context::from_waker(Waker::noop())).is_ready();
            }
            tx
        });
        rx.close();
        drop(permit);
        assert!(block_on(rx.recv()).is_none());
        drop(other.join().unwrap());
    });
}

#[test]
fn values_sent_while_the_receiver_goes_are_dropped() {
    model(|| {
        let (tx, rx) = unbounded();
        let other = thread::spawn(move || drop(tx.send(Arc::new(1))));
        drop(rx);
        other.join().unwrap();
    });
    model(|| {
        let (tx, rx) = bounded(1);
        let permit = tx.try_reserve_owned().unwrap();
        let other = thread::spawn(move || drop(permit.send(Arc::new(1))));
        drop(rx);
        other.join().unwrap();
    });
}

#[test]
fn a_receiver_that_goes_drops_what_is_behind_a_slow_sender() {
    model(|| {
        let (tx, rx) = unbounded();
        let slow = tx.clone();
        // Keeps its sender, so that the list outlives the receiver.
        let other = thread::spawn(move || {
            drop(slow.send(Arc::new(1)));
            slow
        });
        let value = Arc::new(2);
        tx.send(value.clone()).unwrap();
        drop(rx);
        assert_eq!(Arc::strong_count(&value), 1);
        other.join().unwrap();
    });
}

#[test]
fn a_weak_sender_becomes_one_before_the_end_or_never() {
    model(|| {
        let (tx, mut rx) = unbounded();
        let weak = tx.downgrade();
        let other = thread::spawn(move || match weak.upgrade() {
            Some(tx) => tx.send(Arc::new(1)).is_ok(),
            None => false,
        });
        drop(tx);
        let received = block_on(rx.recv()).is_some();
        assert_eq!(other.join().unwrap(), received);
        assert!(matches!(rx.try_recv(), Err(TryRecvError::Disconnected)));
    });
}

#[test]
fn try_recv_is_not_empty_after_a_send_has_returned() {
    model(|| {
        let (tx, mut rx) = unbounded();
        let slow = tx.clone();
        let other = thread::spawn(move || slow.send(Arc::new(1)).unwrap());
        tx.send(Arc::new(2)).unwrap();
        // Even if the other one has claimed the slot before, and not filled it.
        assert!(rx.try_recv().is_ok());
        other.join().unwrap();
    });
}

#[test]
fn a_sender_that_waits_for_the_end_is_woken() {
    model(|| {
        let (tx, rx) = unbounded();
        let other = thread::spawn(move || drop(rx));
        block_on(tx.closed());
        other.join().unwrap();
    });
}

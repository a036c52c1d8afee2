//! Models of the list. Values are loom's `Arc`s, whose leaks are noticed.

use super::block::SLOTS;
use super::{Head, Queue};
use crate::shim::{Arc, thread};

type Value = Arc<usize>;

fn model(f: impl Fn(Arc<Queue<Value>>) + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(2);
    builder.max_branches = 10_000;
    builder.check(move || f(Arc::new(Queue::new())));
}

/// In each of these models only the first thread uses the head.
fn head(queue: &Queue<Value>) -> Head<'_, Value> {
    // SAFETY: see above.
    unsafe { queue.head() }
}

fn spawn<R: 'static>(
    queue: &Arc<Queue<Value>>,
    f: impl FnOnce(&Queue<Value>) -> R + 'static,
) -> thread::JoinHandle<R> {
    let queue = queue.clone();
    thread::spawn(move || f(&queue))
}

/// Moves the list on by `count` slots.
fn skip(queue: &Queue<Value>, count: usize) {
    for _ in 0..count {
        queue.push(Arc::new(0)).unwrap();
        head(queue).pop().unwrap();
    }
}

/// Receives `count` values, giving way while there are none.
fn receive(queue: &Queue<Value>, count: usize) -> Vec<usize> {
    let mut received = Vec::new();
    while received.len() < count {
        match head(queue).pop() {
            Some(value) => received.push(*value),
            None => thread::yield_now(),
        }
    }
    received
}

/// Two senders, where the list has gone `start` slots before.
fn two_senders(start: usize) {
    model(move |queue| {
        skip(&queue, start);
        let other = spawn(&queue, |queue| {
            queue.push(Arc::new(1)).unwrap();
            queue.push(Arc::new(2)).unwrap();
        });
        queue.push(Arc::new(3)).unwrap();
        let mut received = receive(&queue, 3);
        assert!(head(&queue).is_empty());
        received.retain(|value| *value != 3);
        assert_eq!(received, [1, 2], "each sender's values stay in order");
        other.join().unwrap();
        assert_eq!(head(&queue).len(), 0);
    });
}

#[test]
fn senders_race_for_the_first_block() {
    two_senders(0);
}

#[test]
fn senders_race_for_the_last_slot_of_a_block() {
    two_senders(SLOTS - 1);
    two_senders(SLOTS - 2);
}

#[test]
fn a_stale_tail_does_no_harm_when_its_block_comes_back() {
    model(|queue| {
        // The sender may have seen the tail in any of these blocks.
        let other = spawn(&queue, |queue| queue.push(Arc::new(1)).unwrap());
        for _ in 0..2 * SLOTS {
            queue.push(Arc::new(2)).unwrap();
            receive(&queue, 1);
        }
        receive(&queue, 1);
        other.join().unwrap();
        assert!(head(&queue).is_empty());
    });
}

/// Either the sender learns that it has to wake, or the receiver that there is a value.
fn await_and_push(start: usize) {
    model(move |queue| {
        skip(&queue, start);
        let other = spawn(&queue, |queue| queue.push(Arc::new(1)).unwrap());
        let waits = head(&queue).await_next();
        assert_eq!(other.join().unwrap(), waits);
        assert_eq!(receive(&queue, 1), [1]);
    });
}

#[test]
fn awaiting_and_filling_a_slot_cannot_both_miss() {
    await_and_push(1);
    await_and_push(SLOTS);
}

#[test]
fn awaiting_and_bringing_the_first_block_cannot_both_miss() {
    await_and_push(0);
}

#[test]
fn a_close_parts_what_is_received_from_what_comes_back() {
    for start in [0, 1, SLOTS - 1] {
        model(move |queue| {
            skip(&queue, start);
            let other = spawn(&queue, |queue| queue.push(Arc::new(1)).is_ok());
            head(&queue).close();
            let sent = head(&queue).len();
            assert_eq!(other.join().unwrap(), sent == 1);
            assert_eq!(receive(&queue, sent).len(), sent);
            assert!(head(&queue).is_empty() && queue.push(Arc::new(2)).is_err());
        });
    }
}

#[test]
fn what_nobody_received_is_dropped_with_the_list() {
    model(|queue| {
        let other = spawn(&queue, |queue| drop(queue.push(Arc::new(1))));
        drop(queue.push(Arc::new(2)));
        drop(queue);
        other.join().unwrap();
    });
}

//! Models of the races for a lock of many readers.

use super::RwLock;
use crate::shim::{Arc, UnsafeCell, thread};
use loom::future::block_on;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// A lock for two readers, and a value whose accesses are checked for races.
type Lock = RwLock<UnsafeCell<usize>>;

fn model(f: impl Fn(Arc<Lock>) + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(2);
    builder.check(move || {
        let lock = Arc::new(RwLock::with_max_readers(UnsafeCell::new(0), 2));
        // Makes the atomic before it is shared.
        drop(lock.try_write().unwrap());
        f(lock);
    });
}

fn spawn<R: 'static>(
    lock: &Arc<Lock>,
    f: impl FnOnce(&Lock) -> R + 'static,
) -> thread::JoinHandle<R> {
    let lock = lock.clone();
    thread::spawn(move || f(&lock))
}

fn count(value: &UnsafeCell<usize>) {
    // SAFETY: the caller holds the lock alone; loom checks that.
    value.with_mut(|value| unsafe { *value += 1 });
}

fn counted(value: &UnsafeCell<usize>) -> usize {
    // SAFETY: the caller holds the lock; loom checks that.
    value.with(|value| unsafe { *value })
}

#[test]
fn readers_see_all_of_a_write_or_nothing() {
    model(|lock| {
        let writer = spawn(&lock, |lock| count(&block_on(lock.write())));
        let reader = spawn(&lock, |lock| counted(&block_on(lock.read())));
        let seen = counted(&block_on(lock.read()));
        assert!(seen.max(reader.join().unwrap()) <= 1);
        writer.join().unwrap();
        assert_eq!(counted(&lock.try_read().unwrap()), 1);
    });
}

#[test]
fn writers_take_turns() {
    model(|lock| {
        let other = spawn(&lock, |lock| count(&block_on(lock.write())));
        count(&block_on(lock.write()));
        other.join().unwrap();
        assert_eq!(counted(&lock.try_write().unwrap()), 2);
    });
}

#[test]
fn no_writer_comes_between_a_downgrade_and_its_reader() {
    model(|lock| {
        let held = lock.try_write().unwrap();
        let writer = spawn(&lock, |lock| count(&block_on(lock.write())));
        let reader = spawn(&lock, |lock| counted(&block_on(lock.read())));
        count(&held);
        let held = held.downgrade();
        assert_eq!(counted(&held), 1);
        drop(held);
        writer.join().unwrap();
        assert!((1..=2).contains(&reader.join().unwrap()));
        assert_eq!(counted(&lock.try_write().unwrap()), 2);
    });
}

#[test]
fn a_writer_that_gives_up_half_way_leaves_all_permits_behind() {
    model(|lock| {
        let held = lock.try_read().unwrap();
        let writer = spawn(&lock, |lock| {
            let write = pin!(lock.write());
            match write.poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(guard) => count(&guard),
                Poll::Pending => {}
            }
        });
        let reader = spawn(&lock, |lock| counted(&block_on(lock.read())));
        drop(held);
        writer.join().unwrap();
        reader.join().unwrap();
        assert!(lock.try_write().is_ok());
    });
}

//! Models of the races for a mutex.

use super::{Mutex, OwnedMutexGuard};
use crate::shim::{Arc, UnsafeCell, UserArc, thread};
use loom::future::block_on;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// A value whose accesses are checked for races.
type Shared = Arc<Mutex<UnsafeCell<usize>>>;

fn model(f: impl Fn(Shared) + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(2);
    builder.check(move || {
        let mutex = Arc::new(Mutex::new(UnsafeCell::new(0)));
        // Makes the atomic before it is shared.
        drop(mutex.try_lock().unwrap());
        f(mutex);
    });
}

fn spawn<R: 'static>(
    mutex: &Shared,
    f: impl FnOnce(&Mutex<UnsafeCell<usize>>) -> R + 'static,
) -> thread::JoinHandle<R> {
    let mutex = mutex.clone();
    thread::spawn(move || f(&mutex))
}

fn count(value: &UnsafeCell<usize>) {
    // SAFETY: the caller holds the lock; loom checks that.
    value.with_mut(|value| unsafe { *value += 1 });
}

fn counted(value: &UnsafeCell<usize>) -> usize {
    // SAFETY: as above.
    value.with(|value| unsafe { *value })
}

/// Locks if that takes one poll, and says whether it did.
fn glance(mutex: &Mutex<UnsafeCell<usize>>) -> bool {
    let lock = pin!(mutex.lock());
    match lock.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(guard) => count(&guard),
        Poll::Pending => return false,
    }
    true
}

#[test]
fn what_one_holder_did_the_next_one_sees() {
    model(|mutex| {
        let other = spawn(&mutex, |mutex| count(&block_on(mutex.lock())));
        count(&block_on(mutex.lock()));
        other.join().unwrap();
        assert_eq!(counted(&mutex.try_lock().unwrap()), 2);
    });
}

#[test]
fn one_who_is_cancelled_keeps_neither_the_lock_nor_others_from_it() {
    model(|mutex| {
        let other = spawn(&mutex, glance);
        count(&block_on(mutex.lock()));
        let expected = 1 + usize::from(other.join().unwrap());
        assert_eq!(counted(&mutex.try_lock().unwrap()), expected);
    });
}

#[test]
fn one_who_is_cancelled_as_its_turn_comes_passes_it_on() {
    model(|mutex| {
        let held = mutex.try_lock().unwrap();
        let mut first = Box::pin(mutex.lock());
        let waits = first.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending();
        assert!(waits);
        let second = spawn(&mutex, |mutex| count(&block_on(mutex.lock())));
        drop(held);
        drop(first);
        second.join().unwrap();
        assert_eq!(counted(&mutex.try_lock().unwrap()), 1);
    });
}

#[test]
fn a_mapped_guard_unlocks_as_the_whole_one_does() {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(2);
    builder.check(|| {
        let mutex = UserArc::new(Mutex::new((0, UnsafeCell::new(0))));
        drop(mutex.try_lock().unwrap());
        let other = thread::spawn({
            let mutex = mutex.clone();
            move || {
                let guard = block_on(mutex.lock_owned());
                count(&OwnedMutexGuard::map(guard, |pair| &mut pair.1));
            }
        });
        count(&block_on(mutex.lock()).1);
        other.join().unwrap();
        assert_eq!(counted(&mutex.try_lock().unwrap().1), 2);
    });
}

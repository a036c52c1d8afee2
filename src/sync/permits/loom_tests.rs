//! Models of the races for permits.

use super::Permits;
use crate::shim::{Arc, UnsafeCell, thread};
use loom::future::block_on;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// Permits, and something that only who holds all of them may touch.
struct Guarded {
    permits: Permits,
    all: usize,
    value: UnsafeCell<usize>,
}

// SAFETY: loom itself checks the accesses to the value.
unsafe impl Sync for Guarded {}
// SAFETY: as above.
unsafe impl Send for Guarded {}

impl Guarded {
    /// Holds all permits for a moment, after they were waited for.
    fn touch(&self) {
        // SAFETY: loom checks that nobody else is in here.
        self.value.with_mut(|value| unsafe { *value += 1 });
        self.permits.release(self.all);
    }
}

fn model(all: usize, f: impl Fn(Arc<Guarded>) + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(2);
    builder.check(move || {
        let guarded = Guarded { permits: Permits::new(all), all, value: UnsafeCell::new(0) };
        // Makes the atomic before it is shared.
        assert_eq!(guarded.permits.free(), all);
        f(Arc::new(guarded));
    });
}

fn spawn(shared: &Arc<Guarded>, f: impl FnOnce(&Guarded) + 'static) -> thread::JoinHandle<()> {
    let shared = shared.clone();
    thread::spawn(move || f(&shared))
}

/// Polls once with a waker that does nothing, and drops.
fn glance(permits: &Permits, count: usize) -> Poll<bool> {
    let acquire = pin!(permits.acquire(count));
    acquire.poll(&mut Context::from_waker(Waker::noop())).map(|got| got.is_ok())
}

#[test]
fn only_one_at_a_time_holds_all_permits() {
    model(1, |shared| {
        let other = spawn(&shared, |shared| {
            block_on(shared.permits.acquire(1)).unwrap();
            shared.touch();
        });
        block_on(shared.permits.acquire(1)).unwrap();
        shared.touch();
        other.join().unwrap();
        assert_eq!(shared.permits.free(), 1);
        assert!(!shared.permits.load().is_crowded());
    });
}

#[test]
fn three_holders_take_turns() {
    model(1, |shared| {
        let others = [(); 2].map(|()| {
            spawn(&shared, |shared| {
                block_on(shared.permits.acquire(1)).unwrap();
                shared.touch();
            })
        });
        if shared.permits.try_acquire(1).is_ok() {
            shared.touch();
        }
        others.into_iter().for_each(|other| other.join().unwrap());
        assert_eq!(shared.permits.free(), 1);
    });
}

#[test]
fn one_who_wants_all_gets_them_from_those_who_had_parts() {
    model(2, |shared| {
        shared.permits.try_acquire(1).unwrap();
        shared.permits.try_acquire(1).unwrap();
        let others = [(); 2].map(|()| spawn(&shared, |shared| shared.permits.release(1)));
        block_on(shared.permits.acquire(2)).unwrap();
        shared.touch();
        others.into_iter().for_each(|other| other.join().unwrap());
        assert_eq!(shared.permits.free(), 2);
    });
}

#[test]
fn permits_of_one_who_gives_up_are_not_lost() {
    model(2, |shared| {
        shared.permits.try_acquire(1).unwrap();
        let other = spawn(&shared, |shared| shared.permits.release(1));
        if glance(&shared.permits, 2) == Poll::Ready(true) {
            shared.permits.release(2);
        }
        other.join().unwrap();
        assert_eq!(shared.permits.free(), 2);
        assert!(!shared.permits.load().is_crowded());
    });
}

#[test]
fn one_who_gives_up_lets_the_next_go_on() {
    model(2, |shared| {
        shared.permits.try_acquire(1).unwrap();
        let other = spawn(&shared, |shared| {
            assert_eq!(glance(&shared.permits, 2), Poll::Pending);
        });
        block_on(shared.permits.acquire(1)).unwrap();
        other.join().unwrap();
        assert_eq!(shared.permits.free(), 0);
    });
}

#[test]
fn close_and_a_first_poll_cannot_both_miss() {
    model(1, |shared| {
        shared.permits.try_acquire(1).unwrap();
        let other = spawn(&shared, |shared| shared.permits.close());
        block_on(shared.permits.acquire(1)).unwrap_err();
        other.join().unwrap();
    });
}

#[test]
fn close_and_release_leave_every_permit_accounted_for() {
    model(1, |shared| {
        shared.permits.try_acquire(1).unwrap();
        let others = [
            spawn(&shared, |shared| shared.permits.close()),
            spawn(&shared, |shared| shared.permits.release(1)),
        ];
        if block_on(shared.permits.acquire(1)).is_ok() {
            shared.permits.release(1);
        }
        others.into_iter().for_each(|other| other.join().unwrap());
        assert_eq!(shared.permits.free(), 1);
    });
}

#[test]
fn forgetting_takes_only_what_is_free() {
    model(2, |shared| {
        let other = spawn(&shared, |shared| {
            block_on(shared.permits.acquire(1)).unwrap();
            shared.permits.release(1);
        });
        let forgotten = shared.permits.forget(1);
        other.join().unwrap();
        assert_eq!(shared.permits.free(), 2 - forgotten);
    });
}

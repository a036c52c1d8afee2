//! Models of the races at a barrier.

use super::Barrier;
use crate::shim::atomic::{AtomicUsize, Ordering};
use crate::shim::{Arc, thread};
use loom::future::block_on;
use std::pin::pin;
use std::task::{Context, Waker};

fn model(f: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(2);
    builder.check(f);
}

#[test]
fn the_last_one_to_come_and_those_who_wait_cannot_miss_each_other() {
    model(|| {
        let barrier = Arc::new(Barrier::new(2));
        let other = thread::spawn({
            let barrier = barrier.clone();
            move || block_on(barrier.wait()).is_leader()
        });
        let leads = block_on(barrier.wait()).is_leader();
        assert_ne!(leads, other.join().unwrap());
    });
}

#[test]
fn what_was_done_before_a_round_is_seen_after_it() {
    model(|| {
        let (barrier, done) = (Arc::new(Barrier::new(2)), Arc::new(AtomicUsize::from(0)));
        let other = thread::spawn({
            let (barrier, done) = (barrier.clone(), done.clone());
            move || {
                // Relaxed: the barrier is what publishes it.
                done.fetch_add(1, Ordering::Relaxed);
                block_on(barrier.wait());
                assert_eq!(done.load(Ordering::Relaxed), 2);
            }
        });
        // Relaxed: as above.
        done.fetch_add(1, Ordering::Relaxed);
        block_on(barrier.wait());
        assert_eq!(done.load(Ordering::Relaxed), 2);
        other.join().unwrap();
    });
}

#[test]
fn rounds_do_not_mix() {
    model(|| {
        let barrier = Arc::new(Barrier::new(2));
        let other = thread::spawn({
            let barrier = barrier.clone();
            move || [(); 2].map(|()| block_on(barrier.wait()).is_leader())
        });
        let mine = [(); 2].map(|()| block_on(barrier.wait()).is_leader());
        assert_eq!(mine.map(|leads| !leads), other.join().unwrap());
    });
}

#[test]
fn one_who_is_cancelled_as_the_round_ends_does_not_stay_in_the_queue() {
    model(|| {
        let barrier = Arc::new(Barrier::new(2));
        let other = thread::spawn({
            let barrier = barrier.clone();
            move || {
                let wait = pin!(barrier.wait());
                wait.poll(&mut Context::from_waker(Waker::noop())).is_ready()
            }
        });
        block_on(barrier.wait());
        other.join().unwrap();
        assert!(barrier.queue.lock().is_empty());
    });
}

//! Models of the pool: who is called, who leaves, what becomes of a closure meanwhile.

use super::{Config, Host, Pool, Unqueued};
use crate::engine::task::JoinHandle;
use crate::shim::atomic::{AtomicUsize, Ordering};
use crate::shim::{Arc, thread};
use crate::util::block_on::block_on;
use crate::util::parker::Parker;
use std::panic::Location;
use std::time::Duration;

/// Runs every interleaving with at most two forced switches: all of them are too many.
fn model(claim: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(2);
    builder.check(claim);
}

struct Plain;

impl Host for Plain {
    fn live(&self, life: &mut dyn FnMut()) {
        life();
    }

    fn drained(&self) {}
}

fn pool(threads_max: usize) -> Arc<Pool> {
    let name: Box<dyn Fn() -> String + Send + Sync> = Box::new(String::new);
    let keep_alive = Duration::from_secs(1);
    let pool =
        Pool::new(Config { threads_max, keep_alive, name: Arc::new(name), stack_size: None });
    pool.open(Box::new(Plain));
    pool
}

fn spawn<R: Send + 'static>(
    pool: &Arc<Pool>,
    closure: impl FnOnce() -> R + Send + 'static,
) -> JoinHandle<R> {
    match Pool::spawn(pool, closure, Location::caller()) {
        Ok(handle) | Err(Unqueued::Closed(handle)) => handle,
        Err(Unqueued::NoThread(error)) => panic!("{error}"),
    }
}

fn end(pool: &Pool) {
    pool.close();
    assert!(pool.join(None));
    assert_eq!((pool.threads(), pool.queue_depth()), (0, 0));
}

#[test]
fn a_push_and_a_thread_that_sits_down_cannot_both_miss() {
    model(|| {
        let pool = pool(1);
        drop(spawn(&pool, || {}));
        let second = spawn(&pool, || 2);
        assert_eq!(block_on(second).unwrap(), 2);
        end(&pool);
    });
}

#[test]
fn a_closure_never_waits_behind_one_that_blocks() {
    model(|| {
        let pool = pool(2);
        let gate = Arc::new(Parker::default());
        let first = {
            let gate = gate.clone();
            spawn(&pool, move || gate.park())
        };
        drop(first);
        drop(spawn(&pool, move || gate.unpark()));
        end_after_all(&pool);
    });
}

/// Ends the pool when nothing waits in the queue.
fn end_after_all(pool: &Arc<Pool>) {
    block_on(spawn(pool, || {})).unwrap();
    end(pool);
}

#[test]
fn a_push_against_the_end_runs_or_is_cancelled() {
    model(|| {
        let pool = pool(1);
        let pusher = {
            let pool = pool.clone();
            thread::spawn(move || block_on(spawn(&pool, || 1)))
        };
        end(&pool);
        match pusher.join().unwrap() {
            Ok(output) => assert_eq!(output, 1),
            Err(error) => assert!(error.is_cancelled()),
        }
    });
}

#[test]
fn what_is_queued_before_the_end_runs() {
    model(|| {
        let pool = pool(1);
        let runs = Arc::new(AtomicUsize::new(0));
        for _ in 0..2 {
            let runs = runs.clone();
            drop(spawn(&pool, move || runs.fetch_add(1, Ordering::Relaxed)));
        }
        end(&pool);
        assert_eq!(runs.load(Ordering::Relaxed), 2);
    });
}

#[test]
fn an_abort_against_a_start_ends_in_one_of_the_two() {
    model(|| {
        let pool = pool(1);
        let runs = Arc::new(AtomicUsize::new(0));
        let closure = {
            let runs = runs.clone();
            spawn(&pool, move || runs.fetch_add(1, Ordering::Relaxed))
        };
        closure.abort();
        let ran = match block_on(closure) {
            Ok(before) => before + 1,
            Err(error) => usize::from(!error.is_cancelled()),
        };
        end(&pool);
        assert_eq!(runs.load(Ordering::Relaxed), ran);
    });
}

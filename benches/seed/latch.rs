//! A count of tasks to come, and the thread that waits for them.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{self, Thread};

/// Lets one thread wait until so many tasks have run.
///
/// On a cache line of its own; tasks refer to it without counting, so that what is measured is the
/// queue and not an `Arc`.
#[repr(align(128))]
pub struct Latch {
    left: AtomicU64,
    waiter: Thread,
}

impl Latch {
    /// A latch for the calling thread to wait at.
    pub fn of_this_thread() -> &'static Self {
        Box::leak(Box::new(Self { left: AtomicU64::new(0), waiter: thread::current() }))
    }

    /// Expects so many tasks.
    pub fn expect(&self, tasks: u64) {
        // Relaxed: the queue through which the tasks travel publishes it.
        self.left.store(tasks, Ordering::Relaxed);
    }

    /// Called by each task.
    pub fn arrive(&self) {
        // Release pairs with the load in `wait`.
        if self.left.fetch_sub(1, Ordering::Release) == 1 {
            self.waiter.unpark();
        }
    }

    /// Waits for the last task.
    pub fn wait(&self) {
        // Acquire pairs with the decrements in `arrive`.
        while self.left.load(Ordering::Acquire) != 0 {
            thread::park();
        }
    }
}

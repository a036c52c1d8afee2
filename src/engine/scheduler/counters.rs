//! What a loop counts, for metrics.

use crate::shim::atomic::{AtomicU64, Ordering};

/// Counters of one loop. Those of the holder have one writer, and cost a load and a store.
#[derive(Debug)]
pub(super) struct Counters {
    /// Tasks spawned by the holder, and tasks ended by it.
    spawned: AtomicU64,
    ended: AtomicU64,
    /// Tasks spawned by other threads, and tasks that ended there because the loop was closed.
    spawned_outside: AtomicU64,
    ended_outside: AtomicU64,
}

/// Adds one to a counter that nobody else writes.
#[inline]
fn step(counter: &AtomicU64) {
    // Relaxed: a figure, which publishes nothing.
    counter.store(counter.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
}

impl Counters {
    pub(super) const fn new() -> Self {
        Self {
            spawned: AtomicU64::new(0),
            ended: AtomicU64::new(0),
            spawned_outside: AtomicU64::new(0),
            ended_outside: AtomicU64::new(0),
        }
    }

    /// The holder has spawned a task.
    #[inline]
    pub(super) fn count_spawn(&self) {
        step(&self.spawned);
    }

    /// A task has ended on the holder's thread.
    #[inline]
    pub(super) fn count_end(&self) {
        step(&self.ended);
    }

    /// Another thread has spawned a task.
    pub(super) fn count_spawn_outside(&self) {
        // Relaxed: a figure, which publishes nothing.
        self.spawned_outside.fetch_add(1, Ordering::Relaxed);
    }

    /// A task has ended on another thread, which found the loop closed.
    pub(super) fn count_end_outside(&self) {
        // Relaxed: a figure, which publishes nothing.
        self.ended_outside.fetch_add(1, Ordering::Relaxed);
    }

    /// How many tasks have been spawned and have not ended.
    pub(super) fn alive(&self) -> u64 {
        // Relaxed: figures. Ends are read first, so that no task seems to end before its spawn.
        let ended = self.ended.load(Ordering::Relaxed) + self.ended_outside.load(Ordering::Relaxed);
        // Relaxed: as above.
        let spawned =
            self.spawned.load(Ordering::Relaxed) + self.spawned_outside.load(Ordering::Relaxed);
        spawned.saturating_sub(ended)
    }
}

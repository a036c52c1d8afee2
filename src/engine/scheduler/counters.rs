//! What a loop counts, for metrics.

use crate::shim::atomic::{AtomicU64, Ordering};

/// A figure with one writer, which costs a load and a store; or with many, at an addition each.
#[derive(Debug)]
pub(super) struct Figure(AtomicU64);

impl Figure {
    pub(super) const fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    #[inline]
    pub(super) fn get(&self) -> u64 {
        // Relaxed: a figure, which publishes nothing.
        self.0.load(Ordering::Relaxed)
    }

    /// Adds to a figure that nobody else writes.
    #[inline]
    pub(super) fn add(&self, count: u64) {
        self.set(self.get() + count);
    }

    /// Sets a figure that nobody else writes.
    #[inline]
    pub(super) fn set(&self, to: u64) {
        // Relaxed: as in `get`.
        self.0.store(to, Ordering::Relaxed);
    }

    /// Adds to a figure that others write as well.
    #[inline]
    pub(super) fn add_shared(&self, count: u64) {
        // Relaxed: as in `get`.
        self.0.fetch_add(count, Ordering::Relaxed);
    }
}

/// Figures of one loop. Its holder writes them, but for those that say otherwise.
#[derive(Debug)]
#[repr(align(128))]
pub(super) struct Counters {
    /// Tasks spawned by the holder, and tasks ended by it.
    pub(super) spawned: Figure,
    pub(super) ended: Figure,
    /// Tasks polled.
    pub(super) polls: Figure,
    /// Tasks queued by the holder.
    pub(super) local_schedules: Figure,
    /// Tasks taken from the ring.
    pub(super) taken_over: Figure,
    /// How often tasks did not fit into the lane.
    pub(super) overflows: Figure,
    /// Thefts, and tasks got by them.
    pub(super) steal_operations: Figure,
    pub(super) stolen: Figure,
    /// Sleeps begun, sleeps begun or ended, and sleeps that ended with nothing to do.
    pub(super) parks: Figure,
    pub(super) park_unparks: Figure,
    pub(super) noops: Figure,
    /// Time not asleep, in nanoseconds, and a sliding mean of the time that a poll takes.
    pub(super) busy_ns: Figure,
    pub(super) poll_ns_mean: Figure,
}

impl Counters {
    pub(super) const fn new() -> Self {
        Self {
            spawned: Figure::new(),
            ended: Figure::new(),
            polls: Figure::new(),
            local_schedules: Figure::new(),
            taken_over: Figure::new(),
            overflows: Figure::new(),
            steal_operations: Figure::new(),
            stolen: Figure::new(),
            parks: Figure::new(),
            park_unparks: Figure::new(),
            noops: Figure::new(),
            busy_ns: Figure::new(),
            poll_ns_mean: Figure::new(),
        }
    }
}

/// Figures that threads write which hold no loop, each by an addition.
#[derive(Debug)]
#[repr(align(128))]
pub(super) struct OutsideCounters {
    /// Tasks spawned, and tasks that ended there.
    pub(super) spawned: Figure,
    pub(super) ended: Figure,
    /// Tasks pushed on the ring.
    pub(super) schedules: Figure,
    /// Polls that ended because the budget was used up.
    pub(super) forced_yields: Figure,
}

impl OutsideCounters {
    pub(super) const fn new() -> Self {
        Self {
            spawned: Figure::new(),
            ended: Figure::new(),
            schedules: Figure::new(),
            forced_yields: Figure::new(),
        }
    }
}

//! Figures about a runtime, read while it goes on.

use super::histogram::Buckets;
use super::shared::{Outside, Shared};
use crate::engine::reactor::Port;
use crate::engine::task::budget;
use crate::shim::thread::ThreadId;
use std::time::Duration;

/// What one loop has counted.
#[derive(Clone, Copy, Debug)]
pub(crate) enum LoopFigure {
    Polls,
    LocalSchedules,
    Overflows,
    StealOperations,
    Stolen,
    Parks,
    ParkUnparks,
    Noops,
}

impl Shared {
    pub(crate) fn workers(&self) -> usize {
        self.loops.len()
    }

    /// How many tasks have been spawned and have not ended.
    pub(crate) fn alive_tasks(&self) -> u64 {
        // Ends are read first, so that no task seems to end before its spawn.
        let ended = self.loops.iter().map(|outside| outside.counters.ended.get()).sum::<u64>();
        let ended = ended + self.outside_counters.ended.get();
        self.spawned_tasks().saturating_sub(ended)
    }

    /// How many tasks have been spawned.
    pub(crate) fn spawned_tasks(&self) -> u64 {
        let inside = self.loops.iter().map(|outside| outside.counters.spawned.get()).sum::<u64>();
        inside + self.outside_counters.spawned.get()
    }

    /// How many tasks were scheduled by threads that hold no loop.
    pub(crate) fn outside_schedules(&self) -> u64 {
        self.outside_counters.schedules.get()
    }

    /// Counts the polls on this thread that have ended because the budget was used up.
    pub(super) fn note_forced_yields(&self) {
        let count = budget::take_refused();
        if count > 0 {
            self.outside_counters.forced_yields.add_shared(count);
        }
    }

    /// How many polls have ended because the budget was used up.
    pub(crate) fn forced_yields(&self) -> u64 {
        self.outside_counters.forced_yields.get()
    }

    /// Descriptors watched so far, those of them that are not any more, and events.
    pub(crate) fn io_figures(&self) -> [u64; 3] {
        let sum = |figure: fn(&Port) -> u64| self.loops.iter().map(|o| figure(&o.port)).sum();
        [sum(Port::registered), sum(Port::deregistered), sum(Port::events)]
    }

    /// How the times of polls are counted, if they are.
    pub(crate) fn poll_times(&self) -> Option<Buckets> {
        self.config.poll_times
    }

    /// How many polls of one loop were counted in a bucket.
    #[track_caller]
    pub(crate) fn polls_in_bucket(&self, worker: usize, bucket: usize) -> u64 {
        self.numbered(worker).histogram.as_ref().map_or(0, |histogram| histogram.get(bucket))
    }

    /// How many tasks wait in the ring.
    pub(crate) fn ring_depth(&self) -> usize {
        self.ring.len()
    }

    /// One figure of one loop.
    ///
    /// # Panics
    ///
    /// If there is no such loop.
    #[track_caller]
    pub(crate) fn figure(&self, worker: usize, figure: LoopFigure) -> u64 {
        let counters = &self.numbered(worker).counters;
        match figure {
            LoopFigure::Polls => &counters.polls,
            LoopFigure::LocalSchedules => &counters.local_schedules,
            LoopFigure::Overflows => &counters.overflows,
            LoopFigure::StealOperations => &counters.steal_operations,
            LoopFigure::Stolen => &counters.stolen,
            LoopFigure::Parks => &counters.parks,
            LoopFigure::ParkUnparks => &counters.park_unparks,
            LoopFigure::Noops => &counters.noops,
        }
        .get()
    }

    /// How long one loop has not slept.
    #[track_caller]
    pub(crate) fn busy_duration(&self, worker: usize) -> Duration {
        Duration::from_nanos(self.numbered(worker).counters.busy_ns.get())
    }

    /// A sliding mean of the time that a poll takes on one loop.
    #[track_caller]
    pub(crate) fn poll_time_mean(&self, worker: usize) -> Duration {
        Duration::from_nanos(self.numbered(worker).counters.poll_ns_mean.get())
    }

    /// How many tasks wait in the lane of one loop.
    #[track_caller]
    pub(crate) fn lane_depth(&self, worker: usize) -> usize {
        self.numbered(worker).depth()
    }

    /// The thread that drives one loop, where that is one of the runtime's own.
    #[track_caller]
    pub(crate) fn worker_thread(&self, worker: usize) -> Option<ThreadId> {
        self.numbered(worker).thread()
    }

    #[track_caller]
    fn numbered(&self, worker: usize) -> &Outside {
        let workers = self.loops.len();
        assert!(worker < workers, "there are {workers} workers, numbered from 0; none is {worker}");
        &self.loops[worker]
    }
}

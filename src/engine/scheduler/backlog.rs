//! Whether what waits in a loop's lane is worth another loop's wake-up.
//!
//! To wake a sleeping thread costs its waker microseconds and it comes up tens of microseconds
//! later, so for a few short polls it comes in vain. How long polls take is known from those before:
//! the mean of the last run, or what is left of longer ones, which are forgotten slowly. Where that
//! is wrong, and a long poll keeps others waiting, the watch wakes a loop for them.

use crate::engine::clock::AnchoredClock;
use std::cell::Cell;

/// How long a task should wait for a loop that has other work, in nanoseconds.
///
/// From so much waiting work on another loop is woken for it: several times what it takes to come, so
/// that there is something left for it, and it does not fall asleep again after a task or two.
pub(super) const PATIENCE: u64 = 200_000;

/// How slowly long polls are forgotten: by this part of their length with each run.
const MEMORY: u64 = 16;

/// How long polls take. Used by the holder of the loop alone.
#[derive(Debug)]
pub(super) struct Backlog {
    /// How long a poll takes, in nanoseconds, up to what is worth help by itself.
    poll: Cell<u64>,
    /// When the run began, and how many polls there had been. None before the first.
    began: Cell<Option<(u64, u64)>>,
}

impl Backlog {
    /// While nothing is known, all work is worth help.
    pub(super) const fn new() -> Self {
        Self { poll: Cell::new(PATIENCE), began: Cell::new(None) }
    }

    /// A run of tasks begins, `polls` having been done so far.
    pub(super) fn begin(&self, clock: &AnchoredClock, polls: u64) {
        self.began.set(Some((clock.tick(), polls)));
    }

    /// The run is over; answers how long a poll of it took in the mean, if there were any.
    pub(super) fn end(&self, clock: &AnchoredClock, polls: u64) -> Option<u64> {
        let (began_at, before) = self.began.get()?;
        let count = polls.checked_sub(before).filter(|&count| count > 0)?;
        let mean = clock.now().saturating_sub(began_at) / count;
        self.learn(mean);
        Some(mean)
    }

    fn learn(&self, mean: u64) {
        let known = self.poll.get();
        self.poll.set(mean.min(PATIENCE).max(known - known / MEMORY));
    }

    /// Whether another loop should be woken where `ready` tasks are queued.
    #[inline]
    pub(super) fn is_worth_help(&self, ready: usize) -> bool {
        // The first of them is about to run here.
        let waiting = ready.saturating_sub(1) as u64;
        waiting * self.poll.get() >= PATIENCE
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_few_short_polls_are_not_worth_help_and_many_are() {
        let backlog = Backlog::new();
        assert!(backlog.is_worth_help(2), "nothing is known yet");
        assert!(!backlog.is_worth_help(1), "nobody waits");
        for _ in 0..200 {
            backlog.learn(1_000);
        }
        assert!(!backlog.is_worth_help(100));
        assert!(backlog.is_worth_help(250));
    }

    #[test]
    fn a_long_poll_is_remembered_through_short_ones() {
        let backlog = Backlog::new();
        backlog.learn(1_000_000);
        for _ in 0..20 {
            backlog.learn(1_000);
        }
        assert!(backlog.is_worth_help(10));
        for _ in 0..40 {
            backlog.learn(1_000);
        }
        assert!(!backlog.is_worth_help(10));
    }
}

//! How long a loop works, charged by spells between two sleeps.

use super::counters::Counters;
use crate::engine::clock::AnchoredClock;
use std::cell::Cell;

/// One in so many drives of a loop is timed from its start to its first sleep.
const SAMPLE: u32 = 16;

/// The spell of work that goes on. Used by the holder of the loop alone.
pub(super) struct Account {
    /// When it began, if its time is charged.
    began_at: Cell<Option<u64>>,
    polls_before: Cell<u64>,
    /// How many such spells it stands for.
    weight: Cell<u32>,
    /// How often a thread has begun to drive the loop.
    drives: Cell<u32>,
}

impl Account {
    pub(super) const fn new() -> Self {
        Self {
            began_at: Cell::new(None),
            polls_before: Cell::new(0),
            weight: Cell::new(1),
            drives: Cell::new(0),
        }
    }

    /// A thread begins to drive the loop. The time until its first sleep is charged by sample, since
    /// it may be shorter than two readings of the clock.
    pub(super) fn begin(&self, counters: &Counters, clock: &AnchoredClock) {
        let drives = self.drives.replace(self.drives.get().wrapping_add(1));
        let sampled = drives.is_multiple_of(SAMPLE);
        self.open(counters, sampled.then(|| clock.now()), if drives == 0 { 1 } else { SAMPLE });
    }

    /// The loop was woken, at the time of its last turn.
    pub(super) fn wake(&self, counters: &Counters, clock: &AnchoredClock) {
        self.open(counters, Some(clock.tick()), 1);
    }

    /// The loop is about to have nothing to do. With `mean`, the time of a poll is reckoned.
    pub(super) fn rest(&self, counters: &Counters, clock: &AnchoredClock, mean: bool) {
        let polls = counters.polls.get() - self.polls_before.get();
        if polls == 0 {
            counters.noops.add(1);
        }
        let Some(began_at) = self.began_at.take() else { return };
        let busy = clock.now().saturating_sub(began_at);
        counters.busy_ns.add(busy * u64::from(self.weight.get()));
        if polls > 0 && mean {
            // A sliding mean over about ten spells.
            let (mean, spell) = (counters.poll_ns_mean.get(), busy / polls);
            counters.poll_ns_mean.set(if mean == 0 { spell } else { (9 * mean + spell) / 10 });
        }
    }

    /// Whether a spell goes on whose time is charged.
    pub(super) fn is_open(&self) -> bool {
        self.began_at.get().is_some()
    }

    fn open(&self, counters: &Counters, began_at: Option<u64>, weight: u32) {
        self.began_at.set(began_at);
        self.polls_before.set(counters.polls.get());
        self.weight.set(weight);
    }
}

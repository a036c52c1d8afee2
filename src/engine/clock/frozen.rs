//! Time that tests stop, move forward by hand, let run again.
//!
//! A clock that was never stopped shows the system's time. The first `pause` makes it a *shifted*
//! clock for the rest of its life, since it resumes from where it stopped:
//!
//! ```text
//!   Real ──pause──▶ Frozen ──resume──▶ Shifted
//!                   ▲  │ ▲                │
//!                   └──┘ └─────pause──────┘
//!                  advance
//! ```
//!
//! A program that stops no clock pays one relaxed load per reading. The rest is behind a lock held
//! for a few instructions, during which nothing but the system's clock is called.
//!
//! Readers outside the lock must not see time go back when somebody stops it. So `pause` marks
//! first and reads the system's clock after, and a reader reads the clock first and looks for the
//! mark after: who misses the mark has read an earlier time than the one that `pause` stops at.

use crate::shim::Mutex;
use crate::shim::atomic::{AtomicUsize, Ordering, fence};

/// How many living clocks of the process have ever been stopped.
///
/// Written at a clock's first `pause` and at its end; read at every reading of any clock.
pub(super) static SHIFTED: AtomicUsize = AtomicUsize::new(0);

/// Whether some clock of the process may differ from the system's.
///
/// Read the system's clock first and ask afterwards; see the head of this file.
#[inline]
pub(crate) fn any_shifted() -> bool {
    // Relaxed: decides only whether to ask a clock; what it answers is behind that clock's lock.
    SHIFTED.load(Ordering::Relaxed) != 0
}

/// Whether and how one clock differs from the system's.
#[derive(Debug)]
pub(super) struct Frozen {
    shifted: &'static AtomicUsize,
    flow: Mutex<Flow>,
}

/// How time passes on a clock. Numbers are nanoseconds since its anchor.
#[derive(Clone, Copy, Debug)]
enum Flow {
    /// As the system's does.
    Real,
    /// Not at all.
    Frozen { at: u64 },
    /// As the system's does, but from `at` when that one showed `since`.
    Shifted { at: u64, since: u64 },
}

impl Frozen {
    /// `shifted` counts the clocks that are not [`Flow::Real`].
    pub(super) fn new(shifted: &'static AtomicUsize) -> Self {
        Self { shifted, flow: Mutex::new(Flow::Real) }
    }

    /// The time on this clock, `real` being the system's.
    #[inline]
    pub(super) fn now(&self, real: impl FnOnce() -> u64) -> u64 {
        let now = real();
        if !self.may_be_shifted() {
            return now;
        }
        self.flow.lock().now(now)
    }

    #[inline]
    pub(super) fn is_frozen(&self) -> bool {
        self.may_be_shifted() && matches!(*self.flow.lock(), Flow::Frozen { .. })
    }

    pub(super) fn pause(&self, real: impl FnOnce() -> u64) -> bool {
        let mut flow = self.flow.lock();
        match *flow {
            Flow::Frozen { .. } => return false,
            // Relaxed: `flow` is behind its lock. The fence keeps the mark from becoming visible
            // only after the clock below is read; its partner is the order of `now`, where the
            // reading of the clock stands before the load.
            Flow::Real => {
                self.shifted.fetch_add(1, Ordering::Relaxed);
            }
            Flow::Shifted { .. } => {}
        }
        // SeqCst: see above; without it a reader could miss the mark that the clock is past.
        fence(Ordering::SeqCst);
        *flow = Flow::Frozen { at: flow.now(real()) };
        true
    }

    pub(super) fn resume(&self, real: impl FnOnce() -> u64) -> bool {
        let mut flow = self.flow.lock();
        let Flow::Frozen { at } = *flow else { return false };
        *flow = Flow::Shifted { at, since: real() };
        true
    }

    pub(super) fn advance(&self, by: u64) -> bool {
        let mut flow = self.flow.lock();
        let Flow::Frozen { at } = *flow else { return false };
        *flow = Flow::Frozen { at: at.saturating_add(by) };
        true
    }

    #[inline]
    fn may_be_shifted(&self) -> bool {
        // Relaxed: only decides whether to take the lock, which publishes the rest. Whoever was
        // told of a `pause` (or did it) sees its mark; for the others see the head of this file.
        self.shifted.load(Ordering::Relaxed) != 0
    }
}

impl Drop for Frozen {
    fn drop(&mut self) {
        if !matches!(*self.flow.lock(), Flow::Real) {
            // Relaxed: no reader of this clock is left, and to others the count is a hint.
            self.shifted.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

impl Flow {
    fn now(self, real: u64) -> u64 {
        match self {
            Self::Real => real,
            Self::Frozen { at } => at,
            // Not before `at`, though `real` may have been read before somebody resumed at `since`.
            Self::Shifted { at, since } => at.saturating_add(real.saturating_sub(since)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    static COUNT: AtomicUsize = AtomicUsize::new(0);

    #[test]
    fn stopped_time_moves_by_hand_only_and_goes_on_without_a_jump() {
        let (clock, real) = (Frozen::new(&COUNT), Cell::new(100));
        let now = || clock.now(|| real.get());
        assert_eq!((now(), clock.is_frozen()), (100, false));
        assert!(clock.pause(|| real.get()));
        real.set(150);
        assert_eq!((now(), clock.is_frozen()), (100, true));
        assert!(clock.advance(7));
        assert_eq!(now(), 107);
        real.set(160);
        assert!(clock.resume(|| real.get()));
        assert_eq!((now(), clock.is_frozen()), (107, false));
        real.set(163);
        assert_eq!(now(), 110);
        assert!(clock.pause(|| real.get()));
        assert_eq!(now(), 110, "stopped a second time");
    }

    #[test]
    fn misuse_is_told_and_changes_nothing() {
        let clock = Frozen::new(&COUNT);
        assert!(!clock.resume(|| 1) && !clock.advance(9));
        assert_eq!(clock.now(|| 1), 1);
        assert!(clock.pause(|| 2));
        assert!(!clock.pause(|| 3), "a second pause");
        assert_eq!(clock.now(|| 4), 2);
    }

    #[test]
    fn time_ends_at_the_maximum() {
        let clock = Frozen::new(&COUNT);
        assert!(clock.pause(|| 5) && clock.advance(u64::MAX));
        assert_eq!(clock.now(|| 6), u64::MAX);
        assert!(clock.resume(|| 7));
        assert_eq!(clock.now(|| 8), u64::MAX);
    }

    #[test]
    fn a_clock_counts_as_shifted_from_its_first_pause_to_its_end() {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let count = || COUNT.load(Ordering::Relaxed);
        let (one, two) = (Frozen::new(&COUNT), Frozen::new(&COUNT));
        assert!(one.pause(|| 0) && one.resume(|| 0) && one.pause(|| 0));
        assert_eq!(count(), 1, "its second pause is not counted");
        assert_eq!((two.now(|| 9), two.is_frozen()), (9, false), "the other one runs on");
        drop((one, two));
        assert_eq!(count(), 0);
    }

    #[test]
    fn the_process_knows_of_a_stopped_clock() {
        let clock = crate::engine::clock::AnchoredClock::new();
        assert!(clock.pause());
        assert!(any_shifted());
    }
}

//! The announcement of a loop that it sleeps.
//!
//! The loop announces its sleep and then looks once more at every queue; a producer fills a queue
//! and then looks at the announcement. A fence between the two steps of each side makes sure that
//! they cannot both miss. The first producer to find the loop asleep takes the announcement back,
//! so one wake-up is sent and not one for each producer.
//!
//! ```text
//!            announce              rouse
//!   AWAKE ────────────▶ ASLEEP ─────────────▶ AWAKE or SEARCH
//!     ▲                   │                         │
//!     └──────retract──────┴─────────retract─────────┘
//! ```

use crate::shim::atomic::{AtomicU8, Ordering, fence};

const AWAKE: u8 = 0;
const ASLEEP: u8 = 1;
/// Roused to look for work that no queue of its own holds.
const SEARCH: u8 = 2;

/// What a loop is roused for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Its own queues, timers or root future.
    Itself = AWAKE as isize,
    /// Work that is somewhere.
    Search = SEARCH as isize,
}

/// How a sleep ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "who was roused to search has to do so"]
pub(super) enum Ended {
    /// By itself: nobody took the announcement back.
    ByItself,
    /// Somebody took it back, for this purpose.
    Roused(Purpose),
}

/// One loop's announcement. Written by the loop's holder and by whoever rouses it; publishes
/// nothing but itself, since the queues publish their items.
#[derive(Debug)]
pub(super) struct Doze(AtomicU8);

impl Doze {
    pub(super) const fn new() -> Self {
        Self(AtomicU8::new(AWAKE))
    }

    /// The holder is about to sleep; it must look at every queue after this.
    pub(super) fn announce(&self) {
        // Relaxed: the fence below orders it before the look at the queues.
        self.0.store(ASLEEP, Ordering::Relaxed);
        // Pairs with the fence in `rouse`: of announce-then-look and push-then-rouse, one side
        // sees the other.
        fence(Ordering::SeqCst);
    }

    /// The holder is up again.
    pub(super) fn retract(&self) -> Ended {
        // Relaxed: the swap makes sure that holder and rouser do not both take it back.
        match self.0.swap(AWAKE, Ordering::Relaxed) {
            ASLEEP => Ended::ByItself,
            SEARCH => Ended::Roused(Purpose::Search),
            _ => Ended::Roused(Purpose::Itself),
        }
    }

    /// Called after a queue was filled: whether the caller has to wake the loop.
    #[must_use]
    pub(super) fn rouse(&self, purpose: Purpose) -> bool {
        // Pairs with the fence in `announce`.
        fence(Ordering::SeqCst);
        // Relaxed: the fences order it; the exchange makes sure that one producer alone gets `true`.
        self.is_asleep()
            && self
                .0
                .compare_exchange(ASLEEP, purpose as u8, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
    }

    /// Whether the loop sleeps: a look, which may be out of date at once.
    pub(super) fn is_asleep(&self) -> bool {
        // Relaxed: see `rouse`.
        self.0.load(Ordering::Relaxed) == ASLEEP
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn one_producer_wakes_a_sleeper_and_none_a_loop_that_is_up() {
        let doze = Doze::new();
        assert!(!doze.rouse(Purpose::Itself));
        doze.announce();
        assert!(doze.rouse(Purpose::Search));
        assert!(!doze.rouse(Purpose::Itself), "the second producer need not");
        assert_eq!(doze.retract(), Ended::Roused(Purpose::Search));
        doze.announce();
        assert_eq!(doze.retract(), Ended::ByItself);
        assert!(!doze.rouse(Purpose::Itself));
    }
}

//! The announcement of a loop that it sleeps.
//!
//! The loop announces its sleep and then looks once more at every queue; a producer fills a queue
//! and then looks at the announcement. A fence between the two steps of each side makes sure that
//! they cannot both miss. The first producer to find the loop asleep takes the announcement back,
//! so one wake-up is sent and not one for each producer.

use crate::shim::atomic::{AtomicBool, Ordering, fence};

/// One loop's announcement. Written by the loop's holder and by whoever rouses it; publishes
/// nothing but itself, since the queues publish their items.
#[derive(Debug)]
pub(super) struct Doze(AtomicBool);

impl Doze {
    pub(super) const fn new() -> Self {
        Self(AtomicBool::new(false))
    }

    /// The holder is about to sleep; it must look at every queue after this.
    pub(super) fn announce(&self) {
        // Relaxed: the fence below orders it before the look at the queues.
        self.0.store(true, Ordering::Relaxed);
        // Pairs with the fence in `rouse`: of announce-then-look and push-then-rouse, one side
        // sees the other.
        fence(Ordering::SeqCst);
    }

    /// The holder is up again.
    pub(super) fn retract(&self) {
        // Relaxed: who still finds the announcement sends a wake-up too many, which is harmless.
        self.0.store(false, Ordering::Relaxed);
    }

    /// Called after a queue was filled: whether the caller has to wake the loop.
    #[must_use]
    pub(super) fn rouse(&self) -> bool {
        // Pairs with the fence in `announce`.
        fence(Ordering::SeqCst);
        // Relaxed: the fences order it; the swap makes sure that one producer alone gets `true`.
        self.0.load(Ordering::Relaxed) && self.0.swap(false, Ordering::Relaxed)
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn one_producer_wakes_a_sleeper_and_none_a_loop_that_is_up() {
        let doze = Doze::new();
        assert!(!doze.rouse());
        doze.announce();
        assert!(doze.rouse());
        assert!(!doze.rouse(), "the second producer need not");
        doze.announce();
        doze.retract();
        assert!(!doze.rouse());
    }
}

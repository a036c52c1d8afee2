//! Wakes batch after batch, so that one waker's panic does not keep the others asleep.
//!
//! Events are told once (the poller is edge-triggered), and a shutdown happens once. Were a panic
//! to leave in the middle, whoever comes after it would wait for ever. So it leaves at the end.

use crate::util::first_panic::FirstPanic;
use crate::util::wakers::Wakers;
use std::mem;

/// The wakers of one turn or one shutdown.
pub(super) struct Delivery {
    wakers: Wakers,
    panics: FirstPanic,
}

impl Delivery {
    pub(super) fn new() -> Delivery {
        Delivery { wakers: Wakers::new(), panics: FirstPanic::new() }
    }

    /// The batch to be filled, under whatever lock.
    pub(super) fn wakers(&mut self) -> &mut Wakers {
        &mut self.wakers
    }

    /// Wakes what was collected. Call it with no lock held.
    pub(super) fn send(&mut self) {
        // `wake_all` leaves the batch empty and whole however it ends.
        self.panics.run(|| self.wakers.wake_all());
    }

    /// Wakes what was collected, and hands on the first panic of all.
    pub(super) fn finish(&mut self) {
        self.send();
        mem::take(&mut self.panics).resume();
    }
}

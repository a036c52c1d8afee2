//! Wakes batch after batch, so that one waker's panic does not keep the others asleep.
//!
//! Events are told once (the poller is edge-triggered), and a shutdown happens once. Were a panic
//! to leave in the middle, whoever comes after it would wait for ever. So it leaves at the end.

use crate::util::wakers::Wakers;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// The wakers of one turn or one shutdown.
pub(super) struct Delivery {
    wakers: Wakers,
    panic: Option<Box<dyn Any + Send>>,
}

impl Delivery {
    pub(super) const fn new() -> Delivery {
        Delivery { wakers: Wakers::new(), panic: None }
    }

    /// The batch to be filled, under whatever lock.
    pub(super) fn wakers(&mut self) -> &mut Wakers {
        &mut self.wakers
    }

    /// Wakes what was collected. Call it with no lock held.
    pub(super) fn send(&mut self) {
        // Unwind safe: `wake_all` leaves the batch empty and whole however it ends.
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| self.wakers.wake_all())) {
            self.panic.get_or_insert(panic);
        }
    }

    /// Wakes what was collected, and hands on the first panic of all.
    pub(super) fn finish(mut self) {
        self.send();
        if let Some(panic) = self.panic {
            resume_unwind(panic);
        }
    }
}

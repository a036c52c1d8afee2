//! The number of the value in a watch channel, which also says that it is the last.

use crate::shim::atomic::{AtomicUsize, Ordering};

/// No other value comes.
const CLOSED: usize = 1;
/// One step to the next value.
const STEP: usize = 2;

/// The number of a value; wraps around, and is only compared for being equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Version(usize);

impl Version {
    /// A version that no reader takes for `self`.
    pub(super) fn other(self) -> Self {
        Self(self.0.wrapping_sub(STEP))
    }
}

/// A reading of the channel's number.
#[derive(Clone, Copy, Debug)]
pub(super) struct Snapshot(usize);

impl Snapshot {
    #[inline]
    pub(super) fn version(self) -> Version {
        Version(self.0 & !CLOSED)
    }

    #[inline]
    pub(super) fn is_closed(self) -> bool {
        self.0 & CLOSED != 0
    }
}

/// The number itself: written by whoever holds the value's lock for writing, closed by the last
/// sender.
pub(super) struct Current(AtomicUsize);

impl Current {
    pub(super) fn new() -> Self {
        Self(AtomicUsize::from(0))
    }

    #[inline]
    pub(super) fn load(&self) -> Snapshot {
        // Acquire: pairs with the Release in `step` and `close`, and what was done before.
        Snapshot(self.0.load(Ordering::Acquire))
    }

    /// Counts a new value. Only the holder of the value's lock may call it.
    #[inline]
    pub(super) fn step(&self) {
        // Relaxed: nobody else writes; the last sender is not yet gone.
        let next = self.0.load(Ordering::Relaxed).wrapping_add(STEP);
        // Release: pairs with the Acquire in `load`.
        self.0.store(next, Ordering::Release);
    }

    /// Says that no other value comes.
    pub(super) fn close(&self) {
        // Release: pairs with the Acquire in `load`.
        self.0.fetch_or(CLOSED, Ordering::Release);
    }
}

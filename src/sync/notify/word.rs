//! The word behind a `Notify`: a permit or a crowd, with a count of calls to everybody.
//!
//! ```text
//!   | generation ........ | WAITING | PERMIT |
//! ```
//!
//! PERMIT and WAITING are never set together. WAITING says that the queue holds somebody; while it
//! is set, only the holder of the queue's lock changes the word. The generation counts the calls of
//! `notify_waiters`, so that a future made before a call can tell without having queued.

/// A notification that waits for a taker.
const PERMIT: usize = 1;
/// Takers wait in the queue.
const WAITING: usize = 1 << 1;
/// One step of the generation.
const GENERATION: usize = 1 << 2;

/// A reading of the word.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Word(pub(super) usize);

impl Word {
    pub(super) const EMPTY: Self = Self(0);

    pub(super) fn has_permit(self) -> bool {
        self.0 & PERMIT != 0
    }

    pub(super) fn has_waiters(self) -> bool {
        self.0 & WAITING != 0
    }

    /// Counts the calls to everybody; wraps around, and is only compared for being equal.
    pub(super) fn generation(self) -> usize {
        self.0 / GENERATION
    }

    #[must_use]
    pub(super) fn with_permit(self) -> Self {
        Self(self.0 | PERMIT)
    }

    #[must_use]
    pub(super) fn without_permit(self) -> Self {
        Self(self.0 & !PERMIT)
    }

    #[must_use]
    pub(super) fn with_waiters(self) -> Self {
        Self(self.0 | WAITING)
    }

    #[must_use]
    pub(super) fn without_waiters(self) -> Self {
        Self(self.0 & !WAITING)
    }

    #[must_use]
    pub(super) fn next_generation(self) -> Self {
        Self(self.0.wrapping_add(GENERATION))
    }
}

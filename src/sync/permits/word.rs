//! The word behind a set of permits.
//!
//! ```text
//!   | free permits ............ | CROWDED | CLOSED |
//! ```
//!
//! While somebody waits (CROWDED) no permit is free: whoever gives permits back hands them to the
//! first in line, under the lock of the queue. So nobody can overtake, and only the holder of that
//! lock changes a crowded word.

/// Nobody gets a permit any more.
const CLOSED: usize = 1;
/// The queue is not empty.
const CROWDED: usize = 1 << 1;
/// One free permit.
const PERMIT: usize = 1 << 2;

/// The most permits that can be free.
pub(super) const MAX: usize = usize::MAX >> 3;

/// Why no permit was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sync) enum Refusal {
    /// Too few are free.
    TooFew,
    /// There will be no more.
    Closed,
}

/// A reading of the word.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Word(pub(super) usize);

impl Word {
    pub(super) const fn new(free: usize) -> Self {
        Self(free * PERMIT)
    }

    pub(super) const fn free(self) -> usize {
        self.0 / PERMIT
    }

    pub(super) fn is_closed(self) -> bool {
        self.0 & CLOSED != 0
    }

    pub(super) fn is_crowded(self) -> bool {
        self.0 & CROWDED != 0
    }

    /// Takes `count` permits, or none.
    #[inline]
    pub(super) fn take(self, count: usize) -> Result<Self, Refusal> {
        if self.is_closed() {
            Err(Refusal::Closed)
        } else if self.free() < count {
            Err(Refusal::TooFew)
        } else {
            Ok(Self(self.0 - count * PERMIT))
        }
    }

    /// Gives `count` permits back, unless they are too many.
    #[inline]
    pub(super) fn give(self, count: usize) -> Option<Self> {
        (count <= MAX - self.free()).then(|| Self(self.0 + count * PERMIT))
    }

    #[must_use]
    pub(super) fn crowded(self) -> Self {
        Self(self.0 | CROWDED)
    }

    #[must_use]
    pub(super) fn uncrowded(self) -> Self {
        Self(self.0 & !CROWDED)
    }

    #[must_use]
    pub(super) const fn closed(self) -> Self {
        Self(self.0 | CLOSED)
    }
}

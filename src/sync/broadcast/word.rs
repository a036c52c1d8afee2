//! The word of a cell, which counts those who have yet to read the value.
//!
//! ```text
//!   | receivers that the value is owed to .... | LOST | AWAITED | BUSY |
//! ```
//!
//! BUSY is a claim: its holder alone may touch the value. Receivers claim to clone it, since a value
//! need not be `Sync`; senders to overwrite it. A receiver that finds the claim taken sets AWAITED,
//! and waits for the holder to wake it. A sender does not wait: it sets LOST, takes another cell,
//! and leaves this one to the holder of the claim.
//!
//! AWAITED and LOST are set under the lock of the channel, while BUSY; all three end with the claim.

/// Somebody holds the claim.
const BUSY: usize = 1;
/// Receivers wait for the claim to end.
const AWAITED: usize = 1 << 1;
/// The cell is no longer in the channel.
const LOST: usize = 1 << 2;
/// One receiver.
const OWED: usize = 1 << 3;

/// The most receivers that a channel can have.
pub(super) const MAX_RECEIVERS: usize = usize::MAX / OWED;

/// A reading of the word.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Word(pub(super) usize);

impl Word {
    /// Nobody is at it, and there is no value.
    pub(super) const IDLE: Self = Self(0);

    /// There is a value for so many receivers, and nobody is at it.
    pub(super) fn owed_to(receivers: usize) -> Self {
        Self(receivers * OWED)
    }

    #[inline]
    pub(super) fn is_busy(self) -> bool {
        self.0 & BUSY != 0
    }

    pub(super) fn is_awaited(self) -> bool {
        self.0 & AWAITED != 0
    }

    pub(super) fn is_lost(self) -> bool {
        self.0 & LOST != 0
    }

    /// Whether nobody gets the value any more.
    #[inline]
    pub(super) fn is_spent(self) -> bool {
        self.0 < OWED || self.is_lost()
    }

    /// Whether the value is owed to somebody.
    pub(super) fn is_owed(self) -> bool {
        self.0 >= OWED
    }

    #[must_use]
    pub(super) fn awaited(self) -> Self {
        Self(self.0 | AWAITED)
    }

    #[must_use]
    pub(super) fn lost(self) -> Self {
        Self(self.0 | LOST)
    }

    #[must_use]
    pub(super) fn claimed(self) -> Self {
        Self(self.0 | BUSY)
    }

    /// Without the claim and what ends with it.
    #[must_use]
    #[inline]
    pub(super) fn released(self) -> Self {
        Self(self.0 & !(BUSY | AWAITED | LOST))
    }

    /// One receiver less.
    #[must_use]
    #[inline]
    pub(super) fn paid(self) -> Self {
        Self(self.0 - OWED)
    }
}

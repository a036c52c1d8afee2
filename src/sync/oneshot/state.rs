//! The word that both ends of a oneshot channel share.
//!
//! ```text
//!   sender                                    receiver
//!   open --send--> SENT                       open --close, drop--> CLOSED
//!        --drop--> ENDED
//!   then leave: TX_GONE                       then leave: RX_GONE
//! ```
//!
//! Each bit is set once and never cleared, except the two WAITS bits: a set RX_WAITS says that the
//! receiver's waker is in its cell, and whoever completes the channel (SENT or ENDED) while it is
//! set owns the cell from then on. TX_WAITS is the same for the sender's waker and CLOSED. An end
//! that wants its cell back clears the bit, which succeeds only before the other end got there.
//!
//! The second end to leave frees the memory. A sender whom nobody waits for completes and leaves in
//! one step; a receiver that finds TX_GONE leaves in none.

use crate::shim::atomic::{AtomicU8, Ordering};

/// The value is in its cell.
const SENT: u8 = 1;
/// The sender went without sending.
const ENDED: u8 = 1 << 1;
/// The receiver takes nothing that has not been sent yet.
const CLOSED: u8 = 1 << 2;
/// The sender does not touch the memory any more.
const TX_GONE: u8 = 1 << 3;
/// The receiver does not touch the memory any more.
const RX_GONE: u8 = 1 << 4;
/// The receiver's waker is in its cell.
const RX_WAITS: u8 = 1 << 5;
/// The sender's waker is in its cell.
const TX_WAITS: u8 = 1 << 6;

/// One end of the channel.
#[derive(Clone, Copy)]
pub(super) enum End {
    Sender,
    Receiver,
}

impl End {
    const fn waits(self) -> u8 {
        match self {
            Self::Sender => TX_WAITS,
            Self::Receiver => RX_WAITS,
        }
    }

    const fn gone(self) -> u8 {
        match self {
            Self::Sender => TX_GONE,
            Self::Receiver => RX_GONE,
        }
    }

    /// What the other end does to take over this end's waker.
    const fn news(self) -> u8 {
        match self {
            Self::Sender => CLOSED,
            Self::Receiver => SENT | ENDED,
        }
    }
}

/// How the sender completes the channel.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Completion {
    Sent = SENT as isize,
    Ended = ENDED as isize,
}

/// What the sender has to do after it has completed the channel.
#[must_use]
pub(super) enum After {
    /// It has left; the receiver frees the memory.
    Nothing,
    /// It has left as the second: free the memory.
    Free,
    /// It owns the receiver's waker: wake it, then leave.
    Wake,
}

/// A reading of the word.
#[derive(Clone, Copy)]
pub(super) struct Snapshot(u8);

impl Snapshot {
    pub(super) fn is_sent(self) -> bool {
        self.0 & SENT != 0
    }

    pub(super) fn is_complete(self) -> bool {
        self.0 & (SENT | ENDED) != 0
    }

    pub(super) fn is_closed(self) -> bool {
        self.0 & CLOSED != 0
    }

    /// Whether `end` has left.
    pub(super) fn is_gone(self, end: End) -> bool {
        self.0 & end.gone() != 0
    }

    /// Whether the waker of `end` is in its cell, or was when the other end took it over.
    pub(super) fn waits(self, end: End) -> bool {
        self.0 & end.waits() != 0
    }

    /// Whether there is something for `end` to wake up for.
    pub(super) fn has_news(self, end: End) -> bool {
        self.0 & end.news() != 0
    }
}

/// The word itself.
pub(super) struct State(AtomicU8);

impl State {
    pub(super) fn new() -> Self {
        Self(AtomicU8::from(0))
    }

    #[inline]
    pub(super) fn load(&self) -> Snapshot {
        // Acquire: pairs with the Release of whoever set the bits, and so with the value's write.
        Snapshot(self.0.load(Ordering::Acquire))
    }

    /// Completes the channel; refused if a value is to be sent but the receiver has closed.
    #[inline]
    pub(super) fn complete(&self, how: Completion) -> Result<After, Snapshot> {
        // Relaxed: the exchange below confirms it.
        let mut now = self.0.load(Ordering::Relaxed);
        loop {
            if how == Completion::Sent && now & CLOSED != 0 {
                return Err(Snapshot(now));
            }
            let waits = now & RX_WAITS != 0;
            let leave = if waits { 0 } else { TX_GONE };
            // Release: publishes the value to the receiver. Acquire: takes over the receiver's
            // waker, or all of the memory. Relaxed on failure: read again.
            match self.0.compare_exchange_weak(
                now,
                now | how as u8 | leave,
                Ordering::AcqRel,
                Ordering::Relaxed,
            ) {
                Ok(_) if waits => return Ok(After::Wake),
                Ok(_) if now & RX_GONE != 0 => return Ok(After::Free),
                Ok(_) => return Ok(After::Nothing),
                Err(seen) => now = seen,
            }
        }
    }

    /// Refuses values from now on; returns what was before.
    pub(super) fn close(&self) -> Snapshot {
        // Acquire: pairs with the Release in `complete` (a value) and `occupy` (the sender's
        // waker). Release: pairs with the Acquire of a sender that sees CLOSED.
        Snapshot(self.0.fetch_or(CLOSED, Ordering::AcqRel))
    }

    /// `end` leaves the memory; answers whether it was the second to do so, and has to free it.
    pub(super) fn leave(&self, end: End) -> bool {
        let both = TX_GONE | RX_GONE;
        // Release: what this end did to the memory comes before the free; Acquire: what the other
        // end did, too, if it is this end that frees.
        (self.0.fetch_or(end.gone(), Ordering::AcqRel) | end.gone()) & both == both
    }

    /// Says that the waker of `end` is in its cell; refused if the news came first.
    pub(super) fn occupy(&self, end: End) -> Result<(), Snapshot> {
        // Release: publishes the waker to whoever brings the news.
        self.update(end, |now| now | end.waits(), Ordering::AcqRel)
    }

    /// Takes the waker of `end` back; refused if the news came first.
    pub(super) fn vacate(&self, end: End) -> Result<(), Snapshot> {
        // Acquire: the cell is this end's own again, which wrote it itself.
        self.update(end, |now| now & !end.waits(), Ordering::Acquire)
    }

    fn update(
        &self,
        end: End,
        next: impl Fn(u8) -> u8,
        ordering: Ordering,
    ) -> Result<(), Snapshot> {
        // Relaxed: the exchange below confirms it.
        let mut now = self.0.load(Ordering::Relaxed);
        loop {
            if now & end.news() != 0 {
                // A look of its own, since this one published nothing.
                return Err(self.load());
            }
            // Relaxed on failure: read again.
            match self.0.compare_exchange_weak(now, next(now), ordering, Ordering::Relaxed) {
                Ok(_) => return Ok(()),
                Err(seen) => now = seen,
            }
        }
    }
}

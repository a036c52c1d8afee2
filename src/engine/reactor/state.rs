//! The packed word of a source: what it is ready for since which event.
//!
//! ```text
//!   63        62 ...................... 8   7 ... 0
//!   shut down  tick: events so far, wraps   ready
//!
//!   arrived   turn, once an event    ready |= event, tick += 1
//!   clear     whoever found it dry   ready &= !bits, if the tick is still the one sampled
//!   shut      shutdown, once         shut down = 1
//! ```
//!
//! The tick is sampled before the system call. An event that comes in between moves the tick, so
//! that the clear of the older sample does nothing and no edge is lost.

use super::Ready;
use crate::shim::atomic::{AtomicU64, Ordering};

const READY: u64 = 0xff;
const TICK_ONE: u64 = 1 << 8;
const SHUT: u64 = 1 << 63;

/// Readiness at one moment, with what is needed to take it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ReadyEvent {
    pub(crate) ready: Ready,
    tick: u64,
}

impl ReadyEvent {
    /// The same moment, seen by somebody who waits for `interest` only.
    pub(crate) fn narrowed(self, interest: Ready) -> ReadyEvent {
        ReadyEvent { ready: self.ready & interest, ..self }
    }

    /// The same moment, without what has been used up.
    pub(crate) fn without(self, used: Ready) -> ReadyEvent {
        ReadyEvent { ready: self.ready - used, ..self }
    }
}

/// The word. The poller's thread sets bits, tasks clear them, shutdown closes it.
#[derive(Debug)]
pub(super) struct State(AtomicU64);

impl State {
    pub(super) const fn new(ready: Ready) -> State {
        State(AtomicU64::new(ready.bits() as u64))
    }

    /// What the source is ready for; `None` after shutdown.
    pub(super) fn sample(&self) -> Option<ReadyEvent> {
        // Pairs with the exchange in `update`: what led to the bit happened before who sees it.
        let word = self.0.load(Ordering::Acquire);
        (word & SHUT == 0)
            .then(|| ReadyEvent { ready: Ready::from_bits((word & READY) as u8), tick: tick(word) })
    }

    /// Notes an event.
    pub(super) fn arrived(&self, ready: Ready) {
        self.update(|word| {
            let next = tick(word).wrapping_add(TICK_ONE) & !(READY | SHUT);
            Some((word & (READY | SHUT)) | u64::from(ready.bits()) | next)
        });
    }

    /// Takes `bits` back unless an event came after `seen` was sampled.
    pub(super) fn clear(&self, seen: ReadyEvent, bits: Ready) {
        self.update(|word| (tick(word) == seen.tick).then(|| word & !u64::from(bits.bits())));
    }

    /// Closes the word for good.
    pub(super) fn shut(&self) {
        self.update(|word| Some(word | SHUT));
    }

    fn update(&self, next: impl Fn(u64) -> Option<u64>) {
        // Relaxed: a stale value only makes the exchange below fail and tell the current one.
        let mut word = self.0.load(Ordering::Relaxed);
        while let Some(new) = next(word) {
            // Release pairs with the load in `sample`. Acquire: an update goes on from the one
            // before, so that who sees the last sees them all.
            match self.0.compare_exchange_weak(word, new, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(_) => return,
                Err(current) => word = current,
            }
        }
    }
}

fn tick(word: u64) -> u64 {
    word & !(READY | SHUT)
}

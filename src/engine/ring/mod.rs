//! Queues of ready tasks.
//!
//! Generic over the item, which brings its own [`Link`], so that no queue allocates. No system
//! calls, no blocking, and no wake-ups: what to do about a queue that has items is the caller's.
//!
//! - [`MicrotaskRing`]: any thread pushes, consumers take turns.
//! - [`Lane`]: one owner pushes and pops, thieves take half at its [`Victim`] end.
//! - [`Stack`]: any thread pushes, one consumer takes all at once.
//! - [`Next`]: one item that its owner runs before all others, unless somebody takes it first.
//! - [`Fifo`]: one holder, no atomics.

mod chain;
mod fifo;
mod lane;
mod next;
// `ring::ring` is inside only; the room's name and the glossary's word for the queue are the same.
#[allow(clippy::module_inception)]
mod ring;
mod slots;
mod stack;

#[cfg(test)]
#[path = "tests/item.rs"]
mod item;
#[cfg(all(test, loom))]
mod loom_tests;
#[cfg(all(test, not(loom)))]
mod tests;

pub(crate) use chain::{Chained, Link};
pub(crate) use fifo::Fifo;
pub(crate) use lane::{Lane, Victim};
pub(crate) use next::Next;
pub(crate) use ring::MicrotaskRing;
pub(crate) use stack::Stack;

/// What taking from a shared queue comes to.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "an item, or whether it is worth to look again"]
pub(crate) enum Pop<T> {
    /// The oldest item.
    Item(T),
    /// There was nothing.
    Empty,
    /// Somebody else is taking right now and may leave items behind, so this is not `Empty`: look
    /// again before going to sleep.
    Busy,
}

impl<T> Pop<T> {
    /// Goes on with what was found.
    #[inline]
    fn and_then<U>(self, step: impl FnOnce(T) -> Pop<U>) -> Pop<U> {
        match self {
            Pop::Item(item) => step(item),
            Pop::Empty => Pop::Empty,
            Pop::Busy => Pop::Busy,
        }
    }
}

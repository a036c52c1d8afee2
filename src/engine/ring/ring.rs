//! The microtask ring: the queue of ready tasks that any thread pushes on.
//!
//! Producers push on a [`Stack`] with one compare-exchange. Consumers take turns: whoever holds the
//! claim takes the whole stack with one swap, puts it in order behind what earlier takes
//! left, and pops from there. So items of one producer leave in the order they came, whatever races;
//! there is no slot that a stopped producer could keep half-filled, no capacity, nothing to
//! overflow into, and no memory beside the items.
//!
//! ```text
//!   producers --push--> stack --take (claim)--> ready --pop (claim)--> consumer
//! ```
//!
//! The price is paid by the consumer: putting a burst in order touches each of its items once, and
//! whoever asks meanwhile is told that the ring is busy.
//!
//! The ring never wakes anyone. A producer that has pushed looks at the announcements of sleepers
//! itself, behind a sequentially consistent fence; so does a sleeper look here once more.

use super::Pop;
use super::chain::Chained;
use super::fifo::Fifo;
use super::stack::Stack;
use crate::shim::atomic::{AtomicUsize, Ordering};
use crate::shim::{UnsafeCell, hint};

/// The turn while somebody holds the claim. No queue is that long: an item is bigger than a byte.
const CLAIMED: usize = usize::MAX;

/// Many producers, and consumers that take turns; first in, first out for each producer.
pub(crate) struct MicrotaskRing<T: Chained> {
    producers: Producers<T>,
    consumers: Consumers<T>,
}

/// What producers write from all sides, on cache lines of its own: two, since processors fetch
/// them in pairs.
#[repr(align(128))]
struct Producers<T: Chained> {
    stack: Stack<T>,
}

/// What only consumers write, on cache lines of its own.
#[repr(align(128))]
struct Consumers<T: Chained> {
    // How many items `ready` holds, or `CLAIMED`. Written by the holder of the claim; anybody else
    // may look. It never says 0 while items are under way from the stack to `ready`.
    turn: AtomicUsize,
    ready: UnsafeCell<Fifo<T>>,
}

// SAFETY: items go in and out by value; `ready` is reached under the claim only.
unsafe impl<T: Chained + Send> Sync for MicrotaskRing<T> {}

impl<T: Chained> MicrotaskRing<T> {
    pub(crate) fn new() -> Self {
        let consumers =
            Consumers { turn: AtomicUsize::new(0), ready: UnsafeCell::new(Fifo::new()) };
        Self { producers: Producers { stack: Stack::new() }, consumers }
    }

    /// Adds `item` as the newest, or hands it back if the ring is closed.
    #[inline]
    pub(crate) fn push(&self, item: T) -> Result<(), T> {
        self.producers.stack.push(item).map(drop)
    }

    /// Adds `items` as the newest, in their order; answers those that a closed ring refuses.
    ///
    /// Costs the same for many as for one, unless a consumer is at work.
    pub(crate) fn append(&self, mut items: Fifo<T>) -> Fifo<T> {
        let Some(mut claim) = self.try_claim() else {
            let mut refused = Fifo::new();
            while let Some(item) = items.pop_front() {
                if let Err(item) = self.push(item) {
                    refused.push_back(item);
                }
            }
            return refused;
        };
        if !self.producers.stack.is_closed() {
            // What this producer has pushed before goes first.
            claim.refill();
            claim.with_ready(|ready| ready.append(&mut items));
        }
        items
    }

    /// Takes the oldest item.
    #[inline]
    pub(crate) fn pop(&self) -> Pop<T> {
        self.claim().and_then(|mut claim| claim.pop())
    }

    /// Moves the oldest items behind those in `into`; answers how many.
    ///
    /// They are `max`, or all that were pushed before the call and are not taken by others, if
    /// that is less. None are [`Pop::Empty`], unless `max` is 0.
    pub(crate) fn pop_batch(&self, max: usize, into: &mut Fifo<T>) -> Pop<usize> {
        self.claim().and_then(|mut claim| claim.pop_batch(max, into))
    }

    /// Whether there is nothing to pop: a look, which may be out of date at once.
    ///
    /// It is never blind to an item whose push has returned and that nobody has popped, and never
    /// says so while a consumer is at work.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        // The order matters: an item goes from the stack to `ready`, so look there last.
        // Relaxed: only the number counts. That it is not older than the claim under which the
        // stack was emptied is the work of the acquire load inside `Stack::is_empty`.
        self.producers.stack.is_empty() && self.consumers.turn.load(Ordering::Relaxed) == 0
    }

    /// How many items there are. Waits for a consumer that is at work, so it is for metrics only.
    pub(crate) fn len(&self) -> usize {
        let mut claim = self.claim_next();
        claim.refill();
        claim.with_ready(|ready| ready.len())
    }

    /// Refuses all pushes from now on, and takes what was pushed before.
    ///
    /// Waits for a consumer that is at work. A second call finds nothing.
    pub(crate) fn close(&self) -> Fifo<T> {
        let mut claim = self.claim_next();
        let mut newer = self.producers.stack.close();
        claim.with_ready(|ready| {
            ready.append(&mut newer);
            std::mem::replace(ready, Fifo::new())
        })
    }

    /// Takes the claim if there is something to pop and nobody else has it.
    #[inline]
    fn claim(&self) -> Pop<Claim<'_, T>> {
        if self.is_empty() {
            return Pop::Empty;
        }
        // A failed claim is said at once: the holder is a few steps from the end, or was preempted,
        // and then it is not for us to wait.
        self.try_claim().map_or(Pop::Busy, Pop::Item)
    }

    /// Takes the claim, after the others if need be.
    ///
    /// What a holder does is bounded and calls no foreign code, so neither can this deadlock.
    fn claim_next(&self) -> Claim<'_, T> {
        loop {
            if let Some(claim) = self.try_claim() {
                return claim;
            }
            hint::spin_loop();
        }
    }

    #[inline]
    fn try_claim(&self) -> Option<Claim<'_, T>> {
        let turn = &self.consumers.turn;
        // Relaxed: a guess, which the exchange confirms; a wrong one means that others are at work.
        let left = turn.load(Ordering::Relaxed);
        if left == CLAIMED {
            return None;
        }
        // Acquire: pairs with the store in `Claim::drop`, for what the last holder did to `ready`.
        // Relaxed: nothing is done after a failure.
        turn.compare_exchange(left, CLAIMED, Ordering::Acquire, Ordering::Relaxed).ok()?;
        Some(Claim { ring: self })
    }
}

/// The right to touch `ready`, given up when dropped, also on unwind.
struct Claim<'a, T: Chained> {
    ring: &'a MicrotaskRing<T>,
}

impl<T: Chained> Claim<'_, T> {
    #[inline]
    fn pop(&mut self) -> Pop<T> {
        if self.with_ready(|ready| ready.is_empty()) {
            self.refill();
        }
        self.with_ready(Fifo::pop_front).map_or(Pop::Empty, Pop::Item)
    }

    fn pop_batch(&mut self, max: usize, into: &mut Fifo<T>) -> Pop<usize> {
        if self.with_ready(|ready| ready.len()) < max {
            self.refill();
        }
        let taken = self.with_ready(|ready| ready.move_front(max, into));
        if taken == 0 && max != 0 { Pop::Empty } else { Pop::Item(taken) }
    }

    /// Puts what producers have pushed in order, behind what is ready.
    fn refill(&mut self) {
        let mut newer = self.ring.producers.stack.take();
        self.with_ready(|ready| ready.append(&mut newer));
    }

    #[inline]
    fn with_ready<R>(&mut self, step: impl FnOnce(&mut Fifo<T>) -> R) -> R {
        // SAFETY: there is one claim at a time, and it is borrowed exclusively for the step.
        self.ring.consumers.ready.with_mut(|ready| step(unsafe { &mut *ready }))
    }
}

impl<T: Chained> Drop for Claim<'_, T> {
    #[inline]
    fn drop(&mut self) {
        let left = self.with_ready(|ready| ready.len());
        // Release: pairs with the exchange in `try_claim`, for what was done to `ready`.
        self.ring.consumers.turn.store(left, Ordering::Release);
    }
}

//! The list of values that many senders fill for one receiver.
//!
//! Values lie in a chain of small blocks. One word, the tail, names the next free slot of the last
//! block; a sender claims it by one exchange that steps the tail on, fills the slot and marks it
//! ready. Nobody waits for a sender that stops in between: others claim the next slots, and only
//! the receiver cannot get past it.
//!
//! Who claims the last slot of a block brings the next block along: the exchange moves the tail to
//! that block's first slot, so a free slot always exists. It then links the new block to the old
//! one, and only then fills its slot, so that the receiver finds the link when it gets there.
//!
//! ```text
//!            head                                tail
//!              |                                  |
//!   freed  [ . v v v ] --next--> [ v v v v ] --> [ . . . . ]
//! ```
//!
//! A claimed slot keeps its block alive, because the receiver frees a block only after it has taken
//! all of its values. And a sender touches a block only after its claim. So it does no harm that
//! the block a sender has seen at the tail may be freed, and even come back there, before its
//! exchange: if the exchange succeeds, the slot is free and the sender's own.
//!
//! The receiver waits on the very slot that comes next: it marks it, and the sender that fills it
//! finds the mark and wakes the receiver. As long as there is no block it marks the place of the
//! first block instead.

mod block;
mod cursor;
mod head;

#[cfg(all(test, loom))]
mod loom_tests;
#[cfg(all(test, not(loom)))]
mod tests;

use crate::shim::atomic::{AtomicPtr, Ordering};
use crate::util::first_panic::FirstPanic;
use block::Block;
use cursor::{AtomicCursor, Cursor};
pub(super) use head::Head;
use std::ptr;

/// A list of values: any number of senders, one receiver.
pub(super) struct Queue<T> {
    /// The next free slot, or that there is none any more. Publishes the block that it is in.
    tail: AtomicCursor<T>,
    /// The first of all blocks, for a receiver that has none yet: null, [`awaited`] or the block.
    first: AtomicPtr<Block<T>>,
    /// A block for reuse.
    spare: AtomicPtr<Block<T>>,
    /// The slot whose value is received next; the receiver's own.
    head: AtomicCursor<T>,
    /// The tail when it was closed; the receiver's own.
    end: AtomicCursor<T>,
    /// The last block whose start was counted, or null; the receiver's own.
    counted: AtomicPtr<Block<T>>,
}

// SAFETY: values are moved in by one thread and out by another, and never shared.
unsafe impl<T: Send> Send for Queue<T> {}
// SAFETY: as above.
unsafe impl<T: Send> Sync for Queue<T> {}

/// Says in place of the first block that the receiver wants to be woken for it.
fn awaited<T>() -> *mut Block<T> {
    ptr::without_provenance_mut(1)
}

impl<T> Queue<T> {
    /// An empty list, without any block.
    pub(super) fn new() -> Self {
        let null = || AtomicPtr::from(ptr::null_mut());
        Self {
            tail: AtomicCursor::none(),
            first: null(),
            spare: null(),
            head: AtomicCursor::none(),
            end: AtomicCursor::none(),
            counted: null(),
        }
    }

    /// Appends a value; answers whether the receiver has to be woken for it.
    ///
    /// A closed list hands the value back.
    #[inline]
    pub(super) fn push(&self, value: T) -> Result<bool, T> {
        // Relaxed: the exchange in `claim` confirms it.
        let mut tail = self.tail.load(Ordering::Relaxed);
        while tail != Cursor::NONE && !tail.is_last() {
            if tail == Cursor::CLOSED {
                return Err(value);
            }
            match self.claim(tail, tail.step()) {
                // SAFETY: the slot is claimed, which keeps its block alive, and filled once.
                Ok(()) => return Ok(unsafe { (*tail.block()).fill(tail.slot(), value) }),
                Err(seen) => tail = seen,
            }
        }
        self.push_with_block(value)
    }

    /// Appends a value with a new block at hand, since the last one has one free slot or none.
    #[cold]
    fn push_with_block(&self, value: T) -> Result<bool, T> {
        let fresh = self.fresh_block();
        // Relaxed: as in `push`.
        let mut tail = self.tail.load(Ordering::Relaxed);
        while tail != Cursor::CLOSED {
            let next = if tail == Cursor::NONE {
                Cursor::first_of(fresh).step()
            } else if tail.is_last() {
                Cursor::first_of(fresh)
            } else {
                tail.step()
            };
            match self.claim(tail, next) {
                Ok(()) => return Ok(self.settle(tail, fresh, value)),
                Err(seen) => tail = seen,
            }
        }
        self.recycle(fresh);
        Err(value)
    }

    /// Fills the claimed slot, after finding a place for the block that was at hand.
    fn settle(&self, claimed: Cursor<T>, fresh: *mut Block<T>, value: T) -> bool {
        if claimed == Cursor::NONE {
            // AcqRel: as in `Block::fill`.
            let wanted = self.first.swap(fresh, Ordering::AcqRel) == awaited();
            // SAFETY: the claim was for the first slot of the new block.
            return unsafe { (*fresh).fill(0, value) } || wanted;
        }
        // SAFETY: the claimed slot keeps its block alive until it is filled.
        let block = unsafe { &*claimed.block() };
        if claimed.is_last() {
            block.link(fresh);
        } else {
            self.recycle(fresh);
        }
        // SAFETY: the slot is claimed, and filled once.
        unsafe { block.fill(claimed.slot(), value) }
    }

    #[inline]
    fn claim(&self, tail: Cursor<T>, next: Cursor<T>) -> Result<(), Cursor<T>> {
        // Acquire: sees the block as it was made. Release: publishes a new block. Relaxed on
        // failure: the caller tries again.
        self.tail.exchange(tail, next, Ordering::AcqRel, Ordering::Relaxed)
    }

    fn fresh_block(&self) -> *mut Block<T> {
        // Relaxed: a look that saves the exchange.
        if !self.spare.load(Ordering::Relaxed).is_null() {
            // Acquire: pairs with the Release in `recycle`.
            let spare = self.spare.swap(ptr::null_mut(), Ordering::Acquire);
            if !spare.is_null() {
                return spare;
            }
        }
        Block::allocate()
    }

    /// Keeps a block that nobody uses for later, if there is none yet.
    fn recycle(&self, block: *mut Block<T>) {
        // SAFETY: the callers own the block: they made it, or have taken the last of its values.
        unsafe { (*block).reset() };
        // Release: publishes the reset to whoever takes the block. Relaxed on failure: nothing
        // was published.
        let kept = self.spare.compare_exchange(
            ptr::null_mut(),
            block,
            Ordering::Release,
            Ordering::Relaxed,
        );
        if kept.is_err() {
            // SAFETY: as above.
            unsafe { Block::free(block) };
        }
    }

    /// The receiver's side.
    ///
    /// # Safety
    ///
    /// Only the receiver calls it, and nobody else has a head that it calls `&mut` methods on.
    #[inline]
    pub(super) unsafe fn head(&self) -> Head<'_, T> {
        Head { queue: self }
    }

    pub(super) fn is_closed(&self) -> bool {
        // Acquire: pairs with the Release in `Head::close`.
        self.tail.load(Ordering::Acquire) == Cursor::CLOSED
    }
}

impl<T> Drop for Queue<T> {
    fn drop(&mut self) {
        // SAFETY: nobody else has the list any more.
        let mut head = unsafe { self.head() };
        let mut panics = FirstPanic::new();
        while let Some(value) = head.pop() {
            panics.run(|| drop(value));
        }
        // What was read last, and what was put aside: nobody uses either.
        let last = head.position().map(Cursor::block);
        // Relaxed: nobody else has the list any more.
        let spare = Some(self.spare.load(Ordering::Relaxed)).filter(|spare| !spare.is_null());
        for block in last.into_iter().chain(spare) {
            // SAFETY: both come from `Block::allocate`, and are not the same.
            unsafe { Block::free(block) };
        }
        panics.resume();
    }
}

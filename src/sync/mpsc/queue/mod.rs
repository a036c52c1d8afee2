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
mod spare;

#[cfg(all(test, loom))]
mod loom_tests;
#[cfg(all(test, not(loom)))]
mod tests;

use crate::shim::Mutex;
use crate::shim::atomic::{AtomicPtr, Ordering};
use crate::util::first_panic::FirstPanic;
use block::Block;
use cursor::{AtomicCursor, Cursor};
pub(super) use head::Head;
use spare::Spare;
use std::marker::PhantomData;
use std::ptr;

/// A list of values: any number of senders, one receiver.
pub(super) struct Queue<T> {
    /// The next free slot, or that there is none any more. Publishes the block that it is in.
    tail: AtomicCursor<T>,
    /// The first of all blocks, for a receiver that has none yet: null, [`awaited`] or the block.
    first: AtomicPtr<Block<T>>,
    spare: Spare<T>,
    /// The slot whose value is received next; the receiver's own.
    head: AtomicCursor<T>,
    /// The tail when it was closed; the receiver's own.
    end: AtomicCursor<T>,
    /// The last block whose start was counted, or null; the receiver's own.
    counted: AtomicPtr<Block<T>>,
    // Values are moved in by one thread and out by another, and never shared, as with a lock.
    _values: PhantomData<Mutex<T>>,
}

/// A free slot that a sender has claimed.
///
/// It keeps its block alive, since the receiver does not get past a slot that is not filled.
#[must_use = "the receiver does not get past it until it is filled"]
struct Claimed<'a, T> {
    slot: Cursor<T>,
    _queue: &'a Queue<T>,
}

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
            spare: Spare::none(),
            head: AtomicCursor::none(),
            end: AtomicCursor::none(),
            counted: null(),
            _values: PhantomData,
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
            match self.claim(tail, tail, tail.step()) {
                Ok(claimed) => return Ok(claimed.fill(value)),
                Err(seen) => tail = seen,
            }
        }
        self.push_with_block(value)
    }

    /// Appends a value with a new block at hand, since the last one has one free slot or none.
    #[cold]
    fn push_with_block(&self, value: T) -> Result<bool, T> {
        let fresh = Box::into_raw(self.spare.take().unwrap_or_else(Block::allocate));
        let start = Cursor::first_of(fresh);
        // Relaxed: as in `push`.
        let mut tail = self.tail.load(Ordering::Relaxed);
        let claimed = loop {
            let (slot, next) = if tail == Cursor::CLOSED {
                break None;
            } else if tail == Cursor::NONE {
                (start, start.step())
            } else if tail.is_last() {
                (tail, start)
            } else {
                (tail, tail.step())
            };
            match self.claim(tail, slot, next) {
                Ok(claimed) => break Some(claimed),
                Err(seen) => tail = seen,
            }
        };
        let mut wanted = false;
        match &claimed {
            Some(_) if tail == Cursor::NONE => {
                // AcqRel: as in `Block::fill`.
                wanted = self.first.swap(fresh, Ordering::AcqRel) == awaited();
            }
            Some(last) if tail.is_last() => last.block().link(fresh),
            // SAFETY: it came out of a box above, and nobody else has learnt of it.
            _ => self.spare.put(unsafe { Box::from_raw(fresh) }),
        }
        match claimed {
            Some(claimed) => Ok(claimed.fill(value) || wanted),
            None => Err(value),
        }
    }

    /// Moves the tail on to `next`, which makes `slot` the caller's: the one that the tail names,
    /// or the first of the first block.
    #[inline]
    fn claim(
        &self,
        tail: Cursor<T>,
        slot: Cursor<T>,
        next: Cursor<T>,
    ) -> Result<Claimed<'_, T>, Cursor<T>> {
        // Acquire: sees the block as it was made. Release: publishes a new block. Relaxed on
        // failure: the caller tries again.
        self.tail.exchange(tail, next, Ordering::AcqRel, Ordering::Relaxed)?;
        Ok(Claimed { slot, _queue: self })
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

impl<T> Claimed<'_, T> {
    #[inline]
    fn block(&self) -> &Block<T> {
        // SAFETY: the claim keeps the block, and the list, which is borrowed, all blocks.
        unsafe { &*self.slot.block() }
    }

    /// Puts a value into the slot; answers whether the receiver wants to be woken for it.
    #[inline]
    fn fill(self, value: T) -> bool {
        // SAFETY: a slot is claimed by one exchange, and this is the end of the claim.
        unsafe { self.block().fill(self.slot.slot(), value) }
    }
}

impl<T> Drop for Queue<T> {
    fn drop(&mut self) {
        let mut head = Head { queue: self };
        let mut panics = FirstPanic::new();
        while let Some(value) = head.pop() {
            panics.run(|| drop(value));
        }
        if let Some(position) = head.position() {
            // SAFETY: the only block that is left, and nobody else has the list any more.
            drop(unsafe { Box::from_raw(position.cursor.block()) });
        }
        panics.resume();
    }
}

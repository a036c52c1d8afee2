//! The receiver's side of the list.

use super::block::{Block, SLOTS};
use super::cursor::Cursor;
use super::{Queue, awaited};
use crate::shim::atomic::Ordering;
use crate::shim::thread;
use std::ptr;

/// Where the receiver is in the list.
pub(in crate::sync::mpsc) struct Head<'a, T> {
    pub(super) queue: &'a Queue<T>,
}

impl<T> Head<'_, T> {
    pub(in crate::sync::mpsc) fn is_closed(&self) -> bool {
        self.queue.is_closed()
    }

    /// Takes the next value, if it is there.
    #[inline]
    pub(in crate::sync::mpsc) fn pop(&mut self) -> Option<T> {
        self.pop_after(|| {})
    }

    /// Takes the next value, if it is there, after `give_room` has run; once for each value, even if
    /// it panics and so leaves the value where it is.
    // Always: a call would cost more than the steps do.
    #[inline(always)]
    pub(in crate::sync::mpsc) fn pop_after(&mut self, give_room: impl FnOnce()) -> Option<T> {
        let position = self.position()?;
        let cursor = position.cursor;
        // SAFETY: this is the receiver, who moves on with each value.
        let value = unsafe { position.block().take(cursor.slot(), give_room) }?;
        let next = if cursor.is_last() { self.leave(cursor) } else { cursor.step() };
        // Relaxed: the receiver's own.
        self.queue.head.store(next, Ordering::Relaxed);
        Some(value)
    }

    /// Goes on to the next block after all values of one were taken.
    fn leave(&mut self, last: Cursor<T>) -> Cursor<T> {
        // SAFETY: it came out of a box, and whoever filled its slots is done with it. What is done
        // with it here is read the link to the next block, which is behind the last of its values.
        let left = unsafe { Box::from_raw(last.block()) };
        let next = ptr::from_ref(count_on(&left)).cast_mut();
        // Relaxed: the receiver's own.
        if self.queue.counted.load(Ordering::Relaxed) == last.block() {
            self.queue.counted.store(next, Ordering::Relaxed);
        }
        self.queue.spare.put(left);
        Cursor::first_of(next)
    }

    /// Asks to be woken for the next value; answers `false` if it is there already.
    pub(in crate::sync::mpsc) fn await_next(&mut self) -> bool {
        if let Some(position) = self.position() {
            return position.block().await_slot(position.cursor.slot());
        }
        // AcqRel: as in `Block::await_slot`.
        self.queue
            .first
            .compare_exchange(ptr::null_mut(), awaited(), Ordering::AcqRel, Ordering::Acquire)
            .map_or_else(|first| first == awaited(), |_| true)
    }

    /// Refuses values from now on.
    pub(in crate::sync::mpsc) fn close(&mut self) {
        // Acquire: sees the last block. Release: who sees the end sees what was done before.
        let tail = self.queue.tail.swap(Cursor::CLOSED, Ordering::AcqRel);
        if tail != Cursor::CLOSED {
            // Relaxed: the receiver's own.
            self.queue.end.store(tail, Ordering::Relaxed);
        }
    }

    /// Whether no value was sent that is not received yet.
    pub(in crate::sync::mpsc) fn is_empty(&self) -> bool {
        self.position().map_or(Cursor::NONE, |position| position.cursor) == self.end()
    }

    /// How many values were sent that are not received yet.
    pub(in crate::sync::mpsc) fn len(&self) -> usize {
        // Acquire: the end below is not older than what was counted before.
        let counted = self.queue.counted.load(Ordering::Acquire);
        let end = self.end();
        if end == Cursor::NONE {
            return 0;
        }
        let position = self.wait_for_position();
        // SAFETY: null, or a block that the receiver has not left: `leave` sees to that.
        let from = unsafe { counted.as_ref() }.unwrap_or(position.block());
        let received = position.block().start() + position.cursor.slot();
        self.count(from, end) - received
    }

    /// The position in a list that has a block.
    fn wait_for_position(&self) -> Position<'_, T> {
        loop {
            if let Some(position) = self.position() {
                return position;
            }
            // A sender is between claiming the first slot and the next step.
            thread::yield_now();
        }
    }

    /// How many slots there were before `end`, counted from a block whose start is known.
    fn count(&self, from: &Block<T>, end: Cursor<T>) -> usize {
        let mut block = from;
        while !ptr::eq(block, end.block()) {
            block = count_on(block);
        }
        // Release: pairs with the Acquire in `len`.
        self.queue.counted.store(ptr::from_ref(block).cast_mut(), Ordering::Release);
        block.start() + end.slot()
    }

    /// The end of what was sent.
    fn end(&self) -> Cursor<T> {
        // Acquire: sees the block of the tail.
        let tail = self.queue.tail.load(Ordering::Acquire);
        // Relaxed: the receiver's own.
        if tail == Cursor::CLOSED { self.queue.end.load(Ordering::Relaxed) } else { tail }
    }

    /// The slot whose value comes next, once there is a block.
    #[inline]
    pub(super) fn position(&self) -> Option<Position<'_, T>> {
        // Relaxed: the receiver's own.
        let head = self.queue.head.load(Ordering::Relaxed);
        let cursor = if head != Cursor::NONE { head } else { self.first_position()? };
        Some(Position { cursor, _queue: self.queue })
    }

    fn first_position(&self) -> Option<Cursor<T>> {
        // Acquire: pairs with the Release in `Queue::settle`.
        let first = self.queue.first.load(Ordering::Acquire);
        (!first.is_null() && first != awaited()).then(|| Cursor::first_of(first))
    }
}

/// The slot whose value comes next, as long as the receiver does not move on.
pub(super) struct Position<'a, T> {
    pub(super) cursor: Cursor<T>,
    _queue: &'a Queue<T>,
}

impl<'a, T> Position<'a, T> {
    #[inline]
    fn block(&self) -> &'a Block<T> {
        // SAFETY: a block is kept until the receiver has taken its last value, for which its side
        // must not be borrowed.
        unsafe { &*self.cursor.block() }
    }
}

/// The block after one whose start is known, with its start.
fn count_on<T>(block: &Block<T>) -> &Block<T> {
    let next = loop {
        if let Some(next) = block.next() {
            break next;
        }
        // A sender is between claiming the last slot and the next step.
        thread::yield_now();
    };
    next.set_start(block.start() + SLOTS);
    next
}

//! Where cells come from.

use super::cell::Cell;
use std::ptr::NonNull;

/// How many cells are made at a time, unless the channel has fewer.
const BLOCK: usize = 16;

/// The cells that are not in use, and the memory of all of them.
///
/// Receivers may look at a cell that was taken out of the channel, so none is freed before the end.
pub(super) struct Spares<T> {
    free: Vec<NonNull<Cell<T>>>,
    blocks: Vec<NonNull<[Cell<T>]>>,
}

// SAFETY: the cells are owned, and may be used by any thread if their values may.
unsafe impl<T: Send> Send for Spares<T> {}

impl<T> Spares<T> {
    pub(super) fn new() -> Self {
        Self { free: Vec::new(), blocks: Vec::new() }
    }

    /// A cell that is not in use, of a channel with room for `capacity` values.
    pub(super) fn take(&mut self, capacity: usize) -> NonNull<Cell<T>> {
        match self.free.pop() {
            Some(cell) => cell,
            None => self.grow(capacity.min(BLOCK)),
        }
    }

    #[cold]
    fn grow(&mut self, count: usize) -> NonNull<Cell<T>> {
        let block: Box<[Cell<T>]> = (0..count).map(|_| Cell::empty()).collect();
        let block = NonNull::from(Box::leak(block));
        self.blocks.push(block);
        let first = block.cast::<Cell<T>>();
        // SAFETY: `at` is within the block of `count` cells.
        self.free.extend((1..count).rev().map(|at| unsafe { first.add(at) }));
        first
    }

    /// Puts a cell back that is not in use any more.
    pub(super) fn put(&mut self, cell: NonNull<Cell<T>>) {
        self.free.push(cell);
    }
}

impl<T> Drop for Spares<T> {
    fn drop(&mut self) {
        for block in &self.blocks {
            // SAFETY: leaked in `grow`, and freed once. Nobody uses the channel any more; values
            // have gone with the receivers that they were owed to.
            drop(unsafe { Box::from_raw(block.as_ptr()) });
        }
    }
}

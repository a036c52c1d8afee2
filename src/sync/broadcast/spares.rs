//! Where cells come from.

use super::cell::Cell;
use crate::shim::UserArc;
use std::ptr::NonNull;

/// How many cells are made at a time, unless the channel has fewer.
const BLOCK: usize = 16;

/// The cells that are not in use, and the memory of all of them.
///
/// Receivers may look at a cell that was taken out of the channel, so none is freed before the end.
pub(super) struct Spares<T> {
    free: Vec<NonNull<Cell<T>>>,
    // Not boxes, which would say that nobody else gets at the cells.
    blocks: Vec<UserArc<[Cell<T>]>>,
}

// SAFETY: the cells are owned, and each lets one thread at a time at its value.
unsafe impl<T: Send> Send for Spares<T> {}

impl<T> Spares<T> {
    pub(super) fn new() -> Self {
        Self { free: Vec::new(), blocks: Vec::new() }
    }

    /// A cell that is not in use, of a channel with room for `capacity` values.
    pub(super) fn take(&mut self, capacity: usize) -> NonNull<Cell<T>> {
        if self.free.is_empty() {
            self.grow(capacity.min(BLOCK));
        }
        self.free.pop().expect("a block has a cell at least")
    }

    #[cold]
    fn grow(&mut self, count: usize) {
        let block: UserArc<[Cell<T>]> = (0..count).map(|_| Cell::empty()).collect();
        self.free.extend(block.iter().rev().map(NonNull::from));
        self.blocks.push(block);
    }

    /// Puts a cell back that is not in use any more.
    pub(super) fn put(&mut self, cell: NonNull<Cell<T>>) {
        self.free.push(cell);
    }
}

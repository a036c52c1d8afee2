//! A block for reuse.

use super::block::Block;
use crate::shim::atomic::{AtomicPtr, Ordering};
use std::ptr;

/// A block that nobody uses, or none.
pub(super) struct Spare<T>(AtomicPtr<Block<T>>);

impl<T> Spare<T> {
    pub(super) fn none() -> Self {
        Self(AtomicPtr::from(ptr::null_mut()))
    }

    pub(super) fn take(&self) -> Option<Box<Block<T>>> {
        // Relaxed: a look that saves the exchange.
        if self.0.load(Ordering::Relaxed).is_null() { None } else { self.exchange(None) }
    }

    /// Keeps a block for later, in place of the one before.
    pub(super) fn put(&self, mut block: Box<Block<T>>) {
        block.reset();
        drop(self.exchange(Some(block)));
    }

    fn exchange(&self, block: Option<Box<Block<T>>>) -> Option<Box<Block<T>>> {
        let block = block.map_or(ptr::null_mut(), Box::into_raw);
        // Release: publishes the reset. Acquire: pairs with that of whoever put the block here.
        let before = self.0.swap(block, Ordering::AcqRel);
        // SAFETY: null, or a box that an earlier call has put here and this one has taken out.
        (!before.is_null()).then(|| unsafe { Box::from_raw(before) })
    }
}

impl<T> Drop for Spare<T> {
    fn drop(&mut self) {
        drop(self.take());
    }
}

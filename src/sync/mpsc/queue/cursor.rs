//! A slot of a block, in one word.

use super::block::{Block, SLOTS};
use crate::shim::atomic::{AtomicPtr, AtomicUsize, Ordering};
use std::marker::PhantomData;
use std::ptr;

/// A block's address plus the number of one of its slots.
///
/// Blocks are aligned to the number of their slots, so the sum can be taken apart again. It is a
/// number and not a pointer: one that is compared with the tail may stem from a block that was
/// freed since, while another one has got its address.
pub(super) struct Cursor<T>(usize, PhantomData<*mut Block<T>>);

impl<T> Clone for Cursor<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Cursor<T> {}

impl<T> PartialEq for Cursor<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<T> Cursor<T> {
    /// There is no block yet.
    pub(super) const NONE: Self = Self(0, PhantomData);
    /// Nothing is put anywhere any more. No block has this address.
    pub(super) const CLOSED: Self = Self(1, PhantomData);

    pub(super) fn first_of(block: *mut Block<T>) -> Self {
        Self(block.expose_provenance(), PhantomData)
    }

    /// The block, which must be alive to be used.
    pub(super) fn block(self) -> *mut Block<T> {
        ptr::with_exposed_provenance_mut(self.0 & !(SLOTS - 1))
    }

    pub(super) fn slot(self) -> usize {
        self.0 % SLOTS
    }

    /// The slot after this one, which is not the last.
    pub(super) fn step(self) -> Self {
        Self(self.0 + 1, PhantomData)
    }

    pub(super) fn is_last(self) -> bool {
        self.slot() == SLOTS - 1
    }
}

/// A cursor that threads share.
pub(super) struct AtomicCursor<T>(AtomicUsize, PhantomData<AtomicPtr<Block<T>>>);

impl<T> AtomicCursor<T> {
    pub(super) fn none() -> Self {
        Self(AtomicUsize::from(0), PhantomData)
    }

    #[inline]
    pub(super) fn load(&self, ordering: Ordering) -> Cursor<T> {
        Cursor(self.0.load(ordering), PhantomData)
    }

    #[inline]
    pub(super) fn store(&self, cursor: Cursor<T>, ordering: Ordering) {
        self.0.store(cursor.0, ordering);
    }

    pub(super) fn swap(&self, cursor: Cursor<T>, ordering: Ordering) -> Cursor<T> {
        Cursor(self.0.swap(cursor.0, ordering), PhantomData)
    }

    #[inline]
    pub(super) fn exchange(
        &self,
        now: Cursor<T>,
        next: Cursor<T>,
        success: Ordering,
        failure: Ordering,
    ) -> Result<(), Cursor<T>> {
        match self.0.compare_exchange_weak(now.0, next.0, success, failure) {
            Ok(_) => Ok(()),
            Err(seen) => Err(Cursor(seen, PhantomData)),
        }
    }
}

//! The link by which a queued item is chained to the next one.

use crate::shim::UnsafeCell;
use std::ptr::NonNull;

/// The one word an item carries so that any queue of this room can hold it.
///
/// It belongs to whoever holds the item: a producer until its push, then the queue, then the
/// consumer. So a plain cell is enough, and the queues publish it along with the item.
#[derive(Debug)]
pub(crate) struct Link {
    next: UnsafeCell<*mut Link>,
}

// SAFETY: the pointer is only a value here; whoever follows it answers for what it finds there.
unsafe impl Send for Link {}
// SAFETY: the cell is reached through the unsafe functions below only, whose callers are alone.
unsafe impl Sync for Link {}

impl Link {
    pub(crate) fn new() -> Self {
        Self { next: UnsafeCell::new(std::ptr::null_mut()) }
    }

    /// What follows `node`, as last set.
    ///
    /// # Safety
    ///
    /// `node` must be alive, and the caller must be the only one that holds it.
    #[inline]
    pub(super) unsafe fn next(node: NonNull<Link>) -> *mut Link {
        // SAFETY: the caller says that the node is alive.
        let link = unsafe { node.as_ref() };
        // SAFETY: the caller is alone with it, so nobody writes meanwhile.
        link.next.with(|next| unsafe { *next })
    }

    /// Makes `next` follow `node`.
    ///
    /// # Safety
    ///
    /// `node` must be alive, and the caller must be the only one that holds it.
    #[inline]
    pub(super) unsafe fn set_next(node: NonNull<Link>, next: *mut Link) {
        // SAFETY: the caller says that the node is alive.
        let link = unsafe { node.as_ref() };
        // SAFETY: the caller is alone with it, so nobody looks meanwhile.
        link.next.with_mut(|slot| unsafe { *slot = next });
    }
}

/// An item that lives in an allocation of its own, which embeds a [`Link`].
///
/// # Safety
///
/// - From `into_node` to `from_node` the link stays alive and in place, and nobody but the queue
///   touches it. In particular no second item with the same link enters a queue meanwhile.
/// - The pointer may be used for all that `from_node` needs: one made from a reference to the link
///   alone would not reach the rest of the allocation.
pub(crate) unsafe trait Chained: Sized {
    /// Gives the item away as its link.
    fn into_node(self) -> NonNull<Link>;

    /// Takes the item back.
    ///
    /// # Safety
    ///
    /// `node` must come from `into_node`, and one call of that allows one call of this.
    unsafe fn from_node(node: NonNull<Link>) -> Self;
}

//! The place of the task that runs next.
//!
//! The task woken last finds its data warm, so its loop keeps it apart from the lane and runs it
//! first. The holder of the loop puts and takes; anybody may take, for when the holder is stuck in a
//! long poll.

use super::chain::{Chained, Link, Node, Spot};
use crate::shim::atomic::{AtomicPtr, Ordering};
use std::marker::PhantomData;
use std::ptr::{self, NonNull};

/// A place for one item that anybody may take.
///
/// On cache lines of its own: its owner writes it at each wake-up, others look at it rarely.
#[repr(align(128))]
pub(crate) struct Next<T: Chained> {
    // The item's link, or null. Whoever swaps it out owns the item; the swap that put it in
    // publishes it.
    node: AtomicPtr<Link>,
    _items: PhantomData<Spot<T>>,
}

impl<T: Chained> Next<T> {
    pub(crate) const fn new() -> Self {
        Self { node: AtomicPtr::new(ptr::null_mut()), _items: PhantomData }
    }

    /// Whether there is nothing: a look, which may be out of date at once.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        // Relaxed: who takes the item synchronises with who put it.
        self.node.load(Ordering::Relaxed).is_null()
    }

    /// Puts `item` here; answers the one that it displaces.
    #[inline]
    pub(crate) fn replace(&self, item: T) -> Option<T> {
        self.swap(Node::new(item).put_down().link().as_ptr())
    }

    /// Takes the item.
    #[inline]
    pub(crate) fn take(&self) -> Option<T> {
        if self.is_empty() { None } else { self.swap(ptr::null_mut()) }
    }

    #[inline]
    fn swap(&self, node: *mut Link) -> Option<T> {
        // AcqRel pairs with itself: hands the item from who put it to who takes it.
        let before = NonNull::new(self.node.swap(node, Ordering::AcqRel))?;
        // SAFETY: it was an item when it was put here, and the swap made it ours alone.
        Some(unsafe { Spot::<T>::new(before).take_up() }.into_item())
    }
}

impl<T: Chained> Drop for Next<T> {
    fn drop(&mut self) {
        drop(self.take());
    }
}

//! A plain queue for one holder.

use super::chain::{Chained, Link};
use std::marker::PhantomData;
use std::ptr::{self, NonNull};

/// Items in the order they came, chained by their own links.
///
/// This is the lane of a loop that nobody steals from, the ordered side of the ring, and the way
/// in which several items travel at once. Nothing allocates; only [`Fifo::move_front`] and the drop
/// take longer for more items.
pub(crate) struct Fifo<T: Chained> {
    // The oldest and the newest; the link of the newest is null.
    ends: Option<(NonNull<Link>, NonNull<Link>)>,
    len: usize,
    _items: PhantomData<T>,
}

// SAFETY: the queue owns its items and nothing else; they may move to another thread with it.
unsafe impl<T: Chained + Send> Send for Fifo<T> {}
// SAFETY: a shared queue gives access to its length only.
unsafe impl<T: Chained + Send> Sync for Fifo<T> {}

impl<T: Chained> Fifo<T> {
    pub(crate) const fn new() -> Self {
        Self { ends: None, len: 0, _items: PhantomData }
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.ends.is_none()
    }

    /// Adds `item` as the newest.
    #[inline]
    pub(crate) fn push_back(&mut self, item: T) {
        // SAFETY: the node was an item a moment ago, and it is ours alone.
        unsafe { self.push_back_node(item.into_node()) };
    }

    /// Takes the oldest item.
    #[inline]
    pub(crate) fn pop_front(&mut self) -> Option<T> {
        let (first, last) = self.ends?;
        // SAFETY: chained nodes are alive, and this queue alone holds them.
        let next = NonNull::new(unsafe { Link::next(first) });
        self.ends = next.map(|next| (next, last));
        self.len -= 1;
        // SAFETY: each chained node was an item, and this one is chained no longer.
        Some(unsafe { T::from_node(first) })
    }

    /// Moves all items of `newer` behind those that are here.
    #[inline]
    pub(crate) fn append(&mut self, newer: &mut Fifo<T>) {
        let Some((middle, last)) = newer.ends.take() else { return };
        self.len += std::mem::take(&mut newer.len);
        self.join(middle, last);
    }

    /// Moves the oldest items behind those of `into`, `max` of them or all; answers how many.
    pub(crate) fn move_front(&mut self, max: usize, into: &mut Fifo<T>) -> usize {
        let count = max.min(self.len);
        if count == self.len {
            into.append(self);
        } else {
            std::iter::from_fn(|| self.pop_front())
                .take(count)
                .for_each(|item| into.push_back(item));
        }
        count
    }

    /// Adds what was an item as the newest.
    ///
    /// # Safety
    ///
    /// `node` must come from [`Chained::into_node`], and the caller gives it away.
    #[inline]
    pub(super) unsafe fn push_back_node(&mut self, node: NonNull<Link>) {
        // SAFETY: the caller says that the node is alive and no one else's.
        unsafe { Link::set_next(node, ptr::null_mut()) };
        self.len += 1;
        self.join(node, node);
    }

    /// Adds what was an item as the oldest.
    ///
    /// # Safety
    ///
    /// `node` must come from [`Chained::into_node`], and the caller gives it away.
    #[inline]
    pub(super) unsafe fn push_front_node(&mut self, node: NonNull<Link>) {
        let next = self.ends.map_or(ptr::null_mut(), |(first, _)| first.as_ptr());
        // SAFETY: the caller says that the node is alive and no one else's.
        unsafe { Link::set_next(node, next) };
        self.len += 1;
        self.ends = Some((node, self.ends.map_or(node, |(_, last)| last)));
    }

    /// Chains the nodes from `middle` to `last` behind the newest item.
    #[inline]
    fn join(&mut self, middle: NonNull<Link>, last: NonNull<Link>) {
        let Some((first, newest)) = self.ends else {
            self.ends = Some((middle, last));
            return;
        };
        // SAFETY: chained nodes are alive, and this queue alone holds them.
        unsafe { Link::set_next(newest, middle.as_ptr()) };
        self.ends = Some((first, last));
    }
}

impl<T: Chained> Drop for Fifo<T> {
    /// Drops all items, also those behind one whose drop panics.
    fn drop(&mut self) {
        struct Rest<'a, T: Chained>(&'a mut Fifo<T>);
        impl<T: Chained> Drop for Rest<'_, T> {
            fn drop(&mut self) {
                while let Some(item) = self.0.pop_front() {
                    drop(item);
                }
            }
        }
        // The first unwind out of an item leaves the loop for the guard's own.
        let rest = Rest(self);
        while let Some(item) = rest.0.pop_front() {
            drop(item);
        }
    }
}

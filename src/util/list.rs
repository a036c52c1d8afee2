//! An intrusive doubly linked list: nodes carry their own links, so linking never allocates.
//!
//! The list holds bare pointers. Whoever links a node promises that it stays where it is until it
//! is unlinked, and that all calls on one list are serialised (by a lock, or by one holder).

use std::cell::Cell;
use std::marker::PhantomPinned;
use std::ptr::NonNull;

/// A type whose values can be linked into a [`List`].
///
/// # Safety
///
/// `links` must always give the same field of the same node.
pub(crate) unsafe trait Linked {
    /// The links inside the node.
    fn links(&self) -> &Links<Self>;
}

/// The two pointers a node carries.
pub(crate) struct Links<T: ?Sized> {
    prev: Cell<Option<Place<T>>>,
    next: Cell<Option<Place<T>>>,
    // Neighbours point at the node, so it must not move while linked. A pinned `&mut` to it is not
    // exclusive then, as it never is to what cannot be unpinned.
    _pinned: PhantomPinned,
}

impl<T: ?Sized> Links<T> {
    pub(crate) const fn new() -> Self {
        Self { prev: Cell::new(None), next: Cell::new(None), _pinned: PhantomPinned }
    }
}

/// Where a node lies that somebody answers for: whoever linked it, until it is unlinked.
struct Place<T: ?Sized>(NonNull<T>);

// SAFETY: a place owns nothing; who links a node answers for the threads that reach it.
unsafe impl<T: ?Sized> Send for Place<T> {}

impl<T: ?Sized> Clone for Place<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: ?Sized> Copy for Place<T> {}

impl<T: ?Sized> Place<T> {
    /// # Safety
    ///
    /// The node must be alive, in place and never borrowed exclusively as long as this is used.
    unsafe fn new(node: NonNull<T>) -> Self {
        Self(node)
    }

    fn node(&self) -> &T {
        // SAFETY: whoever made the place says so; once unlinked, a node is used for what tells its
        // owner, if at all.
        unsafe { self.0.as_ref() }
    }
}

/// A list of linked nodes: first in, first out, with removal from anywhere in constant time.
pub(crate) struct List<T: Linked> {
    head: Option<Place<T>>,
    tail: Option<Place<T>>,
}

impl<T: Linked> List<T> {
    pub(crate) const fn new() -> Self {
        Self { head: None, tail: None }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.head.is_none()
    }

    /// The node that [`List::pop_front`] would take.
    #[inline]
    pub(crate) fn front(&self) -> Option<&T> {
        self.head.as_ref().map(Place::node)
    }

    /// The node that [`List::take_back`] would take.
    #[inline]
    pub(crate) fn back(&self) -> Option<&T> {
        self.tail.as_ref().map(Place::node)
    }

    /// The node of a list that holds no other.
    #[inline]
    pub(crate) fn single(&self) -> Option<&T> {
        self.front().filter(|head| head.links().next.get().is_none())
    }

    /// Links `node` as the last one.
    ///
    /// # Safety
    ///
    /// `node` must be alive and unlinked. Until it is unlinked again, and until the last step of
    /// [`List::take_front`] has told its owner, it must stay in place, and be reached by shared
    /// references (and pinned ones) only.
    #[inline]
    pub(crate) unsafe fn push_back(&mut self, node: NonNull<T>) {
        // SAFETY: the caller says so, for as long as the node is linked.
        self.append(unsafe { Place::new(node) });
    }

    /// Unlinks the first node.
    #[inline]
    pub(crate) fn pop_front(&mut self) -> Option<NonNull<T>> {
        self.unlink_front().map(|node| node.0)
    }

    /// Unlinks the first node, then does `last` to it.
    #[inline]
    pub(crate) fn take_front<R>(&mut self, last: impl FnOnce(&T) -> R) -> Option<R> {
        self.unlink_front().map(|node| last(node.node()))
    }

    /// Unlinks the last node, then does `last` to it.
    #[inline]
    pub(crate) fn take_back<R>(&mut self, last: impl FnOnce(&T) -> R) -> Option<R> {
        let node = self.tail?;
        self.join(node.node().links().prev.take(), None);
        Some(last(node.node()))
    }

    /// Links the first node as the last one of `to`; answers `false` if there is none.
    #[inline]
    pub(crate) fn pass_front(&mut self, to: &mut List<T>) -> bool {
        let Some(node) = self.unlink_front() else { return false };
        to.append(node);
        true
    }

    /// Unlinks `node`; answers `false` if it was in no list.
    ///
    /// # Safety
    ///
    /// `node` must be alive, and linked into this list or into none.
    #[inline]
    pub(crate) unsafe fn remove(&mut self, node: NonNull<T>) -> bool {
        // SAFETY: the caller says that the node is alive.
        let links = unsafe { node.as_ref() }.links();
        let (prev, next) = (links.prev.take(), links.next.take());
        // No neighbour before it: it is the head, or linked nowhere.
        if prev.is_none() && self.head.is_none_or(|head| head.0 != node) {
            return false;
        }
        self.join(prev, next);
        true
    }

    /// Takes all nodes, in order, leaving this list empty.
    pub(crate) fn take(&mut self) -> List<T> {
        std::mem::replace(self, List::new())
    }

    #[inline]
    fn append(&mut self, node: Place<T>) {
        self.join(self.tail, Some(node));
        self.join(Some(node), None);
    }

    #[inline]
    fn unlink_front(&mut self) -> Option<Place<T>> {
        let node = self.head?;
        self.join(None, node.node().links().next.take());
        Some(node)
    }

    /// Makes `next` follow `prev`; nothing on one side makes the other an end of the list.
    #[inline]
    fn join(&mut self, prev: Option<Place<T>>, next: Option<Place<T>>) {
        match &prev {
            Some(prev) => prev.node().links().next.set(next),
            None => self.head = next,
        }
        match &next {
            Some(next) => next.node().links().prev.set(prev),
            None => self.tail = prev,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Node(Links<Node>, u32);

    // SAFETY: always the first field.
    unsafe impl Linked for Node {
        fn links(&self) -> &Links<Self> {
            &self.0
        }
    }

    fn nodes(n: u32) -> Vec<NonNull<Node>> {
        (0..n).map(|i| NonNull::from(Box::leak(Box::new(Node(Links::new(), i))))).collect()
    }

    fn drain(list: &mut List<Node>) -> Vec<u32> {
        std::iter::from_fn(|| list.pop_front())
            // SAFETY: each node was leaked by `nodes` and is popped once.
            .map(|node| unsafe { Box::from_raw(node.as_ptr()) }.1)
            .collect()
    }

    #[test]
    fn keeps_order_and_unlinks_from_anywhere() {
        for gone in 0..5 {
            let all = nodes(5);
            let mut list = List::new();
            for node in &all {
                // SAFETY: leaked, linked once.
                unsafe { list.push_back(*node) };
            }
            let node = all[gone as usize];
            // SAFETY: alive and in this list, then in none.
            let removed = unsafe { (list.remove(node), list.remove(node)) };
            assert_eq!(removed, (true, false), "the second removal finds it unlinked");
            assert_eq!(drain(&mut list), (0..5).filter(|i| *i != gone).collect::<Vec<_>>());
            assert!(list.is_empty());
            // SAFETY: leaked by `nodes` and unlinked above.
            drop(unsafe { Box::from_raw(node.as_ptr()) });
        }
    }

    #[test]
    fn pops_from_both_ends() {
        let all = nodes(3);
        let mut list = List::new();
        for node in &all {
            // SAFETY: leaked, linked once.
            unsafe { list.push_back(*node) };
        }
        assert_eq!(list.take_back(|node| node.1), Some(2));
        // SAFETY: leaked by `nodes` and just unlinked.
        drop(unsafe { Box::from_raw(all[2].as_ptr()) });
        assert_eq!(drain(&mut list.take()), [0, 1]);
        assert!(list.is_empty());
    }
}

//! An intrusive doubly linked list: nodes carry their own links, so linking never allocates.
//!
//! The list holds bare pointers. Whoever links a node promises that it stays where it is until it
//! is unlinked, and that all calls on one list are serialised (by a lock, or by one holder).

use std::cell::Cell;
use std::marker::{PhantomData, PhantomPinned};
use std::ptr::NonNull;

/// A type whose values can be linked into a [`List`].
///
/// # Safety
///
/// `links` must always give the same field of the same node, reachable without creating a
/// reference to the rest of the node.
pub(crate) unsafe trait Linked {
    /// The links inside `node`.
    ///
    /// # Safety
    ///
    /// `node` must point to a live node.
    unsafe fn links(node: NonNull<Self>) -> NonNull<Links<Self>>;
}

/// The two pointers a node carries.
pub(crate) struct Links<T: ?Sized> {
    prev: Cell<Option<NonNull<T>>>,
    next: Cell<Option<NonNull<T>>>,
    // Neighbours point at the node, so it must not move while linked.
    _pinned: PhantomPinned,
}

impl<T: ?Sized> Links<T> {
    pub(crate) const fn new() -> Self {
        Self { prev: Cell::new(None), next: Cell::new(None), _pinned: PhantomPinned }
    }
}

/// A list of linked nodes: first in, first out, with removal from anywhere in constant time.
pub(crate) struct List<T: Linked> {
    head: Option<NonNull<T>>,
    tail: Option<NonNull<T>>,
    _nodes: PhantomData<*const T>,
}

// SAFETY: the list owns nothing; who links a node answers for the threads that reach it.
unsafe impl<T: Linked> Send for List<T> {}

impl<T: Linked> List<T> {
    pub(crate) const fn new() -> Self {
        Self { head: None, tail: None, _nodes: PhantomData }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.head.is_none()
    }

    /// The node that [`List::pop_front`] would take.
    pub(crate) fn front(&self) -> Option<NonNull<T>> {
        self.head
    }

    /// The node that [`List::pop_back`] would take.
    pub(crate) fn back(&self) -> Option<NonNull<T>> {
        self.tail
    }

    /// The node of a list that holds no other.
    pub(crate) fn single(&self) -> Option<NonNull<T>> {
        self.head.filter(|_| self.head == self.tail)
    }

    /// Links `node` as the last one.
    ///
    /// # Safety
    ///
    /// `node` must be alive, unlinked, and stay in place until it is unlinked again.
    pub(crate) unsafe fn push_back(&mut self, node: NonNull<T>) {
        // SAFETY: the caller says that `node` is alive.
        let links = unsafe { T::links(node).as_ref() };
        links.prev.set(self.tail);
        links.next.set(None);
        match self.tail {
            // SAFETY: linked nodes are alive until they are unlinked.
            Some(tail) => unsafe { T::links(tail).as_ref() }.next.set(Some(node)),
            None => self.head = Some(node),
        }
        self.tail = Some(node);
    }

    /// Unlinks the first node.
    pub(crate) fn pop_front(&mut self) -> Option<NonNull<T>> {
        let node = self.head?;
        // SAFETY: `node` is the head of this very list.
        unsafe { self.remove(node) };
        Some(node)
    }

    /// Unlinks the last node.
    pub(crate) fn pop_back(&mut self) -> Option<NonNull<T>> {
        let node = self.tail?;
        // SAFETY: `node` is the tail of this very list.
        unsafe { self.remove(node) };
        Some(node)
    }

    /// Unlinks `node`; answers `false` if it was in no list.
    ///
    /// # Safety
    ///
    /// `node` must be alive, and linked into this list or into none.
    pub(crate) unsafe fn remove(&mut self, node: NonNull<T>) -> bool {
        // SAFETY: the caller says that `node` is alive.
        let links = unsafe { T::links(node).as_ref() };
        let (prev, next) = (links.prev.take(), links.next.take());
        match prev {
            // SAFETY: neighbours of a linked node are linked, and so alive.
            Some(prev) => unsafe { T::links(prev).as_ref() }.next.set(next),
            // No neighbour before it: it is the head, or linked nowhere.
            None if self.head == Some(node) => self.head = next,
            None => return false,
        }
        match next {
            // SAFETY: as above.
            Some(next) => unsafe { T::links(next).as_ref() }.prev.set(prev),
            None => self.tail = prev,
        }
        true
    }

    /// Takes all nodes, in order, leaving this list empty.
    pub(crate) fn take(&mut self) -> List<T> {
        std::mem::replace(self, List::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Node(Links<Node>, u32);

    // SAFETY: always the first field, reached by projection.
    unsafe impl Linked for Node {
        unsafe fn links(node: NonNull<Self>) -> NonNull<Links<Self>> {
            // SAFETY: `node` is alive, so its field is in bounds.
            unsafe { NonNull::new_unchecked(&raw mut (*node.as_ptr()).0) }
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
        let last = list.pop_back().expect("three nodes");
        // SAFETY: leaked by `nodes` and just unlinked.
        assert_eq!(unsafe { Box::from_raw(last.as_ptr()) }.1, 2);
        assert_eq!(drain(&mut list.take()), [0, 1]);
        assert!(list.is_empty());
    }
}

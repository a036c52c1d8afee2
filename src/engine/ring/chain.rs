//! The link by which a queued item is chained to the next one.

use crate::shim::Cell;
use std::marker::PhantomData;
use std::ptr::NonNull;

/// The one word an item carries so that any queue of this room can hold it.
///
/// It belongs to whoever holds the item: a producer until its push, then the queue, then the
/// consumer. So a plain cell is enough, and the queues publish it along with the item.
pub(crate) struct Link {
    next: Cell<Option<Spot<()>>>,
}

impl Link {
    pub(crate) fn new() -> Self {
        Self { next: Cell::new(None) }
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

/// An item in the shape in which queues hold it: its link, with the right to all of it.
///
/// [`Node::into_item`] makes it an item again; one that is dropped leaks.
pub(super) struct Node<T>(Spot<T>);

impl<T: Chained> Node<T> {
    #[inline]
    pub(super) fn new(item: T) -> Self {
        Self(Spot(item.into_node(), PhantomData))
    }

    #[inline]
    pub(super) fn into_item(self) -> T {
        // SAFETY: it came from `into_node`, and the right to it ends here.
        unsafe { T::from_node(self.0.0) }
    }

    /// The address of the link, from which its pointer can be made again.
    #[inline]
    pub(super) fn expose(&self) -> usize {
        self.0.0.as_ptr().expose_provenance()
    }

    /// What follows, as last set.
    #[inline]
    pub(super) fn next(&self) -> Option<Spot<T>> {
        self.link().next.get().map(|spot| Spot::new(spot.0))
    }

    /// Makes `next` follow.
    #[inline]
    pub(super) fn set_next(&mut self, next: Option<Spot<T>>) {
        self.link().next.set(next.map(|spot| Spot::new(spot.0)));
    }

    #[inline]
    fn link(&self) -> &Link {
        // SAFETY: alive and in place as long as the item is a node, whose holder alone knows it.
        unsafe { self.0.0.as_ref() }
    }
}

impl<T> Node<T> {
    /// Puts the node down, for [`Spot::take_up`].
    #[inline]
    pub(super) fn put_down(self) -> Spot<T> {
        self.0
    }
}

/// Where a node was put down.
pub(super) struct Spot<T>(NonNull<Link>, PhantomData<T>);

// SAFETY: whoever takes the item up may do so on another thread, if the item may go there.
unsafe impl<T: Send> Send for Spot<T> {}
// SAFETY: as above; a shared one is as good as a copy.
unsafe impl<T: Send> Sync for Spot<T> {}

impl<T> Clone for Spot<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Spot<T> {}

impl<T> Spot<T> {
    #[inline]
    pub(super) fn new(link: NonNull<Link>) -> Self {
        Self(link, PhantomData)
    }

    #[inline]
    pub(super) fn link(self) -> NonNull<Link> {
        self.0
    }

    /// Takes up the node that was put down here.
    ///
    /// # Safety
    ///
    /// The caller must have the right to that node, and use it once: by giving the item back, or
    /// by putting it down again.
    #[inline]
    pub(super) unsafe fn take_up(self) -> Node<T> {
        Node(self)
    }
}

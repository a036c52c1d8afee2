//! An item for tests, which says where it comes from.

use super::{Chained, Link};
use crate::shim::Arc;
use std::ptr::NonNull;

/// A boxed node: a producer's name, a number, and a token whose count tells of leaks.
pub(super) struct Item(Box<Node>);

#[repr(C)]
struct Node {
    // First, so that the link's address is the node's.
    link: Link,
    producer: u32,
    number: u32,
    _alive: Arc<()>,
}

// SAFETY: the box keeps the node in place, nobody else knows it, and the pointer is the box's own.
unsafe impl Chained for Item {
    fn into_node(self) -> NonNull<Link> {
        NonNull::from(Box::leak(self.0)).cast()
    }

    unsafe fn from_node(node: NonNull<Link>) -> Self {
        // SAFETY: the caller passes what `into_node` gave, once.
        Self(unsafe { Box::from_raw(node.cast::<Node>().as_ptr()) })
    }
}

impl Item {
    pub(super) fn label(&self) -> (u32, u32) {
        (self.0.producer, self.0.number)
    }
}

/// Makes items and knows how many of them are left.
///
/// In a model a leaked item is a leaked `Arc`, which fails the model.
#[derive(Clone)]
pub(super) struct Maker(Arc<()>);

impl Maker {
    pub(super) fn new() -> Self {
        Self(Arc::new(()))
    }

    pub(super) fn item(&self, producer: u32, number: u32) -> Item {
        Item(Box::new(Node { link: Link::new(), producer, number, _alive: self.0.clone() }))
    }

    /// How many items there are beside the makers.
    pub(super) fn alive(&self, makers: usize) -> usize {
        Arc::strong_count(&self.0) - makers
    }
}

//! The side of the ring that producers see: a stack that is taken whole.
//!
//! Its head is one word: nothing, closed, or the address of the newest node. Each node's link says
//! which one was pushed before it.
//!
//! ```text
//!   push   EMPTY -> node, node -> newer node       any producer, one compare-exchange
//!   take   node  -> EMPTY                          the one consumer, one swap
//!   close  any   -> CLOSED                         the one consumer; nothing leaves CLOSED
//! ```
//!
//! The classic trap of such stacks, a pop whose node has left and come back meanwhile, needs a pop
//! of one node. Here a push only needs the head to be what the new link says, whoever lives there.

use super::chain::{Chained, Link, Node, Spot};
use super::fifo::Fifo;
use crate::shim::atomic::{AtomicUsize, Ordering};
use std::marker::PhantomData;
use std::ptr::{self, NonNull};

/// The head when nothing is there.
const EMPTY: usize = 0;
/// The head once closed: an address that no node can have, since nodes are aligned.
const CLOSED: usize = 1;

/// Newest first for the producers, oldest first for whoever takes it: one consumer at a time.
pub(crate) struct Stack<T: Chained> {
    // An address, not a pointer: a push compares nothing else, and by then another node may live
    // where the one it saw did. Addresses turn into pointers in `take`, when all is settled.
    head: AtomicUsize,
    _items: PhantomData<Spot<T>>,
}

impl<T: Chained> Stack<T> {
    pub(crate) fn new() -> Self {
        Self { head: AtomicUsize::from(EMPTY), _items: PhantomData }
    }

    /// Whether a `take` would find nothing.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        // Acquire: pairs with the swap in `take`. Who sees the stack emptied by it also sees that
        // the claim was taken before.
        self.head.load(Ordering::Acquire) <= CLOSED
    }

    /// Whether it refuses all pushes; asked by the one consumer, who alone closes it.
    pub(crate) fn is_closed(&self) -> bool {
        // Relaxed: the caller's claim orders it behind the swap in `close`.
        self.head.load(Ordering::Relaxed) == CLOSED
    }

    /// Adds `item` as the newest, or hands it back if the stack is closed.
    ///
    /// Answers whether the stack was empty.
    #[inline]
    pub(crate) fn push(&self, item: T) -> Result<bool, T> {
        let mut node = Node::new(item);
        let address = node.expose();
        // Relaxed: a guess, which the exchange below confirms; nothing is read through it.
        let mut head = self.head.load(Ordering::Relaxed);
        loop {
            if head == CLOSED {
                return Err(node.into_item());
            }
            node.set_next(NonNull::new(ptr::without_provenance_mut(head)).map(Spot::new));
            // Release: pairs with the swaps in `take` and `close`, which follow the link and hand
            // out the item. Later pushes keep the pairing, being read-modify-writes themselves.
            // Relaxed: after a failure nothing but the next guess is used.
            match self.head.compare_exchange_weak(
                head,
                address,
                Ordering::Release,
                Ordering::Relaxed,
            ) {
                Ok(_) => {
                    node.put_down();
                    return Ok(head == EMPTY);
                }
                Err(now) => head = now,
            }
        }
    }

    /// Takes all items, oldest first. Only the one consumer may call it.
    pub(crate) fn take(&self) -> Fifo<T> {
        // Relaxed: whatever was pushed before this call is visible to it anyway, and nothing else
        // needs to be. Closing takes the claim too, so an open stack stays open until the swap.
        if self.head.load(Ordering::Relaxed) <= CLOSED {
            return Fifo::new();
        }
        self.swap(EMPTY)
    }

    /// Takes all items, and refuses those to come. Only the one consumer may call it.
    pub(crate) fn close(&self) -> Fifo<T> {
        self.swap(CLOSED)
    }

    fn swap(&self, head: usize) -> Fifo<T> {
        // Acquire: pairs with every push since the last swap, for links and items.
        // Release: pairs with the load in `is_empty`, for the claim that was taken before.
        let mut address = self.head.swap(head, Ordering::AcqRel);
        let mut items = Fifo::new();
        while address > CLOSED {
            let link = ptr::with_exposed_provenance_mut::<Link>(address);
            let spot = Spot::new(NonNull::new(link).expect("an address above `CLOSED`"));
            // SAFETY: what the head and the links lead to are nodes that were pushed, each once,
            // and the swap made them ours; `push` exposed their addresses.
            let node = unsafe { spot.take_up() };
            address = node.next().map_or(EMPTY, |spot| spot.link().addr().get());
            items.push_front_node(node);
        }
        items
    }
}

impl<T: Chained> Drop for Stack<T> {
    fn drop(&mut self) {
        drop(self.close());
    }
}

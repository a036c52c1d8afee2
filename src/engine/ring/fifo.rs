//! A plain queue for one holder.

use super::chain::{Chained, Node, Spot};

/// Items in the order they came, chained by their own links.
///
/// This is the lane of a loop that nobody steals from, the ordered side of the ring, and the way
/// in which several items travel at once. Nothing allocates; only [`Fifo::move_front`] and the drop
/// take longer for more items.
pub(crate) struct Fifo<T: Chained> {
    chain: Option<Chain<T>>,
    len: usize,
}

impl<T: Chained> Fifo<T> {
    pub(crate) const fn new() -> Self {
        Self { chain: None, len: 0 }
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.chain.is_none()
    }

    /// Adds `item` as the newest.
    #[inline]
    pub(crate) fn push_back(&mut self, item: T) {
        self.push_back_node(Node::new(item));
    }

    /// Takes the oldest item.
    #[inline]
    pub(crate) fn pop_front(&mut self) -> Option<T> {
        let first = Chain::pop_first(&mut self.chain)?;
        self.len -= 1;
        Some(first.into_item())
    }

    /// Moves all items of `newer` behind those that are here.
    #[inline]
    pub(crate) fn append(&mut self, newer: &mut Fifo<T>) {
        let Some(chain) = newer.chain.take() else { return };
        self.len += std::mem::take(&mut newer.len);
        self.join(chain);
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
    #[inline]
    pub(super) fn push_back_node(&mut self, node: Node<T>) {
        self.len += 1;
        self.join(Chain::of(node));
    }

    /// Adds what was an item as the oldest.
    #[inline]
    pub(super) fn push_front_node(&mut self, node: Node<T>) {
        self.len += 1;
        match &mut self.chain {
            Some(chain) => chain.push_first(node),
            None => self.chain = Some(Chain::of(node)),
        }
    }

    #[inline]
    fn join(&mut self, newer: Chain<T>) {
        match &mut self.chain {
            Some(chain) => chain.append(newer),
            None => self.chain = Some(newer),
        }
    }
}

/// Some nodes, each the next one of the one before; whoever has the chain has the right to them.
struct Chain<T> {
    first: Spot<T>,
    // Nothing follows it.
    last: Spot<T>,
}

impl<T: Chained> Chain<T> {
    #[inline]
    fn of(mut node: Node<T>) -> Self {
        node.set_next(None);
        let spot = node.put_down();
        Self { first: spot, last: spot }
    }

    #[inline]
    fn append(&mut self, newer: Chain<T>) {
        // SAFETY: the chain has the right to its nodes, and this one goes on to be put down here.
        unsafe { self.last.take_up() }.set_next(Some(newer.first));
        self.last = newer.last;
    }

    #[inline]
    fn push_first(&mut self, mut node: Node<T>) {
        node.set_next(Some(self.first));
        self.first = node.put_down();
    }

    /// Takes out the first node, and with the last one the chain.
    #[inline]
    fn pop_first(this: &mut Option<Chain<T>>) -> Option<Node<T>> {
        let &mut Chain { first, last } = this.as_mut()?;
        // SAFETY: the chain has the right to its nodes, and goes on without this one.
        let node = unsafe { first.take_up() };
        *this = node.next().map(|first| Chain { first, last });
        Some(node)
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

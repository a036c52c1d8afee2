//! The queue of a worker's own wake-ups, of which thieves may take half.
//!
//! The owner's push is a plain store, its pop one exchange, since thieves take from the same side.
//! How they keep out of each other's way is told in [`Slots`].

use super::Pop;
use super::chain::{Chained, Node};
use super::fifo::Fifo;
use super::slots::Slots;
use crate::shim::Arc;

/// The owner's end of a lane: one holder at a time, on whatever thread it is.
pub(crate) struct Lane<T: Chained, const N: usize = 256> {
    slots: Arc<Slots<T, N>>,
    // A copy of the shared tail, which nobody else writes.
    tail: u32,
    // The slots from the tail up to here are known to be free.
    limit: u32,
}

/// The thieves' end of a lane.
pub(crate) struct Victim<T: Chained, const N: usize = 256> {
    slots: Arc<Slots<T, N>>,
}

impl<T: Chained, const N: usize> Lane<T, N> {
    pub(crate) fn new() -> Self {
        let start = Slots::<T, N>::START;
        Self { slots: Arc::new(Slots::new()), tail: start, limit: start }
    }

    /// The end to give to thieves.
    pub(crate) fn victim(&self) -> Victim<T, N> {
        Victim { slots: self.slots.clone() }
    }

    /// How many items there are; thieves may make it fewer at any time.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.tail.wrapping_sub(self.slots.head()) as usize
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds `item` as the newest.
    ///
    /// If the lane is full, its older half goes to `shed`, in order; if a thief is in the way of
    /// that, `item` itself does.
    #[inline]
    pub(crate) fn push(&mut self, item: T, shed: &mut Fifo<T>) {
        if self.room() == 0 && !self.make_room(shed) {
            return shed.push_back(item);
        }
        // SAFETY: the slot is known to be free, and we are the owner.
        unsafe { self.slots.write(self.tail, Node::new(item)) };
        self.publish(1);
    }

    /// Takes the oldest item.
    #[inline]
    pub(crate) fn pop(&mut self) -> Option<T> {
        let mut head = self.slots.head();
        while head != self.tail {
            // SAFETY: a head other than our tail has an item, which is read at once.
            match unsafe { self.slots.take(head, 1) } {
                Ok(mut taken) => return taken.next().map(Node::into_item),
                Err(now) => head = now,
            }
        }
        None
    }

    /// How many slots are known to be free.
    #[inline]
    fn room(&self) -> u32 {
        self.limit.wrapping_sub(self.tail)
    }

    #[inline]
    fn publish(&mut self, count: u32) {
        self.tail = self.tail.wrapping_add(count);
        self.slots.publish(self.tail);
    }

    /// Finds free slots, or frees half of them by shedding; `false` while a thief is in the way.
    #[cold]
    fn make_room(&mut self, shed: &mut Fifo<T>) -> bool {
        self.look_for_room() && (self.room() != 0 || self.shed_half(shed))
    }

    /// Moves the limit to where it can be; `false` if a thief is at work, and it stays.
    fn look_for_room(&mut self) -> bool {
        let free = self.slots.free_before();
        self.limit = free.map_or(self.limit, |free| free.wrapping_add(Slots::<T, N>::LEN));
        free.is_some()
    }

    /// Moves the older half of a full lane to `shed`; `false` if a thief comes first.
    fn shed_half(&mut self, shed: &mut Fifo<T>) -> bool {
        let half = Slots::<T, N>::LEN / 2;
        // The head that the limit comes from: no slot before it is in use. If it still stands, the
        // half that we take is free as soon as it is read.
        let head = self.limit.wrapping_sub(Slots::<T, N>::LEN);
        // SAFETY: no room was left, so from that head on all slots are full; they are read at once.
        let Ok(taken) = (unsafe { self.slots.take(head, half) }) else { return false };
        taken.for_each(|node| shed.push_back_node(node));
        self.limit = self.limit.wrapping_add(half);
        true
    }
}

impl<T: Chained, const N: usize> Victim<T, N> {
    /// How many items there are: a look, which may be out of date at once.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.slots.look().1 as usize
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes the older half, rounded up: one item to run now, the others to the back of `lane`.
    ///
    /// [`Pop::Busy`] means that another thief is at work, who may leave items behind.
    pub(crate) fn steal_into(&self, lane: &mut Lane<T, N>) -> Pop<T> {
        if self.is_empty() {
            return Pop::Empty;
        }
        let Some(thief) = self.slots.announce() else { return Pop::Busy };
        // From here to the withdrawal nothing can unwind.
        lane.look_for_room();
        let mut taken = thief.take_half(lane.room() + 1);
        let first = taken.next();
        let mut count = 0;
        for node in taken {
            // SAFETY: the lane has room for all but the first, and we hold its owner's end.
            unsafe { lane.slots.write(lane.tail.wrapping_add(count), node) };
            count += 1;
        }
        thief.withdraw();
        lane.publish(count);
        first.map_or(Pop::Empty, |node| Pop::Item(node.into_item()))
    }
}

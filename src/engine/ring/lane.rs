//! The queue of a worker's own wake-ups, of which thieves may take half.
//!
//! A fixed array of slots between two positions that only grow, wrap, and are compared by their
//! wrapping difference. The owner pushes at the tail without a read-modify-write. It pops at the
//! head, as thieves do, each with one compare-exchange that makes what it passes theirs.
//!
//! ```text
//!      free    |  being copied  |      queued      |      free
//!   -----------+----------------+------------------+-------------+--
//!        limit - N             head               tail         limit
//! ```
//!
//! A thief needs time to copy the slots it took. It announces that before it moves the head
//! (`robbed`), and the owner, who looks at the head first, does not move its limit meanwhile: slots
//! up to the limit are known to be free, and the owner writes to no others. So one thief at a
//! time, and the positions cannot come round under one that was preempted.

use super::Pop;
use super::chain::{Chained, Link};
use super::fifo::Fifo;
use crate::shim::atomic::{AtomicBool, AtomicU32, Ordering};
use crate::shim::{Arc, UnsafeCell};
use std::marker::PhantomData;
use std::ptr::{self, NonNull};

/// The owner's end of a lane: one holder at a time, on whatever thread it is.
pub(crate) struct Lane<T: Chained, const N: usize = 256> {
    slots: Arc<Slots<T, N>>,
    // A copy of the shared tail, which nobody else writes.
    tail: u32,
    // The slots from the tail up to here are free.
    limit: u32,
}

/// The thieves' end of a lane.
pub(crate) struct Victim<T: Chained, const N: usize = 256> {
    slots: Arc<Slots<T, N>>,
}

struct Slots<T: Chained, const N: usize> {
    front: Front,
    // The position that the next push takes. Written by the owner; a thief that reads it sees
    // the slots before it.
    tail: AtomicU32,
    slots: [UnsafeCell<*mut Link>; N],
    _items: PhantomData<T>,
}

/// What thieves write, on cache lines of its own.
#[repr(align(128))]
struct Front {
    // The position of the oldest item. Moved by the owner and by thieves; who moves it has what it
    // passed.
    head: AtomicU32,
    // Whether a thief is at work.
    robbed: AtomicBool,
}

// SAFETY: slots hold items, which may move between threads; each is read once, by whoever moved
// the head past it, and written by the one owner only when it is free.
unsafe impl<T: Chained + Send, const N: usize> Send for Slots<T, N> {}
// SAFETY: as above.
unsafe impl<T: Chained + Send, const N: usize> Sync for Slots<T, N> {}

impl<T: Chained, const N: usize> Lane<T, N> {
    /// Positions start just short of where they wrap: who compares them wrongly notices at once.
    const START: u32 = 0_u32.wrapping_sub(Slots::<T, N>::LEN);

    pub(crate) fn new() -> Self {
        let slots = Arc::new(Slots {
            front: Front { head: AtomicU32::new(Self::START), robbed: AtomicBool::new(false) },
            tail: AtomicU32::new(Self::START),
            slots: std::array::from_fn(|_| UnsafeCell::new(ptr::null_mut())),
            _items: PhantomData,
        });
        Self { slots, tail: Self::START, limit: Self::START.wrapping_add(Slots::<T, N>::LEN) }
    }

    /// The end to give to thieves.
    pub(crate) fn victim(&self) -> Victim<T, N> {
        Victim { slots: self.slots.clone() }
    }

    /// How many items there are; thieves may make it fewer at any time.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        // Relaxed: only the number counts.
        self.tail.wrapping_sub(self.slots.front.head.load(Ordering::Relaxed)) as usize
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
        if self.tail == self.limit && !self.make_room(shed) {
            return shed.push_back(item);
        }
        // SAFETY: `limit` says that the slot is free, and we are the owner.
        unsafe { self.slots.write(self.tail, item.into_node()) };
        self.publish(1);
    }

    /// Takes the oldest item.
    #[inline]
    pub(crate) fn pop(&mut self) -> Option<T> {
        let at = &self.slots.front.head;
        // Relaxed: a guess, which the exchange confirms; the slots are our own writes.
        let mut head = at.load(Ordering::Relaxed);
        while head != self.tail {
            // Release: pairs with the loads of the head in `Slots::take_half`, so that who sees it
            // also sees a tail that is not behind it. Relaxed: the failure is the next guess.
            match at.compare_exchange_weak(
                head,
                head.wrapping_add(1),
                Ordering::Release,
                Ordering::Relaxed,
            ) {
                // SAFETY: the exchange made the item ours, and only we could overwrite the slot.
                Ok(_) => return Some(unsafe { T::from_node(self.slots.read(head)) }),
                Err(now) => head = now,
            }
        }
        None
    }

    /// Makes `count` written slots visible.
    #[inline]
    fn publish(&mut self, count: u32) {
        self.tail = self.tail.wrapping_add(count);
        // Release: pairs with the load of the tail in `Slots::take_half`, for slots and items.
        self.slots.tail.store(self.tail, Ordering::Release);
    }

    /// Finds free slots, or frees half of them by shedding; `false` while a thief is in the way.
    #[cold]
    fn make_room(&mut self, shed: &mut Fifo<T>) -> bool {
        self.look_for_room() && (self.room() != 0 || self.shed_half(shed))
    }

    /// How many slots are known to be free.
    fn room(&self) -> u32 {
        self.limit.wrapping_sub(self.tail)
    }

    /// Moves the limit to where it can be; `false` if a thief is at work, and it stays.
    fn look_for_room(&mut self) -> bool {
        let front = &self.slots.front;
        // Acquire, and first: pairs with the exchange in `Slots::take_half`. For each theft up to
        // this head the load below sees its announcement, or what came after.
        let head = front.head.load(Ordering::Acquire);
        // Acquire: pairs with the store in `Victim::steal_into`, for the slots that were copied.
        if front.robbed.load(Ordering::Acquire) {
            return false;
        }
        self.limit = head.wrapping_add(Slots::<T, N>::LEN);
        true
    }

    /// Moves the older half of a full lane to `shed`; `false` if a thief comes first.
    fn shed_half(&mut self, shed: &mut Fifo<T>) -> bool {
        let half = Slots::<T, N>::LEN / 2;
        let head = self.limit.wrapping_sub(Slots::<T, N>::LEN);
        // The limit comes from this head, so nobody is copying slots before it. If it still stands,
        // what we take from it is free once it is read.
        // Release: as in `pop`. Relaxed: nothing is done after a failure.
        let taken = self.slots.front.head.compare_exchange(
            head,
            head.wrapping_add(half),
            Ordering::Release,
            Ordering::Relaxed,
        );
        if taken.is_err() {
            return false;
        }
        for ahead in 0..half {
            // SAFETY: the exchange made the items ours, and only we could overwrite the slots.
            unsafe { shed.push_back_node(self.slots.read(head.wrapping_add(ahead))) };
        }
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
        let victim = &*self.slots;
        let robbed = &victim.front.robbed;
        // Relaxed: spares the other thief the loss of its cache line; nothing is concluded from it.
        if robbed.load(Ordering::Relaxed) {
            return Pop::Busy;
        }
        if self.is_empty() {
            return Pop::Empty;
        }
        // Acquire: pairs with the store below, so that thefts happen one after the other in the
        // eyes of the owner as well. Relaxed: nothing is done after a failure.
        if robbed.compare_exchange(false, true, Ordering::Acquire, Ordering::Relaxed).is_err() {
            return Pop::Busy;
        }
        lane.look_for_room();
        let (head, count) = victim.take_half(lane.room() + 1);
        let first = (count != 0).then(|| {
            for ahead in 1..count {
                // SAFETY: `take_half` made the items ours, and their slots stay as they are until
                // the announcement is withdrawn. The lane has room for one item less than `count`.
                unsafe {
                    let node = victim.read(head.wrapping_add(ahead));
                    lane.slots.write(lane.tail.wrapping_add(ahead - 1), node);
                }
            }
            // SAFETY: as above.
            unsafe { victim.read(head) }
        });
        // Release: pairs with the load in `look_for_room`, whose caller overwrites the slots, and
        // with the exchange of the next thief. Nothing since ours could unwind.
        robbed.store(false, Ordering::Release);
        lane.publish(count.saturating_sub(1));
        // SAFETY: slots hold what was an item, and this one was read once.
        first.map_or(Pop::Empty, |node| Pop::Item(unsafe { T::from_node(node) }))
    }
}

impl<T: Chained, const N: usize> Slots<T, N> {
    const LEN: u32 = {
        assert!(N.is_power_of_two() && N >= 2 && N <= 1 << 16, "positions wrap in step with slots");
        N as u32
    };

    /// The head, and how many items were behind it.
    #[inline]
    fn look(&self) -> (u32, u32) {
        // Acquire, and first: pairs with those that move the head, who knew a tail not behind it.
        let head = self.front.head.load(Ordering::Acquire);
        // Acquire: pairs with `Lane::publish`, for the slots before it.
        let tail = self.tail.load(Ordering::Acquire);
        // The owner may have gone on after the first look; there never are more than `LEN`.
        (head, tail.wrapping_sub(head).min(Self::LEN))
    }

    /// Moves the head past the older half, at most `max` items; answers from where and how many.
    fn take_half(&self, max: u32) -> (u32, u32) {
        loop {
            let (head, len) = self.look();
            let count = len.div_ceil(2).min(max);
            if count == 0 {
                return (head, 0);
            }
            // Release: pairs with the first load in `Lane::look_for_room`, for the announcement
            // made before. Relaxed: after a failure all is looked at anew.
            let taken = self.front.head.compare_exchange_weak(
                head,
                head.wrapping_add(count),
                Ordering::Release,
                Ordering::Relaxed,
            );
            if taken.is_ok() {
                return (head, count);
            }
        }
    }

    /// What the slot at `position` holds.
    ///
    /// # Safety
    ///
    /// The caller must have moved the head past `position`, and the owner must not overwrite the
    /// slot meanwhile. What was read must be used once.
    #[inline]
    unsafe fn read(&self, position: u32) -> NonNull<Link> {
        let slot = &self.slots[position as usize % N];
        // SAFETY: the caller says that nobody writes to the slot.
        let node = slot.with(|node| unsafe { *node });
        NonNull::new(node).expect("slots behind the tail have been written")
    }

    /// Fills the slot at `position`.
    ///
    /// # Safety
    ///
    /// The caller must be the owner, and the slot must be free.
    #[inline]
    unsafe fn write(&self, position: u32, node: NonNull<Link>) {
        let slot = &self.slots[position as usize % N];
        // SAFETY: the caller says that nobody else looks at a free slot.
        slot.with_mut(|slot| unsafe { *slot = node.as_ptr() });
    }
}

impl<T: Chained, const N: usize> Drop for Slots<T, N> {
    fn drop(&mut self) {
        // Not dropped one by one: the queue knows what to do when one of them panics.
        let mut rest = Fifo::<T>::new();
        let (head, len) = self.look();
        for ahead in 0..len {
            // SAFETY: nobody else is left, and what lies between head and tail is still queued.
            unsafe { rest.push_back_node(self.read(head.wrapping_add(ahead))) };
        }
    }
}

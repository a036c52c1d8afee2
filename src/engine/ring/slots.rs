//! What the owner of a lane shares with its thieves.
//!
//! A fixed array of slots between two positions that only grow, wrap, and are compared by their
//! wrapping difference. Items enter at the tail, which only the owner moves. They leave at the head:
//! one exchange moves it, and makes what it passes the mover's.
//!
//! ```text
//!      free    |  being copied  |      queued      |      free
//!   -----------+----------------+------------------+--------------
//!                              head               tail
//! ```
//!
//! A thief needs time to copy what it took, so it announces itself before it moves the head, and
//! withdraws that when all is copied. The owner looks at the head first and at the announcement
//! second; if there is none, all slots before that head are free. If there is one, the owner keeps
//! to the slots it knew to be free before. That also keeps the positions from coming round while a
//! thief is preempted in the middle of a step.

use super::chain::{Chained, Node, Spot};
use super::fifo::Fifo;
use crate::shim::Cell;
use crate::shim::atomic::{AtomicBool, AtomicU32, Ordering};

pub(super) struct Slots<T: Chained, const N: usize> {
    front: Front,
    // The position that the next push takes, written by the owner. Publishes the slots before it.
    tail: AtomicU32,
    slots: [Cell<Option<Spot<T>>>; N],
}

/// What thieves write, on cache lines of its own.
#[repr(align(128))]
struct Front {
    // The position of the oldest item, moved by the owner and by thieves.
    head: AtomicU32,
    // Whether a thief is at work; written by that thief.
    robbed: AtomicBool,
}

// SAFETY: slots hold items, which may move between threads; each is read once, by whoever moved
// the head past it, and written by the one owner only when it is free.
unsafe impl<T: Chained + Send, const N: usize> Sync for Slots<T, N> {}

impl<T: Chained, const N: usize> Slots<T, N> {
    /// How many slots there are.
    pub(super) const LEN: u32 = {
        assert!(N.is_power_of_two() && N >= 2 && N <= 1 << 16, "positions wrap in step with slots");
        N as u32
    };

    /// Positions start just short of where they wrap: who compares them wrongly notices at once.
    pub(super) const START: u32 = 0_u32.wrapping_sub(Self::LEN);

    pub(super) fn new() -> Self {
        Self {
            front: Front { head: AtomicU32::new(Self::START), robbed: AtomicBool::new(false) },
            tail: AtomicU32::new(Self::START),
            slots: std::array::from_fn(|_| Cell::new(None)),
        }
    }

    /// The position of the oldest item, for the owner, who knows the tail.
    #[inline]
    pub(super) fn head(&self) -> u32 {
        // Relaxed: a number to count with, or a guess for `advance`; the slots behind it are the
        // owner's own writes.
        self.front.head.load(Ordering::Relaxed)
    }

    /// The head, and how many items were behind it.
    #[inline]
    pub(super) fn look(&self) -> (u32, u32) {
        // Acquire, and first: pairs with the exchange in `advance`, whose caller knew a tail that
        // was not behind the new head; so the load below finds none behind it either.
        let head = self.front.head.load(Ordering::Acquire);
        // Acquire: pairs with the store in `publish`, for the slots before the tail.
        let tail = self.tail.load(Ordering::Acquire);
        // Owner and thieves may have gone on between the loads, but never are there more.
        (head, tail.wrapping_sub(head).min(Self::LEN))
    }

    /// Moves the head from `head` by `count`, for the owner, who gets what lies between.
    ///
    /// If it is not there any more, the error says where it is.
    ///
    /// # Safety
    ///
    /// As long as the head is there, so many items are behind it. The owner fills no slot before
    /// the answer is used up.
    #[inline]
    pub(super) unsafe fn take(&self, head: u32, count: u32) -> Result<Taken<'_, T, N>, u32> {
        self.advance(head, count)?;
        Ok(Taken { slots: self, next: head, left: count })
    }

    #[inline]
    fn advance(&self, head: u32, count: u32) -> Result<(), u32> {
        let moved = head.wrapping_add(count);
        // Release: pairs with the load in `look`, for the tail that the caller knew, and with the
        // one in `free_before`, for its announcement. Relaxed: a failure is only the next guess.
        self.front
            .head
            .compare_exchange(head, moved, Ordering::Release, Ordering::Relaxed)
            .map(|_| ())
    }

    /// Makes the slots before `tail` visible. Only the owner may call it.
    #[inline]
    pub(super) fn publish(&self, tail: u32) {
        // Release: pairs with the load in `look`, for slots and items.
        self.tail.store(tail, Ordering::Release);
    }

    /// The position before which no slot is in use; `None` while a thief is at work.
    pub(super) fn free_before(&self) -> Option<u32> {
        // Acquire, and first: pairs with the exchange in `advance`. Of each theft up to this head
        // the load below sees the announcement, or what came after it.
        let head = self.front.head.load(Ordering::Acquire);
        // Acquire: pairs with the store in `withdraw`, for the slots that were copied.
        (!self.front.robbed.load(Ordering::Acquire)).then_some(head)
    }

    /// Announces a thief, unless there is one already.
    pub(super) fn announce(&self) -> Option<Thief<'_, T, N>> {
        let robbed = &self.front.robbed;
        // Relaxed: spares the other thief the loss of its cache line; nothing is concluded from it.
        // Acquire: pairs with the store in `withdraw`, so that who sees this thief gone sees the
        // earlier ones gone as well. Relaxed: nothing is done after a failure.
        let first = !robbed.load(Ordering::Relaxed)
            && robbed.compare_exchange(false, true, Ordering::Acquire, Ordering::Relaxed).is_ok();
        first.then_some(Thief { slots: self })
    }

    /// Fills the slot at `position`.
    ///
    /// # Safety
    ///
    /// The caller must be the owner, and the slot must be free.
    #[inline]
    pub(super) unsafe fn write(&self, position: u32, node: Node<T>) {
        self.slots[position as usize % N].set(Some(node.put_down()));
    }
}

/// The one thief at work. Until it withdraws, the owner overwrites nothing that it takes.
pub(super) struct Thief<'a, T: Chained, const N: usize> {
    slots: &'a Slots<T, N>,
}

impl<T: Chained, const N: usize> Thief<'_, T, N> {
    /// Takes the older half, at most `max` items.
    pub(super) fn take_half(&self, max: u32) -> Taken<'_, T, N> {
        loop {
            let (head, len) = self.slots.look();
            let count = len.div_ceil(2).min(max);
            // A failure means that the owner took an item, so it is not to be taken for the end.
            if count == 0 || self.slots.advance(head, count).is_ok() {
                return Taken { slots: self.slots, next: head, left: count };
            }
        }
    }

    /// Withdraws the announcement, when all is copied.
    pub(super) fn withdraw(self) {
        // Release: pairs with the second load in `free_before`, after which the owner writes to
        // the slots, and with the exchange in `announce`.
        self.slots.front.robbed.store(false, Ordering::Release);
    }
}

/// Items that the head was moved past, oldest first, for its mover. Those that are left leak.
pub(super) struct Taken<'a, T: Chained, const N: usize> {
    slots: &'a Slots<T, N>,
    next: u32,
    left: u32,
}

impl<T: Chained, const N: usize> Iterator for Taken<'_, T, N> {
    type Item = Node<T>;

    #[inline]
    fn next(&mut self) -> Option<Node<T>> {
        self.left = self.left.checked_sub(1)?;
        let slot = &self.slots.slots[self.next as usize % N];
        self.next = self.next.wrapping_add(1);
        let spot = slot.get().expect("slots before the tail have been written");
        // SAFETY: the mover of the head alone has the right to what it passed, and takes it once.
        Some(unsafe { spot.take_up() })
    }
}

impl<T: Chained, const N: usize> Drop for Slots<T, N> {
    fn drop(&mut self) {
        // Not dropped one by one: the queue goes on when one of them panics.
        let mut rest = Fifo::new();
        let (head, len) = self.look();
        // Nobody else is left, so what lies between head and tail is ours.
        let all = Taken { slots: self, next: head, left: len };
        all.for_each(|node| rest.push_back_node(node));
    }
}

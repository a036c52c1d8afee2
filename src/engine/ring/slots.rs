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

use super::chain::{Chained, Node};
use super::fifo::Fifo;
use crate::shim::UnsafeCell;
use crate::shim::atomic::{AtomicBool, AtomicU32, Ordering};

pub(super) struct Slots<T: Chained, const N: usize> {
    front: Front,
    // The position that the next push takes, written by the owner. Publishes the slots before it.
    tail: AtomicU32,
    slots: [UnsafeCell<Option<Node<T>>>; N],
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
            slots: std::array::from_fn(|_| UnsafeCell::new(None)),
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

    /// Moves the head from `head` by `count`, and gives the caller what lies between.
    ///
    /// If it is not there any more, the error says where it is.
    #[inline]
    pub(super) fn advance(&self, head: u32, count: u32) -> Result<(), u32> {
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

    /// Announces a thief; `false` if there is one already.
    pub(super) fn announce(&self) -> bool {
        let robbed = &self.front.robbed;
        // Relaxed: spares the other thief the loss of its cache line; nothing is concluded from it.
        // Acquire: pairs with the store in `withdraw`, so that who sees this thief gone sees the
        // earlier ones gone as well. Relaxed: nothing is done after a failure.
        !robbed.load(Ordering::Relaxed)
            && robbed.compare_exchange(false, true, Ordering::Acquire, Ordering::Relaxed).is_ok()
    }

    /// Withdraws the announcement of a thief, who has copied all it took.
    pub(super) fn withdraw(&self) {
        // Release: pairs with the second load in `free_before`, after which the owner writes to
        // the slots, and with the exchange in `announce`.
        self.front.robbed.store(false, Ordering::Release);
    }

    /// Takes the node in the slot at `position`, without a write to it.
    ///
    /// # Safety
    ///
    /// The caller must have moved the head past `position`, and the owner must not overwrite the
    /// slot meanwhile. Each filling of a slot is read once.
    #[inline]
    pub(super) unsafe fn read(&self, position: u32) -> Node<T> {
        let slot = &self.slots[position as usize % N];
        // SAFETY: the caller says that nobody writes to the slot, and nobody else takes the node.
        let node = slot.with(|node| unsafe { node.read() });
        node.expect("slots before the tail have been written")
    }

    /// Fills the slot at `position`.
    ///
    /// # Safety
    ///
    /// The caller must be the owner, and the slot must be free.
    #[inline]
    pub(super) unsafe fn write(&self, position: u32, node: Node<T>) {
        let slot = &self.slots[position as usize % N];
        // SAFETY: the caller says that nobody else looks at a free slot.
        slot.with_mut(|slot| unsafe { *slot = Some(node) });
    }

    /// Moves `count` items from `head` on to the back of `into`.
    ///
    /// # Safety
    ///
    /// As for [`Slots::read`], for each of the positions.
    pub(super) unsafe fn read_all(&self, head: u32, count: u32, into: &mut Fifo<T>) {
        for ahead in 0..count {
            // SAFETY: the caller answers for each position.
            into.push_back_node(unsafe { self.read(head.wrapping_add(ahead)) });
        }
    }
}

impl<T: Chained, const N: usize> Drop for Slots<T, N> {
    fn drop(&mut self) {
        // Not dropped one by one: the queue goes on when one of them panics.
        let mut rest = Fifo::new();
        let (head, len) = self.look();
        // SAFETY: nobody else is left, so what lies between head and tail is ours.
        unsafe { self.read_all(head, len, &mut rest) };
    }
}

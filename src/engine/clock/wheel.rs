//! A hierarchical timer wheel of intrusive nodes.
//!
//! A deadline is read as twelve digits of six bits (the lowest of them has two), and so is `base`, a
//! time that no deadline in the wheel precedes. A node lies where its deadline first differs from
//! `base`, seen from the left: the position of that digit is its level, the digit its slot on the
//! level.
//!
//! ```text
//!   level     0     1       2        3         4        5       6       7      …
//!   slot     1 ns  4 ns  256 ns  16.4 us  1.05 ms  67.1 ms  4.29 s  275 s      …
//! ```
//!
//! What follows from it:
//!
//! - The order of the indices (level, then slot) is the order of time: the lowest occupied slot
//!   holds the earliest deadline, whatever its level, and two bitmaps find it.
//! - The nodes of a slot on level 0 all have the same deadline. None is looked at twice there.
//! - `base` may move to any time before the first slot, and no node has to move with it. So where a
//!   node lies follows from `base` and its deadline at any time, and need not be kept.
//! - Opening a slot (moving `base` into it and placing its nodes again) puts each of them on a
//!   lower level. So a node is moved at most eleven times in its life, and one that is removed
//!   long before its deadline, as most timeouts are, never. A node that is alone in the first slot
//!   is taken from there.
//! - Equal deadlines always share a slot, so nodes fire in order of deadline, and of insertion
//!   where deadlines are equal. Overdue ones share the slot of `base`, before all others.
//!
//! A crowd of timers is spread over memory, and each time one is moved it has to be fetched again.
//! Six bits, and a boundary at a millisecond, let most go from where they were put (a millisecond
//! of level 4) to level 3 once, a few hundred at a time, and on from there while they are at hand.

use crate::util::list::{Linked, Links, List};
use std::cell::Cell;
use std::ptr::NonNull;

/// What a timer embeds to be linked into a [`Wheel`], as the first field of a `repr(C)` struct.
///
/// The holder of the wheel alone may touch it while it is linked.
#[repr(C)]
pub(crate) struct Node {
    links: Links<Node>,
    /// What it was last inserted with. While the node is in no wheel, its owner may change it.
    pub(crate) deadline: Cell<u64>,
}

impl Node {
    pub(crate) const fn new() -> Self {
        Self { links: Links::new(), deadline: Cell::new(0) }
    }
}

// SAFETY: always the same field.
unsafe impl Linked for Node {
    #[inline]
    fn links(&self) -> &Links<Self> {
        &self.links
    }
}

/// Slots on a level.
const SLOTS: usize = 64;
const LEVELS: usize = 12;

/// Timers by deadline: constant-time insert and removal, exact order of expiry.
pub(crate) struct Wheel {
    base: u64,
    // One bit a level that has an occupied slot.
    levels: u16,
    // One bit a slot that holds a node.
    occupied: [u64; LEVELS],
    slots: Box<[Slot]>,
}

/// Nodes that differ from `base` first in the same digit.
struct Slot {
    list: List<Node>,
    // Never later than any deadline of the list, and exact until a node is removed from it.
    min: u64,
}

impl Wheel {
    /// Makes a wheel for a time that is `base` at least.
    pub(crate) fn new(base: u64) -> Self {
        let slots = (0..LEVELS * SLOTS).map(|_| Slot { list: List::new(), min: u64::MAX });
        Self { base, levels: 0, occupied: [0; LEVELS], slots: slots.collect() }
    }

    /// Links `node` until `deadline`; one in the past is due at once.
    ///
    /// # Safety
    ///
    /// `node` must be alive, in no wheel, and stay in place until it is removed or popped, or the
    /// wheel is gone.
    #[inline]
    pub(crate) unsafe fn insert(&mut self, node: NonNull<Node>, deadline: u64) {
        let list = self.list_for(deadline);
        // SAFETY: alive, linked nowhere, and in place until it is unlinked: so says the caller.
        unsafe { list.push_back(node) };
        if let Some(node) = list.back() {
            node.deadline.set(deadline);
        }
    }

    /// Unlinks `node`; answers `false` if it was in no wheel.
    ///
    /// # Safety
    ///
    /// `node` must be alive, and in this wheel or in none.
    #[inline]
    pub(crate) unsafe fn remove(&mut self, node: NonNull<Node>) -> bool {
        // SAFETY: the caller says that it is alive.
        let index = self.place(unsafe { node.as_ref() }.deadline.get());
        // SAFETY: a node of this wheel lies where its deadline differs from `base` (see the head
        // of this file), one of no wheel in no list at all.
        let removed = unsafe { self.slots[index].list.remove(node) };
        self.settle(index);
        removed
    }

    /// When [`Wheel::expire`] should be called next: never later than the earliest deadline.
    ///
    /// It is that deadline, except that it may still be the one of a node that was removed. A call
    /// at that time corrects it.
    #[inline]
    pub(crate) fn next_deadline(&self) -> Option<u64> {
        self.first().map(|index| self.slots[index].min)
    }

    /// Unlinks the earliest node that is due at `now`; to be called until there is none.
    ///
    /// After it has answered `None`, [`Wheel::next_deadline`] is later than `now`. Time does not go
    /// back: what was due once stays due, whatever `now` says afterwards.
    #[inline]
    pub(crate) fn expire(&mut self, now: u64) -> Option<NonNull<Node>> {
        self.turn(now, || {})
    }

    /// Unlinks some node, due or not: for emptying the wheel at shutdown.
    pub(crate) fn pop(&mut self) -> Option<NonNull<Node>> {
        self.first().and_then(|index| self.pop_from(index))
    }

    /// As [`Wheel::expire`]; `moved` is called for each node that is placed again.
    pub(super) fn turn(&mut self, now: u64, mut moved: impl FnMut()) -> Option<NonNull<Node>> {
        let now = now.max(self.base);
        while let Some(index) = self.first() {
            if self.slots[index].min > now {
                // Keeps timers to come out of the slots of those far off, which would have to be
                // placed again when a near one fires. Not if `now` lies in the first slot itself.
                if self.place(now) < index {
                    self.base = now;
                }
                return None;
            }
            let slot = &mut self.slots[index];
            if index < SLOTS {
                return self.pop_from(index);
            }
            match slot.list.single() {
                None => self.open(index, &mut moved),
                Some(node) => {
                    slot.min = node.deadline.get();
                    if slot.min <= now {
                        return self.pop_from(index);
                    }
                }
            }
        }
        self.base = now;
        None
    }

    /// Places the nodes of the first slot again, relative to the earliest of them.
    fn open(&mut self, index: usize, moved: &mut impl FnMut()) {
        let slot = &mut self.slots[index];
        self.base = slot.min;
        let mut list = slot.list.take();
        self.settle(index);
        while let Some(node) = list.front() {
            moved();
            let deadline = node.deadline.get();
            list.pass_front(self.list_for(deadline));
        }
    }

    /// The list for one more node with this deadline.
    #[inline]
    fn list_for(&mut self, deadline: u64) -> &mut List<Node> {
        let index = self.place(deadline);
        self.occupied[index / SLOTS] |= 1 << (index % SLOTS);
        self.levels |= 1 << (index / SLOTS);
        let slot = &mut self.slots[index];
        slot.min = slot.min.min(deadline);
        &mut slot.list
    }

    fn pop_from(&mut self, index: usize) -> Option<NonNull<Node>> {
        let node = self.slots[index].list.pop_front();
        self.settle(index);
        node
    }

    /// Forgets a slot that has become empty, and with it the deadline of a removed node.
    #[inline]
    fn settle(&mut self, index: usize) {
        let slot = &mut self.slots[index];
        if slot.list.is_empty() {
            slot.min = u64::MAX;
            let occupied = &mut self.occupied[index / SLOTS];
            *occupied &= !(1 << (index % SLOTS));
            if *occupied == 0 {
                self.levels &= !(1 << (index / SLOTS));
            }
        }
    }

    /// The index of the slot for `deadline`: its level, then the digit.
    #[inline]
    fn place(&self, deadline: u64) -> usize {
        let deadline = deadline.max(self.base);
        // The lowest bit does not change the level, and makes "no difference" level 0.
        let level = (((deadline ^ self.base) | 1).ilog2() + 4) / 6;
        // On level 0 four bits are those of the next digit, which all nodes there share.
        let digit = (deadline >> (level * 6).saturating_sub(4)) as usize % SLOTS;
        level as usize * SLOTS + digit
    }

    /// The index of the first occupied slot.
    #[inline]
    fn first(&self) -> Option<usize> {
        if self.levels == 0 {
            return None;
        }
        let level = self.levels.trailing_zeros() as usize;
        Some(level * SLOTS + self.occupied[level].trailing_zeros() as usize)
    }
}

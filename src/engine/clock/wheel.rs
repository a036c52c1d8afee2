//! A hierarchical timer wheel of intrusive nodes.
//!
//! A deadline is read as sixteen hexadecimal digits, and so is `base`, a time that no deadline in
//! the wheel precedes. A node lies where its deadline first differs from `base`, seen from the
//! left: the position of that digit is its level, the digit its slot on the level.
//!
//! ```text
//!   base       …0041a7
//!   deadlines  …0041a9   level 0, slot 9: index 0x09
//!              …0041c3   level 1, slot c: index 0x1c
//!              …007000   level 3, slot 7: index 0x37
//! ```
//!
//! What follows from it:
//!
//! - The order of the 256 indices is the order of time: the lowest occupied slot holds the earliest
//!   deadline, whatever its level, and one bitmap finds it.
//! - The nodes of a slot on level 0 all have the same deadline. None is looked at twice there.
//! - `base` may move to any time before the first slot, and no node has to move with it.
//! - Opening a slot (moving `base` into it and placing its nodes again) puts each of them on a
//!   lower level. So a node is moved at most fifteen times in its life, and one that is removed
//!   long before its deadline, as most timeouts are, never.
//! - Equal deadlines always share a slot, so nodes fire in order of deadline, and of insertion
//!   where deadlines are equal. Overdue ones share the slot of `base`, before all others.

use crate::util::list::{Linked, Links, List};
use std::cell::Cell;
use std::ptr::NonNull;

/// What a timer embeds to be linked into a [`Wheel`], as the first field of a `repr(C)` struct.
///
/// The holder of the wheel alone may touch it while it is linked.
#[repr(C)]
pub(crate) struct Node {
    links: Links<Node>,
    // What it was last inserted with.
    pub(super) deadline: Cell<u64>,
    // The index of the slot it was last linked into.
    place: Cell<u8>,
}

impl Node {
    pub(crate) const fn new() -> Self {
        Self { links: Links::new(), deadline: Cell::new(0), place: Cell::new(0) }
    }
}

// SAFETY: always the same field, reached by projection.
unsafe impl Linked for Node {
    #[inline]
    unsafe fn links(node: NonNull<Self>) -> NonNull<Links<Self>> {
        // SAFETY: the caller says that `node` is alive, so the field is in bounds and not null.
        unsafe { NonNull::new_unchecked(&raw mut (*node.as_ptr()).links) }
    }
}

/// Timers by deadline: constant-time insert and removal, exact order of expiry.
pub(crate) struct Wheel {
    base: u64,
    // One bit a slot that holds a node.
    occupied: [u64; 4],
    slots: [Slot; 256],
}

/// Nodes that differ from `base` first in the same digit.
struct Slot {
    list: List<Node>,
    // Never later than any deadline of the list, and exact until a node is removed from it.
    min: u64,
}

impl Wheel {
    pub(crate) const fn new() -> Self {
        const EMPTY: Slot = Slot { list: List::new(), min: u64::MAX };
        Self { base: 0, occupied: [0; 4], slots: [EMPTY; 256] }
    }

    /// Links `node` until `deadline`; one in the past is due at once.
    ///
    /// # Safety
    ///
    /// `node` must be alive, in no wheel, and stay in place until it is removed or popped, or the
    /// wheel is gone.
    #[inline]
    pub(crate) unsafe fn insert(&mut self, node: NonNull<Node>, deadline: u64) {
        // SAFETY: the caller says that it is alive.
        unsafe { node.as_ref() }.deadline.set(deadline);
        // SAFETY: the caller's promise is the same.
        unsafe { self.link(node) };
    }

    /// Unlinks `node`; answers `false` if it was in no wheel.
    ///
    /// # Safety
    ///
    /// `node` must be alive, and in this wheel or in none.
    #[inline]
    pub(crate) unsafe fn remove(&mut self, node: NonNull<Node>) -> bool {
        // SAFETY: the caller says that it is alive.
        let index = unsafe { node.as_ref() }.place.get();
        // SAFETY: a node of this wheel is in the slot that it names (see `link`), one of no wheel
        // in no list at all.
        let removed = unsafe { self.slots[usize::from(index)].list.remove(node) };
        self.settle(index);
        removed
    }

    /// When [`Wheel::expire`] should be called next: never later than the earliest deadline.
    ///
    /// It is that deadline, except that it may still be the one of a node that was removed. A call
    /// at that time corrects it.
    #[inline]
    pub(crate) fn next_deadline(&self) -> Option<u64> {
        self.first().map(|index| self.slots[usize::from(index)].min)
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
            if self.slots[usize::from(index)].min > now {
                // Keeps timers to come out of the slots of those far off, which would have to be
                // placed again when a near one fires. Not if `now` lies in the first slot itself.
                if self.place(now) < index {
                    self.base = now;
                }
                return None;
            }
            if index < 16 {
                return self.pop_from(index);
            }
            self.open(index, &mut moved);
        }
        self.base = now;
        None
    }

    /// Places the nodes of the first slot again, relative to the earliest of them.
    fn open(&mut self, index: u8, moved: &mut impl FnMut()) {
        let slot = &mut self.slots[usize::from(index)];
        self.base = slot.min;
        let mut list = slot.list.take();
        self.settle(index);
        while let Some(node) = list.pop_front() {
            moved();
            // SAFETY: it was linked, so it is alive and stays; now it is in no list.
            unsafe { self.link(node) };
        }
    }

    /// Links `node` into the slot of its deadline.
    ///
    /// # Safety
    ///
    /// As for [`Wheel::insert`].
    #[inline]
    unsafe fn link(&mut self, node: NonNull<Node>) {
        // SAFETY: the caller says that it is alive.
        let (deadline, place) = unsafe { (node.as_ref().deadline.get(), &node.as_ref().place) };
        let index = self.place(deadline);
        place.set(index);
        let slot = &mut self.slots[usize::from(index)];
        slot.min = slot.min.min(deadline);
        // SAFETY: the caller says that it is alive, linked nowhere and stays in place.
        unsafe { slot.list.push_back(node) };
        self.occupied[usize::from(index / 64)] |= 1 << (index % 64);
    }

    fn pop_from(&mut self, index: u8) -> Option<NonNull<Node>> {
        let node = self.slots[usize::from(index)].list.pop_front();
        self.settle(index);
        node
    }

    /// Forgets a slot that has become empty, and with it the deadline of a removed node.
    #[inline]
    fn settle(&mut self, index: u8) {
        let slot = &mut self.slots[usize::from(index)];
        if slot.list.is_empty() {
            slot.min = u64::MAX;
            self.occupied[usize::from(index / 64)] &= !(1 << (index % 64));
        }
    }

    /// The index of the slot for `deadline`: the level in the high digit, the slot in the low one.
    #[inline]
    fn place(&self, deadline: u64) -> u8 {
        let deadline = deadline.max(self.base);
        // The lowest bit does not change the level, and makes "no difference" level 0.
        let level = ((deadline ^ self.base) | 1).ilog2() / 4;
        let slot = (deadline >> (level * 4)) & 0xf;
        (level * 16) as u8 | slot as u8
    }

    /// The index of the first occupied slot.
    #[inline]
    fn first(&self) -> Option<u8> {
        let word = self.occupied.iter().position(|word| *word != 0)?;
        Some((word * 64) as u8 + self.occupied[word].trailing_zeros() as u8)
    }
}

//! A few slots in one allocation.

use crate::shim::atomic::{AtomicPtr, AtomicU8, AtomicUsize, Ordering};
use std::cell::UnsafeCell;
use std::mem::{self, MaybeUninit};
use std::ptr;

/// Slots of a block.
pub(super) const SLOTS: usize = 16;

/// The marks of a slot: nothing is in it,
const EMPTY: u8 = 0;
/// nothing is in it, and the receiver wants to be woken for it,
const AWAITED: u8 = 1;
/// its value is there,
const READY: u8 = 2;
/// its value is there, and its room was given back already.
const PAID: u8 = 3;

/// Slots that are filled in order, each once, by whoever claimed it.
///
/// Dropping a block drops no value in it.
// As many slots as the alignment, for `Cursor`; and sixteen is what allocators give anyway.
#[repr(align(16))]
pub(super) struct Block<T> {
    /// The block after this one. Set by whoever claimed the last slot, before it is ready.
    next: AtomicPtr<Block<T>>,
    /// How many slots were before this block. The receiver's own, which counts when it gets here.
    start: AtomicUsize,
    /// READY publishes the value, AWAITED the receiver's waker.
    marks: [AtomicU8; SLOTS],
    // Not the shim's cells: they cannot be left uninitialised. Models look into the values instead.
    values: [UnsafeCell<MaybeUninit<T>>; SLOTS],
}

impl<T> Block<T> {
    /// A block with nothing in it.
    pub(super) fn allocate() -> Box<Self> {
        let mut block = Box::<Self>::new_uninit();
        let at = block.as_mut_ptr();
        // Not as a whole: sixteen large values would not fit on the stack.
        // SAFETY: the fields are within the box; nothing is read or dropped.
        unsafe {
            (&raw mut (*at).next).write(AtomicPtr::from(ptr::null_mut()));
            (&raw mut (*at).start).write(AtomicUsize::from(0));
            (&raw mut (*at).marks).write(no_marks());
        }
        // SAFETY: the values need no initialisation, and all else was written above.
        unsafe { block.assume_init() }
    }

    /// Makes a block as good as new.
    pub(super) fn reset(&mut self) {
        self.next = AtomicPtr::from(ptr::null_mut());
        self.start = AtomicUsize::from(0);
        self.marks = no_marks();
    }

    /// Puts a value into the slot; answers whether the receiver wants to be woken for it.
    ///
    /// # Safety
    ///
    /// The caller has claimed the slot, and fills it once.
    #[inline]
    pub(super) unsafe fn fill(&self, slot: usize, value: T) -> bool {
        // SAFETY: the slot is the caller's alone until its mark says READY.
        unsafe { (*self.values[slot].get()).write(value) };
        // Release: publishes the value to the receiver. Acquire: sees the waker of one that waits.
        self.marks[slot].swap(READY, Ordering::AcqRel) == AWAITED
    }

    /// Takes the value out of the slot, if it is there, once `give_room` has run.
    ///
    /// If that panics, the value stays where it is, and `give_room` is not run for it again.
    ///
    /// # Safety
    ///
    /// The caller is the receiver, and takes each value once.
    #[inline]
    pub(super) unsafe fn take(&self, slot: usize, give_room: impl FnOnce()) -> Option<T> {
        // Acquire: pairs with the Release in `fill`.
        if self.marks[slot].load(Ordering::Acquire) == READY {
            let unwinding = Paid { block: self, slot };
            give_room();
            mem::forget(unwinding);
        } else if !self.is_paid(slot) {
            return None;
        }
        // SAFETY: either mark says that the value is there, and the caller that it is still.
        Some(unsafe { (*self.values[slot].get()).assume_init_read() })
    }

    #[cold]
    fn is_paid(&self, slot: usize) -> bool {
        // Relaxed: only the receiver sets this mark.
        self.marks[slot].load(Ordering::Relaxed) == PAID
    }

    /// Asks to be woken when the slot is filled; answers `false` if it is already.
    pub(super) fn await_slot(&self, slot: usize) -> bool {
        // Release: publishes the waker to whoever fills the slot. Acquire: as in `take`.
        self.marks[slot]
            .compare_exchange(EMPTY, AWAITED, Ordering::AcqRel, Ordering::Acquire)
            .map_or_else(|mark| mark == AWAITED, |_| true)
    }

    /// Links `next` behind this block.
    pub(super) fn link(&self, next: *mut Self) {
        // Release: publishes the block to the receiver.
        self.next.store(next, Ordering::Release);
    }

    /// The block after this one; once its last slot is ready it is there.
    pub(super) fn next(&self) -> Option<&Self> {
        // Acquire: pairs with the Release in `link`.
        let next = self.next.load(Ordering::Acquire);
        // SAFETY: null, or what was linked here. The receiver lets go of blocks in their order, so
        // the next one lives as long as this one does, which is borrowed.
        unsafe { next.as_ref() }
    }

    pub(super) fn set_start(&self, start: usize) {
        // Relaxed: the receiver's own.
        self.start.store(start, Ordering::Relaxed);
    }

    pub(super) fn start(&self) -> usize {
        // Relaxed: the receiver's own.
        self.start.load(Ordering::Relaxed)
    }
}

/// Marks a slot whose value was not taken although its room was given back.
struct Paid<'a, T> {
    block: &'a Block<T>,
    slot: usize,
}

impl<T> Drop for Paid<'_, T> {
    // Apart, so that the usual way carries nothing for it.
    #[cold]
    #[inline(never)]
    fn drop(&mut self) {
        // Relaxed: a slot that was filled is the receiver's own.
        self.block.marks[self.slot].store(PAID, Ordering::Relaxed);
    }
}

fn no_marks() -> [AtomicU8; SLOTS] {
    [(); SLOTS].map(|()| AtomicU8::from(EMPTY))
}

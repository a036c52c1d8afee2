//! Memory for task cells, recycled by size class on threads that hold a loop.
//!
//! A loop that spawns and finishes tasks all the time would otherwise spend most of a spawn in the
//! allocator. Blocks of one class are interchangeable, so a finished task's block serves the next.

use crate::shim::thread_local;
use std::alloc::Layout;
use std::cell::Cell;
use std::mem::ManuallyDrop;
use std::ptr::{self, NonNull};

/// Classes are this far apart: the step between chunk sizes of the common allocators.
const STEP: usize = 16;
/// What such an allocator adds to each block; class sizes leave room for it.
const OVERHEAD: usize = 8;
/// Blocks of more than `STEP * CLASSES` bytes are not recycled.
const CLASSES: usize = 128;
/// The most bytes a loop keeps.
const BOUND: usize = 2 * 1024 * 1024;
/// The most bytes a loop keeps while it sleeps.
const BOUND_ASLEEP: usize = 16 * 1024;

thread_local! {
    /// The lists of the loop that this thread holds; null elsewhere.
    static LISTS: Cell<*const FreeLists> = const { Cell::new(ptr::null()) };
}

/// A block in a list: its first word points at the next one.
struct Free {
    next: *mut Free,
}

/// The free blocks of one loop, by class. Used by the loop's holder alone.
pub(crate) struct FreeLists {
    heads: [Cell<*mut Free>; CLASSES],
    bytes: Cell<usize>,
}

// SAFETY: the lists own their blocks, and move with the loop from holder to holder.
unsafe impl Send for FreeLists {}

/// Makes another loop's lists, or none, this thread's again when dropped.
pub(crate) struct Lent(*const FreeLists);

/// A block that nobody uses.
struct Block {
    memory: NonNull<u8>,
    /// What it was allocated with.
    layout: Layout,
}

impl Block {
    #[inline]
    fn into_raw(self) -> NonNull<u8> {
        ManuallyDrop::new(self).memory
    }
}

impl Drop for Block {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: nobody uses it, and it was allocated with this layout.
        unsafe { std::alloc::dealloc(self.memory.as_ptr(), self.layout) }
    }
}

/// The class of blocks for `layout`; none if they are not recycled.
#[inline]
fn class(layout: Layout) -> Option<usize> {
    let class = (layout.size() + OVERHEAD).div_ceil(STEP);
    (class < CLASSES && layout.align() <= STEP).then_some(class)
}

/// What the blocks of `class` are allocated with.
#[inline]
fn block(class: usize) -> Layout {
    Layout::from_size_align(class * STEP - OVERHEAD, STEP).expect("a small power of two")
}

/// Allocates memory for `layout`; ends the process if there is none.
#[inline]
pub(super) fn allocate(layout: Layout) -> NonNull<u8> {
    let Some(class) = class(layout) else { return system(layout) };
    with_lists(|lists| lists?.pop(class)).map_or_else(|| system(block(class)), Block::into_raw)
}

/// Gives back what [`allocate`] gave for `layout`.
///
/// # Safety
///
/// The memory must come from `allocate` with this layout, and must not be used any more.
#[inline]
pub(super) unsafe fn free(memory: NonNull<u8>, layout: Layout) {
    let block = Block { memory, layout: class(layout).map_or(layout, block) };
    with_lists(|lists| match lists {
        Some(lists) => lists.push(block),
        None => drop(block),
    });
}

/// Uses the lists of the loop that this thread holds, if it holds one.
#[inline]
fn with_lists<R>(step: impl FnOnce(Option<&FreeLists>) -> R) -> R {
    // SAFETY: who lent them keeps them in place, and to this thread, until they are taken back.
    LISTS.with(|lists| step(unsafe { lists.get().as_ref() }))
}

/// Allocates from the system.
fn system(layout: Layout) -> NonNull<u8> {
    debug_assert!(layout.size() > 0, "a cell has a header");
    // SAFETY: a cell's layout is never empty.
    let memory = unsafe { std::alloc::alloc(layout) };
    NonNull::new(memory).unwrap_or_else(|| std::alloc::handle_alloc_error(layout))
}

impl FreeLists {
    pub(crate) const fn new() -> Self {
        Self { heads: [const { Cell::new(ptr::null_mut()) }; CLASSES], bytes: Cell::new(0) }
    }

    /// Makes `lists`, or none, those of the calling thread until the answer is dropped.
    ///
    /// # Safety
    ///
    /// The lists must stay where they are, and no other thread may use them, until then.
    pub(crate) unsafe fn lend(lists: Option<&Self>) -> Lent {
        let lists = lists.map_or(ptr::null(), ptr::from_ref);
        Lent(LISTS.with(|current| current.replace(lists)))
    }

    /// Gives back to the system what a sleeping loop has no use for.
    pub(crate) fn trim(&self) {
        if self.bytes.get() > BOUND_ASLEEP {
            self.give_back(BOUND_ASLEEP);
        }
    }

    #[inline]
    fn pop(&self, class: usize) -> Option<Block> {
        let head = NonNull::new(self.heads[class].get())?;
        // SAFETY: blocks in a list are ours, and start with the next pointer.
        self.heads[class].set(unsafe { head.as_ref() }.next);
        self.bytes.set(self.bytes.get() - class * STEP);
        Some(Block { memory: head.cast(), layout: block(class) })
    }

    /// Keeps a block, unless there are enough.
    #[inline]
    fn push(&self, block: Block) {
        let Some(class) = class(block.layout) else { return };
        let bytes = self.bytes.get() + class * STEP;
        if bytes > BOUND {
            return;
        }
        let free = block.into_raw().cast::<Free>();
        // SAFETY: blocks are larger than a pointer and aligned for one, and this one is ours now.
        unsafe { free.write(Free { next: self.heads[class].get() }) };
        self.heads[class].set(free.as_ptr());
        self.bytes.set(bytes);
    }

    /// Frees blocks, largest first, until no more than `bound` bytes are kept.
    fn give_back(&self, bound: usize) {
        for class in (1..CLASSES).rev() {
            while self.bytes.get() > bound
                && let Some(block) = self.pop(class)
            {
                drop(block);
            }
        }
    }
}

impl Drop for FreeLists {
    fn drop(&mut self) {
        self.give_back(0);
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        LISTS.with(|lists| lists.set(self.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_serves_the_next_task_of_its_class() {
        let lists = FreeLists::new();
        let layout = Layout::from_size_align(100, 8).unwrap();
        // SAFETY: this thread alone uses the lists, and each block is freed once.
        unsafe {
            let lent = FreeLists::lend(Some(&lists));
            let first = allocate(layout);
            free(first, layout);
            assert_eq!(allocate(Layout::from_size_align(97, 16).unwrap()), first);
            assert_ne!(allocate_and_free(200), first, "another class");
            free(first, layout);
            drop(lent);
        }
        assert_eq!(lists.bytes.get(), 112 + 208);
        assert_ne!(allocate_and_free(100).as_ptr(), ptr::null_mut(), "without a loop");
    }

    fn allocate_and_free(size: usize) -> NonNull<u8> {
        let layout = Layout::from_size_align(size, 8).unwrap();
        let memory = allocate(layout);
        // SAFETY: just allocated, and only its address is used from here on.
        unsafe { free(memory, layout) };
        memory
    }

    #[test]
    fn a_burst_is_given_back() {
        let lists = FreeLists::new();
        // SAFETY: this thread alone uses the lists.
        let lent = unsafe { FreeLists::lend(Some(&lists)) };
        let layout = Layout::from_size_align(1000, 8).unwrap();
        let burst: Vec<_> = (0..4000).map(|_| allocate(layout)).collect();
        for memory in burst {
            // SAFETY: allocated above, freed once.
            unsafe { free(memory, layout) };
        }
        assert!(lists.bytes.get() <= BOUND, "bounded while awake");
        lists.trim();
        assert!(lists.bytes.get() <= BOUND_ASLEEP, "and more so asleep");
        drop(lent);
    }
}

//! Memory for task cells, straight from the system.
//!
//! Stands in for the recycling sibling where every use after free must be seen.

use std::alloc::Layout;
use std::ptr::NonNull;

/// Keeps nothing.
pub(crate) struct FreeLists;

/// Ends nothing.
pub(crate) struct Lent;

impl FreeLists {
    pub(crate) const fn new() -> Self {
        Self
    }

    /// Lends nothing.
    ///
    /// # Safety
    ///
    /// None; the recycling sibling has an obligation here.
    pub(crate) unsafe fn lend(_lists: Option<&Self>) -> Lent {
        Lent
    }

    /// Has nothing to give back.
    pub(crate) fn trim(&self) {}
}

/// Allocates memory for `layout`; ends the process if there is none.
pub(super) fn allocate(layout: Layout) -> NonNull<u8> {
    // SAFETY: a cell has a header, so its layout is never empty.
    let memory = unsafe { std::alloc::alloc(layout) };
    NonNull::new(memory).unwrap_or_else(|| std::alloc::handle_alloc_error(layout))
}

/// Gives back what [`allocate`] gave for `layout`.
///
/// # Safety
///
/// The memory must come from `allocate` with this layout, and must not be used any more.
pub(super) unsafe fn free(memory: NonNull<u8>, layout: Layout) {
    // SAFETY: passed on to the caller.
    unsafe { std::alloc::dealloc(memory.as_ptr(), layout) }
}

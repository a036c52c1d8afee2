//! Whether this thread drives a runtime right now, so that it must not be blocked.

use crate::shim::thread_local;
use std::cell::Cell;

/// What this thread is doing, as far as blocking it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// It drives nothing.
    Free,
    /// It runs a future in the context of a runtime that others drive.
    Beside,
    /// It drives a runtime; a loop that it holds may be handed on.
    Driving,
}

thread_local! {
    static STANDING: Cell<Standing> = const { Cell::new(Standing::Free) };
}

/// Puts things back as they were when dropped.
#[derive(Debug)]
pub(crate) struct Restore(Standing);

impl Drop for Restore {
    fn drop(&mut self) {
        STANDING.with(|cell| cell.set(self.0));
    }
}

fn replace(standing: Standing) -> Restore {
    Restore(STANDING.with(|cell| cell.replace(standing)))
}

/// Whether this thread drives a runtime, or runs a future beside one.
pub(crate) fn is_entered() -> bool {
    STANDING.with(Cell::get) != Standing::Free
}

/// Whether this thread runs a future beside a runtime, and holds up nobody else if it blocks.
pub(crate) fn is_beside() -> bool {
    STANDING.with(Cell::get) == Standing::Beside
}

/// Marks this thread as driving a runtime; `None` if it does so already.
pub(crate) fn enter() -> Option<Restore> {
    (!is_entered()).then(|| replace(Standing::Driving))
}

/// Marks this thread as running a future beside a runtime; `None` if it drives one or does so already.
pub(crate) fn enter_beside() -> Option<Restore> {
    (!is_entered()).then(|| replace(Standing::Beside))
}

/// Marks this thread as driving nothing, for code that is known to block.
pub(crate) fn leave() -> Restore {
    replace(Standing::Free)
}

/// Refuses to go on where blocking would stall a runtime.
///
/// # Panics
///
/// If this thread drives a runtime.
#[track_caller]
pub(crate) fn assert_may_block() {
    assert!(
        !is_entered(),
        "Cannot block the current thread from within a runtime: it is driving asynchronous tasks. \
         Await the asynchronous method instead, or call this one inside `spawn_blocking`."
    );
}

//! Whether this thread drives a runtime right now, so that it must not be blocked.

use crate::shim::thread_local;
use std::cell::Cell;

thread_local! {
    static ENTERED: Cell<bool> = const { Cell::new(false) };
}

/// Puts the flag back as it was when dropped.
#[derive(Debug)]
pub(crate) struct Restore(bool);

impl Drop for Restore {
    fn drop(&mut self) {
        ENTERED.with(|cell| cell.set(self.0));
    }
}

/// Whether this thread drives a runtime.
pub(crate) fn is_entered() -> bool {
    ENTERED.with(Cell::get)
}

/// Marks this thread as driving a runtime; `None` if it does so already.
pub(crate) fn enter() -> Option<Restore> {
    ENTERED.with(|cell| (!cell.replace(true)).then_some(Restore(false)))
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

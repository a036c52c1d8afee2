//! The thread that something belongs to.

use crate::shim::{Counter, thread_local};
use std::cell::Cell;

/// A number that stands for one thread, and for no other before or after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Home(u64);

thread_local! {
    /// The number of this thread; 0 until somebody asks.
    static HERE: Cell<u64> = const { Cell::new(0) };
}

impl Home {
    /// The calling thread.
    #[inline]
    pub(crate) fn here() -> Self {
        static NEXT: Counter = Counter::new(1);
        HERE.with(|here| {
            if here.get() == 0 {
                here.set(NEXT.take(1));
            }
            Self(here.get())
        })
    }

    /// Whether this is the calling thread.
    #[inline]
    pub(crate) fn is_here(self) -> bool {
        HERE.with(Cell::get) == self.0
    }
}

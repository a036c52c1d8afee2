//! Runs foreign code whose panic has nobody to be told to.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs `step`; `None` if it panics, which the panic hook has told of.
#[inline]
pub(crate) fn quietly<R>(step: impl FnOnce() -> R) -> Option<R> {
    match catch_unwind(AssertUnwindSafe(step)) {
        Ok(result) => Some(result),
        Err(payload) => {
            // A payload is a user's value too. One that panics again when dropped is leaked.
            if let Err(again) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
                std::mem::forget(again);
            }
            None
        }
    }
}

//! Runs foreign code whose panic has nobody to be told to.

use super::first_panic::discard;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs `step`; `None` if it panics, which the panic hook has told of.
#[inline]
pub(crate) fn quietly<R>(step: impl FnOnce() -> R) -> Option<R> {
    match catch_unwind(AssertUnwindSafe(step)) {
        Ok(result) => Some(result),
        Err(payload) => {
            discard(payload);
            None
        }
    }
}

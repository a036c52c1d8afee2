//! Blocks a thread until it gets what a task would have awaited.

use crate::engine::task::{budget, entered};

/// Runs `future` on the calling thread.
///
/// Without a budget: it is a task's, and one that ran out would never be filled up again, as the
/// task's poll does not end before this does.
///
/// # Panics
///
/// If this thread drives a runtime.
#[track_caller]
pub(super) fn block_on<F: Future>(future: F) -> F::Output {
    entered::assert_may_block();
    budget::unlimited(|| crate::util::block_on::block_on(future))
}

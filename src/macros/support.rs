//! Everything that an expanded macro names. No part of the public API.

pub use super::chain::Chain;
pub use super::live::Live;
pub use super::maybe_done::MaybeDone;
pub use crate::shim::user_thread_local;
pub use ringloop_macros::{join, select, try_join};
pub use std::cell::RefCell;
pub use std::future::{Future, IntoFuture, poll_fn};
pub use std::option::Option::{self, None};
pub use std::pin::pin;
pub use std::result::Result::{Err, Ok};
pub use std::task::Poll;

use crate::engine::task::budget;
use std::task::Context;

/// Pending, with the task woken again, when its budget is used up. Takes nothing from the budget.
#[inline]
pub fn poll_budget(cx: &mut Context<'_>) -> Poll<()> {
    budget::poll_proceed(cx).map(drop)
}

/// Draws the branch that a poll starts with.
#[inline]
pub fn thread_rng_n(n: u32) -> u32 {
    crate::util::rng::thread_rng_n(n)
}

/// All branches in turn, from `first` round to the one before it.
#[inline]
pub fn circle(first: u32, count: u32) -> impl Iterator<Item = u32> {
    (first..count).chain(0..first)
}

/// The branch after `branch`.
#[inline]
pub fn next(branch: u32, count: u32) -> u32 {
    (branch + 1) % count
}

/// Reports a `select!` that has nothing left to wait for.
///
/// # Panics
///
/// Always.
#[track_caller]
#[cold]
pub fn no_branch_left() -> ! {
    panic!(
        "all branches are disabled and there is no else branch: add `else => ...`, or see that one \
         condition always holds and its pattern always matches"
    )
}

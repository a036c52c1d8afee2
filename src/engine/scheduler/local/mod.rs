//! The owner of tasks that may not leave their thread.
//!
//! It is not a loop: some task of any executor on the home thread polls it, and so runs what is
//! ready. Whoever makes a task ready leads to that poll:
//!
//! ```text
//!   a wake at home                        a wake on another thread
//!     onto the lane                         onto the stack of arrivals
//!     while being polled: the poll          the first to make it non-empty
//!     sees it; else wake the waker          wakes the waker
//! ```
//!
//! A poll runs tasks, leaves its waker, and then looks once more: of push-then-wake and
//! leave-then-look one side sees the other.
//!
//! All futures are polled and dropped at home. Other threads hold references, which keep the
//! memory alive and nothing else: `shut_down` drops all futures, and it runs at home, since what
//! calls it cannot leave its thread.

mod entered;
#[cfg(all(test, loom))]
mod loom_tests;
mod tasks;

pub use entered::LocalEnterGuard;
pub(crate) use entered::{current, enter};
pub(crate) use tasks::LocalTasks;

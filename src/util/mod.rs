//! Building blocks that know nothing of tasks or I/O.

pub(crate) mod arc_wake;
pub(crate) mod atomic_waker;
pub(crate) mod block_on;
pub(crate) mod first_panic;
pub(crate) mod list;
pub(crate) mod moved;
pub(crate) mod parker;
pub(crate) mod quietly;
pub(crate) mod rng;
pub(crate) mod wait_queue;
pub(crate) mod wakers;

#[cfg(all(test, loom))]
mod loom_tests;

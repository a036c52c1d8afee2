//! Building blocks that know nothing of tasks or I/O.

pub(crate) mod arc_wake;
pub(crate) mod atomic_waker;
pub(crate) mod block_on;
#[cfg_attr(any(not(target_os = "linux"), loom), path = "core_id_unknown.rs")]
pub(crate) mod core_id;
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

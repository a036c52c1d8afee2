//! Building blocks that know nothing of tasks or I/O.

pub(crate) mod list;
pub(crate) mod rng;
pub(crate) mod wakers;

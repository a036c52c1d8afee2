//! Building blocks that know nothing of tasks or I/O.

pub(crate) mod arc_wake;
pub(crate) mod list;
pub(crate) mod parker;
pub(crate) mod wakers;

//! The one place that names `std::sync`, `std::thread` or `loom`.
//!
//! Everything above takes its atomics, locks, cells and threads from here, so that a build with
//! `--cfg loom` swaps all of them at once and explores every interleaving of the same source.
//! Both siblings export the same names: [`Arc`], [`UserArc`], [`Mutex`] and [`RwLock`]
//! with their guards, [`Condvar`], [`OnceLock`], [`Cell`], [`UnsafeCell`], [`atomic`], [`thread`],
//! [`panicking`], [`available_parallelism`], [`sleep`], [`hint`], [`SPINS`], [`thread_local`] and
//! [`global`].

mod counter;
// What users declare for themselves is theirs, also in a model.
pub use std::thread::LocalKey as UserLocalKey;
pub use std::thread_local as user_thread_local;

pub(crate) use counter::Counter;

#[cfg(loom)]
mod loom;
#[cfg(loom)]
pub(crate) use self::loom::*;
#[cfg(not(loom))]
mod native;
#[cfg(not(loom))]
pub(crate) use self::native::*;

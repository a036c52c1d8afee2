//! One spawned future with its word of state.
//!
//! A task is one allocation: a type-erased [`Header`], then the future or its output. Everybody who
//! can reach it holds a counted reference; the count and all flags live in one word
//! ([`state`](self::state)), so each step of its life is one atomic transition.
//!
//! ```text
//!            start_poll            end_poll
//!  NOTIFIED ------------> RUNNING ----------> idle --.
//!     ^  ^                  |  |                     | wake
//!     |  '------------------'  | complete            |
//!     |     end_poll,          v                     |
//!     |     woken meanwhile   COMPLETE               |
//!     '----------------------------------------------'
//! ```
//!
//! A task knows where it goes when woken through [`Owner`], never through a type parameter.

pub(crate) mod budget;
mod cell;
pub(crate) mod entered;
mod error;
mod header;
mod id;
mod join;
#[cfg(all(test, loom))]
mod loom_tests;
mod members;
#[cfg(not(any(loom, sanitized)))]
mod memory;
#[cfg(any(loom, sanitized))]
#[path = "memory_plain.rs"]
mod memory;
mod owned;
mod owner;
mod state;
mod waker;

pub(crate) use cell::spawn_cell;
pub use error::JoinError;
pub(crate) use header::Task;
pub use id::Id;
pub use join::{AbortHandle, JoinHandle};
pub(crate) use members::Members;
pub(crate) use memory::{FreeLists, Lent};
pub(crate) use owned::OwnedTasks;
pub(crate) use owner::{Owner, OwnerRef};

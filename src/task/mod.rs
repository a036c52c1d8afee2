//! Tasks: the futures that a runtime runs side by side.
//!
//! ```
//! # let rt = runtime::runtime::Builder::new_current_thread().build().unwrap();
//! # rt.block_on(async {
//! let task = runtime::task::spawn(async { 40 + 2 });
//! assert_eq!(task.await.unwrap(), 42);
//! # });
//! ```

mod block_in_place;
pub mod coop;
pub mod futures;
pub mod join_set;
mod local_key;
mod local_set;
mod spawn;
mod spawn_blocking;
mod yield_now;

pub use crate::engine::task::{AbortHandle, Id, JoinError, JoinHandle};
pub use block_in_place::block_in_place;
pub use coop::{Unconstrained, consume_budget, unconstrained};
pub use join_set::JoinSet;
pub use local_key::LocalKey;
pub use local_set::{LocalEnterGuard, LocalSet, spawn_local};
pub use spawn::{id, spawn, try_id};
pub use spawn_blocking::spawn_blocking;
pub use yield_now::yield_now;

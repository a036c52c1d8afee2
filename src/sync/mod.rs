//! Synchronization between tasks: channels, locks, signals.
//!
//! Nothing in here needs a runtime: the futures work on any executor, and the `blocking_*` methods
//! on any thread that does not drive one.

pub mod broadcast;
pub mod mpsc;
mod notify;
pub mod oneshot;
mod permits;
mod semaphore;
pub mod watch;

pub use notify::Notify;
pub use semaphore::{
    AcquireError, OwnedSemaphorePermit, Semaphore, SemaphorePermit, TryAcquireError,
};

/// Futures that have a name.
pub mod futures {
    pub use crate::sync::notify::{Notified, OwnedNotified};
}

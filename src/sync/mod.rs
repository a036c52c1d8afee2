//! Synchronization between tasks: channels, locks, signals.
//!
//! Nothing in here needs a runtime: the futures work on any executor, and the `blocking_*` methods
//! on any thread that does not drive one.

mod barrier;
mod blocking;
pub mod broadcast;
mod guard;
pub mod mpsc;
mod mutex;
mod notify;
mod once;
pub mod oneshot;
mod permits;
mod rwlock;
mod semaphore;
pub mod watch;

pub use barrier::{Barrier, BarrierWaitResult};
pub use mutex::{
    MappedMutexGuard, Mutex, MutexGuard, OwnedMappedMutexGuard, OwnedMutexGuard, TryLockError,
};
pub use notify::Notify;
pub use once::{OnceCell, SetError, SetOnce, SetOnceError};
pub use rwlock::{
    OwnedRwLockMappedWriteGuard, OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock,
    RwLockMappedWriteGuard, RwLockReadGuard, RwLockWriteGuard,
};
pub use semaphore::{
    AcquireError, OwnedSemaphorePermit, Semaphore, SemaphorePermit, TryAcquireError,
};

/// Futures that have a name.
pub mod futures {
    pub use crate::sync::notify::{Notified, OwnedNotified};
}

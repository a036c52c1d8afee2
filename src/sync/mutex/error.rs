//! Why a lock could not be taken at once.

use crate::sync::permits::Refusal;
use std::error::Error;
use std::fmt;

/// The lock is held by somebody else, or others wait for it.
///
/// [`Mutex::try_lock`], [`RwLock::try_read`], [`RwLock::try_write`] and their owned siblings
/// answer it.
///
/// [`Mutex::try_lock`]: crate::sync::Mutex::try_lock
/// [`RwLock::try_read`]: crate::sync::RwLock::try_read
/// [`RwLock::try_write`]: crate::sync::RwLock::try_write
///
/// # Examples
///
/// ```
/// use runtime::sync::Mutex;
///
/// let mutex = Mutex::new(1);
/// let guard = mutex.try_lock().unwrap();
/// assert_eq!(mutex.try_lock().unwrap_err().to_string(), "operation would block");
/// # drop(guard);
/// ```
#[derive(Debug)]
pub struct TryLockError(());

impl From<Refusal> for TryLockError {
    fn from(_: Refusal) -> Self {
        Self(())
    }
}

impl fmt::Display for TryLockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("operation would block")
    }
}

impl Error for TryLockError {}

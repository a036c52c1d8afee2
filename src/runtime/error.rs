//! Errors about the runtime itself.

use std::{fmt, io};

/// Why [`Handle::try_current`](super::Handle::try_current) found no runtime.
///
/// # Examples
///
/// ```
/// use runtime::runtime::Handle;
///
/// let error = Handle::try_current().unwrap_err();
/// assert!(error.is_missing_context());
/// ```
pub struct TryCurrentError(());

impl TryCurrentError {
    pub(super) fn missing_context() -> Self {
        Self(())
    }

    /// Returns whether the thread is in no runtime.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Handle;
    ///
    /// assert!(Handle::try_current().unwrap_err().is_missing_context());
    /// ```
    pub fn is_missing_context(&self) -> bool {
        true
    }

    /// Returns whether the thread is so far in its end that its context is gone.
    ///
    /// Always `false` here: the context has no destructor, and serves the thread to its last
    /// instruction.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Handle;
    ///
    /// assert!(!Handle::try_current().unwrap_err().is_thread_local_destroyed());
    /// ```
    pub fn is_thread_local_destroyed(&self) -> bool {
        false
    }
}

/// What every call says that needs a runtime and finds none.
pub(crate) const MISSING: &str =
    "there is no reactor running, must be called from the context of a Tokio 1.x runtime";

impl fmt::Debug for TryCurrentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TryCurrentError").field(&"missing context").finish()
    }
}

impl fmt::Display for TryCurrentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MISSING)
    }
}

impl std::error::Error for TryCurrentError {}

/// Returns whether `error` says that the runtime of the failed operation has shut down.
///
/// # Examples
///
/// ```
/// use runtime::runtime::is_rt_shutdown_err;
///
/// assert!(!is_rt_shutdown_err(&std::io::Error::other("disk on fire")));
/// ```
pub fn is_rt_shutdown_err(error: &io::Error) -> bool {
    crate::engine::reactor::is_shutdown(error)
}

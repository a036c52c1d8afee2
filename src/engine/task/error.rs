//! Why a task ended without an output.

use super::Id;
use crate::shim::Mutex;
use std::any::Any;
use std::{fmt, io};

/// The error of a task that was cancelled or that panicked.
///
/// # Examples
///
/// ```
/// # let rt = runtime::runtime::Builder::new_current_thread().build().unwrap();
/// # rt.block_on(async {
/// let task = runtime::spawn(std::future::pending::<()>());
/// task.abort();
/// assert!(task.await.unwrap_err().is_cancelled());
/// # });
/// ```
pub struct JoinError {
    id: Id,
    cause: Cause,
}

enum Cause {
    Cancelled,
    // The lock makes a payload that is only `Send` shareable; it is never taken twice.
    Panic(Box<Mutex<Box<dyn Any + Send>>>),
}

impl JoinError {
    pub(crate) fn cancelled(id: Id) -> Self {
        Self { id, cause: Cause::Cancelled }
    }

    pub(crate) fn panic(id: Id, payload: Box<dyn Any + Send>) -> Self {
        Self { id, cause: Cause::Panic(Box::new(Mutex::new(payload))) }
    }

    /// Returns whether the task was cancelled, by `abort` or by the end of its runtime.
    ///
    /// # Examples
    ///
    /// ```
    /// # let rt = runtime::runtime::Builder::new_current_thread().build().unwrap();
    /// # rt.block_on(async {
    /// let task = runtime::spawn(std::future::pending::<()>());
    /// task.abort();
    /// assert!(task.await.unwrap_err().is_cancelled());
    /// # });
    /// ```
    pub fn is_cancelled(&self) -> bool {
        matches!(self.cause, Cause::Cancelled)
    }

    /// Returns whether the task panicked.
    ///
    /// # Examples
    ///
    /// ```
    /// # let rt = runtime::runtime::Builder::new_current_thread().build().unwrap();
    /// # rt.block_on(async {
    /// let error = runtime::spawn(async { panic!("boom") }).await.unwrap_err();
    /// assert!(error.is_panic());
    /// # });
    /// ```
    pub fn is_panic(&self) -> bool {
        matches!(self.cause, Cause::Panic(_))
    }

    /// Returns what the task panicked with.
    ///
    /// # Panics
    ///
    /// If the task was cancelled; [`JoinError::try_into_panic`] does not panic.
    ///
    /// # Examples
    ///
    /// ```should_panic
    /// # let rt = runtime::runtime::Builder::new_current_thread().build().unwrap();
    /// # rt.block_on(async {
    /// let error = runtime::spawn(async { panic!("boom") }).await.unwrap_err();
    /// std::panic::resume_unwind(error.into_panic());
    /// # });
    /// ```
    #[track_caller]
    pub fn into_panic(self) -> Box<dyn Any + Send + 'static> {
        match self.try_into_panic() {
            Ok(payload) => payload,
            Err(_) => panic!(
                "`JoinError` reason is not a panic: the task was cancelled. \
                 Ask `is_panic()` first, or use `try_into_panic()`."
            ),
        }
    }

    /// Returns what the task panicked with, or the error itself if it was cancelled.
    ///
    /// # Errors
    ///
    /// The unchanged error, if the task did not panic.
    ///
    /// # Examples
    ///
    /// ```
    /// # let rt = runtime::runtime::Builder::new_current_thread().build().unwrap();
    /// # rt.block_on(async {
    /// let error = runtime::spawn(async { panic!("boom") }).await.unwrap_err();
    /// let payload = error.try_into_panic().unwrap();
    /// assert_eq!(*payload.downcast::<&str>().unwrap(), "boom");
    /// # });
    /// ```
    pub fn try_into_panic(self) -> Result<Box<dyn Any + Send + 'static>, JoinError> {
        match self.cause {
            Cause::Panic(payload) => Ok(payload.into_inner()),
            Cause::Cancelled => Err(self),
        }
    }

    /// Returns the id of the task that failed.
    ///
    /// # Examples
    ///
    /// ```
    /// # let rt = runtime::runtime::Builder::new_current_thread().build().unwrap();
    /// # rt.block_on(async {
    /// let task = runtime::spawn(async { panic!("boom") });
    /// let id = task.id();
    /// assert_eq!(task.await.unwrap_err().id(), id);
    /// # });
    /// ```
    pub fn id(&self) -> Id {
        self.id
    }

    /// The text of the panic, if it carried one.
    fn with_message<R>(&self, show: impl FnOnce(Option<&str>) -> R) -> R {
        let Cause::Panic(payload) = &self.cause else { return show(None) };
        let payload = payload.lock();
        let text = payload.downcast_ref::<String>().map(String::as_str);
        show(text.or_else(|| payload.downcast_ref::<&'static str>().copied()))
    }
}

impl fmt::Display for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_cancelled() {
            return write!(f, "task {} was cancelled", self.id);
        }
        self.with_message(|text| match text {
            Some(text) => write!(f, "task {} panicked with message {text:?}", self.id),
            None => write!(f, "task {} panicked", self.id),
        })
    }
}

impl fmt::Debug for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_cancelled() {
            return write!(f, "JoinError::Cancelled({:?})", self.id);
        }
        self.with_message(|text| match text {
            Some(text) => write!(f, "JoinError::Panic({:?}, {text:?}, ...)", self.id),
            None => write!(f, "JoinError::Panic({:?}, ...)", self.id),
        })
    }
}

impl std::error::Error for JoinError {}

impl From<JoinError> for io::Error {
    fn from(error: JoinError) -> io::Error {
        let what = if error.is_cancelled() { "task was cancelled" } else { "task panicked" };
        io::Error::other(what)
    }
}

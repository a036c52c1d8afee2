//! Why a value was not set.

use crate::sync::permits::Refusal;
use std::error::Error;
use std::fmt;

/// Why [`OnceCell::set`] did not set the value, which comes back in it.
///
/// [`OnceCell::set`]: crate::sync::OnceCell::set
///
/// # Examples
///
/// ```
/// use runtime::sync::{OnceCell, SetError};
///
/// let cell = OnceCell::new_with(Some(1));
/// assert_eq!(cell.set(2), Err(SetError::AlreadyInitializedError(2)));
/// ```
#[derive(Debug, PartialEq, Eq)]
pub enum SetError<T> {
    /// There is a value already.
    AlreadyInitializedError(T),
    /// Somebody is about to set the value.
    InitializingError(T),
}

impl<T> SetError<T> {
    pub(super) fn new(refusal: Refusal, value: T) -> Self {
        match refusal {
            Refusal::Closed => Self::AlreadyInitializedError(value),
            Refusal::TooFew => Self::InitializingError(value),
        }
    }

    /// Returns whether there was a value already.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::OnceCell;
    ///
    /// let cell = OnceCell::new_with(Some(1));
    /// assert!(cell.set(2).unwrap_err().is_already_init_err());
    /// ```
    pub fn is_already_init_err(&self) -> bool {
        matches!(self, Self::AlreadyInitializedError(_))
    }

    /// Returns whether somebody was about to set the value.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::OnceCell;
    ///
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let cell = OnceCell::new();
    /// cell.get_or_init(|| async {
    ///     assert!(cell.set(1).unwrap_err().is_initializing_err());
    ///     2
    /// })
    /// .await;
    /// # }
    /// ```
    pub fn is_initializing_err(&self) -> bool {
        matches!(self, Self::InitializingError(_))
    }
}

impl<T> fmt::Display for SetError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AlreadyInitializedError(_) => "AlreadyInitializedError",
            Self::InitializingError(_) => "InitializingError",
        })
    }
}

impl<T: fmt::Debug> Error for SetError<T> {}

/// [`SetOnce::set`] found a value; the one that was to be set comes back in it.
///
/// [`SetOnce::set`]: crate::sync::SetOnce::set
///
/// # Examples
///
/// ```
/// use runtime::sync::{SetOnce, SetOnceError};
///
/// let once = SetOnce::new_with(Some(1));
/// assert_eq!(once.set(2), Err(SetOnceError(2)));
/// ```
#[derive(Debug, PartialEq, Eq)]
pub struct SetOnceError<T>(pub T);

impl<T> fmt::Display for SetOnceError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SetOnceError")
    }
}

impl<T: fmt::Debug> Error for SetOnceError<T> {}

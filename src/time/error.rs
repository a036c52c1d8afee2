//! Errors of timers.

use std::{fmt, io};

/// Says that a deadline passed before a future was done.
///
/// # Examples
///
/// ```
/// use runtime::time::{Duration, error::Elapsed, timeout};
///
/// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
/// # runtime.block_on(async {
/// let late = timeout(Duration::from_millis(1), std::future::pending::<()>()).await;
/// let error: Elapsed = late.unwrap_err();
/// assert_eq!(error.to_string(), "deadline has elapsed");
/// # });
/// # std::io::Result::Ok(())
/// ```
#[derive(Debug, PartialEq, Eq)]
pub struct Elapsed(());

impl Elapsed {
    pub(super) fn new() -> Elapsed {
        Elapsed(())
    }
}

impl fmt::Display for Elapsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("deadline has elapsed")
    }
}

impl std::error::Error for Elapsed {}

impl From<Elapsed> for io::Error {
    fn from(error: Elapsed) -> io::Error {
        io::Error::new(io::ErrorKind::TimedOut, error)
    }
}

/// Says why a timer could not be set.
///
/// # Examples
///
/// ```
/// use runtime::time::error::Error;
///
/// let error = Error::invalid();
/// assert!(error.is_invalid() && !error.is_shutdown());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Error(Reason);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reason {
    Shutdown,
    AtCapacity,
    Invalid,
}

impl Error {
    /// Creates an error that says that the runtime is gone.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(runtime::time::error::Error::shutdown().is_shutdown());
    /// ```
    pub fn shutdown() -> Error {
        Error(Reason::Shutdown)
    }

    /// Returns whether the runtime is gone.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(!runtime::time::error::Error::invalid().is_shutdown());
    /// ```
    pub fn is_shutdown(&self) -> bool {
        self.0 == Reason::Shutdown
    }

    /// Creates an error that says that no further timer fits.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(runtime::time::error::Error::at_capacity().is_at_capacity());
    /// ```
    pub fn at_capacity() -> Error {
        Error(Reason::AtCapacity)
    }

    /// Returns whether no further timer fits.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(!runtime::time::error::Error::invalid().is_at_capacity());
    /// ```
    pub fn is_at_capacity(&self) -> bool {
        self.0 == Reason::AtCapacity
    }

    /// Creates an error that says that a duration is too long.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(runtime::time::error::Error::invalid().is_invalid());
    /// ```
    pub fn invalid() -> Error {
        Error(Reason::Invalid)
    }

    /// Returns whether a duration is too long.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(!runtime::time::error::Error::shutdown().is_invalid());
    /// ```
    pub fn is_invalid(&self) -> bool {
        self.0 == Reason::Invalid
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Reason::Shutdown => "the runtime of the timer has shut down",
            Reason::AtCapacity => "no further timer fits",
            Reason::Invalid => "the duration is longer than any timer",
        })
    }
}

impl std::error::Error for Error {}

//! Why a watch channel did not send or bring news.

use std::error::Error;
use std::fmt;

/// There is no receiver; the value comes back.
///
/// # Examples
///
/// ```
/// use runtime::sync::watch;
///
/// let (tx, rx) = watch::channel(1);
/// drop(rx);
/// assert_eq!(tx.send(2), Err(watch::error::SendError(2)));
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SendError<T>(
    /// The value that was not sent.
    pub T,
);

impl<T> fmt::Debug for SendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendError").finish_non_exhaustive()
    }
}

impl<T> fmt::Display for SendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("channel closed")
    }
}

impl<T> Error for SendError<T> {}

/// All senders are gone, so that no news come any more.
///
/// # Examples
///
/// ```
/// use runtime::sync::watch;
///
/// let (tx, rx) = watch::channel(1);
/// drop(tx);
/// assert_eq!(rx.has_changed().unwrap_err().to_string(), "channel closed");
/// ```
#[derive(Clone, Debug)]
pub struct RecvError(pub(super) ());

impl fmt::Display for RecvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("channel closed")
    }
}

impl Error for RecvError {}

//! Why a broadcast channel did not send or receive.

use std::error::Error;
use std::fmt;

/// There is no receiver; the value comes back.
///
/// # Examples
///
/// ```
/// use runtime::sync::broadcast;
///
/// let (tx, rx) = broadcast::channel(4);
/// drop(rx);
/// let broadcast::error::SendError(value) = tx.send("hello").unwrap_err();
/// assert_eq!(value, "hello");
/// ```
#[derive(Debug)]
pub struct SendError<T>(
    /// The value that was not sent.
    pub T,
);

impl<T> fmt::Display for SendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("channel closed")
    }
}

impl<T: fmt::Debug> Error for SendError<T> {}

/// Why [`Receiver::recv`](super::Receiver::recv) has no value.
///
/// # Examples
///
/// ```
/// use runtime::sync::broadcast::{self, error::RecvError};
///
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() {
/// let (tx, mut rx) = broadcast::channel(1);
/// tx.send(1).unwrap();
/// tx.send(2).unwrap();
/// drop(tx);
/// assert_eq!(rx.recv().await, Err(RecvError::Lagged(1)));
/// assert_eq!(rx.recv().await, Ok(2));
/// assert_eq!(rx.recv().await, Err(RecvError::Closed));
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecvError {
    /// All senders are gone, and all that they sent was received.
    Closed,
    /// So many values were overwritten before they were received. The next one is the oldest that
    /// is still there.
    Lagged(u64),
}

impl fmt::Display for RecvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed => f.write_str("channel closed"),
            Self::Lagged(missed) => write!(f, "channel lagged by {missed}"),
        }
    }
}

impl Error for RecvError {}

/// Why [`Receiver::try_recv`](super::Receiver::try_recv) has no value.
///
/// # Examples
///
/// ```
/// use runtime::sync::broadcast::{self, error::TryRecvError};
///
/// let (tx, mut rx) = broadcast::channel::<u32>(4);
/// assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
/// drop(tx);
/// assert_eq!(rx.try_recv(), Err(TryRecvError::Closed));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TryRecvError {
    /// Nothing was sent that was not received.
    Empty,
    /// All senders are gone, and all that they sent was received.
    Closed,
    /// So many values were overwritten before they were received. The next one is the oldest that
    /// is still there.
    Lagged(u64),
}

impl fmt::Display for TryRecvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("channel empty"),
            Self::Closed => f.write_str("channel closed"),
            Self::Lagged(missed) => write!(f, "channel lagged by {missed}"),
        }
    }
}

impl Error for TryRecvError {}

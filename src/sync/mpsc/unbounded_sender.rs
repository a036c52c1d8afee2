//! The sender of an unbounded channel.

use super::WeakUnboundedSender;
use super::channel::Tx;
use super::error::SendError;
use super::flow::Unbounded;
use std::fmt;

/// Sends values into an unbounded channel, from [`unbounded_channel`](super::unbounded_channel).
///
/// It can be cloned. When the last sender is gone the receiver gets what was sent, and then `None`.
///
/// # Examples
///
/// ```
/// use runtime::sync::mpsc;
///
/// let (tx, mut rx) = mpsc::unbounded_channel();
/// let thread = std::thread::spawn(move || tx.send("from a thread"));
/// assert_eq!(rx.blocking_recv(), Some("from a thread"));
/// thread.join().unwrap().unwrap();
/// ```
pub struct UnboundedSender<T> {
    tx: Tx<T, Unbounded>,
}

impl<T> UnboundedSender<T> {
    pub(super) fn new(tx: Tx<T, Unbounded>) -> Self {
        Self { tx }
    }

    /// Sends a value without waiting.
    ///
    /// # Errors
    ///
    /// Hands the value back if the receiver is gone or closed.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::mpsc;
    ///
    /// let (tx, mut rx) = mpsc::unbounded_channel();
    /// tx.send(1).unwrap();
    /// assert_eq!(rx.try_recv(), Ok(1));
    /// rx.close();
    /// assert!(tx.send(2).is_err());
    /// ```
    #[inline]
    pub fn send(&self, value: T) -> Result<(), SendError<T>> {
        self.tx.channel().push(value).map_err(SendError)
    }

    /// Waits until the receiver is gone or closed.
    ///
    /// # Cancel safety
    ///
    /// Cancelling loses nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::mpsc;
    ///
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let (tx, rx) = mpsc::unbounded_channel::<u32>();
    /// let watcher = runtime::spawn(async move { tx.closed().await });
    /// drop(rx);
    /// watcher.await.unwrap();
    /// # }
    /// ```
    pub async fn closed(&self) {
        self.tx.channel().closed.until(|| self.is_closed().then_some(())).await;
    }

    /// Returns whether the receiver is gone or closed.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::mpsc;
    ///
    /// let (tx, rx) = mpsc::unbounded_channel::<u32>();
    /// assert!(!tx.is_closed());
    /// drop(rx);
    /// assert!(tx.is_closed());
    /// ```
    pub fn is_closed(&self) -> bool {
        self.tx.channel().queue.is_closed()
    }

    /// Returns whether both senders are of the same channel.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::mpsc;
    ///
    /// let (tx, _rx) = mpsc::unbounded_channel::<u32>();
    /// let (other, _other_rx) = mpsc::unbounded_channel::<u32>();
    /// assert!(tx.same_channel(&tx.clone()));
    /// assert!(!tx.same_channel(&other));
    /// ```
    pub fn same_channel(&self, other: &Self) -> bool {
        self.tx.is_same(&other.tx)
    }

    /// Makes a sender that does not keep the channel open.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::mpsc;
    ///
    /// let (tx, _rx) = mpsc::unbounded_channel::<u32>();
    /// let weak = tx.downgrade();
    /// assert!(weak.upgrade().is_some());
    /// ```
    #[must_use = "a weak sender that is dropped at once does nothing"]
    pub fn downgrade(&self) -> WeakUnboundedSender<T> {
        WeakUnboundedSender::new(self.tx.downgrade())
    }

    /// Returns how many senders there are.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::mpsc;
    ///
    /// let (tx, _rx) = mpsc::unbounded_channel::<u32>();
    /// let _second = tx.clone();
    /// assert_eq!(tx.strong_count(), 2);
    /// ```
    pub fn strong_count(&self) -> usize {
        self.tx.channel().senders()
    }

    /// Returns how many weak senders there are.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::mpsc;
    ///
    /// let (tx, _rx) = mpsc::unbounded_channel::<u32>();
    /// let _weak = tx.downgrade();
    /// assert_eq!(tx.weak_count(), 1);
    /// ```
    pub fn weak_count(&self) -> usize {
        self.tx.channel().weak_senders()
    }
}

impl<T> Clone for UnboundedSender<T> {
    fn clone(&self) -> Self {
        Self::new(self.tx.clone())
    }
}

impl<T> fmt::Debug for UnboundedSender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnboundedSender").finish_non_exhaustive()
    }
}

//! The side that sends.

use super::error::SendError;
use super::shared::Shared;
use super::{Receiver, WeakSender};
use crate::shim::Arc;
use std::fmt;

/// Sends values to all receivers of a broadcast channel.
///
/// Clones of it send to the same ones. When the last one is dropped the channel is closed.
///
/// # Examples
///
/// ```
/// use runtime::sync::broadcast;
///
/// let (tx, mut rx) = broadcast::channel(16);
/// let other = tx.clone();
/// tx.send(1).unwrap();
/// other.send(2).unwrap();
/// assert_eq!((rx.try_recv(), rx.try_recv()), (Ok(1), Ok(2)));
/// ```
pub struct Sender<T> {
    shared: Arc<Shared<T>>,
}

impl<T> Sender<T> {
    /// Makes a channel that has no receiver yet.
    ///
    /// It keeps `capacity` values, rounded up to a power of two.
    ///
    /// # Panics
    ///
    /// If `capacity` is 0, or more than `usize::MAX / 2`.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::broadcast;
    ///
    /// let tx = broadcast::Sender::new(4);
    /// assert!(tx.send(1).is_err());
    /// let mut rx = tx.subscribe();
    /// tx.send(2).unwrap();
    /// assert_eq!(rx.try_recv(), Ok(2));
    /// ```
    #[track_caller]
    pub fn new(capacity: usize) -> Self {
        assert!(capacity > 0, "a broadcast channel needs room for at least one value");
        assert!(
            capacity <= usize::MAX / 2,
            "the capacity of a broadcast channel exceeds `usize::MAX / 2`"
        );
        Self { shared: Arc::new(Shared::new(capacity.next_power_of_two())) }
    }

    /// A sender that the channel counts already.
    pub(super) fn counted(shared: Arc<Shared<T>>) -> Self {
        Self { shared }
    }

    /// Sends a value to all receivers, and returns how many they are.
    ///
    /// It never waits: if there is no room, the oldest value is overwritten. That a receiver is
    /// there does not mean that it will receive the value, since it may be dropped before.
    ///
    /// # Errors
    ///
    /// If there is no receiver: the value comes back.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::broadcast;
    ///
    /// let (tx, mut rx) = broadcast::channel(16);
    /// let _other = tx.subscribe();
    /// assert_eq!(tx.send("hello").unwrap(), 2);
    /// assert_eq!(rx.try_recv(), Ok("hello"));
    /// ```
    #[inline]
    pub fn send(&self, value: T) -> Result<usize, SendError<T>> {
        self.shared.send(value).map_err(SendError)
    }

    /// Makes a receiver for what is sent from now on.
    ///
    /// # Panics
    ///
    /// If there are more receivers than the channel can count, which memory does not allow.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::broadcast;
    ///
    /// let (tx, _rx) = broadcast::channel(16);
    /// tx.send(1).unwrap();
    /// let mut late = tx.subscribe();
    /// tx.send(2).unwrap();
    /// assert_eq!(late.try_recv(), Ok(2));
    /// ```
    #[track_caller]
    pub fn subscribe(&self) -> Receiver<T> {
        Receiver::new(self.shared.clone())
    }

    /// Makes a sender that does not keep the channel open.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::broadcast;
    ///
    /// let (tx, mut rx) = broadcast::channel::<u32>(16);
    /// let weak = tx.downgrade();
    /// drop(tx);
    /// assert!(weak.upgrade().is_none());
    /// assert!(rx.try_recv().is_err());
    /// ```
    #[must_use = "dropping the sender may close the channel"]
    pub fn downgrade(&self) -> WeakSender<T> {
        WeakSender::new(self.shared.clone())
    }

    /// Returns how many values there are that some receiver has not received yet.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::broadcast;
    ///
    /// let (tx, mut first) = broadcast::channel(16);
    /// let mut second = tx.subscribe();
    /// tx.send(1).unwrap();
    /// tx.send(2).unwrap();
    /// first.try_recv().unwrap();
    /// assert_eq!(tx.len(), 2);
    /// second.try_recv().unwrap();
    /// assert_eq!(tx.len(), 1);
    /// ```
    pub fn len(&self) -> usize {
        // At most the capacity.
        #[allow(clippy::cast_possible_truncation)]
        let len = self.shared.len() as usize;
        len
    }

    /// Returns whether all receivers have received everything.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::broadcast;
    ///
    /// let (tx, mut rx) = broadcast::channel(16);
    /// tx.send(1).unwrap();
    /// assert!(!tx.is_empty());
    /// rx.try_recv().unwrap();
    /// assert!(tx.is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.shared.is_empty()
    }

    /// Returns how many receivers there are.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::broadcast;
    ///
    /// let (tx, rx) = broadcast::channel::<u32>(16);
    /// let _other = tx.subscribe();
    /// assert_eq!(tx.receiver_count(), 2);
    /// drop(rx);
    /// assert_eq!(tx.receiver_count(), 1);
    /// ```
    pub fn receiver_count(&self) -> usize {
        self.shared.receivers()
    }

    /// Waits until there is no receiver.
    ///
    /// # Cancel safety
    ///
    /// Cancelling has no effect.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::broadcast;
    ///
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let (tx, rx) = broadcast::channel::<u32>(16);
    /// runtime::spawn(async move { drop(rx) });
    /// tx.closed().await;
    /// # }
    /// ```
    pub async fn closed(&self) {
        self.shared.abandoned.until(|| (self.receiver_count() == 0).then_some(())).await;
    }

    /// Returns whether both send to the same channel.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::broadcast;
    ///
    /// let tx = broadcast::Sender::<u32>::new(4);
    /// assert!(tx.same_channel(&tx.clone()));
    /// assert!(!tx.same_channel(&broadcast::Sender::new(4)));
    /// ```
    pub fn same_channel(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }

    /// Returns how many senders there are.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::broadcast;
    ///
    /// let tx = broadcast::Sender::<u32>::new(4);
    /// let _other = tx.clone();
    /// assert_eq!(tx.strong_count(), 2);
    /// ```
    pub fn strong_count(&self) -> usize {
        self.shared.senders()
    }

    /// Returns how many weak senders there are.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::broadcast;
    ///
    /// let tx = broadcast::Sender::<u32>::new(4);
    /// let _weak = tx.downgrade();
    /// assert_eq!(tx.weak_count(), 1);
    /// ```
    pub fn weak_count(&self) -> usize {
        self.shared.weak_senders()
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        self.shared.add_sender();
        Self::counted(self.shared.clone())
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        self.shared.remove_sender();
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").field("receivers", &self.receiver_count()).finish_non_exhaustive()
    }
}

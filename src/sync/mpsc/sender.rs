//! The sender of a bounded channel.

use super::WeakSender;
use super::channel::{Channel, Tx};
use super::error::{SendError, TrySendError};
use super::flow::Bounded;
use super::permit::{OwnedPermit, Permit, PermitIterator};
use crate::sync::blocking::block_on;
use crate::sync::permits::Refusal;
use std::fmt;

/// Sends values into a bounded channel, from [`channel`](super::channel).
///
/// It can be cloned. When the last sender is gone the receiver gets what was sent, and then `None`.
///
/// # Examples
///
/// ```
/// use runtime::sync::mpsc;
///
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() {
/// let (tx, mut rx) = mpsc::channel(4);
/// for task in 0..3 {
///     let tx = tx.clone();
///     runtime::spawn(async move { tx.send(task).await });
/// }
/// drop(tx);
/// let mut sum = 0;
/// while let Some(task) = rx.recv().await {
///     sum += task;
/// }
/// assert_eq!(sum, 3);
/// # }
/// ```
pub struct Sender<T> {
    tx: Tx<T, Bounded>,
}

impl<T> Sender<T> {
    pub(super) fn new(tx: Tx<T, Bounded>) -> Self {
        Self { tx }
    }

    pub(super) fn channel(&self) -> &Channel<T, Bounded> {
        self.tx.channel()
    }

    /// Sends a value, after waiting for room.
    ///
    /// Senders are served in the order in which they began to wait.
    ///
    /// # Cancel safety
    ///
    /// Cancelling drops the value, which was not sent then. Use [`Sender::reserve`] to keep it.
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
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let (tx, mut rx) = mpsc::channel(1);
    /// runtime::spawn(async move {
    ///     for i in 0..10 {
    ///         if tx.send(i).await.is_err() {
    ///             return; // nobody listens
    ///         }
    ///     }
    /// });
    /// assert_eq!(rx.recv().await, Some(0));
    /// assert_eq!(rx.recv().await, Some(1));
    /// # }
    /// ```
    pub async fn send(&self, value: T) -> Result<(), SendError<T>> {
        match self.channel().hold(1).await {
            Ok(()) => self.channel().push_held(value).map_err(SendError),
            Err(_) => Err(SendError(value)),
        }
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
    /// let (tx, rx) = mpsc::channel::<u32>(1);
    /// let watcher = runtime::spawn(async move { tx.closed().await });
    /// drop(rx);
    /// watcher.await.unwrap();
    /// # }
    /// ```
    pub async fn closed(&self) {
        self.channel().closed.until(|| self.is_closed().then_some(())).await;
    }

    /// Sends a value if there is room at once.
    ///
    /// # Errors
    ///
    /// Hands the value back if there is no room, or if the receiver is gone or closed.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::mpsc;
    ///
    /// let (tx, mut rx) = mpsc::channel(1);
    /// tx.try_send(1).unwrap();
    /// assert!(tx.try_send(2).is_err());
    /// assert_eq!(rx.try_recv(), Ok(1));
    /// ```
    pub fn try_send(&self, value: T) -> Result<(), TrySendError<T>> {
        match self.channel().flow.permits.try_acquire(1) {
            Ok(()) => self.channel().push_held(value).map_err(TrySendError::Closed),
            Err(Refusal::Closed) => Err(TrySendError::Closed(value)),
            Err(Refusal::TooFew) => Err(TrySendError::Full(value)),
        }
    }

    /// Blocks the thread until there is room, and sends a value.
    ///
    /// # Errors
    ///
    /// Hands the value back if the receiver is gone or closed.
    ///
    /// # Panics
    ///
    /// If called from within a runtime.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::mpsc;
    ///
    /// let (tx, mut rx) = mpsc::channel(1);
    /// let thread = std::thread::spawn(move || tx.blocking_send(1));
    /// assert_eq!(rx.blocking_recv(), Some(1));
    /// thread.join().unwrap().unwrap();
    /// ```
    #[track_caller]
    pub fn blocking_send(&self, value: T) -> Result<(), SendError<T>> {
        block_on(self.send(value))
    }

    /// Returns whether the receiver is gone or closed.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::mpsc;
    ///
    /// let (tx, rx) = mpsc::channel::<u32>(1);
    /// assert!(!tx.is_closed());
    /// drop(rx);
    /// assert!(tx.is_closed());
    /// ```
    pub fn is_closed(&self) -> bool {
        self.channel().flow.permits.is_closed()
    }

    /// Waits for room for a value that is sent later.
    ///
    /// # Cancel safety
    ///
    /// Cancelling gives up the place in the queue; no room is lost.
    ///
    /// # Errors
    ///
    /// If the receiver is gone or closed.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::mpsc;
    ///
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let (tx, mut rx) = mpsc::channel(1);
    /// let permit = tx.reserve().await.unwrap();
    /// assert!(tx.try_send(123).is_err());
    /// permit.send(456);
    /// assert_eq!(rx.recv().await, Some(456));
    /// # }
    /// ```
    pub async fn reserve(&self) -> Result<Permit<'_, T>, SendError<()>> {
        self.channel().hold(1).await.map_err(|_| SendError(()))?;
        Ok(Permit::new(self.channel()))
    }

    /// Waits for room for `n` values that are sent later.
    ///
    /// # Cancel safety
    ///
    /// Cancelling gives up the place in the queue; no room is lost.
    ///
    /// # Errors
    ///
    /// If the receiver is gone or closed, or if the channel never has room for as many.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::mpsc;
    ///
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let (tx, mut rx) = mpsc::channel(2);
    /// let mut permits = tx.reserve_many(2).await.unwrap();
    /// assert!(tx.try_send(123).is_err());
    /// permits.next().unwrap().send(456);
    /// permits.next().unwrap().send(457);
    /// assert!(permits.next().is_none());
    /// assert_eq!(rx.recv().await, Some(456));
    /// # }
    /// ```
    pub async fn reserve_many(&self, n: usize) -> Result<PermitIterator<'_, T>, SendError<()>> {
        if n > self.max_capacity() {
            return Err(SendError(()));
        }
        self.channel().hold(n).await.map_err(|_| SendError(()))?;
        Ok(PermitIterator::new(self.channel(), n))
    }

    /// Waits for room for a value that is sent later, and keeps the sender with it.
    ///
    /// Clone the sender first to go on using it.
    ///
    /// # Cancel safety
    ///
    /// Cancelling gives up the place in the queue, and drops the sender.
    ///
    /// # Errors
    ///
    /// If the receiver is gone or closed.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::mpsc;
    ///
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let (tx, mut rx) = mpsc::channel(1);
    /// let permit = tx.clone().reserve_owned().await.unwrap();
    /// assert!(tx.try_send(123).is_err());
    /// permit.send(456);
    /// assert_eq!(rx.recv().await, Some(456));
    /// # }
    /// ```
    pub async fn reserve_owned(self) -> Result<OwnedPermit<T>, SendError<()>> {
        self.channel().hold(1).await.map_err(|_| SendError(()))?;
        Ok(OwnedPermit::new(self))
    }

    /// Reserves room for a value if there is some at once.
    ///
    /// # Errors
    ///
    /// If there is no room, or if the receiver is gone or closed.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::mpsc;
    ///
    /// let (tx, mut rx) = mpsc::channel(1);
    /// let permit = tx.try_reserve().unwrap();
    /// assert!(tx.try_reserve().is_err());
    /// permit.send(5);
    /// assert_eq!(rx.try_recv(), Ok(5));
    /// ```
    pub fn try_reserve(&self) -> Result<Permit<'_, T>, TrySendError<()>> {
        self.try_hold(1)?;
        Ok(Permit::new(self.channel()))
    }

    /// Reserves room for `n` values if there is as much at once.
    ///
    /// # Errors
    ///
    /// If there is not enough room, or if the receiver is gone or closed.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::mpsc;
    ///
    /// let (tx, _rx) = mpsc::channel::<u32>(2);
    /// let permits = tx.try_reserve_many(2).unwrap();
    /// assert_eq!(permits.len(), 2);
    /// assert!(tx.try_reserve().is_err());
    /// ```
    pub fn try_reserve_many(&self, n: usize) -> Result<PermitIterator<'_, T>, TrySendError<()>> {
        self.try_hold(n)?;
        Ok(PermitIterator::new(self.channel(), n))
    }

    /// Reserves room for a value if there is some at once, and keeps the sender with it.
    ///
    /// # Errors
    ///
    /// Hands the sender back if there is no room, or if the receiver is gone or closed.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::mpsc;
    ///
    /// let (tx, mut rx) = mpsc::channel(1);
    /// let permit = tx.clone().try_reserve_owned().unwrap();
    /// assert!(tx.try_send(1).is_err());
    /// permit.send(2);
    /// assert_eq!(rx.try_recv(), Ok(2));
    /// ```
    pub fn try_reserve_owned(self) -> Result<OwnedPermit<T>, TrySendError<Self>> {
        match self.try_hold(1) {
            Ok(()) => Ok(OwnedPermit::new(self)),
            Err(TrySendError::Full(())) => Err(TrySendError::Full(self)),
            Err(TrySendError::Closed(())) => Err(TrySendError::Closed(self)),
        }
    }

    fn try_hold(&self, count: usize) -> Result<(), TrySendError<()>> {
        self.channel().flow.permits.try_acquire(count).map_err(|refusal| match refusal {
            Refusal::Closed => TrySendError::Closed(()),
            Refusal::TooFew => TrySendError::Full(()),
        })
    }

    /// Returns whether both senders are of the same channel.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::mpsc;
    ///
    /// let (tx, _rx) = mpsc::channel::<u32>(1);
    /// let (other, _other_rx) = mpsc::channel::<u32>(1);
    /// assert!(tx.same_channel(&tx.clone()));
    /// assert!(!tx.same_channel(&other));
    /// ```
    pub fn same_channel(&self, other: &Self) -> bool {
        self.tx.is_same(&other.tx)
    }

    /// Returns for how many values there is room at the moment.
    ///
    /// Values in the channel, permits and waiting senders take up room.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::mpsc;
    ///
    /// let (tx, _rx) = mpsc::channel::<u32>(5);
    /// let _permit = tx.try_reserve();
    /// assert_eq!(tx.capacity(), 4);
    /// ```
    pub fn capacity(&self) -> usize {
        self.channel().flow.permits.free()
    }

    /// Returns for how many values there is room when the channel is empty.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::mpsc;
    ///
    /// let (tx, _rx) = mpsc::channel(5);
    /// tx.try_send(1).unwrap();
    /// assert_eq!(tx.max_capacity(), 5);
    /// ```
    pub fn max_capacity(&self) -> usize {
        self.channel().flow.bound
    }

    /// Makes a sender that does not keep the channel open.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::mpsc;
    ///
    /// let (tx, _rx) = mpsc::channel::<u32>(1);
    /// let weak = tx.downgrade();
    /// assert!(weak.upgrade().is_some());
    /// ```
    #[must_use = "a weak sender that is dropped at once does nothing"]
    pub fn downgrade(&self) -> WeakSender<T> {
        WeakSender::new(self.tx.downgrade())
    }

    /// Returns how many senders there are.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::mpsc;
    ///
    /// let (tx, _rx) = mpsc::channel::<u32>(1);
    /// let _second = tx.clone();
    /// assert_eq!(tx.strong_count(), 2);
    /// ```
    pub fn strong_count(&self) -> usize {
        self.channel().senders()
    }

    /// Returns how many weak senders there are.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::mpsc;
    ///
    /// let (tx, _rx) = mpsc::channel::<u32>(1);
    /// let _weak = tx.downgrade();
    /// assert_eq!(tx.weak_count(), 1);
    /// ```
    pub fn weak_count(&self) -> usize {
        self.channel().weak_senders()
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        Self::new(self.tx.clone())
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").field("capacity", &self.capacity()).finish_non_exhaustive()
    }
}

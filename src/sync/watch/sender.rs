//! The side that changes the value.

use super::error::SendError;
use super::shared::Shared;
use super::{Receiver, Ref};
use crate::shim::Arc;
use std::{fmt, mem};

/// Changes the value of a watch channel.
///
/// Clones of it change the same value. When the last one is dropped the channel is closed.
///
/// # Examples
///
/// ```
/// use runtime::sync::watch;
///
/// let (tx, rx) = watch::channel(0);
/// let other = tx.clone();
/// other.send_modify(|value| *value += 1);
/// tx.send_modify(|value| *value += 1);
/// assert_eq!(*rx.borrow(), 2);
/// ```
pub struct Sender<T> {
    shared: Arc<Shared<T>>,
}

impl<T> Sender<T> {
    /// Makes a channel that has no receiver yet.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::watch;
    ///
    /// let tx = watch::Sender::new(1);
    /// assert!(tx.send(2).is_err());
    /// assert_eq!(*tx.subscribe().borrow(), 1);
    /// ```
    pub fn new(init: T) -> Self {
        Self { shared: Arc::new(Shared::new(init)) }
    }

    /// Replaces the value, and tells all receivers.
    ///
    /// It blocks while a [`Ref`] is held.
    ///
    /// # Errors
    ///
    /// If there is no receiver: the value comes back, and the old one stays.
    /// [`Sender::send_replace`] does without receivers.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::watch;
    ///
    /// let (tx, rx) = watch::channel(1);
    /// tx.send(2).unwrap();
    /// assert_eq!(*rx.borrow(), 2);
    /// drop(rx);
    /// assert_eq!(tx.send(3).unwrap_err().0, 3);
    /// ```
    #[inline]
    pub fn send(&self, value: T) -> Result<(), SendError<T>> {
        if self.is_closed() {
            return Err(SendError(value));
        }
        self.send_replace(value);
        Ok(())
    }

    /// Lets `modify` work on the value, and tells all receivers, if there are any.
    ///
    /// The value is locked meanwhile: `modify` must not use the channel.
    ///
    /// # Panics
    ///
    /// If `modify` panics. What it did to the value stays, and nobody is told.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::watch;
    ///
    /// let (tx, mut rx) = watch::channel(vec![1]);
    /// tx.send_modify(|list| list.push(2));
    /// assert_eq!(*rx.borrow_and_update(), [1, 2]);
    /// ```
    pub fn send_modify<F: FnOnce(&mut T)>(&self, modify: F) {
        self.shared.modify(|value| {
            modify(value);
            true
        });
    }

    /// Lets `modify` work on the value, and tells the receivers if it returns `true`.
    ///
    /// Returns what `modify` does. The value is locked meanwhile: `modify` must not use the channel.
    ///
    /// # Panics
    ///
    /// If `modify` panics. What it did to the value stays, and nobody is told.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::watch;
    ///
    /// let (tx, rx) = watch::channel(5);
    /// let raise = |to: i32| {
    ///     tx.send_if_modified(|value| {
    ///         let higher = to > *value;
    ///         *value = to.max(*value);
    ///         higher
    ///     })
    /// };
    /// assert!(!raise(3));
    /// assert!(!rx.has_changed().unwrap());
    /// assert!(raise(7));
    /// assert!(rx.has_changed().unwrap());
    /// ```
    pub fn send_if_modified<F: FnOnce(&mut T) -> bool>(&self, modify: F) -> bool {
        self.shared.modify(modify)
    }

    /// Replaces the value, tells all receivers, if there are any, and returns the old value.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::watch;
    ///
    /// let tx = watch::Sender::new(1);
    /// assert_eq!(tx.send_replace(2), 1);
    /// assert_eq!(tx.send_replace(3), 2);
    /// ```
    #[inline]
    pub fn send_replace(&self, mut value: T) -> T {
        self.shared.modify(|current| {
            mem::swap(current, &mut value);
            true
        });
        value
    }

    /// Borrows the value.
    ///
    /// Senders wait while the borrow lives; see [`Ref`].
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::watch;
    ///
    /// let tx = watch::Sender::new("hello");
    /// assert_eq!(*tx.borrow(), "hello");
    /// ```
    pub fn borrow(&self) -> Ref<'_, T> {
        Ref::new(self.shared.read().0, false)
    }

    /// Returns whether there is no receiver.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::watch;
    ///
    /// let (tx, rx) = watch::channel(());
    /// assert!(!tx.is_closed());
    /// drop(rx);
    /// assert!(tx.is_closed());
    /// let _rx = tx.subscribe();
    /// assert!(!tx.is_closed());
    /// ```
    #[inline]
    pub fn is_closed(&self) -> bool {
        self.receiver_count() == 0
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
    /// use runtime::sync::watch;
    ///
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let (tx, rx) = watch::channel(());
    /// runtime::spawn(async move { drop(rx) });
    /// tx.closed().await;
    /// # }
    /// ```
    pub async fn closed(&self) {
        self.shared.abandoned.until(|| self.is_closed().then_some(())).await;
    }

    /// Makes a receiver, for which the value counts as seen.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::watch;
    ///
    /// let (tx, _rx) = watch::channel(1);
    /// tx.send(2).unwrap();
    /// let late = tx.subscribe();
    /// assert!(!late.has_changed().unwrap());
    /// assert_eq!(*late.borrow(), 2);
    /// ```
    pub fn subscribe(&self) -> Receiver<T> {
        Receiver::new(self.shared.clone(), self.shared.now().version())
    }

    /// Returns how many receivers there are.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::watch;
    ///
    /// let (tx, rx) = watch::channel(());
    /// let _other = rx.clone();
    /// assert_eq!(tx.receiver_count(), 2);
    /// ```
    #[inline]
    pub fn receiver_count(&self) -> usize {
        self.shared.receivers()
    }

    /// Returns how many senders there are.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::watch;
    ///
    /// let tx = watch::Sender::new(());
    /// let _other = tx.clone();
    /// assert_eq!(tx.sender_count(), 2);
    /// ```
    pub fn sender_count(&self) -> usize {
        self.shared.senders()
    }

    /// Returns whether both send to the same channel.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::watch;
    ///
    /// let (tx, other) = (watch::Sender::new(1), watch::Sender::new(1));
    /// assert!(tx.same_channel(&tx.clone()));
    /// assert!(!tx.same_channel(&other));
    /// ```
    pub fn same_channel(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        self.shared.add_sender();
        Self { shared: self.shared.clone() }
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        self.shared.remove_sender();
    }
}

impl<T: Default> Default for Sender<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T: fmt::Debug> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the value: whoever prints may hold its lock.
        f.debug_struct("Sender")
            .field("senders", &self.sender_count())
            .field("receivers", &self.receiver_count())
            .finish_non_exhaustive()
    }
}

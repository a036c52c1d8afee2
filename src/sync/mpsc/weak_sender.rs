//! A sender that does not keep a bounded channel open.

use super::Sender;
use super::channel::WeakTx;
use super::flow::Bounded;
use std::fmt;

/// A sender that does not keep the channel open, from [`Sender::downgrade`].
///
/// It has to be upgraded to send.
///
/// # Examples
///
/// ```
/// use runtime::sync::mpsc;
///
/// let (tx, _rx) = mpsc::channel::<u32>(8);
/// let weak = tx.downgrade();
/// assert!(weak.upgrade().is_some());
/// drop(tx);
/// assert!(weak.upgrade().is_none());
/// ```
pub struct WeakSender<T> {
    tx: WeakTx<T, Bounded>,
}

impl<T> WeakSender<T> {
    pub(super) fn new(tx: WeakTx<T, Bounded>) -> Self {
        Self { tx }
    }

    /// Makes a sender, unless all of them are gone.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::mpsc;
    ///
    /// let (tx, rx) = mpsc::channel::<u32>(8);
    /// let weak = tx.downgrade();
    /// let _second = weak.upgrade().unwrap();
    /// assert_eq!(rx.sender_strong_count(), 2);
    /// ```
    pub fn upgrade(&self) -> Option<Sender<T>> {
        self.tx.upgrade().map(Sender::new)
    }

    /// Returns how many senders there are.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::mpsc;
    ///
    /// let (tx, _rx) = mpsc::channel::<u32>(8);
    /// assert_eq!(tx.downgrade().strong_count(), 1);
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
    /// let (tx, _rx) = mpsc::channel::<u32>(8);
    /// let weak = tx.downgrade();
    /// let _second = weak.clone();
    /// assert_eq!(weak.weak_count(), 2);
    /// ```
    pub fn weak_count(&self) -> usize {
        self.tx.channel().weak_senders()
    }
}

impl<T> Clone for WeakSender<T> {
    fn clone(&self) -> Self {
        Self::new(self.tx.clone())
    }
}

impl<T> Drop for WeakSender<T> {
    fn drop(&mut self) {
        self.tx.leave();
    }
}

impl<T> fmt::Debug for WeakSender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WeakSender").finish_non_exhaustive()
    }
}

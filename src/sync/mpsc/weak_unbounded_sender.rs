//! A sender that does not keep an unbounded channel open.

use super::UnboundedSender;
use super::channel::WeakTx;
use super::flow::Unbounded;
use std::fmt;

/// A sender that does not keep the channel open, from [`UnboundedSender::downgrade`].
///
/// It has to be upgraded to send.
///
/// # Examples
///
/// ```
/// use runtime::sync::mpsc;
///
/// let (tx, _rx) = mpsc::unbounded_channel::<u32>();
/// let weak = tx.downgrade();
/// assert!(weak.upgrade().is_some());
/// drop(tx);
/// assert!(weak.upgrade().is_none());
/// ```
pub struct WeakUnboundedSender<T> {
    tx: WeakTx<T, Unbounded>,
}

impl<T> WeakUnboundedSender<T> {
    pub(super) fn new(tx: WeakTx<T, Unbounded>) -> Self {
        Self { tx }
    }

    /// Makes a sender, unless all of them are gone.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::mpsc;
    ///
    /// let (tx, rx) = mpsc::unbounded_channel::<u32>();
    /// let weak = tx.downgrade();
    /// let _second = weak.upgrade().unwrap();
    /// assert_eq!(rx.sender_strong_count(), 2);
    /// ```
    pub fn upgrade(&self) -> Option<UnboundedSender<T>> {
        self.tx.upgrade().map(UnboundedSender::new)
    }

    /// Returns how many senders there are.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::mpsc;
    ///
    /// let (tx, _rx) = mpsc::unbounded_channel::<u32>();
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
    /// let (tx, _rx) = mpsc::unbounded_channel::<u32>();
    /// let weak = tx.downgrade();
    /// let _second = weak.clone();
    /// assert_eq!(weak.weak_count(), 2);
    /// ```
    pub fn weak_count(&self) -> usize {
        self.tx.channel().weak_senders()
    }
}

impl<T> Clone for WeakUnboundedSender<T> {
    fn clone(&self) -> Self {
        Self::new(self.tx.clone())
    }
}

impl<T> Drop for WeakUnboundedSender<T> {
    fn drop(&mut self) {
        self.tx.leave();
    }
}

impl<T> fmt::Debug for WeakUnboundedSender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WeakUnboundedSender").finish_non_exhaustive()
    }
}

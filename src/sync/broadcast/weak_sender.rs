//! A sender that does not keep a broadcast channel open.

use super::Sender;
use super::shared::Shared;
use crate::shim::Arc;
use std::fmt;

/// A sender that does not keep the channel open, from [`Sender::downgrade`].
///
/// It has to be upgraded to send.
///
/// # Examples
///
/// ```
/// use runtime::sync::broadcast;
///
/// let (tx, _rx) = broadcast::channel::<u32>(8);
/// let weak = tx.downgrade();
/// assert!(weak.upgrade().is_some());
/// drop(tx);
/// assert!(weak.upgrade().is_none());
/// ```
pub struct WeakSender<T> {
    shared: Arc<Shared<T>>,
}

impl<T> WeakSender<T> {
    pub(super) fn new(shared: Arc<Shared<T>>) -> Self {
        shared.add_weak_sender();
        Self { shared }
    }

    /// Makes a sender, unless all of them are gone.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::broadcast;
    ///
    /// let (tx, rx) = broadcast::channel::<u32>(8);
    /// let weak = tx.downgrade();
    /// let _second = weak.upgrade().unwrap();
    /// assert_eq!(rx.sender_strong_count(), 2);
    /// ```
    #[must_use = "without the sender nothing has happened"]
    pub fn upgrade(&self) -> Option<Sender<T>> {
        self.shared.revive_sender().then(|| Sender::counted(self.shared.clone()))
    }

    /// Returns how many senders there are.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::broadcast;
    ///
    /// let (tx, _rx) = broadcast::channel::<u32>(8);
    /// assert_eq!(tx.downgrade().strong_count(), 1);
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
    /// let (tx, _rx) = broadcast::channel::<u32>(8);
    /// let weak = tx.downgrade();
    /// let _second = weak.clone();
    /// assert_eq!(weak.weak_count(), 2);
    /// ```
    pub fn weak_count(&self) -> usize {
        self.shared.weak_senders()
    }
}

impl<T> Clone for WeakSender<T> {
    fn clone(&self) -> Self {
        Self::new(self.shared.clone())
    }
}

impl<T> Drop for WeakSender<T> {
    fn drop(&mut self) {
        self.shared.remove_weak_sender();
    }
}

impl<T> fmt::Debug for WeakSender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WeakSender").finish_non_exhaustive()
    }
}

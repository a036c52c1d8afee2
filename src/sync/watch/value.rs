//! A borrowed value of a watch channel.

use crate::shim::RwLockReadGuard;
use std::fmt;
use std::ops::Deref;

/// A borrow of the value in the channel.
///
/// While it lives the value stays as it is: senders wait, and block their thread. So keep it short,
/// and never hold it across an `.await`. A thread that already has one should not borrow again
/// either, since a sender that waits in between may block it.
///
/// # Examples
///
/// ```
/// use runtime::sync::watch;
///
/// let (_tx, rx) = watch::channel(vec![1, 2]);
/// let value: watch::Ref<'_, Vec<u32>> = rx.borrow();
/// assert_eq!(value.len(), 2);
/// ```
pub struct Ref<'a, T> {
    value: RwLockReadGuard<'a, T>,
    changed: bool,
}

impl<'a, T> Ref<'a, T> {
    #[inline]
    pub(super) fn new(value: RwLockReadGuard<'a, T>, changed: bool) -> Self {
        Self { value, changed }
    }

    /// Returns whether the value was news to the receiver when it was borrowed.
    ///
    /// A borrow from a sender is never news.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::watch;
    ///
    /// let (tx, mut rx) = watch::channel(1);
    /// tx.send(2).unwrap();
    /// assert!(rx.borrow_and_update().has_changed());
    /// assert!(!rx.borrow_and_update().has_changed());
    /// ```
    pub fn has_changed(&self) -> bool {
        self.changed
    }
}

impl<T> Deref for Ref<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: fmt::Debug> fmt::Debug for Ref<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ref").field("value", &**self).field("has_changed", &self.changed).finish()
    }
}

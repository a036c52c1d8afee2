//! The side that looks at the value.

use super::Ref;
use super::error::RecvError;
use super::shared::Shared;
use super::version::Version;
use crate::shim::Arc;
use std::fmt;

/// Looks at the value of a watch channel, and waits for it to change.
///
/// A clone has seen what the original has.
///
/// # Examples
///
/// ```
/// use runtime::sync::watch;
///
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() {
/// let (tx, mut rx) = watch::channel(0);
/// runtime::spawn(async move { tx.send(1) });
/// rx.changed().await.unwrap();
/// assert_eq!(*rx.borrow_and_update(), 1);
/// # }
/// ```
pub struct Receiver<T> {
    shared: Arc<Shared<T>>,
    /// Which value it has seen last.
    seen: Version,
}

impl<T> Receiver<T> {
    pub(super) fn new(shared: Arc<Shared<T>>, seen: Version) -> Self {
        shared.add_receiver();
        Self { shared, seen }
    }

    /// Borrows the value, without marking it as seen.
    ///
    /// Senders wait while the borrow lives; see [`Ref`].
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::watch;
    ///
    /// let (tx, rx) = watch::channel(1);
    /// tx.send(2).unwrap();
    /// assert_eq!(*rx.borrow(), 2);
    /// assert!(rx.has_changed().unwrap());
    /// ```
    pub fn borrow(&self) -> Ref<'_, T> {
        let (value, now) = self.shared.read();
        Ref::new(value, now.version() != self.seen)
    }

    /// Borrows the value, and marks it as seen.
    ///
    /// Senders wait while the borrow lives; see [`Ref`].
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::watch;
    ///
    /// let (tx, mut rx) = watch::channel(1);
    /// tx.send(2).unwrap();
    /// assert_eq!(*rx.borrow_and_update(), 2);
    /// assert!(!rx.has_changed().unwrap());
    /// ```
    #[inline]
    pub fn borrow_and_update(&mut self) -> Ref<'_, T> {
        let (value, now) = self.shared.read();
        let changed = now.version() != self.seen;
        self.seen = now.version();
        Ref::new(value, changed)
    }

    /// Returns whether there is a value that was not seen; it stays so.
    ///
    /// # Errors
    ///
    /// If all senders are gone, whether or not the last value was seen.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::watch;
    ///
    /// let (tx, rx) = watch::channel(1);
    /// assert!(!rx.has_changed().unwrap());
    /// tx.send(1).unwrap(); // the same value is news as well
    /// assert!(rx.has_changed().unwrap());
    /// drop(tx);
    /// assert!(rx.has_changed().is_err());
    /// ```
    pub fn has_changed(&self) -> Result<bool, RecvError> {
        let now = self.shared.now();
        if now.is_closed() { Err(RecvError(())) } else { Ok(now.version() != self.seen) }
    }

    /// Marks the value as not seen, so that it is news again.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::watch;
    ///
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let (_tx, mut rx) = watch::channel("initial");
    /// rx.mark_changed();
    /// rx.changed().await.unwrap(); // for the first value
    /// # }
    /// ```
    pub fn mark_changed(&mut self) {
        self.seen = self.shared.now().version().other();
    }

    /// Marks the value as seen.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::watch;
    ///
    /// let (tx, mut rx) = watch::channel(1);
    /// tx.send(2).unwrap();
    /// rx.mark_unchanged();
    /// assert!(!rx.has_changed().unwrap());
    /// ```
    pub fn mark_unchanged(&mut self) {
        self.seen = self.shared.now().version();
    }

    /// Waits for a value that was not seen, and marks it as seen.
    ///
    /// If there is one already it returns at once.
    ///
    /// # Cancel safety
    ///
    /// A value counts as seen only if the future has completed.
    ///
    /// # Errors
    ///
    /// If all senders are gone, and the last value was seen.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::watch;
    ///
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let (tx, mut rx) = watch::channel("hello");
    /// runtime::spawn(async move { tx.send("goodbye") });
    /// assert!(rx.changed().await.is_ok());
    /// assert_eq!(*rx.borrow_and_update(), "goodbye");
    /// assert!(rx.changed().await.is_err());
    /// # }
    /// ```
    pub async fn changed(&mut self) -> Result<(), RecvError> {
        let Self { shared, seen } = self;
        let look = || {
            let now = shared.now();
            if now.version() != *seen {
                *seen = now.version();
                return Some(Ok(()));
            }
            now.is_closed().then_some(Err(RecvError(())))
        };
        shared.changed.until(look).await
    }

    /// Waits until the value fulfils a condition, marks it as seen and borrows it.
    ///
    /// The value that is there is looked at first, whether or not it was seen. Values that are
    /// replaced quickly may not be looked at. `condition` runs with the value locked, so it must not
    /// use the channel.
    ///
    /// # Cancel safety
    ///
    /// Cancelling has no effect but that values which did not fulfil the condition count as seen.
    ///
    /// # Panics
    ///
    /// If `condition` panics.
    ///
    /// # Errors
    ///
    /// If all senders are gone, and the last value does not fulfil the condition.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::watch;
    ///
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let (tx, mut rx) = watch::channel(0);
    /// runtime::spawn(async move {
    ///     for i in 1..=5 {
    ///         tx.send(i).unwrap();
    ///     }
    /// });
    /// assert_eq!(*rx.wait_for(|value| *value == 5).await.unwrap(), 5);
    /// assert!(rx.wait_for(|value| *value == 6).await.is_err());
    /// # }
    /// ```
    pub async fn wait_for(
        &mut self,
        mut condition: impl FnMut(&T) -> bool,
    ) -> Result<Ref<'_, T>, RecvError> {
        let Self { shared, seen } = self;
        let shared = &**shared;
        // A value is looked at once. The first is, seen or not.
        let mut looked_at = None;
        let look = || {
            let now = shared.now();
            if looked_at == Some(now.version()) {
                return now.is_closed().then_some(Err(RecvError(())));
            }
            let (value, now) = shared.read();
            let changed = now.version() != *seen;
            looked_at = Some(now.version());
            *seen = now.version();
            if condition(&value) {
                return Some(Ok(Ref::new(value, changed)));
            }
            now.is_closed().then_some(Err(RecvError(())))
        };
        shared.changed.until(look).await
    }

    /// Returns whether all senders are gone.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::watch;
    ///
    /// let (tx, rx) = watch::channel(());
    /// assert!(!rx.is_closed());
    /// drop(tx);
    /// assert!(rx.is_closed());
    /// ```
    pub fn is_closed(&self) -> bool {
        self.shared.now().is_closed()
    }

    /// Returns whether both receive from the same channel.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::watch;
    ///
    /// let (tx, rx) = watch::channel(1);
    /// assert!(rx.same_channel(&tx.subscribe()));
    /// assert!(!rx.same_channel(&watch::channel(1).1));
    /// ```
    pub fn same_channel(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }
}

impl<T> Clone for Receiver<T> {
    fn clone(&self) -> Self {
        Self::new(self.shared.clone(), self.seen)
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        self.shared.remove_receiver();
    }
}

impl<T: fmt::Debug> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the value: whoever prints may hold its lock.
        f.debug_struct("Receiver")
            .field("closed", &self.is_closed())
            .field("has_changed", &(self.shared.now().version() != self.seen))
            .finish_non_exhaustive()
    }
}

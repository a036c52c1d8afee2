//! A value that tasks wait for until somebody sets it.

use super::error::SetOnceError;
use super::slot::Slot;
use crate::sync::Notify;
use std::fmt;

/// A value that is set once, by anybody, while others wait for it.
///
/// Unlike with [`OnceCell`](crate::sync::OnceCell), those who want the value need not know how to
/// make it.
///
/// # Examples
///
/// ```
/// use runtime::sync::SetOnce;
/// use std::sync::Arc;
///
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() {
/// let address = Arc::new(SetOnce::new());
/// let server = address.clone();
/// runtime::spawn(async move { server.set("127.0.0.1:8080") });
/// assert_eq!(address.wait().await, &"127.0.0.1:8080");
/// # }
/// ```
pub struct SetOnce<T> {
    slot: Slot<T>,
    /// Called when the slot is filled.
    filled: Notify,
}

impl<T> SetOnce<T> {
    /// Makes a `SetOnce` without a value.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::SetOnce;
    ///
    /// let once = SetOnce::<u32>::new();
    /// assert!(!once.initialized());
    /// ```
    pub fn new() -> Self {
        Self::const_new()
    }

    /// Makes a `SetOnce` without a value, in a constant or static too.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::SetOnce;
    ///
    /// static NAME: SetOnce<String> = SetOnce::const_new();
    /// assert_eq!(NAME.get(), None);
    /// ```
    pub const fn const_new() -> Self {
        Self { slot: Slot::new(), filled: Notify::const_new() }
    }

    /// Makes a `SetOnce` with or without a value.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::SetOnce;
    ///
    /// assert_eq!(SetOnce::new_with(Some(1)).get(), Some(&1));
    /// assert_eq!(SetOnce::<i32>::new_with(None).get(), None);
    /// ```
    pub fn new_with(value: Option<T>) -> Self {
        value.map_or_else(Self::new, Self::const_new_with)
    }

    /// Makes a `SetOnce` with a value, in a constant or static too.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::SetOnce;
    ///
    /// static ONE: SetOnce<u32> = SetOnce::const_new_with(1);
    /// assert_eq!(ONE.get(), Some(&1));
    /// ```
    pub const fn const_new_with(value: T) -> Self {
        Self { slot: Slot::filled(value), filled: Notify::const_new() }
    }

    /// Returns whether there is a value.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::SetOnce;
    ///
    /// let once = SetOnce::new();
    /// assert!(!once.initialized());
    /// once.set(1).unwrap();
    /// assert!(once.initialized());
    /// ```
    #[inline]
    pub fn initialized(&self) -> bool {
        self.slot.is_filled()
    }

    /// Returns the value, if there is one.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::SetOnce;
    ///
    /// let once = SetOnce::new();
    /// assert_eq!(once.get(), None);
    /// once.set(1).unwrap();
    /// assert_eq!(once.get(), Some(&1));
    /// ```
    #[inline]
    pub fn get(&self) -> Option<&T> {
        self.slot.get()
    }

    /// Sets the value, and wakes all who wait for it.
    ///
    /// # Errors
    ///
    /// If there is a value, or somebody sets one right now; `value` comes back in the error.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::{SetOnce, SetOnceError};
    ///
    /// let once = SetOnce::new();
    /// assert_eq!(once.set(1), Ok(()));
    /// assert_eq!(once.set(2), Err(SetOnceError(2)));
    /// assert_eq!(once.get(), Some(&1));
    /// ```
    pub fn set(&self, value: T) -> Result<(), SetOnceError<T>> {
        let Ok(claim) = self.slot.try_claim() else { return Err(SetOnceError(value)) };
        claim.fill(value);
        self.filled.notify_waiters();
        Ok(())
    }

    /// Turns the `SetOnce` into its value.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::SetOnce;
    ///
    /// assert_eq!(SetOnce::new_with(Some(1)).into_inner(), Some(1));
    /// ```
    pub fn into_inner(mut self) -> Option<T> {
        self.slot.take()
    }

    /// Waits until there is a value.
    ///
    /// # Cancel safety
    ///
    /// Cancelling has no effect on anybody else.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::SetOnce;
    /// use std::sync::Arc;
    ///
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let once = Arc::new(SetOnce::new());
    /// let other = once.clone();
    /// let task = runtime::spawn(async move { *other.wait().await });
    /// once.set(1).unwrap();
    /// assert_eq!(task.await.unwrap(), 1);
    /// # }
    /// ```
    pub async fn wait(&self) -> &T {
        if !self.initialized() {
            // A call that comes after this line completes it, polled or not; what came before it
            // is seen by the look at the slot.
            let filled = self.filled.notified();
            if !self.initialized() {
                filled.await;
            }
        }
        self.get().expect("the call comes after the value")
    }
}

impl<T> Drop for SetOnce<T> {
    fn drop(&mut self) {
        drop(self.slot.take());
    }
}

impl<T> Default for SetOnce<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> From<T> for SetOnce<T> {
    fn from(value: T) -> Self {
        Self::const_new_with(value)
    }
}

impl<T: Clone> Clone for SetOnce<T> {
    fn clone(&self) -> Self {
        Self::new_with(self.get().cloned())
    }
}

impl<T: PartialEq> PartialEq for SetOnce<T> {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl<T: Eq> Eq for SetOnce<T> {}

impl<T: fmt::Debug> fmt::Debug for SetOnce<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SetOnce").field("value", &self.get()).finish()
    }
}

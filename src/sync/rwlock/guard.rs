//! The guard of a reader that borrows its lock.

use crate::sync::guard::{PartRef, reads_value};
use crate::sync::permits::Permits;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;

/// Shared access to the value of a [`RwLock`], from [`RwLock::read`] and its siblings.
///
/// Dropping it gives the lock up.
///
/// [`RwLock`]: crate::sync::RwLock
/// [`RwLock::read`]: crate::sync::RwLock::read
///
/// # Examples
///
/// ```
/// use runtime::sync::{RwLock, RwLockReadGuard};
///
/// let lock = RwLock::new(1);
/// let guard: RwLockReadGuard<'_, i32> = lock.blocking_read();
/// assert!(lock.try_write().is_err());
/// drop(guard);
/// assert!(lock.try_write().is_ok());
/// ```
#[must_use = "dropping the guard gives the lock up at once"]
#[clippy::has_significant_drop]
pub struct RwLockReadGuard<'a, T: ?Sized> {
    permits: &'a Permits,
    part: PartRef<T>,
    _value: PhantomData<&'a T>,
}

impl<'a, T: ?Sized> RwLockReadGuard<'a, T> {
    /// The caller has taken a permit of the lock in which `part` lies, and leaves it to the guard.
    #[inline]
    pub(super) fn new(permits: &'a Permits, part: PartRef<T>) -> Self {
        Self { permits, part, _value: PhantomData }
    }

    /// Narrows the guard to a part of the value.
    ///
    /// It is an associated function, since a method would hide methods of the value.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::{RwLock, RwLockReadGuard};
    ///
    /// let pair = RwLock::new((1, 2));
    /// let second = RwLockReadGuard::map(pair.blocking_read(), |pair| &pair.1);
    /// assert_eq!(*second, 2);
    /// ```
    #[inline]
    pub fn map<F, U>(this: Self, f: F) -> RwLockReadGuard<'a, U>
    where
        F: FnOnce(&T) -> &U,
        U: ?Sized,
    {
        let part = PartRef(f(&this));
        this.narrow(part)
    }

    /// Narrows the guard to a part of the value, if `f` finds one.
    ///
    /// # Errors
    ///
    /// The guard as it was, if `f` returns `None`.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::{RwLock, RwLockReadGuard};
    ///
    /// let list = RwLock::new(vec![1, 2]);
    /// let guard = list.blocking_read();
    /// let guard = RwLockReadGuard::try_map(guard, |list| list.get(7)).unwrap_err();
    /// let first = RwLockReadGuard::try_map(guard, |list| list.first()).unwrap();
    /// assert_eq!(*first, 1);
    /// ```
    #[inline]
    pub fn try_map<F, U>(this: Self, f: F) -> Result<RwLockReadGuard<'a, U>, Self>
    where
        F: FnOnce(&T) -> Option<&U>,
        U: ?Sized,
    {
        match f(&this).map(|part| PartRef(part)) {
            Some(part) => Ok(this.narrow(part)),
            None => Err(this),
        }
    }

    /// Leaves the permit to a guard of `part`, which is one of what this one guards.
    #[inline]
    fn narrow<U: ?Sized>(self, part: PartRef<U>) -> RwLockReadGuard<'a, U> {
        RwLockReadGuard::new(ManuallyDrop::new(self).permits, part)
    }
}

impl<T: ?Sized> Drop for RwLockReadGuard<'_, T> {
    #[inline]
    fn drop(&mut self) {
        self.permits.release(1);
    }
}

reads_value! {
    [T: ?Sized] RwLockReadGuard<'_, T> => T: |guard| guard.part.0;
}

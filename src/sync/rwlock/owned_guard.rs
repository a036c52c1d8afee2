//! The guard of a reader that keeps its lock alive.

use super::RwLock;
use crate::shim::UserArc;
use crate::sync::guard::{PartRef, reads_value};
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ptr;

/// Shared access to the value of a [`RwLock`] of type `T` or to a part of it of type `U`, from
/// [`RwLock::read_owned`] and its siblings.
///
/// Dropping it gives the lock up. It keeps the lock alive, so it may go anywhere.
///
/// # Examples
///
/// ```
/// use runtime::sync::{OwnedRwLockReadGuard, RwLock};
/// use std::sync::Arc;
///
/// let lock = Arc::new(RwLock::new(1));
/// let guard: OwnedRwLockReadGuard<i32> = lock.clone().try_read_owned().unwrap();
/// let thread = std::thread::spawn(move || *guard);
/// assert_eq!(thread.join().unwrap(), *lock.blocking_read());
/// ```
#[must_use = "dropping the guard gives the lock up at once"]
#[clippy::has_significant_drop]
pub struct OwnedRwLockReadGuard<T: ?Sized, U: ?Sized = T> {
    lock: UserArc<RwLock<T>>,
    part: PartRef<U>,
    _value: PhantomData<T>,
}

impl<T: ?Sized> OwnedRwLockReadGuard<T> {
    /// The caller has taken a permit of the lock, and leaves it to the guard.
    #[inline]
    pub(super) fn new(lock: UserArc<RwLock<T>>) -> Self {
        let value = PartRef(lock.value.get());
        Self::of_part(lock, value)
    }
}

impl<T: ?Sized, U: ?Sized> OwnedRwLockReadGuard<T, U> {
    /// As `new`; `part` is one of the lock's value.
    #[inline]
    pub(super) fn of_part(lock: UserArc<RwLock<T>>, part: PartRef<U>) -> Self {
        Self { lock, part, _value: PhantomData }
    }

    /// Narrows the guard to a part of the value.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::{OwnedRwLockReadGuard, RwLock};
    /// use std::sync::Arc;
    ///
    /// let pair = Arc::new(RwLock::new((1, 2)));
    /// let guard = pair.try_read_owned().unwrap();
    /// let second = OwnedRwLockReadGuard::map(guard, |pair| &pair.1);
    /// assert_eq!(*second, 2);
    /// ```
    #[inline]
    pub fn map<F, V>(this: Self, f: F) -> OwnedRwLockReadGuard<T, V>
    where
        F: FnOnce(&U) -> &V,
        V: ?Sized,
    {
        let part = PartRef(f(&this));
        OwnedRwLockReadGuard::of_part(this.into_lock(), part)
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
    /// use runtime::sync::{OwnedRwLockReadGuard, RwLock};
    /// use std::sync::Arc;
    ///
    /// let list = Arc::new(RwLock::new(vec![1, 2]));
    /// let guard = list.try_read_owned().unwrap();
    /// let guard = OwnedRwLockReadGuard::try_map(guard, |list| list.get(7)).unwrap_err();
    /// let first = OwnedRwLockReadGuard::try_map(guard, |list| list.first()).unwrap();
    /// assert_eq!(*first, 1);
    /// ```
    #[inline]
    pub fn try_map<F, V>(this: Self, f: F) -> Result<OwnedRwLockReadGuard<T, V>, Self>
    where
        F: FnOnce(&U) -> Option<&V>,
        V: ?Sized,
    {
        match f(&this).map(|part| PartRef(part)) {
            Some(part) => Ok(OwnedRwLockReadGuard::of_part(this.into_lock(), part)),
            None => Err(this),
        }
    }

    /// Returns the lock that is held.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::{OwnedRwLockReadGuard, RwLock};
    /// use std::sync::Arc;
    ///
    /// let pair = Arc::new(RwLock::new((1, 2)));
    /// let guard = pair.clone().try_read_owned().unwrap();
    /// let second = OwnedRwLockReadGuard::map(guard, |pair| &pair.1);
    /// assert!(Arc::ptr_eq(OwnedRwLockReadGuard::rwlock(&second), &pair));
    /// ```
    #[inline]
    pub fn rwlock(this: &Self) -> &UserArc<RwLock<T>> {
        &this.lock
    }

    /// Takes the lock out, and leaves it locked.
    #[inline]
    fn into_lock(self) -> UserArc<RwLock<T>> {
        let guard = ManuallyDrop::new(self);
        // SAFETY: the guard is never used or dropped again, so the result is the only owner of
        // this reference.
        unsafe { ptr::read(&guard.lock) }
    }
}

impl<T: ?Sized, U: ?Sized> Drop for OwnedRwLockReadGuard<T, U> {
    #[inline]
    fn drop(&mut self) {
        self.lock.permits.release(1);
    }
}

reads_value! {
    [T: ?Sized, U: ?Sized] OwnedRwLockReadGuard<T, U> => U: |guard| guard.part.0;
}

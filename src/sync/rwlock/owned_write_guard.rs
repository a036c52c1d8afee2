//! Guards of a writer that keep their lock alive.

use super::{OwnedRwLockReadGuard, RwLock};
use crate::shim::UserArc;
use crate::sync::guard::{PartMut, PartRef, writes_value};
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ptr;

/// Exclusive access to the value of a [`RwLock`], from [`RwLock::write_owned`] and its siblings.
///
/// Dropping it unlocks the lock. It keeps the lock alive, so it may go anywhere.
///
/// # Examples
///
/// ```
/// use runtime::sync::{OwnedRwLockWriteGuard, RwLock};
/// use std::sync::Arc;
///
/// let lock = Arc::new(RwLock::new(1));
/// let mut guard: OwnedRwLockWriteGuard<i32> = lock.clone().try_write_owned().unwrap();
/// std::thread::spawn(move || *guard += 1).join().unwrap();
/// assert_eq!(*lock.blocking_read(), 2);
/// ```
#[must_use = "dropping the guard unlocks the lock at once"]
#[clippy::has_significant_drop]
pub struct OwnedRwLockWriteGuard<T: ?Sized> {
    lock: UserArc<RwLock<T>>,
    _value: PhantomData<T>,
}

/// Exclusive access to a part of the value of a [`RwLock`], from [`OwnedRwLockWriteGuard::map`].
///
/// Dropping it unlocks the lock.
///
/// # Examples
///
/// ```
/// use runtime::sync::{OwnedRwLockMappedWriteGuard, OwnedRwLockWriteGuard, RwLock};
/// use std::sync::Arc;
///
/// let pair = Arc::new(RwLock::new((1, "one")));
/// let guard = pair.clone().try_write_owned().unwrap();
/// let mut number: OwnedRwLockMappedWriteGuard<(u32, &str), u32> =
///     OwnedRwLockWriteGuard::map(guard, |pair| &mut pair.0);
/// *number += 1;
/// drop(number);
/// assert_eq!(*pair.blocking_read(), (2, "one"));
/// ```
#[must_use = "dropping the guard unlocks the lock at once"]
#[clippy::has_significant_drop]
pub struct OwnedRwLockMappedWriteGuard<T: ?Sized, U: ?Sized = T> {
    lock: UserArc<RwLock<T>>,
    part: PartMut<U>,
    // It asks of the part what a counted lock of it would.
    _value: (PhantomData<T>, PhantomData<UserArc<RwLock<U>>>),
}

impl<T: ?Sized> OwnedRwLockWriteGuard<T> {
    /// The caller has taken all permits of the lock, and leaves them to the guard.
    #[inline]
    pub(super) fn new(lock: UserArc<RwLock<T>>) -> Self {
        Self { lock, _value: PhantomData }
    }

    /// Narrows the guard to a part of the value.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::{OwnedRwLockWriteGuard, RwLock};
    /// use std::sync::Arc;
    ///
    /// let pair = Arc::new(RwLock::new((1, 2)));
    /// let guard = pair.clone().try_write_owned().unwrap();
    /// *OwnedRwLockWriteGuard::map(guard, |pair| &mut pair.1) = 5;
    /// assert_eq!(*pair.blocking_read(), (1, 5));
    /// ```
    #[inline]
    pub fn map<F, U>(mut this: Self, f: F) -> OwnedRwLockMappedWriteGuard<T, U>
    where
        F: FnOnce(&mut T) -> &mut U,
        U: ?Sized,
    {
        let part = PartMut(f(&mut this));
        OwnedRwLockMappedWriteGuard::new(this.into_lock(), part)
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
    /// use runtime::sync::{OwnedRwLockWriteGuard, RwLock};
    /// use std::sync::Arc;
    ///
    /// let list = Arc::new(RwLock::new(vec![1, 2]));
    /// let guard = list.clone().try_write_owned().unwrap();
    /// let guard = OwnedRwLockWriteGuard::try_map(guard, |list| list.get_mut(7)).unwrap_err();
    /// *OwnedRwLockWriteGuard::try_map(guard, |list| list.first_mut()).unwrap() = 5;
    /// assert_eq!(*list.blocking_read(), [5, 2]);
    /// ```
    #[inline]
    pub fn try_map<F, U>(mut this: Self, f: F) -> Result<OwnedRwLockMappedWriteGuard<T, U>, Self>
    where
        F: FnOnce(&mut T) -> Option<&mut U>,
        U: ?Sized,
    {
        match f(&mut this).map(|part| PartMut(part)) {
            Some(part) => Ok(OwnedRwLockMappedWriteGuard::new(this.into_lock(), part)),
            None => Err(this),
        }
    }

    /// Turns the guard into a mapped one of the whole value, for code that takes only those.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::{OwnedRwLockMappedWriteGuard, OwnedRwLockWriteGuard, RwLock};
    /// use std::sync::Arc;
    ///
    /// let lock = Arc::new(RwLock::new(1));
    /// let guard = lock.clone().try_write_owned().unwrap();
    /// let mut mapped: OwnedRwLockMappedWriteGuard<i32> = OwnedRwLockWriteGuard::into_mapped(guard);
    /// *mapped = 2;
    /// drop(mapped);
    /// assert_eq!(*lock.blocking_read(), 2);
    /// ```
    #[inline]
    pub fn into_mapped(this: Self) -> OwnedRwLockMappedWriteGuard<T> {
        let part = PartMut(this.lock.value.get());
        OwnedRwLockMappedWriteGuard::new(this.into_lock(), part)
    }

    /// Goes on as a reader, with no writer in between.
    ///
    /// Readers that wait come in too, unless a writer stands before them in the queue.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::RwLock;
    /// use std::sync::Arc;
    ///
    /// let lock = Arc::new(RwLock::new(1));
    /// let mut writer = lock.clone().try_write_owned().unwrap();
    /// *writer += 1;
    /// let reader = writer.downgrade();
    /// assert_eq!((*reader, *lock.try_read().unwrap()), (2, 2));
    /// ```
    pub fn downgrade(self) -> OwnedRwLockReadGuard<T> {
        let part = PartRef(self.lock.value.get());
        self.share(part)
    }

    /// Goes on as a reader of a part of the value, with no writer in between.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::{OwnedRwLockWriteGuard, RwLock};
    /// use std::sync::Arc;
    ///
    /// let pair = Arc::new(RwLock::new((1, 2)));
    /// let guard = pair.clone().try_write_owned().unwrap();
    /// let second = OwnedRwLockWriteGuard::downgrade_map(guard, |pair| &pair.1);
    /// assert_eq!((*second, *pair.try_read().unwrap()), (2, (1, 2)));
    /// ```
    pub fn downgrade_map<F, U>(this: Self, f: F) -> OwnedRwLockReadGuard<T, U>
    where
        F: FnOnce(&T) -> &U,
        U: ?Sized,
    {
        let part = PartRef(f(&this));
        this.share(part)
    }

    /// Goes on as a reader of a part of the value, if `f` finds one.
    ///
    /// # Errors
    ///
    /// The guard as it was, if `f` returns `None`.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::{OwnedRwLockWriteGuard, RwLock};
    /// use std::sync::Arc;
    ///
    /// let list = Arc::new(RwLock::new(vec![1, 2]));
    /// let guard = list.clone().try_write_owned().unwrap();
    /// let guard = OwnedRwLockWriteGuard::try_downgrade_map(guard, |list| list.get(7)).unwrap_err();
    /// let first = OwnedRwLockWriteGuard::try_downgrade_map(guard, |list| list.first()).unwrap();
    /// assert_eq!((*first, list.try_read().unwrap().len()), (1, 2));
    /// ```
    pub fn try_downgrade_map<F, U>(this: Self, f: F) -> Result<OwnedRwLockReadGuard<T, U>, Self>
    where
        F: FnOnce(&T) -> Option<&U>,
        U: ?Sized,
    {
        match f(&this).map(|part| PartRef(part)) {
            Some(part) => Ok(this.share(part)),
            None => Err(this),
        }
    }

    /// Returns the lock that is held.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::{OwnedRwLockWriteGuard, RwLock};
    /// use std::sync::Arc;
    ///
    /// let lock = Arc::new(RwLock::new(1));
    /// let guard = lock.clone().try_write_owned().unwrap();
    /// assert!(Arc::ptr_eq(OwnedRwLockWriteGuard::rwlock(&guard), &lock));
    /// ```
    #[inline]
    pub fn rwlock(this: &Self) -> &UserArc<RwLock<T>> {
        &this.lock
    }

    /// Leaves one permit to a reader of `part`, which is one of the value.
    fn share<U: ?Sized>(self, part: PartRef<U>) -> OwnedRwLockReadGuard<T, U> {
        // Before anybody is woken, whose panic then drops this guard.
        let reader = OwnedRwLockReadGuard::of_part(self.into_lock(), part);
        OwnedRwLockReadGuard::rwlock(&reader).release_to_read();
        reader
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

impl<T: ?Sized, U: ?Sized> OwnedRwLockMappedWriteGuard<T, U> {
    /// The caller has taken all permits of the lock; `part` is one of its value.
    #[inline]
    fn new(lock: UserArc<RwLock<T>>, part: PartMut<U>) -> Self {
        Self { lock, part, _value: (PhantomData, PhantomData) }
    }

    /// Narrows the guard further.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::{OwnedRwLockMappedWriteGuard, OwnedRwLockWriteGuard, RwLock};
    /// use std::sync::Arc;
    ///
    /// let nested = Arc::new(RwLock::new((1, (2, 3))));
    /// let guard = nested.clone().try_write_owned().unwrap();
    /// let guard = OwnedRwLockWriteGuard::map(guard, |nested| &mut nested.1);
    /// *OwnedRwLockMappedWriteGuard::map(guard, |pair| &mut pair.0) = 5;
    /// assert_eq!(*nested.blocking_read(), (1, (5, 3)));
    /// ```
    #[inline]
    pub fn map<F, V>(mut this: Self, f: F) -> OwnedRwLockMappedWriteGuard<T, V>
    where
        F: FnOnce(&mut U) -> &mut V,
        V: ?Sized,
    {
        let part = PartMut(f(&mut this));
        OwnedRwLockMappedWriteGuard::new(this.into_lock(), part)
    }

    /// Narrows the guard further, if `f` finds a part.
    ///
    /// # Errors
    ///
    /// The guard as it was, if `f` returns `None`.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::{OwnedRwLockMappedWriteGuard, OwnedRwLockWriteGuard, RwLock};
    /// use std::sync::Arc;
    ///
    /// let pair = Arc::new(RwLock::new((1, vec![2])));
    /// let guard = pair.try_write_owned().unwrap();
    /// let list = OwnedRwLockWriteGuard::map(guard, |pair| &mut pair.1);
    /// let list = OwnedRwLockMappedWriteGuard::try_map(list, |list| list.get_mut(7)).unwrap_err();
    /// let first = OwnedRwLockMappedWriteGuard::try_map(list, |list| list.get_mut(0)).unwrap();
    /// assert_eq!(*first, 2);
    /// ```
    #[inline]
    pub fn try_map<F, V>(mut this: Self, f: F) -> Result<OwnedRwLockMappedWriteGuard<T, V>, Self>
    where
        F: FnOnce(&mut U) -> Option<&mut V>,
        V: ?Sized,
    {
        match f(&mut this).map(|part| PartMut(part)) {
            Some(part) => Ok(OwnedRwLockMappedWriteGuard::new(this.into_lock(), part)),
            None => Err(this),
        }
    }

    /// Returns the lock that is held.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::{OwnedRwLockMappedWriteGuard, OwnedRwLockWriteGuard, RwLock};
    /// use std::sync::Arc;
    ///
    /// let lock = Arc::new(RwLock::new((1, 2)));
    /// let guard = lock.clone().try_write_owned().unwrap();
    /// let first = OwnedRwLockWriteGuard::map(guard, |pair| &mut pair.0);
    /// assert!(Arc::ptr_eq(OwnedRwLockMappedWriteGuard::rwlock(&first), &lock));
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

impl<T: ?Sized> Drop for OwnedRwLockWriteGuard<T> {
    #[inline]
    fn drop(&mut self) {
        self.lock.release_write();
    }
}

impl<T: ?Sized, U: ?Sized> Drop for OwnedRwLockMappedWriteGuard<T, U> {
    #[inline]
    fn drop(&mut self) {
        self.lock.release_write();
    }
}

writes_value! {
    [T: ?Sized] OwnedRwLockWriteGuard<T> => T: |guard| guard.lock.value.get();
    [T: ?Sized, U: ?Sized] OwnedRwLockMappedWriteGuard<T, U> => U: |guard| guard.part.0;
}

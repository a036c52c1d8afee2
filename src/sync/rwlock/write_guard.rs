//! Guards of a writer that borrow their lock.

use super::{RwLock, RwLockReadGuard};
use crate::sync::guard::{PartMut, PartRef, writes_value};
use crate::sync::permits::Permits;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;

/// Exclusive access to the value of a [`RwLock`], from [`RwLock::write`] and its siblings.
///
/// Dropping it unlocks the lock.
///
/// # Examples
///
/// ```
/// use runtime::sync::{RwLock, RwLockWriteGuard};
///
/// let lock = RwLock::new(1);
/// let mut guard: RwLockWriteGuard<'_, i32> = lock.blocking_write();
/// *guard += 1;
/// assert!(lock.try_read().is_err());
/// drop(guard);
/// assert_eq!(*lock.blocking_read(), 2);
/// ```
#[must_use = "dropping the guard unlocks the lock at once"]
#[clippy::has_significant_drop]
pub struct RwLockWriteGuard<'a, T: ?Sized> {
    lock: &'a RwLock<T>,
    _value: PhantomData<&'a mut T>,
}

/// Exclusive access to a part of the value of a [`RwLock`], from [`RwLockWriteGuard::map`].
///
/// Dropping it unlocks the lock. It cannot be downgraded: readers would see the whole value while
/// somebody still writes to the part.
///
/// # Examples
///
/// ```
/// use runtime::sync::{RwLock, RwLockMappedWriteGuard, RwLockWriteGuard};
///
/// let pair = RwLock::new((1, "one"));
/// let guard = pair.blocking_write();
/// let mut number: RwLockMappedWriteGuard<'_, u32> =
///     RwLockWriteGuard::map(guard, |pair| &mut pair.0);
/// *number += 1;
/// drop(number);
/// assert_eq!(*pair.blocking_read(), (2, "one"));
/// ```
#[must_use = "dropping the guard unlocks the lock at once"]
#[clippy::has_significant_drop]
pub struct RwLockMappedWriteGuard<'a, T: ?Sized> {
    permits: &'a Permits,
    /// How many permits it holds: all.
    count: u32,
    part: PartMut<T>,
    // It asks of the part what a reference to a lock of it would.
    _value: PhantomData<&'a RwLock<T>>,
}

impl<'a, T: ?Sized> RwLockWriteGuard<'a, T> {
    /// The caller has taken all permits of the lock, and leaves them to the guard.
    #[inline]
    pub(super) fn new(lock: &'a RwLock<T>) -> Self {
        Self { lock, _value: PhantomData }
    }

    /// Narrows the guard to a part of the value.
    ///
    /// It is an associated function, since a method would hide methods of the value.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::{RwLock, RwLockWriteGuard};
    ///
    /// let pair = RwLock::new((1, 2));
    /// *RwLockWriteGuard::map(pair.blocking_write(), |pair| &mut pair.1) = 5;
    /// assert_eq!(pair.into_inner(), (1, 5));
    /// ```
    #[inline]
    pub fn map<F, U>(mut this: Self, f: F) -> RwLockMappedWriteGuard<'a, U>
    where
        F: FnOnce(&mut T) -> &mut U,
        U: ?Sized,
    {
        let part = PartMut(f(&mut this));
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
    /// use runtime::sync::{RwLock, RwLockWriteGuard};
    ///
    /// let list = RwLock::new(vec![1, 2]);
    /// let guard = list.blocking_write();
    /// let guard = RwLockWriteGuard::try_map(guard, |list| list.get_mut(7)).unwrap_err();
    /// *RwLockWriteGuard::try_map(guard, |list| list.first_mut()).unwrap() = 5;
    /// assert_eq!(list.into_inner(), [5, 2]);
    /// ```
    #[inline]
    pub fn try_map<F, U>(mut this: Self, f: F) -> Result<RwLockMappedWriteGuard<'a, U>, Self>
    where
        F: FnOnce(&mut T) -> Option<&mut U>,
        U: ?Sized,
    {
        match f(&mut this).map(|part| PartMut(part)) {
            Some(part) => Ok(this.narrow(part)),
            None => Err(this),
        }
    }

    /// Turns the guard into a mapped one of the whole value, for code that takes only those.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::{RwLock, RwLockMappedWriteGuard, RwLockWriteGuard};
    ///
    /// fn grow(mut number: RwLockMappedWriteGuard<'_, u32>) {
    ///     *number += 1;
    /// }
    ///
    /// let (number, pair) = (RwLock::new(1), RwLock::new((1, "one")));
    /// grow(RwLockWriteGuard::into_mapped(number.blocking_write()));
    /// grow(RwLockWriteGuard::map(pair.blocking_write(), |pair| &mut pair.0));
    /// assert_eq!(number.into_inner(), pair.into_inner().0);
    /// ```
    #[inline]
    pub fn into_mapped(this: Self) -> RwLockMappedWriteGuard<'a, T> {
        let part = PartMut(this.lock.value.get());
        this.narrow(part)
    }

    /// Goes on as a reader, with no writer in between.
    ///
    /// Readers that wait come in too, unless a writer stands before them in the queue.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::RwLock;
    ///
    /// let lock = RwLock::new(1);
    /// let mut writer = lock.blocking_write();
    /// *writer += 1;
    /// let reader = writer.downgrade();
    /// assert_eq!((*reader, *lock.try_read().unwrap()), (2, 2));
    /// ```
    pub fn downgrade(self) -> RwLockReadGuard<'a, T> {
        let part = PartRef(self.lock.value.get());
        self.share(part)
    }

    /// Goes on as a reader of a part of the value, with no writer in between.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::{RwLock, RwLockWriteGuard};
    ///
    /// let pair = RwLock::new((1, 2));
    /// let second = RwLockWriteGuard::downgrade_map(pair.blocking_write(), |pair| &pair.1);
    /// assert_eq!((*second, *pair.try_read().unwrap()), (2, (1, 2)));
    /// ```
    pub fn downgrade_map<F, U>(this: Self, f: F) -> RwLockReadGuard<'a, U>
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
    /// use runtime::sync::{RwLock, RwLockWriteGuard};
    ///
    /// let list = RwLock::new(vec![1, 2]);
    /// let guard = list.blocking_write();
    /// let guard = RwLockWriteGuard::try_downgrade_map(guard, |list| list.get(7)).unwrap_err();
    /// let first = RwLockWriteGuard::try_downgrade_map(guard, |list| list.first()).unwrap();
    /// assert_eq!((*first, list.try_read().unwrap().len()), (1, 2));
    /// ```
    pub fn try_downgrade_map<F, U>(this: Self, f: F) -> Result<RwLockReadGuard<'a, U>, Self>
    where
        F: FnOnce(&T) -> Option<&U>,
        U: ?Sized,
    {
        match f(&this).map(|part| PartRef(part)) {
            Some(part) => Ok(this.share(part)),
            None => Err(this),
        }
    }

    /// Leaves the lock to a guard of `part`, which is one of the value.
    #[inline]
    fn narrow<U: ?Sized>(self, part: PartMut<U>) -> RwLockMappedWriteGuard<'a, U> {
        let RwLock { permits, max_readers: count, .. } = ManuallyDrop::new(self).lock;
        RwLockMappedWriteGuard { permits, count: *count, part, _value: PhantomData }
    }

    /// Leaves one permit to a reader of `part`, which is one of the value.
    fn share<U: ?Sized>(self, part: PartRef<U>) -> RwLockReadGuard<'a, U> {
        let lock = ManuallyDrop::new(self).lock;
        // Before anybody is woken, whose panic then drops this guard.
        let reader = RwLockReadGuard::new(&lock.permits, part);
        lock.release_to_read();
        reader
    }
}

impl<'a, T: ?Sized> RwLockMappedWriteGuard<'a, T> {
    /// Narrows the guard further.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::{RwLock, RwLockMappedWriteGuard, RwLockWriteGuard};
    ///
    /// let nested = RwLock::new((1, (2, 3)));
    /// let guard = RwLockWriteGuard::map(nested.blocking_write(), |nested| &mut nested.1);
    /// *RwLockMappedWriteGuard::map(guard, |pair| &mut pair.0) = 5;
    /// assert_eq!(nested.into_inner(), (1, (5, 3)));
    /// ```
    #[inline]
    pub fn map<F, U>(mut this: Self, f: F) -> RwLockMappedWriteGuard<'a, U>
    where
        F: FnOnce(&mut T) -> &mut U,
        U: ?Sized,
    {
        let part = PartMut(f(&mut this));
        this.narrow(part)
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
    /// use runtime::sync::{RwLock, RwLockMappedWriteGuard, RwLockWriteGuard};
    ///
    /// let pair = RwLock::new((1, vec![2]));
    /// let list = RwLockWriteGuard::map(pair.blocking_write(), |pair| &mut pair.1);
    /// let list = RwLockMappedWriteGuard::try_map(list, |list| list.get_mut(7)).unwrap_err();
    /// let first = RwLockMappedWriteGuard::try_map(list, |list| list.get_mut(0)).unwrap();
    /// assert_eq!(*first, 2);
    /// ```
    #[inline]
    pub fn try_map<F, U>(mut this: Self, f: F) -> Result<RwLockMappedWriteGuard<'a, U>, Self>
    where
        F: FnOnce(&mut T) -> Option<&mut U>,
        U: ?Sized,
    {
        match f(&mut this).map(|part| PartMut(part)) {
            Some(part) => Ok(this.narrow(part)),
            None => Err(this),
        }
    }

    /// Leaves the lock to a guard of `part`, which is one of what this one guards.
    #[inline]
    fn narrow<U: ?Sized>(self, part: PartMut<U>) -> RwLockMappedWriteGuard<'a, U> {
        let this = ManuallyDrop::new(self);
        let (permits, count) = (this.permits, this.count);
        RwLockMappedWriteGuard { permits, count, part, _value: PhantomData }
    }
}

impl<T: ?Sized> Drop for RwLockWriteGuard<'_, T> {
    #[inline]
    fn drop(&mut self) {
        self.lock.release_write();
    }
}

impl<T: ?Sized> Drop for RwLockMappedWriteGuard<'_, T> {
    #[inline]
    fn drop(&mut self) {
        self.permits.release(self.count as usize);
    }
}

writes_value! {
    [T: ?Sized] RwLockWriteGuard<'_, T> => T: |guard| guard.lock.value.get();
    [T: ?Sized] RwLockMappedWriteGuard<'_, T> => T: |guard| guard.part.0;
}

//! Guards that keep their mutex alive.

use super::Mutex;
use crate::shim::UserArc;
use crate::sync::guard::{PartMut, writes_value};
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ptr;

/// Access to the value of a locked [`Mutex`], from [`Mutex::lock_owned`] and its siblings.
///
/// Dropping it unlocks the mutex. It keeps the mutex alive, so it may go anywhere.
///
/// # Examples
///
/// ```
/// use runtime::sync::{Mutex, OwnedMutexGuard};
/// use std::sync::Arc;
///
/// let mutex = Arc::new(Mutex::new(1));
/// let mut guard: OwnedMutexGuard<i32> = mutex.clone().blocking_lock_owned();
/// std::thread::spawn(move || *guard += 1).join().unwrap();
/// assert_eq!(*mutex.blocking_lock(), 2);
/// ```
#[must_use = "dropping the guard unlocks the mutex at once"]
#[clippy::has_significant_drop]
pub struct OwnedMutexGuard<T: ?Sized> {
    mutex: UserArc<Mutex<T>>,
    // It may go to other threads and be shared with them as the value may, and always be moved.
    _value: PhantomData<Box<T>>,
}

/// Access to a part of the value of a locked [`Mutex`], from [`OwnedMutexGuard::map`].
///
/// Dropping it unlocks the mutex.
///
/// # Examples
///
/// ```
/// use runtime::sync::{Mutex, OwnedMappedMutexGuard, OwnedMutexGuard};
/// use std::sync::Arc;
///
/// let mutex = Arc::new(Mutex::new((1, "one")));
/// let guard = mutex.clone().blocking_lock_owned();
/// let mut number: OwnedMappedMutexGuard<(u32, &str), u32> =
///     OwnedMutexGuard::map(guard, |pair| &mut pair.0);
/// *number += 1;
/// drop(number);
/// assert_eq!(*mutex.blocking_lock(), (2, "one"));
/// ```
#[must_use = "dropping the guard unlocks the mutex at once"]
#[clippy::has_significant_drop]
pub struct OwnedMappedMutexGuard<T: ?Sized, U: ?Sized = T> {
    mutex: UserArc<Mutex<T>>,
    part: PartMut<U>,
    // Sharing it shares all of the value, and asks of the part what a mutex of it would.
    _value: PhantomData<(Box<T>, Box<Mutex<U>>)>,
}

impl<T: ?Sized> OwnedMutexGuard<T> {
    /// The caller has taken the mutex's permit, and leaves it to the guard.
    #[inline]
    pub(super) fn new(mutex: UserArc<Mutex<T>>) -> Self {
        Self { mutex, _value: PhantomData }
    }

    /// Narrows the guard to a part of the value.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::{Mutex, OwnedMutexGuard};
    /// use std::sync::Arc;
    ///
    /// let pair = Arc::new(Mutex::new((1, 2)));
    /// let guard = pair.clone().blocking_lock_owned();
    /// *OwnedMutexGuard::map(guard, |pair| &mut pair.1) = 5;
    /// assert_eq!(*pair.blocking_lock(), (1, 5));
    /// ```
    #[inline]
    pub fn map<U, F>(mut this: Self, f: F) -> OwnedMappedMutexGuard<T, U>
    where
        U: ?Sized,
        F: FnOnce(&mut T) -> &mut U,
    {
        let part = PartMut(f(&mut this));
        OwnedMappedMutexGuard { mutex: this.into_mutex(), part, _value: PhantomData }
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
    /// use runtime::sync::{Mutex, OwnedMutexGuard};
    /// use std::sync::Arc;
    ///
    /// let list = Arc::new(Mutex::new(vec![1, 2]));
    /// let guard = list.clone().blocking_lock_owned();
    /// let guard = OwnedMutexGuard::try_map(guard, |list| list.get_mut(7)).unwrap_err();
    /// let first = OwnedMutexGuard::try_map(guard, |list| list.first_mut()).unwrap();
    /// assert_eq!(*first, 1);
    /// ```
    #[inline]
    pub fn try_map<U, F>(mut this: Self, f: F) -> Result<OwnedMappedMutexGuard<T, U>, Self>
    where
        U: ?Sized,
        F: FnOnce(&mut T) -> Option<&mut U>,
    {
        match f(&mut this).map(|part| PartMut(part)) {
            Some(part) => {
                let mutex = this.into_mutex();
                Ok(OwnedMappedMutexGuard { mutex, part, _value: PhantomData })
            }
            None => Err(this),
        }
    }

    /// Returns the mutex that is locked.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::{Mutex, OwnedMutexGuard};
    /// use std::sync::Arc;
    ///
    /// let mutex = Arc::new(Mutex::new(1));
    /// let guard = mutex.clone().blocking_lock_owned();
    /// assert!(Arc::ptr_eq(OwnedMutexGuard::mutex(&guard), &mutex));
    /// ```
    #[inline]
    pub fn mutex(this: &Self) -> &UserArc<Mutex<T>> {
        &this.mutex
    }

    /// Takes the mutex out, and leaves it locked.
    #[inline]
    fn into_mutex(self) -> UserArc<Mutex<T>> {
        let guard = ManuallyDrop::new(self);
        // SAFETY: the guard is never used or dropped again, so the result is the only owner of
        // this reference.
        unsafe { ptr::read(&guard.mutex) }
    }
}

impl<T: ?Sized, U: ?Sized> OwnedMappedMutexGuard<T, U> {
    /// Narrows the guard further.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::{Mutex, OwnedMappedMutexGuard, OwnedMutexGuard};
    /// use std::sync::Arc;
    ///
    /// let nested = Arc::new(Mutex::new((1, (2, 3))));
    /// let guard = nested.clone().blocking_lock_owned();
    /// let guard = OwnedMutexGuard::map(guard, |nested| &mut nested.1);
    /// *OwnedMappedMutexGuard::map(guard, |pair| &mut pair.0) = 5;
    /// assert_eq!(*nested.blocking_lock(), (1, (5, 3)));
    /// ```
    #[inline]
    pub fn map<S, F>(mut this: Self, f: F) -> OwnedMappedMutexGuard<T, S>
    where
        F: FnOnce(&mut U) -> &mut S,
    {
        let part = PartMut(f(&mut this));
        OwnedMappedMutexGuard { mutex: this.into_mutex(), part, _value: PhantomData }
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
    /// use runtime::sync::{Mutex, OwnedMappedMutexGuard, OwnedMutexGuard};
    /// use std::sync::Arc;
    ///
    /// let pair = Arc::new(Mutex::new((1, vec![2])));
    /// let guard = pair.clone().blocking_lock_owned();
    /// let list = OwnedMutexGuard::map(guard, |pair| &mut pair.1);
    /// let list = OwnedMappedMutexGuard::try_map(list, |list| list.get_mut(7)).unwrap_err();
    /// assert_eq!(*OwnedMappedMutexGuard::try_map(list, |list| list.get_mut(0)).unwrap(), 2);
    /// ```
    #[inline]
    pub fn try_map<S, F>(mut this: Self, f: F) -> Result<OwnedMappedMutexGuard<T, S>, Self>
    where
        F: FnOnce(&mut U) -> Option<&mut S>,
    {
        match f(&mut this).map(|part| PartMut(part)) {
            Some(part) => {
                let mutex = this.into_mutex();
                Ok(OwnedMappedMutexGuard { mutex, part, _value: PhantomData })
            }
            None => Err(this),
        }
    }

    /// Takes the mutex out, and leaves it locked.
    #[inline]
    fn into_mutex(self) -> UserArc<Mutex<T>> {
        let guard = ManuallyDrop::new(self);
        // SAFETY: the guard is never used or dropped again, so the result is the only owner of
        // this reference.
        unsafe { ptr::read(&guard.mutex) }
    }
}

impl<T: ?Sized> Drop for OwnedMutexGuard<T> {
    #[inline]
    fn drop(&mut self) {
        self.mutex.release();
    }
}

impl<T: ?Sized, U: ?Sized> Drop for OwnedMappedMutexGuard<T, U> {
    #[inline]
    fn drop(&mut self) {
        self.mutex.release();
    }
}

writes_value! {
    [T: ?Sized] OwnedMutexGuard<T> => T: |guard| guard.mutex.value.get();
    [T: ?Sized, U: ?Sized] OwnedMappedMutexGuard<T, U> => U: |guard| guard.part.0;
}

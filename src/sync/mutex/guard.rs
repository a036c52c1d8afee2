//! Guards that borrow their mutex.

use super::Mutex;
use crate::sync::guard::{PartMut, writes_value};
use crate::sync::permits::Permits;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;

/// Access to the value of a locked [`Mutex`], from [`Mutex::lock`] and its siblings.
///
/// Dropping it unlocks the mutex, and hands it to the task that has waited longest.
///
/// # Examples
///
/// ```
/// use runtime::sync::{Mutex, MutexGuard};
///
/// fn grow(mut list: MutexGuard<'_, Vec<i32>>) {
///     let next = list.len() as i32;
///     list.push(next);
/// }
///
/// let list = Mutex::new(Vec::new());
/// grow(list.blocking_lock());
/// grow(list.blocking_lock());
/// assert_eq!(list.into_inner(), [0, 1]);
/// ```
#[must_use = "dropping the guard unlocks the mutex at once"]
#[clippy::has_significant_drop]
pub struct MutexGuard<'a, T: ?Sized> {
    mutex: &'a Mutex<T>,
    // It may go to other threads and be shared with them as the value may.
    _value: PhantomData<&'a mut T>,
}

/// Access to a part of the value of a locked [`Mutex`], from [`MutexGuard::map`].
///
/// Dropping it unlocks the mutex.
///
/// # Examples
///
/// ```
/// use runtime::sync::{MappedMutexGuard, Mutex, MutexGuard};
///
/// struct Account {
///     balance: u64,
/// }
///
/// let account = Mutex::new(Account { balance: 5 });
/// let guard = MutexGuard::map(account.blocking_lock(), |account| &mut account.balance);
/// let mut balance: MappedMutexGuard<'_, u64> = guard;
/// *balance += 1;
/// drop(balance);
/// assert_eq!(account.into_inner().balance, 6);
/// ```
#[must_use = "dropping the guard unlocks the mutex at once"]
#[clippy::has_significant_drop]
pub struct MappedMutexGuard<'a, T: ?Sized> {
    permits: &'a Permits,
    part: PartMut<T>,
    _value: PhantomData<&'a mut T>,
}

impl<'a, T: ?Sized> MutexGuard<'a, T> {
    /// The caller has taken the mutex's permit, and leaves it to the guard.
    #[inline]
    pub(super) fn new(mutex: &'a Mutex<T>) -> Self {
        Self { mutex, _value: PhantomData }
    }

    /// Narrows the guard to a part of the value.
    ///
    /// It is an associated function, since a method would hide methods of the value.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::{Mutex, MutexGuard};
    ///
    /// let pair = Mutex::new((1, 2));
    /// let mut second = MutexGuard::map(pair.blocking_lock(), |pair| &mut pair.1);
    /// *second = 5;
    /// drop(second);
    /// assert_eq!(pair.into_inner(), (1, 5));
    /// ```
    #[inline]
    pub fn map<U, F>(mut this: Self, f: F) -> MappedMutexGuard<'a, U>
    where
        U: ?Sized,
        F: FnOnce(&mut T) -> &mut U,
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
    /// use runtime::sync::{Mutex, MutexGuard};
    ///
    /// let list = Mutex::new(vec![1, 2]);
    /// let guard = list.blocking_lock();
    /// let guard = MutexGuard::try_map(guard, |list| list.get_mut(7)).unwrap_err();
    /// let first = MutexGuard::try_map(guard, |list| list.first_mut()).unwrap();
    /// assert_eq!(*first, 1);
    /// ```
    #[inline]
    pub fn try_map<U, F>(mut this: Self, f: F) -> Result<MappedMutexGuard<'a, U>, Self>
    where
        U: ?Sized,
        F: FnOnce(&mut T) -> Option<&mut U>,
    {
        match f(&mut this).map(|part| PartMut(part)) {
            Some(part) => Ok(this.narrow(part)),
            None => Err(this),
        }
    }

    /// Returns the mutex that is locked.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::{Mutex, MutexGuard};
    ///
    /// // Unlocks the mutex for a moment.
    /// async fn pause<'a>(guard: MutexGuard<'a, u32>) -> MutexGuard<'a, u32> {
    ///     let mutex = MutexGuard::mutex(&guard);
    ///     drop(guard);
    ///     runtime::task::yield_now().await;
    ///     mutex.lock().await
    /// }
    ///
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let mutex = Mutex::new(1);
    /// let guard = pause(mutex.lock().await).await;
    /// assert_eq!(*guard, 1);
    /// # }
    /// ```
    #[inline]
    pub fn mutex(this: &Self) -> &'a Mutex<T> {
        this.mutex
    }

    /// Leaves the lock to a guard of `part`, which is one of the value.
    #[inline]
    fn narrow<U: ?Sized>(self, part: PartMut<U>) -> MappedMutexGuard<'a, U> {
        let permits = &ManuallyDrop::new(self).mutex.permits;
        MappedMutexGuard { permits, part, _value: PhantomData }
    }
}

impl<'a, T: ?Sized> MappedMutexGuard<'a, T> {
    /// Narrows the guard further.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::{MappedMutexGuard, Mutex, MutexGuard};
    ///
    /// let nested = Mutex::new((1, (2, 3)));
    /// let guard = MutexGuard::map(nested.blocking_lock(), |nested| &mut nested.1);
    /// *MappedMutexGuard::map(guard, |pair| &mut pair.0) = 5;
    /// assert_eq!(nested.into_inner(), (1, (5, 3)));
    /// ```
    #[inline]
    pub fn map<U, F>(mut this: Self, f: F) -> MappedMutexGuard<'a, U>
    where
        F: FnOnce(&mut T) -> &mut U,
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
    /// use runtime::sync::{MappedMutexGuard, Mutex, MutexGuard};
    ///
    /// let pair = Mutex::new((1, vec![2]));
    /// let list = MutexGuard::map(pair.blocking_lock(), |pair| &mut pair.1);
    /// let list = MappedMutexGuard::try_map(list, |list| list.get_mut(7)).unwrap_err();
    /// assert_eq!(*MappedMutexGuard::try_map(list, |list| list.get_mut(0)).unwrap(), 2);
    /// ```
    #[inline]
    pub fn try_map<U, F>(mut this: Self, f: F) -> Result<MappedMutexGuard<'a, U>, Self>
    where
        F: FnOnce(&mut T) -> Option<&mut U>,
    {
        match f(&mut this).map(|part| PartMut(part)) {
            Some(part) => Ok(this.narrow(part)),
            None => Err(this),
        }
    }

    /// Leaves the lock to a guard of `part`, which is one of what this one guards.
    #[inline]
    fn narrow<U: ?Sized>(self, part: PartMut<U>) -> MappedMutexGuard<'a, U> {
        let permits = ManuallyDrop::new(self).permits;
        MappedMutexGuard { permits, part, _value: PhantomData }
    }
}

impl<T: ?Sized> Drop for MutexGuard<'_, T> {
    #[inline]
    fn drop(&mut self) {
        self.mutex.release();
    }
}

impl<T: ?Sized> Drop for MappedMutexGuard<'_, T> {
    #[inline]
    fn drop(&mut self) {
        self.permits.release(1);
    }
}

writes_value! {
    [T: ?Sized] MutexGuard<'_, T> => T: |guard| guard.mutex.value.get();
    [T: ?Sized] MappedMutexGuard<'_, T> => T: |guard| guard.part.0;
}

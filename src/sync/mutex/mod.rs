//! A value that one task at a time may use.

mod error;
mod guard;
#[cfg(all(test, loom))]
mod loom_tests;
mod owned_guard;

pub use error::TryLockError;
pub use guard::{MappedMutexGuard, MutexGuard};
pub use owned_guard::{OwnedMappedMutexGuard, OwnedMutexGuard};

use crate::shim::UserArc;
use crate::sync::blocking::block_on;
use crate::sync::permits::Permits;
use std::cell::UnsafeCell;
use std::fmt;

const NEVER_CLOSED: &str = "nobody closes the permits of a mutex";

/// A lock that may be held across an await.
///
/// Tasks that want the lock wait without blocking their thread, and get it in the order in which
/// they began to wait. While nobody waits, locking and unlocking is one atomic operation each.
///
/// A lock that is never held across an await is served better by [`std::sync::Mutex`], which is
/// smaller and, when held for a moment only, as fast to wait for. What this one is for is shared
/// access to something with asynchronous methods, like a connection. There, a task that owns the
/// connection and takes requests from a channel is often the simpler program.
///
/// A panic of a holder unlocks the mutex and does not poison it: the next holder finds the value
/// as it was left.
///
/// # Examples
///
/// ```
/// use runtime::sync::Mutex;
/// use std::sync::Arc;
///
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() {
/// let log = Arc::new(Mutex::new(Vec::new()));
/// let mut tasks = Vec::new();
/// for task in 0..3 {
///     let log = log.clone();
///     tasks.push(runtime::spawn(async move {
///         let mut log = log.lock().await;
///         log.push((task, "begin"));
///         runtime::task::yield_now().await; // the others wait
///         log.push((task, "end"));
///     }));
/// }
/// for task in tasks {
///     task.await.unwrap();
/// }
/// assert!(log.lock().await.chunks(2).all(|pair| pair[0].0 == pair[1].0));
/// # }
/// ```
pub struct Mutex<T: ?Sized> {
    permits: Permits,
    /// Belongs to the holder of the one permit. Guards lend it for longer than a call, so it is
    /// no cell of the shim; a model puts one of those into it.
    value: UnsafeCell<T>,
}

// SAFETY: threads reach the value one after the other, each with the permit, whose hand-over
// publishes what the one before did. So it has to be `Send` and no more.
unsafe impl<T: ?Sized + Send> Sync for Mutex<T> {}

impl<T: ?Sized> Mutex<T> {
    /// Makes a mutex that is not locked.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Mutex;
    ///
    /// let mutex = Mutex::new(5);
    /// assert_eq!(*mutex.blocking_lock(), 5);
    /// ```
    #[inline]
    pub fn new(t: T) -> Self
    where
        T: Sized,
    {
        Self::const_new(t)
    }

    /// Makes a mutex that is not locked, in a constant or static too.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Mutex;
    ///
    /// static NAMES: Mutex<Vec<&str>> = Mutex::const_new(Vec::new());
    /// NAMES.blocking_lock().push("a");
    /// ```
    #[inline]
    pub const fn const_new(t: T) -> Self
    where
        T: Sized,
    {
        Self { permits: Permits::new(1), value: UnsafeCell::new(t) }
    }

    /// Waits until the mutex is free and locks it.
    ///
    /// The guard unlocks it when dropped. In a task the call counts against the cooperative
    /// budget, so a task that finds the mutex free each time lets others run now and then.
    ///
    /// # Cancel safety
    ///
    /// Cancelling gives up the place in the queue; whoever is next goes on.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Mutex;
    ///
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let mutex = Mutex::new(1);
    /// *mutex.lock().await += 1;
    /// assert_eq!(*mutex.lock().await, 2);
    /// # }
    /// ```
    #[inline]
    pub async fn lock(&self) -> MutexGuard<'_, T> {
        if !self.permits.acquire_now(1) {
            self.permits.acquire(1).await.expect(NEVER_CLOSED);
        }
        MutexGuard::new(self)
    }

    /// Waits until the mutex is free and locks it, with a guard that keeps it alive.
    ///
    /// # Cancel safety
    ///
    /// Cancelling gives up the place in the queue; whoever is next goes on.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Mutex;
    /// use std::sync::Arc;
    ///
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let mutex = Arc::new(Mutex::new(1));
    /// let mut guard = mutex.clone().lock_owned().await;
    /// runtime::spawn(async move { *guard += 1 });
    /// assert_eq!(*mutex.lock().await, 2);
    /// # }
    /// ```
    pub async fn lock_owned(self: UserArc<Self>) -> OwnedMutexGuard<T> {
        if !self.permits.acquire_now(1) {
            self.permits.acquire(1).await.expect(NEVER_CLOSED);
        }
        OwnedMutexGuard::new(self)
    }

    /// Blocks the thread until the mutex is free, and locks it.
    ///
    /// It is for code outside of any runtime, which shares the mutex with tasks.
    ///
    /// # Panics
    ///
    /// If called from within a runtime.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Mutex;
    /// use std::sync::Arc;
    ///
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let mutex = Arc::new(Mutex::new(1));
    /// let guard = mutex.lock().await;
    /// let other = mutex.clone();
    /// let thread = std::thread::spawn(move || *other.blocking_lock() += 1);
    /// drop(guard);
    /// thread.join().unwrap();
    /// assert_eq!(*mutex.lock().await, 2);
    /// # }
    /// ```
    #[track_caller]
    pub fn blocking_lock(&self) -> MutexGuard<'_, T> {
        block_on(self.lock())
    }

    /// Blocks the thread until the mutex is free, and locks it with a guard that keeps it alive.
    ///
    /// # Panics
    ///
    /// If called from within a runtime.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Mutex;
    /// use std::sync::Arc;
    ///
    /// let mutex = Arc::new(Mutex::new(1));
    /// *mutex.clone().blocking_lock_owned() += 1;
    /// assert_eq!(*mutex.blocking_lock_owned(), 2);
    /// ```
    #[track_caller]
    pub fn blocking_lock_owned(self: UserArc<Self>) -> OwnedMutexGuard<T> {
        block_on(self.lock_owned())
    }

    /// Locks the mutex if it is free now.
    ///
    /// # Errors
    ///
    /// If it is locked.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Mutex;
    ///
    /// let mutex = Mutex::new(1);
    /// let guard = mutex.try_lock().unwrap();
    /// assert!(mutex.try_lock().is_err());
    /// # drop(guard);
    /// ```
    #[inline]
    pub fn try_lock(&self) -> Result<MutexGuard<'_, T>, TryLockError> {
        self.permits.try_acquire(1)?;
        Ok(MutexGuard::new(self))
    }

    /// Locks the mutex if it is free now, with a guard that keeps it alive.
    ///
    /// # Errors
    ///
    /// If it is locked.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Mutex;
    /// use std::sync::Arc;
    ///
    /// let mutex = Arc::new(Mutex::new(1));
    /// let guard = mutex.clone().try_lock_owned().unwrap();
    /// assert!(mutex.try_lock_owned().is_err());
    /// # drop(guard);
    /// ```
    pub fn try_lock_owned(self: UserArc<Self>) -> Result<OwnedMutexGuard<T>, TryLockError> {
        self.permits.try_acquire(1)?;
        Ok(OwnedMutexGuard::new(self))
    }

    /// Returns the value; no lock is needed, since nobody else can have one.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Mutex;
    ///
    /// let mut mutex = Mutex::new(1);
    /// *mutex.get_mut() = 2;
    /// assert_eq!(mutex.into_inner(), 2);
    /// ```
    pub fn get_mut(&mut self) -> &mut T {
        self.value.get_mut()
    }

    /// Turns the mutex into its value.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Mutex;
    ///
    /// let mutex = Mutex::new(1);
    /// assert_eq!(mutex.into_inner(), 1);
    /// ```
    pub fn into_inner(self) -> T
    where
        T: Sized,
    {
        self.value.into_inner()
    }

    /// Unlocks; the caller holds the lock, and gives up what led it to the value.
    #[inline]
    fn release(&self) {
        self.permits.release(1);
    }
}

impl<T> From<T> for Mutex<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl<T: Default> Default for Mutex<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for Mutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Mutex");
        match self.try_lock() {
            Ok(value) => shown.field("data", &&*value),
            Err(_) => shown.field("data", &format_args!("<locked>")),
        };
        shown.finish()
    }
}

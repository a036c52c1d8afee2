//! A value that many may read, or one may change.

mod guard;
#[cfg(all(test, loom))]
mod loom_tests;
mod owned_guard;
mod owned_write_guard;
mod write_guard;

pub use guard::RwLockReadGuard;
pub use owned_guard::OwnedRwLockReadGuard;
pub use owned_write_guard::{OwnedRwLockMappedWriteGuard, OwnedRwLockWriteGuard};
pub use write_guard::{RwLockMappedWriteGuard, RwLockWriteGuard};

use crate::shim::UserArc;
use crate::sync::blocking::block_on;
use crate::sync::guard::PartRef;
use crate::sync::mutex::TryLockError;
use crate::sync::permits::Permits;
use std::cell::UnsafeCell;
use std::fmt;

/// The most readers at the same time, unless a lock is made with fewer.
const MAX_READERS: u32 = u32::MAX >> 3;

const NEVER_CLOSED: &str = "nobody closes the permits of a lock";

/// A lock for many readers or one writer, which may be held across an await.
///
/// It is fair: whoever wants it gets it in the order of asking. Readers that come after a waiting
/// writer wait for that writer, so writers do not starve; and therefore a task that holds a read
/// guard and asks for another one may wait for ever, if a writer asked in between.
///
/// A panic of a writer unlocks the lock and does not poison it.
///
/// # Examples
///
/// ```
/// use runtime::sync::RwLock;
///
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() {
/// let lock = RwLock::new(5);
/// {
///     let (one, another) = (lock.read().await, lock.read().await);
///     assert_eq!(*one + *another, 10);
/// }
/// *lock.write().await += 1;
/// assert_eq!(*lock.read().await, 6);
/// # }
/// ```
pub struct RwLock<T: ?Sized> {
    /// A reader holds one of them, a writer all.
    permits: Permits,
    /// How many permits there are.
    max_readers: u32,
    /// Belongs to whoever holds permits. Guards lend it for longer than a call, so it is no cell
    /// of the shim; a model puts one of those into it.
    value: UnsafeCell<T>,
}

// SAFETY: several threads may read the value at once (`Sync`), and each may get hold of all of it
// alone (`Send`); permits publish to those who take them what was done under them before.
unsafe impl<T: ?Sized + Send + Sync> Sync for RwLock<T> {}

impl<T: ?Sized> RwLock<T> {
    /// Makes a lock that nobody holds.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::RwLock;
    ///
    /// let lock = RwLock::new(5);
    /// assert_eq!(*lock.blocking_read(), 5);
    /// ```
    #[inline]
    pub fn new(value: T) -> RwLock<T>
    where
        T: Sized,
    {
        Self::const_new(value)
    }

    /// Makes a lock that at most `max_reads` readers hold at the same time.
    ///
    /// # Panics
    ///
    /// If `max_reads` is zero, or more than `u32::MAX >> 3`.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::RwLock;
    ///
    /// let lock = RwLock::with_max_readers(5, 1);
    /// let only = lock.try_read().unwrap();
    /// assert!(lock.try_read().is_err());
    /// # drop(only);
    /// ```
    #[track_caller]
    pub fn with_max_readers(value: T, max_reads: u32) -> RwLock<T>
    where
        T: Sized,
    {
        Self::const_with_max_readers(value, max_reads)
    }

    /// Makes a lock that nobody holds, in a constant or static too.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::RwLock;
    ///
    /// static NAMES: RwLock<Vec<&str>> = RwLock::const_new(Vec::new());
    /// NAMES.blocking_write().push("a");
    /// ```
    #[inline]
    pub const fn const_new(value: T) -> RwLock<T>
    where
        T: Sized,
    {
        Self::const_with_max_readers(value, MAX_READERS)
    }

    /// Makes a lock that at most `max_reads` readers hold, in a constant or static too.
    ///
    /// # Panics
    ///
    /// If `max_reads` is zero, or more than `u32::MAX >> 3`.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::RwLock;
    ///
    /// static LOCK: RwLock<i32> = RwLock::const_with_max_readers(5, 2);
    /// assert_eq!(*LOCK.blocking_read(), 5);
    /// ```
    #[track_caller]
    pub const fn const_with_max_readers(value: T, max_reads: u32) -> RwLock<T>
    where
        T: Sized,
    {
        // Without a permit a writer would hold all of them, and so would the next.
        assert!(max_reads != 0, "a RwLock may not be created with 0 readers");
        assert!(max_reads <= MAX_READERS, "a RwLock is for u32::MAX >> 3 readers at most");
        let permits = Permits::new(max_reads as usize);
        Self { permits, max_readers: max_reads, value: UnsafeCell::new(value) }
    }

    /// Waits until no writer holds the lock or asked for it before, and locks it for reading.
    ///
    /// The guard unlocks it when dropped. In a task the call counts against the cooperative
    /// budget.
    ///
    /// # Cancel safety
    ///
    /// Cancelling gives up the place in the queue; whoever is next goes on.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::RwLock;
    /// use std::sync::Arc;
    ///
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let lock = Arc::new(RwLock::new(1));
    /// let mine = lock.read().await;
    /// let other = lock.clone();
    /// let task = runtime::spawn(async move { *other.read().await });
    /// assert_eq!(task.await.unwrap(), *mine);
    /// # }
    /// ```
    #[inline]
    pub async fn read(&self) -> RwLockReadGuard<'_, T> {
        if !self.permits.acquire_now(1) {
            self.permits.acquire(1).await.expect(NEVER_CLOSED);
        }
        RwLockReadGuard::new(&self.permits, PartRef(self.value.get()))
    }

    /// Blocks the thread until it can lock for reading.
    ///
    /// # Panics
    ///
    /// If called from within a runtime.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::RwLock;
    ///
    /// let lock = RwLock::new(5);
    /// assert_eq!(*lock.blocking_read(), 5);
    /// ```
    #[track_caller]
    pub fn blocking_read(&self) -> RwLockReadGuard<'_, T> {
        block_on(self.read())
    }

    /// Locks for reading as [`RwLock::read`] does, with a guard that keeps the lock alive.
    ///
    /// # Cancel safety
    ///
    /// Cancelling gives up the place in the queue; whoever is next goes on.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::RwLock;
    /// use std::sync::Arc;
    ///
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let lock = Arc::new(RwLock::new(1));
    /// let guard = lock.read_owned().await;
    /// assert_eq!(runtime::spawn(async move { *guard }).await.unwrap(), 1);
    /// # }
    /// ```
    pub async fn read_owned(self: UserArc<Self>) -> OwnedRwLockReadGuard<T> {
        if !self.permits.acquire_now(1) {
            self.permits.acquire(1).await.expect(NEVER_CLOSED);
        }
        OwnedRwLockReadGuard::new(self)
    }

    /// Locks for reading, if that needs no wait.
    ///
    /// # Errors
    ///
    /// If a writer holds the lock or waits for it, or if there are too many readers.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::RwLock;
    ///
    /// let lock = RwLock::new(1);
    /// let one = lock.try_read().unwrap();
    /// assert_eq!(*lock.try_read().unwrap(), *one);
    /// drop(one);
    /// let _writer = lock.try_write().unwrap();
    /// assert!(lock.try_read().is_err());
    /// ```
    #[inline]
    pub fn try_read(&self) -> Result<RwLockReadGuard<'_, T>, TryLockError> {
        self.permits.try_acquire(1)?;
        Ok(RwLockReadGuard::new(&self.permits, PartRef(self.value.get())))
    }

    /// Locks for reading if that needs no wait, with a guard that keeps the lock alive.
    ///
    /// # Errors
    ///
    /// As [`RwLock::try_read`].
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::RwLock;
    /// use std::sync::Arc;
    ///
    /// let lock = Arc::new(RwLock::new(1));
    /// let guard = lock.clone().try_read_owned().unwrap();
    /// assert!(lock.try_write().is_err());
    /// # drop(guard);
    /// ```
    pub fn try_read_owned(self: UserArc<Self>) -> Result<OwnedRwLockReadGuard<T>, TryLockError> {
        self.permits.try_acquire(1)?;
        Ok(OwnedRwLockReadGuard::new(self))
    }

    /// Waits until nobody holds the lock or asked for it before, and locks it for writing.
    ///
    /// The guard unlocks it when dropped. In a task the call counts against the cooperative
    /// budget.
    ///
    /// # Cancel safety
    ///
    /// Cancelling gives up the place in the queue; whoever is next goes on.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::RwLock;
    ///
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let lock = RwLock::new(1);
    /// *lock.write().await = 2;
    /// assert_eq!(lock.into_inner(), 2);
    /// # }
    /// ```
    #[inline]
    pub async fn write(&self) -> RwLockWriteGuard<'_, T> {
        let all = self.max_readers as usize;
        if !self.permits.acquire_now(all) {
            self.permits.acquire(all).await.expect(NEVER_CLOSED);
        }
        RwLockWriteGuard::new(self)
    }

    /// Blocks the thread until it can lock for writing.
    ///
    /// # Panics
    ///
    /// If called from within a runtime.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::RwLock;
    ///
    /// let lock = RwLock::new(5);
    /// *lock.blocking_write() += 1;
    /// assert_eq!(*lock.blocking_read(), 6);
    /// ```
    #[track_caller]
    pub fn blocking_write(&self) -> RwLockWriteGuard<'_, T> {
        block_on(self.write())
    }

    /// Locks for writing as [`RwLock::write`] does, with a guard that keeps the lock alive.
    ///
    /// # Cancel safety
    ///
    /// Cancelling gives up the place in the queue; whoever is next goes on.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::RwLock;
    /// use std::sync::Arc;
    ///
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let lock = Arc::new(RwLock::new(1));
    /// let mut guard = lock.clone().write_owned().await;
    /// runtime::spawn(async move { *guard = 2 });
    /// assert_eq!(*lock.read().await, 2);
    /// # }
    /// ```
    pub async fn write_owned(self: UserArc<Self>) -> OwnedRwLockWriteGuard<T> {
        let all = self.max_readers as usize;
        if !self.permits.acquire_now(all) {
            self.permits.acquire(all).await.expect(NEVER_CLOSED);
        }
        OwnedRwLockWriteGuard::new(self)
    }

    /// Locks for writing, if nobody holds the lock.
    ///
    /// # Errors
    ///
    /// If somebody holds it.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::RwLock;
    ///
    /// let lock = RwLock::new(1);
    /// let reader = lock.try_read().unwrap();
    /// assert!(lock.try_write().is_err());
    /// drop(reader);
    /// *lock.try_write().unwrap() = 2;
    /// ```
    #[inline]
    pub fn try_write(&self) -> Result<RwLockWriteGuard<'_, T>, TryLockError> {
        self.permits.try_acquire(self.max_readers as usize)?;
        Ok(RwLockWriteGuard::new(self))
    }

    /// Locks for writing if nobody holds the lock, with a guard that keeps the lock alive.
    ///
    /// # Errors
    ///
    /// As [`RwLock::try_write`].
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::RwLock;
    /// use std::sync::Arc;
    ///
    /// let lock = Arc::new(RwLock::new(1));
    /// let guard = lock.clone().try_write_owned().unwrap();
    /// assert!(lock.try_read().is_err());
    /// # drop(guard);
    /// ```
    pub fn try_write_owned(self: UserArc<Self>) -> Result<OwnedRwLockWriteGuard<T>, TryLockError> {
        self.permits.try_acquire(self.max_readers as usize)?;
        Ok(OwnedRwLockWriteGuard::new(self))
    }

    /// Returns the value; no lock is needed, since nobody else can have one.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::RwLock;
    ///
    /// let mut lock = RwLock::new(1);
    /// *lock.get_mut() = 2;
    /// assert_eq!(lock.into_inner(), 2);
    /// ```
    pub fn get_mut(&mut self) -> &mut T {
        self.value.get_mut()
    }

    /// Turns the lock into its value.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::RwLock;
    ///
    /// let lock = RwLock::new(1);
    /// assert_eq!(lock.into_inner(), 1);
    /// ```
    pub fn into_inner(self) -> T
    where
        T: Sized,
    {
        self.value.into_inner()
    }

    /// Gives back what a writer holds.
    #[inline]
    fn release_write(&self) {
        self.permits.release(self.max_readers as usize);
    }

    /// Gives back what a writer holds, except for what a reader needs.
    fn release_to_read(&self) {
        self.permits.release(self.max_readers as usize - 1);
    }
}

impl<T> From<T> for RwLock<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl<T: Default> Default for RwLock<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for RwLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("RwLock");
        match self.try_read() {
            Ok(value) => shown.field("data", &&*value),
            Err(_) => shown.field("data", &format_args!("<locked>")),
        };
        shown.finish()
    }
}

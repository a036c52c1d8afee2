//! Limits how many may do something at the same time.

mod error;
mod permit;

pub use error::{AcquireError, TryAcquireError};
pub use permit::{OwnedSemaphorePermit, SemaphorePermit};

use crate::shim::UserArc;
use crate::sync::blocking::block_on;
use crate::sync::permits::{Closed, Permits};
use std::fmt;

/// A number of permits, which tasks take and give back.
///
/// The semaphore is fair: permits go to those who wait in the order in which they began to. A task
/// that waits for many permits holds up those behind it until it has got all of them, even if there
/// were enough for them.
///
/// # Examples
///
/// At most three requests at the same time:
///
/// ```
/// use runtime::sync::Semaphore;
/// use std::sync::Arc;
///
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() {
/// let slots = Arc::new(Semaphore::new(3));
/// let mut requests = Vec::new();
/// for request in 0..10 {
///     let slot = slots.clone().acquire_owned().await.unwrap();
///     requests.push(runtime::spawn(async move {
///         let answer = request * 2; // ask somebody
///         drop(slot);
///         answer
///     }));
/// }
/// assert_eq!(requests.pop().unwrap().await.unwrap(), 18);
/// # }
/// ```
///
/// A limit for a whole program lives in a static.
///
/// ```
/// use runtime::sync::Semaphore;
///
/// static OPEN_FILES: Semaphore = Semaphore::const_new(100);
///
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() {
/// let permit = OPEN_FILES.acquire().await.unwrap();
/// assert_eq!(OPEN_FILES.available_permits(), 99);
/// # drop(permit);
/// # }
/// ```
pub struct Semaphore {
    permits: Permits,
}

impl Semaphore {
    /// The most permits that a semaphore can have: `usize::MAX >> 3`.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Semaphore;
    ///
    /// assert_eq!(Semaphore::MAX_PERMITS, usize::MAX >> 3);
    /// ```
    pub const MAX_PERMITS: usize = Permits::MAX;

    /// Makes a semaphore with `permits` permits.
    ///
    /// # Panics
    ///
    /// If they are more than [`Semaphore::MAX_PERMITS`].
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Semaphore;
    ///
    /// assert_eq!(Semaphore::new(3).available_permits(), 3);
    /// ```
    #[track_caller]
    pub fn new(permits: usize) -> Self {
        Self::const_new(permits)
    }

    /// Makes a semaphore with `permits` permits, in a constant or static too.
    ///
    /// # Panics
    ///
    /// If they are more than [`Semaphore::MAX_PERMITS`].
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Semaphore;
    ///
    /// static SLOTS: Semaphore = Semaphore::const_new(3);
    /// assert_eq!(SLOTS.available_permits(), 3);
    /// ```
    #[track_caller]
    pub const fn const_new(permits: usize) -> Self {
        Self { permits: Permits::new(permits) }
    }

    /// Returns how many permits are free.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Semaphore;
    ///
    /// let semaphore = Semaphore::new(3);
    /// let _permit = semaphore.try_acquire();
    /// assert_eq!(semaphore.available_permits(), 2);
    /// ```
    pub fn available_permits(&self) -> usize {
        self.permits.free()
    }

    /// Adds `n` permits.
    ///
    /// # Panics
    ///
    /// If more than [`Semaphore::MAX_PERMITS`] were free then.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Semaphore;
    ///
    /// let semaphore = Semaphore::new(0);
    /// semaphore.add_permits(2);
    /// assert_eq!(semaphore.available_permits(), 2);
    /// ```
    #[inline]
    #[track_caller]
    pub fn add_permits(&self, n: usize) {
        if n > 0 {
            self.permits.release(n);
        }
    }

    /// Takes away up to `n` of the free permits for good, and returns how many.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Semaphore;
    ///
    /// let semaphore = Semaphore::new(3);
    /// assert_eq!(semaphore.forget_permits(2), 2);
    /// assert_eq!(semaphore.forget_permits(2), 1);
    /// ```
    pub fn forget_permits(&self, n: usize) -> usize {
        self.permits.forget(n)
    }

    /// Waits for a permit.
    ///
    /// # Cancel safety
    ///
    /// Cancelling gives up the place in the queue; no permit is lost.
    ///
    /// # Errors
    ///
    /// If the semaphore is closed.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Semaphore;
    ///
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let semaphore = Semaphore::new(2);
    /// let permit = semaphore.acquire().await.unwrap();
    /// assert_eq!(semaphore.available_permits(), 1);
    /// # drop(permit);
    /// # }
    /// ```
    pub async fn acquire(&self) -> Result<SemaphorePermit<'_>, AcquireError> {
        if !self.permits.acquire_now(1) {
            self.permits.acquire(1).await?;
        }
        Ok(SemaphorePermit::new(self, 1))
    }

    /// Waits for `n` permits.
    ///
    /// # Cancel safety
    ///
    /// Cancelling gives up the place in the queue; no permit is lost.
    ///
    /// # Errors
    ///
    /// If the semaphore is closed.
    ///
    /// # Panics
    ///
    /// If `n` is more than [`Semaphore::MAX_PERMITS`].
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Semaphore;
    ///
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let semaphore = Semaphore::new(5);
    /// let permit = semaphore.acquire_many(3).await.unwrap();
    /// assert_eq!(semaphore.available_permits(), 2);
    /// # drop(permit);
    /// # }
    /// ```
    pub async fn acquire_many(&self, n: u32) -> Result<SemaphorePermit<'_>, AcquireError> {
        let n = checked(n);
        if !self.permits.acquire_now(n) {
            self.permits.acquire(n).await?;
        }
        Ok(SemaphorePermit::new(self, n))
    }

    /// Waits for a permit that keeps the semaphore alive.
    ///
    /// # Cancel safety
    ///
    /// Cancelling gives up the place in the queue; no permit is lost.
    ///
    /// # Errors
    ///
    /// If the semaphore is closed.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Semaphore;
    /// use std::sync::Arc;
    ///
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let semaphore = Arc::new(Semaphore::new(1));
    /// let permit = semaphore.clone().acquire_owned().await.unwrap();
    /// runtime::spawn(async move { drop(permit) });
    /// semaphore.acquire().await.unwrap();
    /// # }
    /// ```
    pub async fn acquire_owned(self: UserArc<Self>) -> Result<OwnedSemaphorePermit, AcquireError> {
        if !self.permits.acquire_now(1) {
            self.permits.acquire(1).await?;
        }
        Ok(OwnedSemaphorePermit::new(self, 1))
    }

    /// Waits for `n` permits that keep the semaphore alive.
    ///
    /// # Cancel safety
    ///
    /// Cancelling gives up the place in the queue; no permit is lost.
    ///
    /// # Errors
    ///
    /// If the semaphore is closed.
    ///
    /// # Panics
    ///
    /// If `n` is more than [`Semaphore::MAX_PERMITS`].
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Semaphore;
    /// use std::sync::Arc;
    ///
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let semaphore = Arc::new(Semaphore::new(5));
    /// let permit = semaphore.acquire_many_owned(3).await.unwrap();
    /// assert_eq!(permit.num_permits(), 3);
    /// # }
    /// ```
    pub async fn acquire_many_owned(
        self: UserArc<Self>,
        n: u32,
    ) -> Result<OwnedSemaphorePermit, AcquireError> {
        let n = checked(n);
        if !self.permits.acquire_now(n) {
            self.permits.acquire(n).await?;
        }
        Ok(OwnedSemaphorePermit::new(self, n))
    }

    /// Takes a permit without waiting.
    ///
    /// # Errors
    ///
    /// [`TryAcquireError::NoPermits`] if none is free or others wait, and
    /// [`TryAcquireError::Closed`] if the semaphore is closed.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::{Semaphore, TryAcquireError};
    ///
    /// let semaphore = Semaphore::new(1);
    /// let permit = semaphore.try_acquire().unwrap();
    /// assert_eq!(semaphore.try_acquire().unwrap_err(), TryAcquireError::NoPermits);
    /// # drop(permit);
    /// ```
    pub fn try_acquire(&self) -> Result<SemaphorePermit<'_>, TryAcquireError> {
        self.permits.try_acquire(1)?;
        Ok(SemaphorePermit::new(self, 1))
    }

    /// Takes `n` permits without waiting.
    ///
    /// # Errors
    ///
    /// As [`Semaphore::try_acquire`].
    ///
    /// # Panics
    ///
    /// If `n` is more than [`Semaphore::MAX_PERMITS`].
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Semaphore;
    ///
    /// let semaphore = Semaphore::new(3);
    /// let permit = semaphore.try_acquire_many(2).unwrap();
    /// assert!(semaphore.try_acquire_many(2).is_err());
    /// # drop(permit);
    /// ```
    #[track_caller]
    pub fn try_acquire_many(&self, n: u32) -> Result<SemaphorePermit<'_>, TryAcquireError> {
        let n = checked(n);
        self.permits.try_acquire(n)?;
        Ok(SemaphorePermit::new(self, n))
    }

    /// Takes a permit that keeps the semaphore alive, without waiting.
    ///
    /// # Errors
    ///
    /// As [`Semaphore::try_acquire`].
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Semaphore;
    /// use std::sync::Arc;
    ///
    /// let semaphore = Arc::new(Semaphore::new(1));
    /// let permit = semaphore.clone().try_acquire_owned().unwrap();
    /// assert!(semaphore.try_acquire_owned().is_err());
    /// # drop(permit);
    /// ```
    pub fn try_acquire_owned(self: UserArc<Self>) -> Result<OwnedSemaphorePermit, TryAcquireError> {
        self.permits.try_acquire(1)?;
        Ok(OwnedSemaphorePermit::new(self, 1))
    }

    /// Takes `n` permits that keep the semaphore alive, without waiting.
    ///
    /// # Errors
    ///
    /// As [`Semaphore::try_acquire`].
    ///
    /// # Panics
    ///
    /// If `n` is more than [`Semaphore::MAX_PERMITS`].
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Semaphore;
    /// use std::sync::Arc;
    ///
    /// let semaphore = Arc::new(Semaphore::new(3));
    /// let permit = semaphore.clone().try_acquire_many_owned(2).unwrap();
    /// assert!(semaphore.try_acquire_many_owned(2).is_err());
    /// # drop(permit);
    /// ```
    #[track_caller]
    pub fn try_acquire_many_owned(
        self: UserArc<Self>,
        n: u32,
    ) -> Result<OwnedSemaphorePermit, TryAcquireError> {
        let n = checked(n);
        self.permits.try_acquire(n)?;
        Ok(OwnedSemaphorePermit::new(self, n))
    }

    /// Blocks the thread until it gets a permit.
    ///
    /// # Errors
    ///
    /// If the semaphore is closed.
    ///
    /// # Panics
    ///
    /// If called from within a runtime.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Semaphore;
    ///
    /// let semaphore = Semaphore::new(0);
    /// std::thread::scope(|scope| {
    ///     scope.spawn(|| semaphore.blocking_acquire().unwrap().forget());
    ///     semaphore.add_permits(1);
    /// });
    /// ```
    #[track_caller]
    pub fn blocking_acquire(&self) -> Result<SemaphorePermit<'_>, AcquireError> {
        block_on(self.acquire())
    }

    /// Blocks the thread until it gets `n` permits.
    ///
    /// # Errors
    ///
    /// If the semaphore is closed.
    ///
    /// # Panics
    ///
    /// If called from within a runtime, or if `n` is more than [`Semaphore::MAX_PERMITS`].
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Semaphore;
    ///
    /// let semaphore = Semaphore::new(5);
    /// assert_eq!(semaphore.blocking_acquire_many(3).unwrap().num_permits(), 3);
    /// ```
    #[track_caller]
    pub fn blocking_acquire_many(&self, n: u32) -> Result<SemaphorePermit<'_>, AcquireError> {
        block_on(self.acquire_many(n))
    }

    /// Blocks the thread until it gets a permit that keeps the semaphore alive.
    ///
    /// # Errors
    ///
    /// If the semaphore is closed.
    ///
    /// # Panics
    ///
    /// If called from within a runtime.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Semaphore;
    /// use std::sync::Arc;
    ///
    /// let semaphore = Arc::new(Semaphore::new(1));
    /// assert_eq!(semaphore.blocking_acquire_owned().unwrap().num_permits(), 1);
    /// ```
    #[track_caller]
    pub fn blocking_acquire_owned(
        self: UserArc<Self>,
    ) -> Result<OwnedSemaphorePermit, AcquireError> {
        block_on(self.acquire_owned())
    }

    /// Blocks the thread until it gets `n` permits that keep the semaphore alive.
    ///
    /// # Errors
    ///
    /// If the semaphore is closed.
    ///
    /// # Panics
    ///
    /// If called from within a runtime, or if `n` is more than [`Semaphore::MAX_PERMITS`].
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Semaphore;
    /// use std::sync::Arc;
    ///
    /// let semaphore = Arc::new(Semaphore::new(5));
    /// assert_eq!(semaphore.blocking_acquire_many_owned(3).unwrap().num_permits(), 3);
    /// ```
    #[track_caller]
    pub fn blocking_acquire_many_owned(
        self: UserArc<Self>,
        n: u32,
    ) -> Result<OwnedSemaphorePermit, AcquireError> {
        block_on(self.acquire_many_owned(n))
    }

    /// Closes the semaphore: nobody gets a permit any more, and all who wait get an error.
    ///
    /// Permits that are held can still be given back.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Semaphore;
    /// use std::sync::Arc;
    ///
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let semaphore = Arc::new(Semaphore::new(0));
    /// let waiting = runtime::spawn(semaphore.clone().acquire_owned());
    /// semaphore.close();
    /// assert!(waiting.await.unwrap().is_err());
    /// # }
    /// ```
    pub fn close(&self) {
        self.permits.close();
    }

    /// Returns whether the semaphore is closed.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Semaphore;
    ///
    /// let semaphore = Semaphore::new(1);
    /// assert!(!semaphore.is_closed());
    /// semaphore.close();
    /// assert!(semaphore.is_closed());
    /// ```
    pub fn is_closed(&self) -> bool {
        self.permits.is_closed()
    }
}

/// The number of permits, which can only be too large where `usize` has 32 bits.
#[track_caller]
fn checked(n: u32) -> usize {
    let n = n as usize;
    assert!(n <= Permits::MAX, "a semaphore may not have more than MAX_PERMITS permits");
    n
}

impl From<Closed> for AcquireError {
    fn from(_: Closed) -> Self {
        Self(())
    }
}

impl fmt::Debug for Semaphore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Semaphore")
            .field("permits", &self.available_permits())
            .field("closed", &self.is_closed())
            .finish()
    }
}

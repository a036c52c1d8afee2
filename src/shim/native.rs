//! The primitives of the standard library, without lock poisoning.

use std::sync::PoisonError;
use std::time::Duration;

pub(crate) use std::cell::Cell;
/// The counted pointer in signatures that users see, whatever the build.
pub(crate) use std::sync::Arc as UserArc;
pub(crate) use std::sync::{Arc, MutexGuard, OnceLock, RwLockReadGuard, RwLockWriteGuard};
pub(crate) use std::thread::{available_parallelism, panicking, sleep};
pub(crate) use std::{hint, thread, thread_local};

/// Atomic integers, booleans and pointers, with fences and orderings.
pub(crate) mod atomic {
    pub(crate) use std::sync::atomic::*;
}

/// A static, in the place of which models have another for each caller.
#[inline]
pub(crate) const fn global<T>(it: &'static T) -> &'static T {
    it
}

/// A mutual exclusion lock that a panicking holder simply releases.
///
/// Poisoning would turn one user's panic into a panic of every other thread; our critical
/// sections never run foreign code, so what they guard is whole at every unwind.
#[derive(Debug, Default)]
pub(crate) struct Mutex<T: ?Sized>(std::sync::Mutex<T>);

impl<T> Mutex<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self(std::sync::Mutex::new(value))
    }

    pub(crate) fn into_inner(self) -> T {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: ?Sized> Mutex<T> {
    #[inline]
    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A condition variable for [`Mutex`].
#[derive(Debug, Default)]
pub(crate) struct Condvar(std::sync::Condvar);

impl Condvar {
    pub(crate) fn notify_one(&self) {
        self.0.notify_one();
    }

    pub(crate) fn wait<'a, T>(&self, guard: MutexGuard<'a, T>) -> MutexGuard<'a, T> {
        self.0.wait(guard).unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for `timeout` at most; answers whether that is why it returned.
    pub(crate) fn wait_timeout<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        timeout: Duration,
    ) -> (MutexGuard<'a, T>, bool) {
        let waited = self.0.wait_timeout(guard, timeout);
        let (guard, result) = waited.unwrap_or_else(PoisonError::into_inner);
        (guard, result.timed_out())
    }
}

/// A lock for many readers or one writer; a panicking holder simply releases it.
///
/// The one lock that users hold on purpose: their own code may run under it.
#[derive(Debug, Default)]
pub(crate) struct RwLock<T: ?Sized>(std::sync::RwLock<T>);

impl<T> RwLock<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self(std::sync::RwLock::new(value))
    }
}

impl<T: ?Sized> RwLock<T> {
    #[inline]
    pub(crate) fn read(&self) -> RwLockReadGuard<'_, T> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    #[inline]
    pub(crate) fn write(&self) -> RwLockWriteGuard<'_, T> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How often to look again for something that another thread has nearly done, before sleeping.
pub(crate) const SPINS: usize = 100;

/// A cell whose accesses loom can watch: callers get the pointer inside a closure.
#[derive(Debug, Default)]
#[repr(transparent)]
pub(crate) struct UnsafeCell<T: ?Sized>(std::cell::UnsafeCell<T>);

impl<T> UnsafeCell<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self(std::cell::UnsafeCell::new(value))
    }

    pub(crate) fn into_inner(self) -> T {
        self.0.into_inner()
    }
}

impl<T: ?Sized> UnsafeCell<T> {
    /// Gives shared access; the caller upholds that nobody writes meanwhile.
    #[inline]
    pub(crate) fn with<R>(&self, access: impl FnOnce(*const T) -> R) -> R {
        access(self.0.get())
    }

    /// Gives exclusive access; the caller upholds that nobody else reads or writes meanwhile.
    #[inline]
    pub(crate) fn with_mut<R>(&self, access: impl FnOnce(*mut T) -> R) -> R {
        access(self.0.get())
    }
}

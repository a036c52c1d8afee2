//! The primitives of loom, named as those of the standard library.
//!
//! Loom's types cannot be made in a `const fn`. The wrappers here make them at first use instead,
//! which loom replays as faithfully as any other step of a model, but takes for a write: the first
//! use must not race. `From` makes an atomic at once, for all that need not be `const`; a model of
//! something `const` uses it once before it is shared.

use std::ops::{Deref, DerefMut};

pub(crate) use ::loom::sync::{Arc, RwLockReadGuard, RwLockWriteGuard};
pub(crate) use ::loom::{hint, thread};
/// The counted pointer in signatures that users see, whatever the build.
pub(crate) use std::sync::Arc as UserArc;
pub(crate) use std::sync::OnceLock;
pub(crate) use std::thread::{available_parallelism, panicking, sleep};

/// Atomic integers, booleans and pointers, with fences and orderings.
pub(crate) mod atomic {
    pub(crate) use super::{
        AtomicBool, AtomicI64, AtomicPtr, AtomicU8, AtomicU16, AtomicU32, AtomicU64, AtomicUsize,
    };
    pub(crate) use ::loom::sync::atomic::{Ordering, fence};
}

/// Takes the `const { .. }` that std wants off the initial value: loom makes each lazily.
macro_rules! lazy_thread_local {
    ($($(#[$attr:meta])* static $name:ident: $t:ty = const $init:block;)*) => {
        ::loom::thread_local! { $($(#[$attr])* static $name: $t = $init;)* }
    };
}
pub(crate) use lazy_thread_local as thread_local;

/// Makes the reads of an atomic known to each other.
///
/// Loom remembers the last access to an atomic, and looks for races of a write with that one alone.
/// So a thread that reads before it writes, as every exchange does, hides from loom that another
/// thread has read before, and the order in which that one comes last is never explored. A futile
/// exchange before each read, on something else that publishes nothing, makes two reads a race.
#[derive(Debug)]
struct Reads(::loom::sync::atomic::AtomicBool);

impl Reads {
    fn new() -> Self {
        Self(::loom::sync::atomic::AtomicBool::new(false))
    }

    #[track_caller]
    fn announce(&self) {
        // Relaxed: it is about the order of steps, and must not order anything else.
        let relaxed = atomic::Ordering::Relaxed;
        let _ = self.0.compare_exchange(true, true, relaxed, relaxed);
    }
}

// One row a type: the wrapper is the same for all, and loom has no trait to be generic over.
macro_rules! lazy_atomics {
    ($($name:ident $(<$p:ident>)? : $value:ty;)*) => {$(
        #[derive(Debug)]
        pub(crate) struct $name $(<$p>)? {
            first: $value,
            inner: OnceLock<(::loom::sync::atomic::$name $(<$p>)?, Reads)>,
        }

        // SAFETY: the value before first use is plain data that is only copied out.
        unsafe impl $(<$p>)? Send for $name $(<$p>)? {}
        // SAFETY: as above; afterwards all access goes through loom's own atomic.
        unsafe impl $(<$p>)? Sync for $name $(<$p>)? {}

        impl $(<$p>)? $name $(<$p>)? {
            pub(crate) const fn new(first: $value) -> Self {
                Self { first, inner: OnceLock::new() }
            }
        }

        impl $(<$p>)? From<$value> for $name $(<$p>)? {
            fn from(first: $value) -> Self {
                let made = Self::new(first);
                let _ = Deref::deref(&made);
                made
            }
        }

        impl $(<$p>)? $name $(<$p>)? {
            #[track_caller]
            fn parts(&self) -> &(::loom::sync::atomic::$name $(<$p>)?, Reads) {
                self.inner.get_or_init(|| {
                    (::loom::sync::atomic::$name::new(self.first), Reads::new())
                })
            }

            /// Hides loom's own, which other reads would not be told of.
            #[track_caller]
            pub(crate) fn load(&self, order: atomic::Ordering) -> $value {
                let (atomic, reads) = self.parts();
                reads.announce();
                atomic.load(order)
            }

            /// As `load`.
            #[allow(dead_code)] // the table gives it to every type
            #[track_caller]
            pub(crate) fn fetch_update(
                &self,
                set: atomic::Ordering,
                fetch: atomic::Ordering,
                update: impl FnMut($value) -> Option<$value>,
            ) -> Result<$value, $value> {
                let (atomic, reads) = self.parts();
                reads.announce();
                atomic.fetch_update(set, fetch, update)
            }
        }

        impl $(<$p>)? Deref for $name $(<$p>)? {
            type Target = ::loom::sync::atomic::$name $(<$p>)?;
            #[track_caller]
            fn deref(&self) -> &Self::Target {
                &self.parts().0
            }
        }

        impl $(<$p>)? DerefMut for $name $(<$p>)? {
            fn deref_mut(&mut self) -> &mut Self::Target {
                let _ = Deref::deref(self);
                &mut self.inner.get_mut().expect("initialised on the line above").0
            }
        }
    )*};
}

lazy_atomics! {
    AtomicBool: bool;
    AtomicU8: u8;
    AtomicU16: u16;
    AtomicU32: u32;
    AtomicU64: u64;
    AtomicI64: i64;
    AtomicUsize: usize;
    AtomicPtr<T>: *mut T;
}

/// What stands for a static: that would outlive a run of the model, so each caller gets another.
pub(crate) fn global(it: &'static AtomicUsize) -> &'static AtomicUsize {
    Box::leak(Box::new(AtomicUsize::from(it.first)))
}

impl<T> Default for AtomicPtr<T> {
    fn default() -> Self {
        Self::new(std::ptr::null_mut())
    }
}

/// A mutual exclusion lock.
#[derive(Debug)]
pub(crate) struct Mutex<T: ?Sized> {
    lock: OnceLock<::loom::sync::Mutex<()>>,
    value: std::cell::UnsafeCell<T>,
}

// SAFETY: the value is reached only by the holder of `lock`, which moves between threads.
unsafe impl<T: ?Sized + Send> Send for Mutex<T> {}
// SAFETY: as above.
unsafe impl<T: ?Sized + Send> Sync for Mutex<T> {}

/// Access to the value of a locked [`Mutex`].
#[derive(Debug)]
pub(crate) struct MutexGuard<'a, T: ?Sized> {
    mutex: &'a Mutex<T>,
    held: Option<::loom::sync::MutexGuard<'a, ()>>,
}

impl<T> Mutex<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self { lock: OnceLock::new(), value: std::cell::UnsafeCell::new(value) }
    }

    pub(crate) fn into_inner(self) -> T {
        self.value.into_inner()
    }
}

impl<T: Default> Default for Mutex<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T: ?Sized> Mutex<T> {
    fn raw(&self) -> &::loom::sync::Mutex<()> {
        self.lock.get_or_init(|| ::loom::sync::Mutex::new(()))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        let held = self.raw().lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        MutexGuard { mutex: self, held: Some(held) }
    }
}

impl<T: ?Sized> Deref for MutexGuard<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        // SAFETY: the guard exists only while its thread holds the lock.
        unsafe { &*self.mutex.value.get() }
    }
}

impl<T: ?Sized> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: the guard exists only while its thread holds the lock, and is borrowed mutably.
        unsafe { &mut *self.mutex.value.get() }
    }
}

/// A condition variable for [`Mutex`].
#[derive(Debug, Default)]
pub(crate) struct Condvar(OnceLock<::loom::sync::Condvar>);

impl Condvar {
    fn raw(&self) -> &::loom::sync::Condvar {
        self.0.get_or_init(::loom::sync::Condvar::new)
    }

    pub(crate) fn notify_one(&self) {
        self.raw().notify_one();
    }

    pub(crate) fn wait<'a, T>(&self, mut guard: MutexGuard<'a, T>) -> MutexGuard<'a, T> {
        let held = guard.held.take().expect("a guard holds its lock");
        guard.held = Some(self.raw().wait(held).unwrap_or_else(std::sync::PoisonError::into_inner));
        guard
    }

    /// Waits for a signal: in a model no time passes.
    pub(crate) fn wait_timeout<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        _: std::time::Duration,
    ) -> (MutexGuard<'a, T>, bool) {
        (self.wait(guard), false)
    }
}

/// A lock for many readers or one writer.
#[derive(Debug)]
pub(crate) struct RwLock<T>(::loom::sync::RwLock<T>);

impl<T> RwLock<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(::loom::sync::RwLock::new(value))
    }

    pub(crate) fn read(&self) -> RwLockReadGuard<'_, T> {
        self.0.read().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    pub(crate) fn write(&self) -> RwLockWriteGuard<'_, T> {
        self.0.write().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// How often to look again before sleeping: once, since each look is a step of the model.
pub(crate) const SPINS: usize = 1;

/// A cell of values that come and go whole, whose accesses loom checks for races.
pub(crate) struct Cell<T> {
    value: std::cell::Cell<T>,
    accesses: ::loom::cell::UnsafeCell<()>,
}

impl<T> Cell<T> {
    pub(crate) fn new(value: T) -> Self {
        Self { value: std::cell::Cell::new(value), accesses: ::loom::cell::UnsafeCell::new(()) }
    }

    #[track_caller]
    pub(crate) fn set(&self, value: T) {
        drop(self.replace(value));
    }

    #[track_caller]
    pub(crate) fn replace(&self, value: T) -> T {
        self.written().replace(value)
    }

    #[track_caller]
    pub(crate) fn take(&self) -> T
    where
        T: Default,
    {
        self.written().take()
    }

    #[track_caller]
    pub(crate) fn get(&self) -> T
    where
        T: Copy,
    {
        self.accesses.with(|_| ());
        self.value.get()
    }

    #[track_caller]
    pub(crate) fn as_ptr(&self) -> *mut T {
        self.written().as_ptr()
    }

    #[track_caller]
    fn written(&self) -> &std::cell::Cell<T> {
        self.accesses.with_mut(|_| ());
        &self.value
    }
}

/// A cell whose accesses loom checks for races.
#[derive(Debug, Default)]
pub(crate) struct UnsafeCell<T>(::loom::cell::UnsafeCell<T>);

impl<T> UnsafeCell<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(::loom::cell::UnsafeCell::new(value))
    }

    pub(crate) fn into_inner(self) -> T {
        self.0.into_inner()
    }

    #[track_caller]
    pub(crate) fn with<R>(&self, access: impl FnOnce(*const T) -> R) -> R {
        self.0.with(access)
    }

    #[track_caller]
    pub(crate) fn with_mut<R>(&self, access: impl FnOnce(*mut T) -> R) -> R {
        self.0.with_mut(access)
    }
}

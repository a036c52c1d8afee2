//! A value that belongs to a task.

use super::futures::TaskLocalFuture;
use crate::shim::UserLocalKey;
use std::cell::RefCell;
use std::error::Error;
use std::fmt;

/// A name for values of which each task has its own.
///
/// [`task_local!`](crate::task_local) declares it. A value is there for as long as a future or
/// closure runs in a [`scope`](LocalKey::scope) that has set it; the future carries the value along
/// from poll to poll. A task that is spawned inside a scope does not inherit the value.
///
/// # Examples
///
/// ```
/// # let rt = runtime::runtime::Builder::new_current_thread().build().unwrap();
/// # rt.block_on(async {
/// runtime::task_local! {
///     static REQUEST: u32;
/// }
///
/// async fn log() -> String {
///     runtime::task::yield_now().await;
///     format!("request {}", REQUEST.get())
/// }
///
/// assert_eq!(REQUEST.scope(7, log()).await, "request 7");
/// # });
/// ```
pub struct LocalKey<T: 'static> {
    // Part of what `task_local!` expands to.
    #[doc(hidden)]
    pub slot: UserLocalKey<RefCell<Option<T>>>,
}

impl<T: 'static> LocalKey<T> {
    /// Returns a future that runs `f` with `value` under this key.
    ///
    /// The value is there in every poll of `f` and while it is dropped. Scopes of one key nest:
    /// the innermost value counts.
    ///
    /// # Panics
    ///
    /// The future panics if it is polled inside of [`with`](LocalKey::with) of this very key.
    ///
    /// # Examples
    ///
    /// ```
    /// # let rt = runtime::runtime::Builder::new_current_thread().build().unwrap();
    /// # rt.block_on(async {
    /// runtime::task_local! {
    ///     static DEPTH: u32;
    /// }
    ///
    /// DEPTH
    ///     .scope(1, async {
    ///         assert_eq!(DEPTH.get(), 1);
    ///         DEPTH.scope(2, async { assert_eq!(DEPTH.get(), 2) }).await;
    ///         assert_eq!(DEPTH.get(), 1);
    ///     })
    ///     .await;
    /// # });
    /// ```
    pub fn scope<F>(&'static self, value: T, f: F) -> TaskLocalFuture<T, F>
    where
        F: Future,
    {
        TaskLocalFuture::new(self, value, f)
    }

    /// Runs `f` with `value` under this key.
    ///
    /// # Panics
    ///
    /// If it is called inside of [`with`](LocalKey::with) of this very key, and as `f` does.
    ///
    /// # Examples
    ///
    /// ```
    /// runtime::task_local! {
    ///     static USER: &'static str;
    /// }
    ///
    /// let greeting = USER.sync_scope("ann", || format!("hello {}", USER.get()));
    /// assert_eq!(greeting, "hello ann");
    /// ```
    #[track_caller]
    pub fn sync_scope<F, R>(&'static self, value: T, f: F) -> R
    where
        F: FnOnce() -> R,
    {
        let mut value = Some(value);
        match self.with_value(&mut value, f) {
            Ok(output) => output,
            Err(error) => error.panic(),
        }
    }

    /// Shows the value of the running scope to `f`.
    ///
    /// # Panics
    ///
    /// If no scope has set a value; [`try_with`](LocalKey::try_with) does not panic.
    ///
    /// # Examples
    ///
    /// ```
    /// runtime::task_local! {
    ///     static WORDS: Vec<String>;
    /// }
    ///
    /// let count = WORDS.sync_scope(vec!["to".into(), "be".into()], || WORDS.with(Vec::len));
    /// assert_eq!(count, 2);
    /// ```
    #[track_caller]
    pub fn with<F, R>(&'static self, f: F) -> R
    where
        F: FnOnce(&T) -> R,
    {
        match self.try_with(f) {
            Ok(output) => output,
            Err(_) => missing(),
        }
    }

    /// Shows the value of the running scope to `f`, if there is one.
    ///
    /// # Errors
    ///
    /// An `AccessError`, if no scope has set a value.
    ///
    /// # Examples
    ///
    /// ```
    /// runtime::task_local! {
    ///     static TRACE: String;
    /// }
    ///
    /// assert!(TRACE.try_with(String::len).is_err());
    /// assert_eq!(TRACE.sync_scope("abc".into(), || TRACE.try_with(String::len)), Ok(3));
    /// ```
    pub fn try_with<F, R>(&'static self, f: F) -> Result<R, AccessError>
    where
        F: FnOnce(&T) -> R,
    {
        let found = self.slot.try_with(|slot| slot.borrow().as_ref().map(f));
        found.ok().flatten().ok_or(AccessError { _private: () })
    }

    /// Runs `f` while `value` is in the slot; what was there before is in `value` meanwhile.
    pub(super) fn with_value<R>(
        &'static self,
        value: &mut Option<T>,
        f: impl FnOnce() -> R,
    ) -> Result<R, ScopeError> {
        /// Changes the two back, also on unwind.
        struct Restore<'a, T: 'static>(&'static LocalKey<T>, &'a mut Option<T>);
        impl<T> Drop for Restore<'_, T> {
            fn drop(&mut self) {
                // The slot was alive and free at the start of the scope, and whoever borrowed it
                // in the scope has given it back; only its destructor may have come in between.
                let _ = self.0.swap(self.1);
            }
        }
        self.swap(value)?;
        let _restore = Restore(self, value);
        Ok(f())
    }

    /// Swaps the value in the slot for `value`.
    fn swap(&'static self, value: &mut Option<T>) -> Result<(), ScopeError> {
        let swapped = self.slot.try_with(|slot| {
            let mut slot = slot.try_borrow_mut().map_err(|_| ScopeError::Borrowed)?;
            std::mem::swap(&mut *slot, value);
            Ok(())
        });
        swapped.unwrap_or(Err(ScopeError::Destroyed))
    }
}

impl<T: Clone + 'static> LocalKey<T> {
    /// Returns a copy of the value of the running scope.
    ///
    /// # Panics
    ///
    /// If no scope has set a value; [`try_get`](LocalKey::try_get) does not panic.
    ///
    /// # Examples
    ///
    /// ```
    /// runtime::task_local! {
    ///     static LEVEL: u8;
    /// }
    ///
    /// assert_eq!(LEVEL.sync_scope(3, || LEVEL.get()), 3);
    /// ```
    #[track_caller]
    pub fn get(&'static self) -> T {
        self.with(T::clone)
    }

    /// Returns a copy of the value of the running scope, if there is one.
    ///
    /// # Errors
    ///
    /// An `AccessError`, if no scope has set a value.
    ///
    /// # Examples
    ///
    /// ```
    /// runtime::task_local! {
    ///     static LEVEL: u8;
    /// }
    ///
    /// assert!(LEVEL.try_get().is_err());
    /// assert_eq!(LEVEL.sync_scope(3, || LEVEL.try_get()), Ok(3));
    /// ```
    pub fn try_get(&'static self) -> Result<T, AccessError> {
        self.try_with(T::clone)
    }
}

impl<T: 'static> fmt::Debug for LocalKey<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("LocalKey { .. }")
    }
}

#[track_caller]
#[cold]
fn missing() -> ! {
    panic!("cannot access a task-local storage value without setting it first")
}

/// Why a scope cannot begin.
#[derive(Debug)]
pub(super) enum ScopeError {
    /// Somebody looks at the value.
    Borrowed,
    /// The thread is at its end.
    Destroyed,
}

impl ScopeError {
    #[track_caller]
    #[cold]
    pub(super) fn panic(self) -> ! {
        match self {
            Self::Borrowed => {
                panic!("cannot enter a task-local scope while the task-local storage is borrowed")
            }
            Self::Destroyed => panic!(
                "cannot enter a task-local scope during or after destruction of the underlying \
                 thread-local"
            ),
        }
    }
}

/// The error of looking at a task-local value that no scope has set.
///
/// # Examples
///
/// ```
/// runtime::task_local! {
///     static KEY: u32;
/// }
///
/// assert_eq!(KEY.try_get().unwrap_err().to_string(), "task-local value not set");
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct AccessError {
    _private: (),
}

impl fmt::Debug for AccessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessError").finish()
    }
}

impl fmt::Display for AccessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("task-local value not set")
    }
}

impl Error for AccessError {}

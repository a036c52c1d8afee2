//! The owner of local tasks that a thread is in.

use super::LocalTasks;
use crate::shim::{Arc, thread_local};
use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ptr;

thread_local! {
    /// The owner that was entered last, with a count; null if there is none.
    static CURRENT: Cell<*const LocalTasks> = const { Cell::new(ptr::null()) };
}

/// The owner that this thread is in.
pub(crate) fn current() -> Option<Arc<LocalTasks>> {
    let current = CURRENT.with(Cell::get);
    if current.is_null() {
        return None;
    }
    // SAFETY: the pointer carries a count, which stays with it; the clone has its own.
    Some(Arc::clone(&*ManuallyDrop::new(unsafe { Arc::from_raw(current) })))
}

/// Keeps the thread inside of a [`LocalSet`](crate::task::LocalSet) until it is dropped.
///
/// Made by [`LocalSet::enter`](crate::task::LocalSet::enter).
///
/// # Examples
///
/// ```
/// use runtime::task::{LocalEnterGuard, LocalSet, spawn_local};
///
/// let set = LocalSet::new();
/// let guard: LocalEnterGuard = set.enter();
/// let task = spawn_local(async {});
/// drop(guard);
/// drop(set);
/// assert!(task.is_finished());
/// ```
#[must_use = "the set is left again as soon as the guard is dropped"]
pub struct LocalEnterGuard {
    // What was current before, with a count, like what is current.
    before: *const LocalTasks,
    // Belongs to a thread.
    _local: PhantomData<*const ()>,
}

/// Enters `owner`, or leaves all if there is none, until the answer is dropped.
pub(crate) fn enter(owner: Option<Arc<LocalTasks>>) -> LocalEnterGuard {
    let owner = owner.map_or(ptr::null(), Arc::into_raw);
    let before = CURRENT.with(|current| current.replace(owner));
    LocalEnterGuard { before, _local: PhantomData }
}

impl Drop for LocalEnterGuard {
    fn drop(&mut self) {
        let entered = CURRENT.with(|current| current.replace(self.before));
        if !entered.is_null() {
            // SAFETY: the pointer that was current carried a count, and is so no longer.
            drop(unsafe { Arc::from_raw(entered) });
        }
    }
}

impl fmt::Debug for LocalEnterGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalEnterGuard").finish_non_exhaustive()
    }
}

//! Spawning onto the runtime that this thread is in.

use super::{Id, JoinHandle};
use crate::engine::scheduler::{Shared, current};
use std::future::Future;
use std::panic::Location;

/// Spawns a future as a task of the runtime that this thread is in.
///
/// The task begins to run without the handle being awaited, and goes on when it is dropped. When
/// the runtime ends, the task is dropped at its next `.await`.
///
/// # Panics
///
/// If the thread is in no runtime.
///
/// # Examples
///
/// ```
/// # let rt = runtime::runtime::Builder::new_current_thread().build().unwrap();
/// # rt.block_on(async {
/// let words = runtime::spawn(async { vec!["to", "be"] });
/// assert_eq!(words.await.unwrap().len(), 2);
/// # });
/// ```
#[track_caller]
#[inline]
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let at = Location::caller();
    let task = current::with_runtime(|runtime| Shared::spawn(runtime, future, at));
    task.expect(
        "there is no reactor running, must be called from the context of a Tokio 1.x runtime",
    )
}

/// Returns the id of the task that is running.
///
/// # Panics
///
/// If no task is running: in `block_on`, or outside a runtime.
///
/// # Examples
///
/// ```
/// # let rt = runtime::runtime::Builder::new_current_thread().build().unwrap();
/// # rt.block_on(async {
/// let task = runtime::spawn(async { runtime::task::id() });
/// let id = task.id();
/// assert_eq!(task.await.unwrap(), id);
/// # });
/// ```
#[track_caller]
pub fn id() -> Id {
    try_id().expect("Can't get a task id when not inside a task")
}

/// Returns the id of the task that is running, if any.
///
/// # Examples
///
/// ```
/// assert!(runtime::task::try_id().is_none());
/// ```
pub fn try_id() -> Option<Id> {
    Id::current()
}

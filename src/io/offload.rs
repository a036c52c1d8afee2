//! Handing calls that block to the threads for such code.

use crate::engine::blocking::{Pool, Unqueued};
use crate::engine::reactor::shutdown_error;
use crate::engine::scheduler::current;
use crate::runtime::MISSING;
use crate::task::JoinHandle;
use std::io;
use std::panic::Location;

/// Runs `closure` on a thread of the runtime that this thread is in. If that has ended, the join
/// handle says that the closure was cancelled.
///
/// # Errors
///
/// If there is no such thread and the operating system refuses one.
///
/// # Panics
///
/// If this thread is in no runtime.
#[track_caller]
pub(crate) fn offload<R: Send + 'static>(
    closure: impl FnOnce() -> R + Send + 'static,
) -> io::Result<JoinHandle<R>> {
    match spawn(closure) {
        Ok(handle) | Err(Unqueued::Closed(handle)) => Ok(handle),
        Err(Unqueued::NoThread(error)) => Err(error),
    }
}

/// As [`offload`], for a closure whose caller takes it as done: it runs, or is refused.
///
/// # Errors
///
/// Also if the runtime has ended.
///
/// # Panics
///
/// If this thread is in no runtime.
#[track_caller]
pub(crate) fn promise<R: Send + 'static>(
    closure: impl FnOnce() -> R + Send + 'static,
) -> io::Result<JoinHandle<R>> {
    spawn(closure).map_err(|unqueued| match unqueued {
        Unqueued::Closed(_) => shutdown_error(),
        Unqueued::NoThread(error) => error,
    })
}

#[track_caller]
fn spawn<R: Send + 'static>(
    closure: impl FnOnce() -> R + Send + 'static,
) -> Result<JoinHandle<R>, Unqueued<R>> {
    let at = Location::caller();
    match current::with_runtime(|rt| Pool::spawn(rt.pool(), closure, at)) {
        Some(spawned) => spawned,
        None => panic!("{MISSING}"),
    }
}

/// Makes one call that blocks, and waits for its answer.
pub(crate) async fn offloaded<R: Send + 'static>(
    call: impl FnOnce() -> io::Result<R> + Send + 'static,
) -> io::Result<R> {
    // No closure of ours panics, and nobody else has its handle: the runtime has ended.
    offload(call)?.await.map_err(|_| io::Error::other("background task failed"))?
}

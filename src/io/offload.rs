//! Handing calls that block to the threads for such code.

use crate::engine::blocking::{Pool, Urgency};
use crate::engine::scheduler::current;
use crate::runtime::MISSING;
use crate::task::JoinHandle;
use std::io;
use std::panic::Location;

/// Runs `closure` on a thread of the runtime that this thread is in.
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
    urgency: Urgency,
    closure: impl FnOnce() -> R + Send + 'static,
) -> io::Result<JoinHandle<R>> {
    let at = Location::caller();
    let handle = current::with_runtime(|rt| Pool::spawn(rt.pool(), closure, urgency, at));
    match handle {
        Some(handle) => handle,
        None => panic!("{MISSING}"),
    }
}

/// Makes one call that blocks, and waits for its answer.
pub(crate) async fn offloaded<R: Send + 'static>(
    call: impl FnOnce() -> io::Result<R> + Send + 'static,
) -> io::Result<R> {
    offload(Urgency::MayBeDropped, call)?.await?
}

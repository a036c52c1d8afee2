//! Blocking in the middle of a task.

use crate::engine::scheduler;

/// Runs a closure that may block on this thread, in the middle of the task that calls it.
///
/// Other tasks of the runtime go on: the event loop of this thread is handed to another one, and
/// taken back if the closure is done before that one begins. Futures that are polled by the same
/// task, as by `join!`, do not go on meanwhile.
///
/// [`spawn_blocking`](super::spawn_blocking) is to be preferred where the closure can be `'static`.
///
/// # Cancel safety
///
/// A closure that runs cannot be stopped; aborting the task takes effect after it.
///
/// # Panics
///
/// If this thread drives a current-thread runtime, or in a task that may not leave its thread. Outside
/// of a runtime, in [`Handle::block_on`](crate::runtime::Handle::block_on), and where code may block
/// anyway, it just calls the closure.
///
/// # Examples
///
/// ```
/// use runtime::runtime::Builder;
/// use runtime::task;
///
/// let rt = Builder::new_multi_thread().worker_threads(1).build()?;
/// let answer = rt.block_on(async {
///     task::spawn(async { task::block_in_place(|| 6 * 7) }).await.unwrap()
/// });
/// assert_eq!(answer, 42);
/// # Ok::<(), std::io::Error>(())
/// ```
#[track_caller]
pub fn block_in_place<F, R>(f: F) -> R
where
    F: FnOnce() -> R,
{
    scheduler::block_in_place(f)
}

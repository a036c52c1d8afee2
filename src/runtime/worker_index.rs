//! Which loop runs the calling task.

use crate::engine::scheduler::current;

/// Returns the number of the loop that this thread drives, if it drives one of the runtime that it
/// is in.
///
/// A task may be run by another loop after each `.await`. The numbers are those that
/// [`RuntimeMetrics`](super::RuntimeMetrics) takes.
///
/// # Examples
///
/// ```
/// use runtime::runtime::{Builder, worker_index};
///
/// let rt = Builder::new_multi_thread().worker_threads(2).build()?;
/// let index = rt.block_on(rt.spawn(async { worker_index() })).unwrap();
/// assert!(index.is_some_and(|index| index < 2));
/// assert_eq!(worker_index(), None);
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn worker_index() -> Option<usize> {
    current::with_runtime(|runtime| runtime.held_index()).flatten()
}

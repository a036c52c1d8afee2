//! Handing code that blocks to threads of its own.

use super::JoinHandle;
use crate::engine::scheduler::{Shared, current};
use crate::runtime::MISSING;
use std::panic::Location;

/// Runs a closure that may block on a thread that is there for such code.
///
/// Code that computes for long, or that waits in a call of the operating system, holds up every
/// other task of its loop. Handed over like this it holds up nobody, and the join handle waits for
/// what it returns.
///
/// The runtime makes threads as they are needed, up to
/// [`max_blocking_threads`](crate::runtime::Builder::max_blocking_threads); further closures wait
/// for one to become free. The limit is far above the number of processors, since closures are
/// expected to sleep most of the time: whoever has a lot to compute limits the number of closures
/// with a [`Semaphore`](crate::sync::Semaphore), or hands the work to a pool made for it.
///
/// Nothing can stop a closure that has begun to run. [`JoinHandle::abort`] takes effect only before
/// that: then the closure is dropped and never called. The end of the runtime waits for all closures
/// that were spawned before it, also for those that have not begun; see
/// [`Runtime::shutdown_timeout`](crate::runtime::Runtime::shutdown_timeout). A closure that runs for
/// as long as the program is better given to a thread from `std::thread`.
///
/// Inside the closure [`Handle::current`](crate::runtime::Handle::current) is the handle of the
/// runtime, and [`Handle::block_on`](crate::runtime::Handle::block_on) may be called. While a clock
/// is paused with `time::pause`, time does not move on by itself as long as closures wait or run.
///
/// # Panics
///
/// If the thread is in no runtime, or if there is no thread for the closure and the operating system
/// refuses one.
///
/// # Examples
///
/// ```
/// # let rt = runtime::runtime::Builder::new_current_thread().build().unwrap();
/// # rt.block_on(async {
/// let sorted = runtime::task::spawn_blocking(|| {
///     let mut words = vec!["pear", "apple", "fig"];
///     words.sort();
///     words
/// });
/// assert_eq!(sorted.await.unwrap(), ["apple", "fig", "pear"]);
/// # });
/// ```
///
/// A closure sends its results through a channel as they come:
///
/// ```
/// # let rt = runtime::runtime::Builder::new_current_thread().build().unwrap();
/// # rt.block_on(async {
/// let (sender, mut receiver) = runtime::sync::mpsc::channel(2);
/// let worker = runtime::task::spawn_blocking(move || {
///     for number in 1..=5 {
///         sender.blocking_send(number * number).unwrap();
///     }
/// });
/// let mut sum = 0;
/// while let Some(square) = receiver.recv().await {
///     sum += square;
/// }
/// assert_eq!(sum, 55);
/// worker.await.unwrap();
/// # });
/// ```
#[track_caller]
pub fn spawn_blocking<F, R>(f: F) -> JoinHandle<R>
where
    F: FnOnce() -> R + Send + 'static,
    R: Send + 'static,
{
    // Not in a closure, which would be the caller then.
    match current::runtime() {
        Some(runtime) => Shared::spawn_blocking(&runtime, f, Location::caller()),
        None => panic!("{MISSING}"),
    }
}

//! Time that a test stops, then moves.

use super::Duration;
use crate::engine::scheduler::{Shared, current};
use crate::runtime::{Handle, RuntimeFlavor};
use crate::task::yield_now;

/// Stops the time of the current-thread runtime in this context.
///
/// From here on [`Instant::now`](super::Instant::now) always returns the same, and timers of this
/// runtime count by it. The time moves by [`advance`], and by itself when the runtime has nothing
/// left to do but wait for a timer: it then goes straight to the next deadline. It does not while
/// a blocking task runs.
///
/// Sockets, files and other runtimes take no notice. Another thread in the context of this runtime, such
/// as that of a blocking task, may move the time and [let it go on](resume) as well.
///
/// # Panics
///
/// If time is stopped already, or the context is not that of a current-thread runtime.
///
/// # Examples
///
/// ```
/// use runtime::time::{self, Duration, Instant};
///
/// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
/// # runtime.block_on(async {
/// time::pause();
/// let start = Instant::now();
/// time::advance(Duration::from_secs(3600)).await;
/// assert_eq!(start.elapsed(), Duration::from_secs(3600));
/// # });
/// # std::io::Result::Ok(())
/// ```
#[track_caller]
pub fn pause() {
    let stopped = with_runtime(|runtime| {
        let flavor = Handle::current().runtime_flavor();
        (flavor == RuntimeFlavor::CurrentThread).then(|| runtime.clock().pause())
    });
    let stopped = stopped.expect(
        "`time::pause()` requires the `current_thread` Tokio runtime. \
         This is the default Runtime used by `#[tokio::test].`",
    );
    assert!(stopped, "time is already frozen");
}

/// Lets stopped time go on, from where it stopped.
///
/// # Panics
///
/// If time is not stopped, or there is no runtime in this context.
///
/// # Examples
///
/// ```
/// use runtime::time::{self, Duration, Instant};
///
/// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
/// # runtime.block_on(async {
/// time::pause();
/// let start = Instant::now();
/// time::resume();
/// time::sleep(Duration::from_millis(1)).await;
/// assert!(start.elapsed() >= Duration::from_millis(1));
/// # });
/// # std::io::Result::Ok(())
/// ```
#[track_caller]
pub fn resume() {
    let resumed = with_runtime(|runtime| {
        let resumed = runtime.clock().resume();
        // Only a runtime of one loop has its time stopped; that may wait without an end meanwhile.
        runtime.unpark(0);
        resumed
    });
    assert!(resumed, "time is not frozen");
}

/// Moves stopped time forward by `duration`.
///
/// Timers that are due then have fired when this returns; their tasks may have yet to run. A timer
/// set by one of those is not seen, so to follow a chain of timers step by step, call this for
/// each step.
///
/// # Cancel safety
///
/// The time has moved by the first poll.
///
/// # Panics
///
/// If time is not stopped, or there is no runtime in this context.
///
/// # Examples
///
/// ```
/// use runtime::time::{self, Duration, sleep};
///
/// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
/// # runtime.block_on(async {
/// time::pause();
/// let nap = runtime::spawn(sleep(Duration::from_secs(60)));
/// runtime::task::yield_now().await;
/// time::advance(Duration::from_secs(60)).await;
/// nap.await.unwrap();
/// # });
/// # std::io::Result::Ok(())
/// ```
pub async fn advance(duration: Duration) {
    with_runtime(|runtime| {
        let clock = runtime.clock();
        assert!(clock.advance(duration), "time is not frozen");
        // Only a runtime of one loop has its time stopped.
        runtime.port(0).timers().expire(clock.refresh());
    });
    yield_now().await;
}

#[track_caller]
fn with_runtime<R>(step: impl FnOnce(&Shared) -> R) -> R {
    let found = current::with_runtime(|runtime| step(runtime));
    found.expect("time cannot be frozen from outside the Tokio runtime")
}

//! A future that waits for a deadline.

use super::{Duration, Instant};
use crate::engine::reactor::{Closed, Port, SHUTDOWN, TimerEntry};
use crate::engine::scheduler::current;
use crate::engine::task::budget::poll_proceed;
use crate::runtime::MISSING;
use crate::shim::Arc;
use pin_project_lite::pin_project;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// Waits until `duration` has passed.
///
/// A duration that is out of range, such as [`Duration::MAX`], waits for decades.
///
/// # Cancel safety
///
/// Dropping the future ends the wait, and leaves nothing behind.
///
/// # Panics
///
/// If there is no runtime in this context, or it was built without timers.
///
/// # Examples
///
/// ```
/// use runtime::time::{Duration, sleep};
///
/// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
/// # runtime.block_on(async {
/// sleep(Duration::from_millis(1)).await;
/// println!("a millisecond has passed");
/// # });
/// # std::io::Result::Ok(())
/// ```
#[track_caller]
pub fn sleep(duration: Duration) -> Sleep {
    let port = port();
    let deadline = port.clock().after(duration);
    Sleep { entry: TimerEntry::new(port, deadline) }
}

/// Waits until `deadline`.
///
/// # Cancel safety
///
/// Dropping the future ends the wait, and leaves nothing behind.
///
/// # Panics
///
/// If there is no runtime in this context, or it was built without timers.
///
/// # Examples
///
/// ```
/// use runtime::time::{Duration, Instant, sleep_until};
///
/// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
/// # runtime.block_on(async {
/// let deadline = Instant::now() + Duration::from_millis(1);
/// sleep_until(deadline).await;
/// assert!(Instant::now() >= deadline);
/// # });
/// # std::io::Result::Ok(())
/// ```
#[track_caller]
pub fn sleep_until(deadline: Instant) -> Sleep {
    let port = port();
    let deadline = port.clock().at(deadline.into_std());
    Sleep { entry: TimerEntry::new(port, deadline) }
}

/// The way into a loop of the runtime in this context.
#[track_caller]
fn port() -> Arc<Port> {
    let port = current::with_runtime(|runtime| {
        runtime.time_enabled().then(|| runtime.port(runtime.home()).clone())
    });
    port.expect(MISSING).expect(
        "A Tokio 1.x context was found, but timers are disabled. \
         Call `enable_time` on the runtime builder to enable timers.",
    )
}

pin_project! {
    /// Resolves at its deadline; made by [`sleep`] and [`sleep_until`].
    ///
    /// It belongs to the runtime in whose context it was made, and may be polled anywhere. It is
    /// not `Unpin`: to wait for it more than once, or to [reset](Sleep::reset) it, pin it with
    /// [`Box::pin`] or [`std::pin::pin!`].
    ///
    /// # Panics
    ///
    /// When it is polled before its time has come, and its runtime has shut down.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::time::{Duration, Instant, sleep};
    ///
    /// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// let mut pause = std::pin::pin!(sleep(Duration::from_secs(60)));
    /// pause.as_mut().reset(Instant::now() + Duration::from_millis(1));
    /// pause.as_mut().await;
    /// assert!(pause.is_elapsed());
    /// # });
    /// # std::io::Result::Ok(())
    /// ```
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Sleep {
        #[pin]
        entry: TimerEntry,
    }
}

impl Sleep {
    /// Returns the deadline.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::time::{Duration, Instant, sleep_until};
    ///
    /// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// let deadline = Instant::now() + Duration::from_secs(60);
    /// assert_eq!(sleep_until(deadline).deadline(), deadline);
    /// # });
    /// # std::io::Result::Ok(())
    /// ```
    pub fn deadline(&self) -> Instant {
        Instant::from_std(self.entry.port().clock().instant(self.entry.deadline()))
    }

    /// Returns whether the wait is over: a timer that was never polled has not begun it.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::time::{Duration, sleep};
    ///
    /// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// let mut pause = std::pin::pin!(sleep(Duration::from_millis(1)));
    /// assert!(!pause.is_elapsed());
    /// pause.as_mut().await;
    /// assert!(pause.is_elapsed());
    /// # });
    /// # std::io::Result::Ok(())
    /// ```
    pub fn is_elapsed(&self) -> bool {
        self.entry.has_fired()
    }

    /// Moves the deadline, whether or not it has passed.
    ///
    /// A task that waits is woken at the new deadline. If the wait was over, the next poll begins
    /// another.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::time::{Duration, Instant, sleep};
    ///
    /// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// let mut idle = Box::pin(sleep(Duration::from_millis(1)));
    /// idle.as_mut().await;
    /// idle.as_mut().reset(Instant::now() + Duration::from_millis(1));
    /// assert!(!idle.is_elapsed());
    /// idle.await;
    /// # });
    /// # std::io::Result::Ok(())
    /// ```
    pub fn reset(self: Pin<&mut Self>, deadline: Instant) {
        let entry = self.project().entry;
        let deadline = entry.port().clock().at(deadline.into_std());
        entry.reset(deadline);
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let charge = ready!(poll_proceed(cx));
        let mut entry = self.project().entry;
        if entry.is_idle()
            && let Some(port) = current::nearer_port(entry.port())
        {
            entry.as_mut().move_to(port);
        }
        let outcome = ready!(entry.poll(cx));
        charge.made_progress();
        match outcome {
            Ok(()) => Poll::Ready(()),
            Err(Closed) => panic!("{SHUTDOWN}"),
        }
    }
}

impl fmt::Debug for Sleep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sleep")
            .field("deadline", &self.deadline())
            .field("is_elapsed", &self.is_elapsed())
            .finish_non_exhaustive()
    }
}

//! A future with a limit on how long it may take.

use super::error::Elapsed;
use super::{Duration, Instant, Sleep, sleep, sleep_until};
use crate::engine::task::budget;
use pin_project_lite::pin_project;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::task::{Context, Poll};

/// Waits for a future, but no longer than `duration` from now.
///
/// The future is polled before the time is looked at, so one that is ready at once always wins.
/// One that never yields cannot be stopped.
///
/// # Cancel safety
///
/// Dropping this drops the future inside. So does the end of the time, when this is dropped.
///
/// # Panics
///
/// If there is no runtime in this context, or it was built without timers.
///
/// # Examples
///
/// ```
/// use runtime::time::{Duration, timeout};
///
/// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
/// # runtime.block_on(async {
/// let limit = Duration::from_millis(1);
/// assert_eq!(timeout(limit, async { 7 }).await, Ok(7));
/// assert!(timeout(limit, std::future::pending::<()>()).await.is_err());
/// # });
/// # std::io::Result::Ok(())
/// ```
#[track_caller]
pub fn timeout<F: IntoFuture>(duration: Duration, future: F) -> Timeout<F::IntoFuture> {
    Timeout { future: future.into_future(), limit: sleep(duration) }
}

/// Waits for a future, but no longer than until `deadline`.
///
/// The future is polled before the time is looked at, so one that is ready at once always wins.
///
/// # Cancel safety
///
/// Dropping this drops the future inside. So does the end of the time, when this is dropped.
///
/// # Panics
///
/// If there is no runtime in this context, or it was built without timers.
///
/// # Examples
///
/// ```
/// use runtime::time::{Duration, Instant, timeout_at};
///
/// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
/// # runtime.block_on(async {
/// let deadline = Instant::now() + Duration::from_millis(1);
/// assert!(timeout_at(deadline, std::future::pending::<()>()).await.is_err());
/// # });
/// # std::io::Result::Ok(())
/// ```
#[track_caller]
pub fn timeout_at<F: IntoFuture>(deadline: Instant, future: F) -> Timeout<F::IntoFuture> {
    Timeout { future: future.into_future(), limit: sleep_until(deadline) }
}

pin_project! {
    /// Resolves with what a future makes, or with an error at a deadline; made by [`timeout`] and
    /// [`timeout_at`].
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::time::{Duration, timeout};
    ///
    /// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// let limited = timeout(Duration::from_secs(60), std::future::ready(7));
    /// assert_eq!(limited.into_inner().await, 7);
    /// # });
    /// # std::io::Result::Ok(())
    /// ```
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    #[derive(Debug)]
    pub struct Timeout<F> {
        #[pin]
        future: F,
        #[pin]
        limit: Sleep,
    }
}

impl<F> Timeout<F> {
    /// Returns the future inside.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::time::{Duration, timeout};
    ///
    /// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// let limited = timeout(Duration::from_secs(60), std::future::ready(7));
    /// assert_eq!(limited.get_ref().clone().await, 7);
    /// # });
    /// # std::io::Result::Ok(())
    /// ```
    pub fn get_ref(&self) -> &F {
        &self.future
    }

    /// Returns the future inside, to be changed.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::time::{Duration, timeout};
    ///
    /// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// let mut limited = timeout(Duration::from_secs(60), std::future::ready(7));
    /// *limited.get_mut() = std::future::ready(8);
    /// assert_eq!(limited.await, Ok(8));
    /// # });
    /// # std::io::Result::Ok(())
    /// ```
    pub fn get_mut(&mut self) -> &mut F {
        &mut self.future
    }

    /// Gives up the limit and returns the future.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::time::{Duration, timeout};
    ///
    /// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// let limited = timeout(Duration::ZERO, std::future::ready(7));
    /// assert_eq!(limited.into_inner().await, 7);
    /// # });
    /// # std::io::Result::Ok(())
    /// ```
    pub fn into_inner(self) -> F {
        self.future
    }
}

impl<F: Future> Future for Timeout<F> {
    type Output = Result<F::Output, Elapsed>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let could_go_on = budget::has_remaining();
        if let Poll::Ready(output) = this.future.poll(cx) {
            return Poll::Ready(Ok(output));
        }
        // A future that used the whole budget up must not keep its own limit from being seen: it
        // will do so at every poll.
        let elapsed = if could_go_on && !budget::has_remaining() {
            budget::unlimited(|| this.limit.poll(cx))
        } else {
            this.limit.poll(cx)
        };
        elapsed.map(|()| Err(Elapsed::new()))
    }
}

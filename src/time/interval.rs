//! A timer that ticks at a fixed pace.

use super::{Duration, Instant, Sleep, sleep_until};
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// How late a tick may be before it counts as missed.
const TOLERANCE: Duration = Duration::from_millis(5);

/// Creates an interval that ticks at once, and then every `period`.
///
/// # Panics
///
/// If `period` is zero, there is no runtime in this context, or it was built without timers.
///
/// # Examples
///
/// ```
/// use runtime::time::{Duration, Instant, interval};
///
/// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
/// # runtime.block_on(async {
/// let start = Instant::now();
/// let mut ticks = interval(Duration::from_millis(1));
/// ticks.tick().await;
/// ticks.tick().await;
/// assert!(start.elapsed() >= Duration::from_millis(1));
/// # });
/// # std::io::Result::Ok(())
/// ```
#[track_caller]
pub fn interval(period: Duration) -> Interval {
    interval_at(Instant::now(), period)
}

/// Creates an interval that ticks at `start`, and then every `period`.
///
/// # Panics
///
/// If `period` is zero, there is no runtime in this context, or it was built without timers.
///
/// # Examples
///
/// ```
/// use runtime::time::{Duration, Instant, interval_at};
///
/// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
/// # runtime.block_on(async {
/// let start = Instant::now() + Duration::from_millis(1);
/// let mut ticks = interval_at(start, Duration::from_millis(1));
/// assert_eq!(ticks.tick().await, start);
/// # });
/// # std::io::Result::Ok(())
/// ```
#[track_caller]
pub fn interval_at(start: Instant, period: Duration) -> Interval {
    assert!(period > Duration::ZERO, "`period` must be non-zero.");
    Interval { next: Box::pin(sleep_until(start)), period, missed: MissedTickBehavior::default() }
}

/// Says when the ticks after a missed one come.
///
/// A tick is missed if it is asked for more than some milliseconds late: because the task was busy
/// between two ticks, or the machine was.
///
/// # Examples
///
/// ```
/// use runtime::time::{Duration, MissedTickBehavior, interval};
///
/// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
/// # runtime.block_on(async {
/// let mut ticks = interval(Duration::from_millis(50));
/// ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
/// ticks.tick().await;
/// # });
/// # std::io::Result::Ok(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MissedTickBehavior {
    /// Ticks at once until all that were missed are made up for.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(runtime::time::MissedTickBehavior::default(),
    ///     runtime::time::MissedTickBehavior::Burst);
    /// ```
    #[default]
    Burst,
    /// Ticks every period from the late tick on.
    Delay,
    /// Leaves the missed ticks out, and goes on at the times that were planned.
    Skip,
}

impl MissedTickBehavior {
    /// When the tick after a missed one comes.
    fn next(self, missed: Instant, now: Instant, period: Duration) -> Instant {
        match self {
            MissedTickBehavior::Burst => missed.later(period),
            MissedTickBehavior::Delay => now.later(period),
            MissedTickBehavior::Skip => {
                let over = (now - missed).as_nanos() % period.as_nanos();
                now.later(period - duration(over))
            }
        }
    }
}

/// A number of nanoseconds that came out of a duration.
fn duration(nanos: u128) -> Duration {
    let (secs, rest) = (nanos / 1_000_000_000, nanos % 1_000_000_000);
    Duration::new(secs as u64, rest as u32)
}

/// Ticks again and again; made by [`interval`] and [`interval_at`].
///
/// # Examples
///
/// ```
/// use runtime::time::{Duration, interval};
///
/// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
/// # runtime.block_on(async {
/// let mut ticks = interval(Duration::from_millis(1));
/// for _ in 0..3 {
///     ticks.tick().await;
/// }
/// # });
/// # std::io::Result::Ok(())
/// ```
#[derive(Debug)]
pub struct Interval {
    next: Pin<Box<Sleep>>,
    period: Duration,
    missed: MissedTickBehavior,
}

impl Interval {
    /// Waits for the next tick, and returns the time for which it was planned.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses no tick.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::time::{Duration, interval};
    ///
    /// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// let mut ticks = interval(Duration::from_millis(1));
    /// let (first, second) = (ticks.tick().await, ticks.tick().await);
    /// assert_eq!(second - first, Duration::from_millis(1));
    /// # });
    /// # std::io::Result::Ok(())
    /// ```
    pub async fn tick(&mut self) -> Instant {
        poll_fn(|cx| self.poll_tick(cx)).await
    }

    /// Polls for the next tick, and returns the time for which it was planned.
    ///
    /// Of several tasks that poll, the last is woken.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::time::{Duration, interval};
    /// use std::future::poll_fn;
    ///
    /// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// let mut ticks = interval(Duration::from_millis(1));
    /// poll_fn(|cx| ticks.poll_tick(cx)).await;
    /// # });
    /// # std::io::Result::Ok(())
    /// ```
    pub fn poll_tick(&mut self, cx: &mut Context<'_>) -> Poll<Instant> {
        ready!(self.next.as_mut().poll(cx));
        let (planned, now) = (self.next.deadline(), Instant::now());
        let next = if now.saturating_duration_since(planned) > TOLERANCE {
            self.missed.next(planned, now, self.period)
        } else {
            planned.later(self.period)
        };
        self.next.as_mut().reset(next);
        Poll::Ready(planned)
    }

    /// Starts over: the next tick comes in one period.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::time::{Duration, Instant, interval};
    ///
    /// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// let mut ticks = interval(Duration::from_millis(2));
    /// let start = Instant::now();
    /// ticks.reset();
    /// ticks.tick().await;
    /// assert!(start.elapsed() >= Duration::from_millis(2));
    /// # });
    /// # std::io::Result::Ok(())
    /// ```
    pub fn reset(&mut self) {
        self.reset_after(self.period);
    }

    /// Starts over: the next tick comes at once.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::time::{Duration, interval};
    ///
    /// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// let mut ticks = interval(Duration::from_secs(3600));
    /// ticks.tick().await;
    /// ticks.reset_immediately();
    /// ticks.tick().await;
    /// # });
    /// # std::io::Result::Ok(())
    /// ```
    pub fn reset_immediately(&mut self) {
        self.reset_after(Duration::ZERO);
    }

    /// Starts over: the next tick comes after `after`.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::time::{Duration, Instant, interval};
    ///
    /// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// let mut ticks = interval(Duration::from_secs(3600));
    /// ticks.reset_after(Duration::from_millis(1));
    /// ticks.tick().await;
    /// # });
    /// # std::io::Result::Ok(())
    /// ```
    pub fn reset_after(&mut self, after: Duration) {
        self.reset_at(Instant::after(after));
    }

    /// Starts over: the next tick comes at `deadline`.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::time::{Duration, Instant, interval};
    ///
    /// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// let mut ticks = interval(Duration::from_secs(3600));
    /// let deadline = Instant::now() + Duration::from_millis(1);
    /// ticks.reset_at(deadline);
    /// assert_eq!(ticks.tick().await, deadline);
    /// # });
    /// # std::io::Result::Ok(())
    /// ```
    pub fn reset_at(&mut self, deadline: Instant) {
        self.next.as_mut().reset(deadline);
    }

    /// Returns what happens to ticks that were missed.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::time::{Duration, MissedTickBehavior, interval};
    ///
    /// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// let ticks = interval(Duration::from_millis(1));
    /// assert_eq!(ticks.missed_tick_behavior(), MissedTickBehavior::Burst);
    /// # });
    /// # std::io::Result::Ok(())
    /// ```
    pub fn missed_tick_behavior(&self) -> MissedTickBehavior {
        self.missed
    }

    /// Says what is to happen to ticks that are missed.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::time::{Duration, MissedTickBehavior, interval};
    ///
    /// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// let mut ticks = interval(Duration::from_millis(1));
    /// ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    /// assert_eq!(ticks.missed_tick_behavior(), MissedTickBehavior::Delay);
    /// # });
    /// # std::io::Result::Ok(())
    /// ```
    pub fn set_missed_tick_behavior(&mut self, behavior: MissedTickBehavior) {
        self.missed = behavior;
    }

    /// Returns the time between two ticks.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::time::{Duration, interval};
    ///
    /// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// let period = Duration::from_millis(1);
    /// assert_eq!(interval(period).period(), period);
    /// # });
    /// # std::io::Result::Ok(())
    /// ```
    pub fn period(&self) -> Duration {
        self.period
    }
}

//! A point in time, as the runtime's clock shows it.

use super::Duration;
use crate::engine::clock::any_shifted;
use crate::engine::scheduler::current;
use std::fmt;
use std::ops::{Add, AddAssign, Sub, SubAssign};

/// What stands for "never" where a deadline would be out of range: 30 years.
const FAR: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);

/// Marks a point in time, on a clock that never goes back.
///
/// It wraps [`std::time::Instant`] and differs from it in one way: inside a runtime whose time is
/// [paused](super::pause()), [`Instant::now`] shows the paused time.
///
/// # Examples
///
/// ```
/// use runtime::time::{Duration, Instant};
///
/// let start = Instant::now();
/// assert!(start + Duration::from_secs(1) > start);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant {
    std: std::time::Instant,
}

impl Instant {
    /// Returns the present.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::time::Instant;
    ///
    /// let earlier = Instant::now();
    /// assert!(Instant::now() >= earlier);
    /// ```
    #[inline]
    pub fn now() -> Instant {
        // The system's clock comes first: see `any_shifted`.
        let real = std::time::Instant::now();
        if any_shifted() { Instant::shown().unwrap_or(real.into()) } else { real.into() }
    }

    /// What the clock of the entered runtime shows.
    #[cold]
    fn shown() -> Option<Instant> {
        current::with_runtime(|runtime| {
            let clock = runtime.clock();
            clock.instant(clock.now()).into()
        })
    }

    /// The present plus `duration`, or what stands for "never" if that is out of range.
    pub(super) fn after(duration: Duration) -> Instant {
        Instant::now().later(duration)
    }

    /// This plus `duration`, or what stands for "never" if that is out of range.
    pub(super) fn later(self, duration: Duration) -> Instant {
        self.checked_add(duration).unwrap_or_else(|| Instant::now() + FAR)
    }

    /// Wraps an instant of the standard library.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::time::Instant;
    ///
    /// let std = std::time::Instant::now();
    /// assert_eq!(Instant::from_std(std).into_std(), std);
    /// ```
    pub fn from_std(std: std::time::Instant) -> Instant {
        Instant { std }
    }

    /// Unwraps the instant of the standard library.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::time::Instant;
    ///
    /// let std: std::time::Instant = Instant::now().into_std();
    /// assert!(std <= std::time::Instant::now());
    /// ```
    pub fn into_std(self) -> std::time::Instant {
        self.std
    }

    /// Returns the time since `earlier`, or zero if that is later.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::time::{Duration, Instant};
    ///
    /// let start = Instant::now();
    /// let end = start + Duration::from_secs(1);
    /// assert_eq!(end.duration_since(start), Duration::from_secs(1));
    /// assert_eq!(start.duration_since(end), Duration::ZERO);
    /// ```
    pub fn duration_since(&self, earlier: Instant) -> Duration {
        self.std.saturating_duration_since(earlier.std)
    }

    /// Returns the time since `earlier`, or `None` if that is later.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::time::{Duration, Instant};
    ///
    /// let start = Instant::now();
    /// let end = start + Duration::from_secs(1);
    /// assert_eq!(end.checked_duration_since(start), Some(Duration::from_secs(1)));
    /// assert_eq!(start.checked_duration_since(end), None);
    /// ```
    pub fn checked_duration_since(&self, earlier: Instant) -> Option<Duration> {
        self.std.checked_duration_since(earlier.std)
    }

    /// Returns the time since `earlier`, or zero if that is later.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::time::{Duration, Instant};
    ///
    /// let start = Instant::now();
    /// let end = start + Duration::from_secs(1);
    /// assert_eq!(start.saturating_duration_since(end), Duration::ZERO);
    /// ```
    pub fn saturating_duration_since(&self, earlier: Instant) -> Duration {
        self.duration_since(earlier)
    }

    /// Returns the time since then, or zero if it is yet to come.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::time::{Duration, Instant};
    ///
    /// let soon = Instant::now() + Duration::from_secs(60);
    /// assert_eq!(soon.elapsed(), Duration::ZERO);
    /// ```
    pub fn elapsed(&self) -> Duration {
        Instant::now().duration_since(*self)
    }

    /// Returns the instant `duration` later, or `None` if there is no such instant.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::time::{Duration, Instant};
    ///
    /// let now = Instant::now();
    /// assert_eq!(now.checked_add(Duration::from_secs(1)), Some(now + Duration::from_secs(1)));
    /// assert_eq!(now.checked_add(Duration::MAX), None);
    /// ```
    pub fn checked_add(&self, duration: Duration) -> Option<Instant> {
        self.std.checked_add(duration).map(Instant::from_std)
    }

    /// Returns the instant `duration` earlier, or `None` if there is no such instant.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::time::{Duration, Instant};
    ///
    /// let now = Instant::now();
    /// let earlier = now.checked_sub(Duration::from_nanos(1));
    /// assert!(earlier.is_none_or(|earlier| earlier < now));
    /// assert_eq!(now.checked_sub(Duration::MAX), None);
    /// ```
    pub fn checked_sub(&self, duration: Duration) -> Option<Instant> {
        self.std.checked_sub(duration).map(Instant::from_std)
    }
}

impl From<std::time::Instant> for Instant {
    fn from(std: std::time::Instant) -> Instant {
        Instant { std }
    }
}

impl From<Instant> for std::time::Instant {
    fn from(instant: Instant) -> std::time::Instant {
        instant.std
    }
}

impl Add<Duration> for Instant {
    type Output = Instant;
    fn add(self, duration: Duration) -> Instant {
        Instant { std: self.std + duration }
    }
}

impl AddAssign<Duration> for Instant {
    fn add_assign(&mut self, duration: Duration) {
        *self = *self + duration;
    }
}

impl Sub for Instant {
    type Output = Duration;
    fn sub(self, earlier: Instant) -> Duration {
        self.duration_since(earlier)
    }
}

impl Sub<Duration> for Instant {
    type Output = Instant;
    fn sub(self, duration: Duration) -> Instant {
        Instant { std: self.std - duration }
    }
}

impl SubAssign<Duration> for Instant {
    fn sub_assign(&mut self, duration: Duration) {
        *self = *self - duration;
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.std.fmt(f)
    }
}

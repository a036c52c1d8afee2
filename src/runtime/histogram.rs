//! Into which buckets the times of polls are counted.

use crate::engine::scheduler::Buckets;
use std::fmt;
use std::time::Duration;

/// The most parts that a power of two is divided into are two to the power of this.
const PRECISION_MAX: u32 = 10;

/// Says into which buckets the times that polls take are counted.
///
/// # Examples
///
/// ```
/// use runtime::runtime::{Builder, HistogramConfiguration};
/// use std::time::Duration;
///
/// let buckets = HistogramConfiguration::linear(Duration::from_micros(100), 10);
/// let rt = Builder::new_current_thread()
///     .enable_metrics_poll_time_histogram()
///     .metrics_poll_time_histogram_configuration(buckets)
///     .build()?;
/// assert_eq!(rt.metrics().poll_time_histogram_num_buckets(), 10);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct HistogramConfiguration {
    pub(super) buckets: Buckets,
}

impl HistogramConfiguration {
    /// Takes `num_buckets` buckets that are `bucket_width` wide each; the last has no upper end.
    ///
    /// # Panics
    ///
    /// If there are no buckets, or they have no width.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::HistogramConfiguration;
    /// use std::time::Duration;
    ///
    /// let buckets = HistogramConfiguration::linear(Duration::from_micros(50), 20);
    /// # drop(buckets);
    /// ```
    #[track_caller]
    pub fn linear(bucket_width: Duration, num_buckets: usize) -> Self {
        let width = nanos(bucket_width);
        assert!(width > 0, "the width of a bucket must be at least a nanosecond");
        assert!(num_buckets > 0, "there must be at least one bucket");
        Self { buckets: Buckets::Linear { width, count: num_buckets } }
    }

    /// Takes buckets that grow with the times they are for, so that their error is a constant share.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::{HistogramConfiguration, LogHistogram};
    ///
    /// let buckets = HistogramConfiguration::log(LogHistogram::default());
    /// # drop(buckets);
    /// ```
    pub fn log(histogram: impl Into<LogHistogram>) -> Self {
        Self { buckets: histogram.into().buckets }
    }
}

/// How the width of buckets grows.
///
/// # Examples
///
/// ```
/// use runtime::runtime::HistogramScale;
///
/// assert_ne!(HistogramScale::Linear, HistogramScale::Log);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HistogramScale {
    /// Not at all.
    Linear,
    /// Each bucket is as wide as all before it together.
    Log,
}

/// Buckets whose width is a constant share of the times they are for.
///
/// Each power of two is divided into equal parts (an H2 histogram); the first bucket is for all times
/// below a bound, the last for all above another.
///
/// # Examples
///
/// ```
/// use runtime::runtime::LogHistogram;
/// use std::time::Duration;
///
/// let histogram = LogHistogram::builder().max_value(Duration::from_secs(1)).max_error(0.1).build();
/// assert!(histogram.max_value() >= 1_000_000_000);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogHistogram {
    buckets: Buckets,
}

impl LogHistogram {
    /// Starts from the defaults: from 100 ns to 60 s, with an error of a quarter.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::LogHistogram;
    ///
    /// assert_eq!(LogHistogram::builder().build(), LogHistogram::default());
    /// ```
    pub fn builder() -> LogHistogramBuilder {
        LogHistogramBuilder::default()
    }

    /// Returns the least time, in nanoseconds, of the last bucket, which is for all longer ones.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::LogHistogram;
    ///
    /// assert!(LogHistogram::default().max_value() >= 60_000_000_000);
    /// ```
    pub fn max_value(&self) -> u64 {
        self.buckets.range(self.buckets.count() - 1).start
    }
}

impl Default for LogHistogram {
    fn default() -> Self {
        Self::builder().build()
    }
}

impl From<LogHistogramBuilder> for LogHistogram {
    fn from(builder: LogHistogramBuilder) -> Self {
        builder.build()
    }
}

/// Builds a [`LogHistogram`].
///
/// # Examples
///
/// ```
/// use runtime::runtime::LogHistogram;
/// use std::time::Duration;
///
/// let histogram = LogHistogram::builder()
///     .min_value(Duration::from_micros(1))
///     .max_value(Duration::from_secs(10))
///     .precision_exact(3)
///     .max_buckets(500);
/// assert!(histogram.is_ok());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct LogHistogramBuilder {
    precision: u32,
    min: Duration,
    max: Duration,
}

impl Default for LogHistogramBuilder {
    fn default() -> Self {
        Self { precision: 2, min: Duration::from_nanos(100), max: Duration::from_secs(60) }
    }
}

impl LogHistogramBuilder {
    /// Sets how wide a bucket may be at most, as a share of the times it is for; 0.25 unless set.
    ///
    /// The next smaller power of a half is taken, and no less than 1/1024.
    ///
    /// # Panics
    ///
    /// If it is not above 0 and below 1.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::LogHistogram;
    ///
    /// let fine = LogHistogram::builder().max_error(0.01).build();
    /// assert_ne!(fine, LogHistogram::default());
    /// ```
    #[track_caller]
    pub fn max_error(self, max_error: f64) -> Self {
        assert!(max_error > 0.0 && max_error < 1.0, "max_error must be above 0 and below 1");
        let precision = (0..PRECISION_MAX).find(|&p| 0.5_f64.powi(p as i32) <= max_error);
        Self { precision: precision.unwrap_or(PRECISION_MAX), ..self }
    }

    /// Divides each power of two into two to the power of `p` buckets.
    ///
    /// # Panics
    ///
    /// If `p` is above 10.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::LogHistogram;
    ///
    /// assert_eq!(LogHistogram::builder().precision_exact(2).build(), LogHistogram::default());
    /// ```
    #[track_caller]
    pub fn precision_exact(self, p: u32) -> Self {
        assert!(p <= PRECISION_MAX, "precision must be at most {PRECISION_MAX}");
        Self { precision: p, ..self }
    }

    /// Sets below which time no distinction is made; 100 ns unless set.
    ///
    /// # Panics
    ///
    /// If it is zero.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::LogHistogram;
    /// use std::time::Duration;
    ///
    /// let coarse = LogHistogram::builder().min_value(Duration::from_millis(1)).build();
    /// assert_ne!(coarse, LogHistogram::default());
    /// ```
    #[track_caller]
    pub fn min_value(self, duration: Duration) -> Self {
        assert!(!duration.is_zero(), "min_value must be at least a nanosecond");
        Self { min: duration, ..self }
    }

    /// Sets above which time no distinction is made; 60 s unless set.
    ///
    /// # Panics
    ///
    /// If it is zero.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::LogHistogram;
    /// use std::time::Duration;
    ///
    /// let short = LogHistogram::builder().max_value(Duration::from_secs(1)).build();
    /// assert!(short.max_value() < LogHistogram::default().max_value());
    /// ```
    #[track_caller]
    pub fn max_value(self, duration: Duration) -> Self {
        assert!(!duration.is_zero(), "max_value must be at least a nanosecond");
        Self { max: duration, ..self }
    }

    /// Builds it, if that takes no more than `max_buckets` buckets.
    ///
    /// # Errors
    ///
    /// [`InvalidHistogramConfiguration::TooManyBuckets`] with the number that it takes.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::LogHistogram;
    ///
    /// assert!(LogHistogram::builder().max_buckets(10).is_err());
    /// assert!(LogHistogram::builder().max_buckets(1000).is_ok());
    /// ```
    pub fn max_buckets(
        &mut self,
        max_buckets: usize,
    ) -> Result<LogHistogram, InvalidHistogramConfiguration> {
        let built = self.build();
        match built.buckets.count() {
            count if count > max_buckets => {
                Err(InvalidHistogramConfiguration::TooManyBuckets(count))
            }
            _ => Ok(built),
        }
    }

    /// Builds it.
    ///
    /// # Panics
    ///
    /// If the bounds are the wrong way round.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::LogHistogram;
    ///
    /// let histogram = LogHistogram::builder().precision_exact(4).build();
    /// # let _ = histogram;
    /// ```
    #[track_caller]
    pub fn build(&self) -> LogHistogram {
        assert!(self.min <= self.max, "min_value must not be above max_value");
        let (precision, min, max) = (self.precision, nanos(self.min), nanos(self.max));
        LogHistogram { buckets: Buckets::Log { precision, min, max } }
    }
}

/// Why a histogram cannot be had.
///
/// # Examples
///
/// ```
/// use runtime::runtime::{InvalidHistogramConfiguration, LogHistogram};
///
/// let error = LogHistogram::builder().max_buckets(10).unwrap_err();
/// let InvalidHistogramConfiguration::TooManyBuckets(needed) = error;
/// assert!(needed > 10);
/// ```
#[derive(Debug)]
pub enum InvalidHistogramConfiguration {
    /// It takes this many buckets, which is more than was allowed.
    TooManyBuckets(usize),
}

impl fmt::Display for InvalidHistogramConfiguration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::TooManyBuckets(count) = self;
        write!(f, "the histogram takes {count} buckets, more than allowed")
    }
}

impl std::error::Error for InvalidHistogramConfiguration {}

/// A duration in nanoseconds; more than fit count as the most that do.
pub(super) fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

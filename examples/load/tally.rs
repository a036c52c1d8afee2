//! What a phase has seen so far.

use hdrhistogram::Histogram;
use std::collections::BTreeMap;
use std::time::Duration;

/// Durations are counted up to this; longer ones count as this.
const LONGEST: Duration = Duration::from_secs(60);

/// How long something took, each time.
#[derive(Debug)]
pub struct Durations(Histogram<u64>);

impl Durations {
    pub fn new() -> Self {
        let longest = LONGEST.as_nanos() as u64;
        Self(Histogram::new_with_bounds(1, longest, 3).expect("the bounds make sense"))
    }

    pub fn record(&mut self, duration: Duration) {
        self.0.saturating_record(duration.as_nanos() as u64);
    }

    pub fn count(&self) -> u64 {
        self.0.len()
    }

    /// The duration that a share of all stayed within.
    pub fn quantile(&self, share: f64) -> Duration {
        Duration::from_nanos(self.0.value_at_quantile(share))
    }
}

/// The sums of all clients of a phase.
#[derive(Debug)]
pub struct Tally {
    pub trips: Durations,
    /// Bytes that went out and came back right.
    pub bytes: u64,
    /// Round trips that brought back something else.
    pub wrong: u64,
    pub errors: BTreeMap<String, u64>,
    /// How late the timers fired.
    pub lateness: Durations,
}

impl Tally {
    pub fn new() -> Self {
        Self {
            trips: Durations::new(),
            bytes: 0,
            wrong: 0,
            errors: BTreeMap::new(),
            lateness: Durations::new(),
        }
    }
}

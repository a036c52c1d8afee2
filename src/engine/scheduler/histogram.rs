//! How long polls take, by buckets.

use super::counters::Figure;
use std::ops::Range;

/// How times, in nanoseconds, fall into buckets. The last bucket has no upper end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Buckets {
    /// All of the same width.
    Linear { width: u64, count: usize },
    /// Each twice as wide as what comes before it.
    Doubling { first: u64, count: usize },
    /// Each power of two in `2^precision` equal parts, between two bounds.
    Log { precision: u32, min: u64, max: u64 },
}

impl Buckets {
    pub(crate) fn count(&self) -> usize {
        match *self {
            Self::Linear { count, .. } | Self::Doubling { count, .. } => count,
            // One for all below the bounds, one for all above.
            Self::Log { precision, min, max } => part(precision, max) - part(precision, min) + 3,
        }
    }

    /// The bucket of a time.
    pub(crate) fn of(&self, ns: u64) -> usize {
        let bucket = match *self {
            Self::Linear { width, .. } => usize::try_from(ns / width).unwrap_or(usize::MAX),
            Self::Doubling { first, .. } => (64 - (ns / first).leading_zeros()) as usize,
            Self::Log { precision, min, .. } => {
                (part(precision, ns) + 1).saturating_sub(part(precision, min))
            }
        };
        bucket.min(self.count() - 1)
    }

    /// The times of a bucket.
    pub(crate) fn range(&self, bucket: usize) -> Range<u64> {
        let end = if bucket + 1 == self.count() { u64::MAX } else { self.start(bucket + 1) };
        self.start(bucket)..end
    }

    fn start(&self, bucket: usize) -> u64 {
        if bucket == 0 {
            return 0;
        }
        match *self {
            Self::Linear { width, .. } => width.saturating_mul(bucket as u64),
            Self::Doubling { first, .. } => {
                1_u64.checked_shl(bucket as u32 - 1).map_or(u64::MAX, |by| first.saturating_mul(by))
            }
            Self::Log { precision, min, .. } => {
                part_start(precision, part(precision, min) + bucket - 1)
            }
        }
    }
}

/// The number of the part of a power of two in which `value` lies, counted from 0 upwards.
fn part(precision: u32, value: u64) -> usize {
    let power = value.max(1).ilog2();
    if power <= precision {
        return value as usize;
    }
    let shift = power - precision;
    ((shift as usize) << precision) + (value >> shift) as usize
}

/// The least value of a part: the inverse of [`part`].
fn part_start(precision: u32, part: usize) -> u64 {
    let parts = 1_usize << precision;
    if part < 2 * parts {
        return part as u64;
    }
    let shift = (part / parts - 1) as u32;
    let start = (part % parts + parts) as u64;
    if shift > start.leading_zeros() { u64::MAX } else { start << shift }
}

/// One loop's polls, counted by its holder.
#[derive(Debug)]
pub(super) struct Histogram {
    buckets: Buckets,
    figures: Box<[Figure]>,
}

impl Histogram {
    pub(super) fn new(buckets: Buckets) -> Self {
        let figures = (0..buckets.count()).map(|_| Figure::new()).collect();
        Self { buckets, figures }
    }

    pub(super) fn count(&self, ns: u64) {
        self.figures[self.buckets.of(ns)].add(1);
    }

    pub(super) fn get(&self, bucket: usize) -> u64 {
        self.figures.get(bucket).map_or(0, Figure::get)
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn every_time_is_in_the_range_of_its_bucket() {
        let all = [
            Buckets::Linear { width: 50, count: 7 },
            Buckets::Doubling { first: 1 << 10, count: 9 },
            Buckets::Doubling { first: 1, count: 70 },
            Buckets::Log { precision: 0, min: 20_000, max: 4_000_000 },
            Buckets::Log { precision: 2, min: 100, max: 60_000_000_000 },
            Buckets::Log { precision: 10, min: 1, max: u64::MAX },
        ];
        for buckets in all {
            let times =
                (0..64).flat_map(|bit| [-1, 0, 1].map(|by| (1_u64 << bit).wrapping_add_signed(by)));
            for ns in times.chain([0, 99, 20_000, 60_000_000_000, u64::MAX - 1]) {
                let range = buckets.range(buckets.of(ns));
                assert!(range.contains(&ns) || range.end == u64::MAX, "{buckets:?} {ns} {range:?}");
            }
        }
    }

    #[test]
    fn ranges_follow_each_other() {
        let buckets = Buckets::Log { precision: 3, min: 100, max: 1_000_000 };
        assert_eq!(buckets.range(0).start, 0);
        for bucket in 1..buckets.count() {
            assert_eq!(buckets.range(bucket - 1).end, buckets.range(bucket).start);
        }
        assert_eq!(buckets.range(buckets.count() - 1).end, u64::MAX);
    }
}

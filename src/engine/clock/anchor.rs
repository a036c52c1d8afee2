//! A clock that counts from one instant taken when it was made.
//!
//! The anchor is a plain field behind `&self`: nothing can write it again, so no reader can meet it
//! half written. Three readings are offered. [`AnchoredClock::now`] is exact.
//! [`AnchoredClock::after`] counts a deadline from a cheaper one, which may be late by a microsecond
//! or two, but never early. [`AnchoredClock::tick`] is what the last turn saw; it decides which
//! timers are due. A deadline counted from the tick would fire early by as much as the tick is old.

use super::counter;
use super::frozen::{Frozen, SHIFTED};
use crate::shim::atomic::{AtomicU64, Ordering};
use crate::shim::{Counter, global};
use std::time::{Duration, Instant};

const NANOS: u64 = 1_000_000_000;

/// The number of the anchor. Instants before it have numbers too, for 146 years.
const ANCHOR: u64 = 1 << 62;

/// What stands for "never" where the platform's instants end sooner than our numbers: 30 years.
const FAR: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);

/// A clock whose time is a number of nanoseconds, counted from its anchor.
#[derive(Debug)]
pub(crate) struct AnchoredClock {
    /// What tells it from others of the process.
    id: u64,
    anchor: Instant,
    tick: Tick,
    frozen: Frozen,
}

impl AnchoredClock {
    /// The number of the anchor: no time that this clock shows is earlier.
    pub(crate) const START: u64 = ANCHOR;

    pub(crate) fn new() -> Self {
        static NEXT_ID: Counter = Counter::new(1);
        Self {
            id: NEXT_ID.take(1),
            anchor: Instant::now(),
            tick: Tick::new(),
            frozen: Frozen::new(global(&SHIFTED)),
        }
    }

    /// The exact time.
    #[inline]
    pub(crate) fn now(&self) -> u64 {
        self.frozen.now(|| self.real())
    }

    /// Reads the exact time, makes it the tick unless the tick is later, and answers the tick.
    #[inline]
    pub(crate) fn refresh(&self) -> u64 {
        self.tick.raise(self.now())
    }

    /// The time of the last refresh: for deciding what is due, never for a new deadline.
    #[inline]
    pub(crate) fn tick(&self) -> u64 {
        self.tick.get()
    }

    /// The number for `instant`; 0 or the maximum if it is too far from the anchor.
    #[inline]
    pub(crate) fn at(&self, instant: Instant) -> u64 {
        match instant.checked_duration_since(self.anchor) {
            Some(since) => ANCHOR.saturating_add(nanos(since)),
            None => ANCHOR.saturating_sub(nanos(self.anchor.saturating_duration_since(instant))),
        }
    }

    /// The number for the time `span` from now; one decades away if there is none.
    #[inline]
    pub(crate) fn after(&self, span: Duration) -> u64 {
        // No time at all ends with the next turn, which may follow at once.
        let now = if span.is_zero() { self.now() } else { self.soon() };
        now.checked_add(nanos(span)).unwrap_or(now.saturating_add(nanos(FAR)))
    }

    /// The time, or one that follows in a moment.
    #[inline]
    fn soon(&self) -> u64 {
        self.frozen.now(|| counter::now(self.id, || self.real()))
    }

    /// The instant for a number: the inverse of [`AnchoredClock::at`].
    pub(crate) fn instant(&self, ns: u64) -> Instant {
        match ns.checked_sub(ANCHOR) {
            Some(since) => later(self.anchor, Duration::from_nanos(since)),
            None => earlier(self.anchor, Duration::from_nanos(ANCHOR - ns)),
        }
    }

    /// Stops the time; `false` if it was stopped already.
    #[must_use]
    pub(crate) fn pause(&self) -> bool {
        let stopped = self.frozen.pause(|| self.real());
        // The time is known from here on: what is due now need not wait for a turn.
        self.refresh();
        stopped
    }

    /// Lets the time go on from where it stopped; `false` if it was not stopped.
    #[must_use]
    pub(crate) fn resume(&self) -> bool {
        self.frozen.resume(|| self.real())
    }

    /// Moves stopped time forward; `false` if it was not stopped.
    #[must_use]
    pub(crate) fn advance(&self, by: Duration) -> bool {
        self.frozen.advance(nanos(by))
    }

    /// Whether the time is stopped.
    #[inline]
    pub(crate) fn is_frozen(&self) -> bool {
        self.frozen.is_frozen()
    }

    /// The system's time since the anchor.
    #[inline]
    fn real(&self) -> u64 {
        self.at(Instant::now())
    }
}

/// The latest time any turn has seen.
#[derive(Debug)]
pub(super) struct Tick(AtomicU64);

impl Tick {
    pub(super) const fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    /// Raises the tick to `to` unless another loop was further; answers the later of both.
    #[inline]
    pub(super) fn raise(&self, to: u64) -> u64 {
        // Relaxed: the number is all there is, no memory is published with it. The order of writes
        // to this one word is total, and each of them is a maximum.
        self.0.fetch_max(to, Ordering::Relaxed).max(to)
    }

    #[inline]
    pub(super) fn get(&self) -> u64 {
        // Relaxed: as in `raise`; successive reads of one word never go back.
        self.0.load(Ordering::Relaxed)
    }
}

/// `span` in nanoseconds, or the maximum where they do not fit.
#[inline]
fn nanos(span: Duration) -> u64 {
    span.as_secs().saturating_mul(NANOS).saturating_add(span.subsec_nanos().into())
}

/// `from` less `by`, or `from` where the platform's instants begin later.
fn earlier(from: Instant, by: Duration) -> Instant {
    from.checked_sub(by).unwrap_or(from)
}

/// `from` plus `by`, or an instant that stands for "never".
fn later(from: Instant, by: Duration) -> Instant {
    from.checked_add(by).or_else(|| from.checked_add(FAR)).unwrap_or(from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_instants_convert_both_ways() {
        let clock = AnchoredClock::new();
        let apart = [0, 1, 999_999_999, 1_000_000_000, ANCHOR];
        for ns in apart.into_iter().flat_map(|by| [ANCHOR + by, ANCHOR - by]).chain([u64::MAX]) {
            assert_eq!(clock.at(clock.instant(ns)), ns);
        }
    }

    #[test]
    fn instants_outside_the_range_saturate() {
        let clock = AnchoredClock::new();
        if let Some(before) = clock.instant(0).checked_sub(Duration::from_nanos(1)) {
            assert_eq!(clock.at(before), 0);
        }
        let after = clock.instant(u64::MAX) + Duration::from_nanos(1);
        assert_eq!(clock.at(after), u64::MAX);
        assert_eq!(later(clock.anchor, Duration::MAX), clock.anchor + FAR);
    }

    #[test]
    fn the_exact_time_lies_between_two_readings_of_the_system() {
        let clock = AnchoredClock::new();
        let before = clock.at(Instant::now());
        let now = clock.now();
        assert!((before..=clock.at(Instant::now())).contains(&now));
    }

    #[test]
    fn a_span_out_of_range_ends_in_decades() {
        let clock = AnchoredClock::new();
        assert!(clock.pause());
        assert_eq!(clock.after(Duration::from_nanos(7)), clock.now() + 7);
        assert_eq!(clock.after(Duration::MAX), clock.now() + nanos(FAR));
    }

    #[test]
    fn only_a_look_at_the_time_moves_the_tick() {
        let clock = AnchoredClock::new();
        assert_eq!(clock.tick(), 0);
        assert!(clock.pause());
        let stopped = clock.now();
        assert!(clock.advance(Duration::from_secs(1)));
        assert_eq!(clock.tick(), stopped, "nobody has looked since");
        let seen = clock.refresh();
        assert_eq!((seen, clock.tick()), (clock.now(), clock.now()));
    }

    #[test]
    fn a_late_writer_cannot_turn_the_tick_back() {
        let tick = Tick::new();
        assert_eq!((tick.raise(7), tick.raise(5), tick.get()), (7, 7, 7));
    }

    #[test]
    fn stopping_the_time_leaves_the_anchor_where_it_was() {
        let clock = AnchoredClock::new();
        let anchor = clock.instant(ANCHOR);
        assert!(clock.pause() && clock.advance(Duration::from_secs(60)) && clock.resume());
        assert_eq!((clock.instant(ANCHOR), clock.at(anchor)), (anchor, ANCHOR));
        assert!(clock.instant(clock.now()) >= anchor + Duration::from_secs(60));
    }
}

//! Readings of the time that cost less than the system's, by the processor's cycle counter.
//!
//! A program that limits each of its steps in time makes a deadline at each step, and spends more on
//! reading the clock than on the timer. The counter is read in a third of the time. So each thread
//! keeps the last reading of the system's clock with what the counter showed just before, and for a
//! fraction of a millisecond takes the time from the counter alone.
//!
//! Such a reading is never early, and late by two microseconds at most:
//!
//! - The counter is read before the clock, and the pair is kept only if it was read again right
//!   after, so that nothing came in between.
//! - Cycles are taken to be longer than they were measured to be, by four times as much as the
//!   kernel bends its clock to keep it in step with others.
//!
//! The counter is used only where the kernel uses it as its own clock. It does so where all
//! processors count in step, at one rate, whatever they do to save power.

use crate::shim::OnceLock;
use crate::shim::atomic::{AtomicU64, Ordering};
use crate::shim::thread_local;
use std::arch::x86_64::_rdtsc;
use std::cell::Cell;
use std::fs;

/// For so many cycles a reading of the clock serves others: about a fifth of a millisecond.
const FRESH: u64 = 1 << 19;
/// So many cycles may pass while the clock is read, about a microsecond, or the reading is not kept.
const CLOSE: u64 = 1 << 11;
/// A cycle is measured over so many nanoseconds: 2 ms to 10 s. In shorter ones what passes between
/// counter and clock would count, here a two thousandth; in longer ones the machine may have been
/// asleep.
const MEASURED: std::ops::Range<u64> = 2_000_000..10_000_000_000;
/// The fraction of bits of [`NANOS_PER_CYCLE`].
const FRACTION: u32 = 32;

/// The length of a cycle, rounded up; 0 while it is not known. The same for all threads, written
/// by whichever measures it first, and publishes nothing else.
static NANOS_PER_CYCLE: AtomicU64 = AtomicU64::new(0);

thread_local! {
    static LAST: Cell<Reading> = const { Cell::new(Reading { clock: 0, cycles: 0, ns: 0 }) };
}

/// What the clock with this number showed, and the counter just before.
#[derive(Clone, Copy)]
struct Reading {
    clock: u64,
    cycles: u64,
    ns: u64,
}

/// The time on the clock with this number, 1 at least, which `real` reads.
#[inline]
pub(super) fn now(clock: u64, real: impl Fn() -> u64) -> u64 {
    let last = LAST.get();
    if last.clock == clock {
        let passed = cycles().wrapping_sub(last.cycles);
        // Relaxed: the number is all there is.
        let rate = NANOS_PER_CYCLE.load(Ordering::Relaxed);
        if passed < FRESH && rate != 0 {
            return last.ns + ((passed * rate) >> FRACTION) + 1;
        }
    }
    if is_trusted() { read(clock, last, real) } else { real() }
}

/// Reads the clock, and keeps the reading for others.
#[cold]
fn read(clock: u64, last: Reading, real: impl Fn() -> u64) -> u64 {
    let cycles = self::cycles();
    let ns = real();
    if self::cycles().wrapping_sub(cycles) < CLOSE {
        let this = Reading { clock, cycles, ns };
        // Relaxed: as in `now`.
        let known = NANOS_PER_CYCLE.load(Ordering::Relaxed) != 0;
        if known || last.clock != clock || measure(last, this) {
            LAST.set(this);
        }
    }
    ns
}

/// Measures a cycle between two readings; `false` if that takes a later one.
fn measure(first: Reading, last: Reading) -> bool {
    let (cycles, ns) = (last.cycles.wrapping_sub(first.cycles), last.ns - first.ns);
    if MEASURED.contains(&ns) && cycles != 0 {
        let rate = (u128::from(ns) << FRACTION) / u128::from(cycles);
        // A rate that is out of all proportion is none.
        let rate = u64::try_from(rate).unwrap_or(0);
        // Relaxed: as in `now`.
        NANOS_PER_CYCLE.store(rate + rate / 512, Ordering::Relaxed);
    }
    ns >= MEASURED.start
}

#[inline]
fn cycles() -> u64 {
    // SAFETY: any processor of this kind has a counter, and one that may not be read is none that
    // the kernel tells of as its clock.
    unsafe { _rdtsc() }
}

/// Whether the kernel takes the counter for its own clock.
fn is_trusted() -> bool {
    static TRUSTED: OnceLock<bool> = OnceLock::new();
    *TRUSTED.get_or_init(|| {
        let source = "/sys/devices/system/clocksource/clocksource0/current_clocksource";
        fs::read_to_string(source).is_ok_and(|source| source.trim() == "tsc")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    #[test]
    fn readings_are_never_early_and_hardly_late() {
        let anchor = Instant::now();
        let real = || anchor.elapsed().as_nanos() as u64;
        let mut quick = 0;
        while real() < 5 * MEASURED.start {
            let before = real();
            let now = now(u64::MAX, real);
            let after = real();
            assert!(before <= now, "{} ns early", before - now);
            assert!(now <= after + 5_000, "{} ns late", now - after);
            quick += u64::from(LAST.get().ns != now);
        }
        assert!(quick > 0 || !is_trusted(), "the counter was not used");
    }

    #[test]
    fn a_clock_is_not_taken_for_another() {
        for clock in [1, 2, 3] {
            for _ in 0..3 {
                let now = now(u64::MAX - clock, || clock << 40);
                assert_eq!(now >> 40, clock);
            }
        }
    }

    #[test]
    fn what_was_measured_over_too_short_or_too_long_a_time_is_not_used() {
        let at = |ns| Reading { clock: 1, cycles: 2 * ns, ns };
        assert!(!measure(at(0), at(MEASURED.start - 1)), "wait for a later one");
        assert!(measure(at(0), at(MEASURED.end)), "begin anew");
    }
}

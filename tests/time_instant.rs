//! Arithmetic on `Instant`.

use runtime::time::{Duration, Instant};
use std::panic::catch_unwind;

const HOUR: Duration = Duration::from_secs(3600);

#[test]
fn sums_and_differences_are_inverse() {
    let now = Instant::now();
    let mut later = now + HOUR;
    assert_eq!((later - now, later - HOUR), (HOUR, now));
    later += HOUR;
    assert_eq!(later.duration_since(now), 2 * HOUR);
    later -= 2 * HOUR;
    assert_eq!(later, now);
}

#[test]
fn a_difference_is_never_negative() {
    let now = Instant::now();
    let later = now + HOUR;
    assert_eq!(now - later, Duration::ZERO);
    assert_eq!(now.duration_since(later), Duration::ZERO);
    assert_eq!(now.saturating_duration_since(later), Duration::ZERO);
    assert_eq!(now.checked_duration_since(later), None);
    assert_eq!(later.checked_duration_since(now), Some(HOUR));
    assert_eq!(later.elapsed(), Duration::ZERO);
}

#[test]
fn what_is_out_of_range_is_told() {
    let now = Instant::now();
    assert_eq!(now.checked_add(Duration::MAX), None);
    assert_eq!(now.checked_sub(Duration::MAX), None);
    assert_eq!(now.checked_add(HOUR), Some(now + HOUR));
    assert!(catch_unwind(|| now + Duration::MAX).is_err());
}

#[test]
fn it_is_the_instant_of_the_standard_library() {
    let std = std::time::Instant::now();
    let ours = Instant::from(std);
    assert_eq!((ours.into_std(), std::time::Instant::from(ours)), (std, std));
    assert_eq!(Instant::from_std(std), ours);
    assert_eq!(format!("{ours:?}"), format!("{std:?}"));
    assert!(Instant::now() >= ours);
}

//! `interval` and what becomes of ticks that are missed.

use runtime::time::{self, Duration, Instant, Interval, MissedTickBehavior, interval, interval_at};
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::{Context, Poll, Waker};

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// The ticks that are due now, in milliseconds since `start`.
fn due(ticks: &mut Interval, start: Instant) -> Vec<u64> {
    let mut cx = Context::from_waker(Waker::noop());
    let mut due = Vec::new();
    while let Poll::Ready(tick) = ticks.poll_tick(&mut cx) {
        due.push(tick.duration_since(start).as_millis() as u64);
    }
    due
}

#[runtime::test(start_paused = true)]
async fn the_first_tick_comes_at_once_and_the_others_every_period() {
    let start = Instant::now();
    let mut ticks = interval(ms(100));
    for i in 0..4 {
        assert_eq!(ticks.tick().await, start + ms(100 * i));
        assert_eq!(start.elapsed(), ms(100 * i));
    }
}

#[runtime::test(start_paused = true)]
async fn the_first_tick_may_come_later() {
    let start = Instant::now();
    let mut ticks = interval_at(start + ms(40), ms(100));
    assert_eq!((ticks.tick().await - start, ticks.tick().await - start), (ms(40), ms(140)));
}

/// What is due after delays of so many milliseconds.
async fn after(behavior: MissedTickBehavior, delays: &[u64]) -> Vec<Vec<u64>> {
    let start = Instant::now();
    let mut ticks = interval(ms(100));
    ticks.set_missed_tick_behavior(behavior);
    assert_eq!(ticks.tick().await, start);
    let mut all = Vec::new();
    for delay in delays {
        time::advance(ms(*delay)).await;
        all.push(due(&mut ticks, start));
    }
    all
}

#[runtime::test(start_paused = true)]
async fn burst_makes_up_for_what_was_missed() {
    let due = after(MissedTickBehavior::Burst, &[100, 250, 50, 99, 1]).await;
    assert_eq!(due, [vec![100], vec![200, 300], vec![400], vec![], vec![500]]);
}

#[runtime::test(start_paused = true)]
async fn delay_counts_from_the_late_tick() {
    let due = after(MissedTickBehavior::Delay, &[100, 250, 50, 50, 100]).await;
    assert_eq!(due, [vec![100], vec![200], vec![], vec![450], vec![550]]);
}

#[runtime::test(start_paused = true)]
async fn skip_keeps_to_the_planned_times() {
    let due = after(MissedTickBehavior::Skip, &[100, 250, 50, 100, 310, 90]).await;
    assert_eq!(due, [vec![100], vec![200], vec![400], vec![500], vec![600], vec![900]]);
}

#[runtime::test(start_paused = true)]
async fn a_tick_that_is_hardly_late_is_not_missed() {
    let due = after(MissedTickBehavior::Delay, &[104, 96]).await;
    assert_eq!(due, [[100], [200]]);
}

#[runtime::test(start_paused = true)]
async fn resets_start_over() {
    let start = Instant::now();
    let mut ticks = interval(ms(100));
    ticks.tick().await;
    time::advance(ms(50)).await;
    ticks.reset();
    assert_eq!(ticks.tick().await - start, ms(150));
    ticks.reset_immediately();
    assert_eq!(ticks.tick().await - start, ms(150));
    ticks.reset_after(ms(20));
    assert_eq!(ticks.tick().await - start, ms(170));
    ticks.reset_at(start + ms(1_000));
    assert_eq!(ticks.tick().await - start, ms(1_000));
    assert_eq!(ticks.tick().await - start, ms(1_100), "then every period as before");
    assert_eq!(ticks.period(), ms(100));
}

#[runtime::test(start_paused = true)]
async fn no_period_is_too_long() {
    let start = Instant::now();
    let mut ticks = interval(Duration::MAX);
    assert_eq!(ticks.tick().await, start);
    ticks.reset_after(Duration::MAX);
    assert_eq!(due(&mut ticks, start), [0; 0]);
}

#[runtime::test(start_paused = true)]
async fn a_dropped_tick_is_not_lost() {
    let start = Instant::now();
    let mut ticks = interval(ms(100));
    ticks.tick().await;
    let mut dropped = Box::pin(ticks.tick());
    let polled = dropped.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(polled.is_pending());
    drop(dropped);
    assert_eq!(ticks.tick().await - start, ms(100));
}

#[runtime::test]
async fn a_period_of_zero_is_refused() {
    let refused = catch_unwind(AssertUnwindSafe(|| interval(Duration::ZERO)));
    assert_eq!(refused.unwrap_err().downcast_ref(), Some(&"`period` must be non-zero."));
}

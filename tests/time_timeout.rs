//! `timeout` and `timeout_at`.

use runtime::time::{self, Duration, Instant, sleep, timeout, timeout_at};
use std::error::Error;
use std::future::{pending, poll_fn, ready};
use std::io;
use std::sync::Arc;
use std::task::Poll;

const HOUR: Duration = Duration::from_secs(3600);

#[runtime::test(start_paused = true)]
async fn what_comes_first_wins() {
    let start = Instant::now();
    assert_eq!(timeout(HOUR, ready(7)).await, Ok(7));
    assert_eq!(start.elapsed(), Duration::ZERO);
    assert!(timeout(2 * HOUR, sleep(HOUR)).await.is_ok());
    assert_eq!(start.elapsed(), HOUR);
    assert!(timeout_at(start + 2 * HOUR, sleep(2 * HOUR)).await.is_err());
    assert_eq!(start.elapsed(), 2 * HOUR);
}

#[runtime::test(start_paused = true)]
async fn a_future_that_is_ready_beats_a_deadline_that_has_passed() {
    assert_eq!(timeout(Duration::ZERO, ready(7)).await, Ok(7));
    let late = timeout(HOUR, ready(7));
    time::advance(2 * HOUR).await;
    assert_eq!(late.await, Ok(7));
}

#[runtime::test(start_paused = true)]
async fn the_time_counts_from_the_call() {
    let limited = timeout(HOUR, pending::<()>());
    time::advance(HOUR).await;
    let start = Instant::now();
    assert!(limited.await.is_err());
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[runtime::test(start_paused = true)]
async fn no_limit_is_too_long() {
    let limited = runtime::spawn(timeout(Duration::MAX, sleep(HOUR)));
    assert!(limited.await.unwrap().is_ok());
}

#[runtime::test(start_paused = true)]
async fn the_end_of_the_time_drops_the_future() {
    let held = Arc::new(());
    let inside = held.clone();
    let limited = timeout(HOUR, async move {
        pending::<()>().await;
        drop(inside);
    });
    assert!(limited.await.is_err());
    assert_eq!(Arc::strong_count(&held), 1);
}

#[runtime::test(start_paused = true)]
async fn the_future_inside_can_be_seen_changed_and_taken() {
    let mut limited = timeout(HOUR, ready(1));
    assert_eq!(limited.get_ref().clone().into_inner(), 1);
    *limited.get_mut() = ready(2);
    assert_eq!(limited.into_inner().into_inner(), 2);
}

#[runtime::test]
async fn a_future_that_uses_all_of_its_budget_cannot_hide_the_end() {
    // Always pending, and greedy: every poll takes what the budget allows.
    let greedy = poll_fn(|cx| {
        let mut empty = runtime::io::empty();
        let mut buf = [0; 1];
        loop {
            let mut buf = runtime::io::ReadBuf::new(&mut buf);
            let reader = std::pin::Pin::new(&mut empty);
            match runtime::io::AsyncRead::poll_read(reader, cx, &mut buf) {
                Poll::Ready(_) => {}
                Poll::Pending => return Poll::<()>::Pending,
            }
        }
    });
    assert!(timeout(Duration::from_millis(1), greedy).await.is_err());
}

#[runtime::test(start_paused = true)]
async fn the_error_says_what_happened() {
    let error = timeout(HOUR, pending::<()>()).await.unwrap_err();
    assert_eq!(error.to_string(), "deadline has elapsed");
    assert!(error.source().is_none());
    let error = io::Error::from(error);
    assert_eq!(error.kind(), io::ErrorKind::TimedOut);
}

#[test]
#[should_panic = "there is no reactor running"]
fn outside_a_runtime_it_says_so() {
    drop(timeout(HOUR, ready(7)));
}

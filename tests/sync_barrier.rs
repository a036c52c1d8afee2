//! Behaviour of `Barrier`.

mod support {
    pub mod probe;
}

use runtime::sync::Barrier;
use runtime::task::coop::{consume_budget, has_budget_remaining};
use runtime::task::yield_now;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use support::probe::{Probe, panicking_waker, poll_and_drop, waker_fn};

#[test]
fn nobody_waits_at_a_barrier_for_one_or_none() {
    for size in 0..2 {
        let barrier = Barrier::new(size);
        for _ in 0..3 {
            let Poll::Ready(result) = Probe::new().poll(pin!(barrier.wait())) else { panic!() };
            assert!(result.is_leader());
        }
    }
}

#[test]
fn the_last_one_leads_and_wakes_the_others_in_each_round() {
    let barrier = Barrier::new(3);
    for _ in 0..3 {
        let probe = Probe::new();
        let mut waiting = [(); 2].map(|()| Box::pin(barrier.wait()));
        assert!(waiting.iter_mut().all(|waiter| probe.poll(waiter.as_mut()).is_pending()));
        let Poll::Ready(result) = probe.poll(pin!(barrier.wait())) else { panic!("it is last") };
        assert!(result.is_leader());
        assert_eq!(probe.wakes(), 2);
        for waiter in &mut waiting {
            let Poll::Ready(result) = probe.poll(waiter.as_mut()) else { panic!("all are there") };
            assert!(!result.is_leader());
        }
    }
}

#[test]
fn one_who_comes_before_the_others_of_a_round_have_left_belongs_to_the_next() {
    let barrier = Barrier::new(2);
    let probe = Probe::new();
    let mut slow = pin!(barrier.wait());
    assert!(probe.poll(slow.as_mut()).is_pending());
    assert!(probe.poll(pin!(barrier.wait())).is_ready());
    let mut next = pin!(barrier.wait());
    assert!(probe.poll(next.as_mut()).is_pending());
    assert!(probe.poll(slow).is_ready());
    assert!(probe.poll(next.as_mut()).is_pending());
    assert!(probe.poll(pin!(barrier.wait())).is_ready());
    assert!(probe.poll(next).is_ready());
}

#[test]
fn one_who_is_cancelled_counts_once_it_was_polled() {
    let barrier = Barrier::new(2);
    drop(barrier.wait());
    assert!(poll_and_drop(barrier.wait(), 1, |_| ()).is_none());
    let Poll::Ready(result) = Probe::new().poll(pin!(barrier.wait())) else { panic!("two came") };
    assert!(result.is_leader());
}

#[test]
fn panicking_wakers_keep_nobody_asleep() {
    let barrier = Barrier::new(100);
    let probe = Probe::new();
    let mut crowd: Vec<_> = (0..99).map(|_| Box::pin(barrier.wait())).collect();
    for (at, waiter) in crowd.iter_mut().enumerate() {
        let waker = if at % 20 == 3 { panicking_waker() } else { probe.waker() };
        assert!(waiter.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    }
    catch_unwind(AssertUnwindSafe(|| probe.poll(pin!(barrier.wait())))).unwrap_err();
    assert_eq!(probe.wakes(), 94);
    assert!(crowd.iter_mut().all(|waiter| probe.poll(waiter.as_mut()).is_ready()));
}

#[test]
fn a_waker_may_come_back_to_the_barrier() {
    let barrier = Arc::new(Barrier::new(2));
    let again = barrier.clone();
    let waker = waker_fn(move || _ = poll_and_drop(again.wait(), 1, |_| ()));
    let mut waiting = pin!(barrier.wait());
    assert!(waiting.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    drop(waker);
    // The stored waker is replaced; its drop comes back, and is the last one of the round.
    let probe = Probe::new();
    assert!(probe.poll(waiting.as_mut()).is_pending());
    assert_eq!(probe.wakes(), 1);
    assert!(probe.poll(waiting).is_ready());
}

#[runtime::test(flavor = "current_thread")]
async fn a_barrier_for_one_lets_others_run() {
    let barrier = Barrier::new(1);
    let other = runtime::spawn(async { 1 });
    while !other.is_finished() {
        barrier.wait().await;
    }
}

#[runtime::test(flavor = "current_thread")]
async fn one_who_comes_without_budget_counts_and_may_lead() {
    let barrier = Barrier::new(2);
    let probe = Probe::new();
    while has_budget_remaining() {
        consume_budget().await;
    }
    let mut first = pin!(barrier.wait());
    let mut last = pin!(barrier.wait());
    assert!(probe.poll(first.as_mut()).is_pending());
    assert!(probe.poll(last.as_mut()).is_pending());
    assert!(!has_budget_remaining());
    yield_now().await;
    let [first, last] = [first, last].map(|wait| probe.poll(wait).map(|result| result.is_leader()));
    assert_eq!((first, last), (Poll::Ready(false), Poll::Ready(true)));
}

#[test]
fn debug_names_the_barrier() {
    assert!(format!("{:?}", Barrier::new(1)).starts_with("Barrier"));
}

//! Behaviour of `Semaphore`.

mod support {
    pub mod probe;
}

use runtime::sync::{Semaphore, TryAcquireError};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use support::probe::{Probe, for_every_cut, panicking_waker, poll_and_drop, waker_fn};

#[test]
fn a_cancelled_acquire_loses_no_permit() {
    for count in 1..=3 {
        for_every_cut(|polls| {
            let semaphore = Semaphore::new(1);
            let held = semaphore.try_acquire().unwrap();
            let mut added = 0;
            let cut = poll_and_drop(semaphore.acquire_many(count), polls, |_| {
                semaphore.add_permits(1);
                added += 1;
            });
            let completed = cut.is_some();
            drop((cut, held));
            assert_eq!(semaphore.available_permits(), 1 + added, "{count} permits, {polls} polls");
            completed
        });
    }
}

#[test]
fn one_who_waits_for_many_holds_up_those_behind() {
    let semaphore = Semaphore::new(2);
    let probe = Probe::new();
    let held = semaphore.try_acquire().unwrap();
    let mut many = pin!(semaphore.acquire_many(2));
    assert!(probe.poll(many.as_mut()).is_pending());
    assert_eq!(semaphore.try_acquire().unwrap_err(), TryAcquireError::NoPermits);
    let mut one = Box::pin(semaphore.acquire());
    assert!(probe.poll(one.as_mut()).is_pending());
    drop(held);
    assert!(probe.poll(one.as_mut()).is_pending());
    let Poll::Ready(Ok(many)) = probe.poll(many) else { panic!("two permits are free") };
    assert_eq!(many.num_permits(), 2);
    drop(many);
    assert!(probe.poll(one.as_mut()).is_ready());
}

#[test]
fn one_who_gives_up_lets_those_behind_go_on() {
    let semaphore = Semaphore::new(2);
    let [first, second] = [(); 2].map(|()| Probe::new());
    let held = semaphore.try_acquire().unwrap();
    let mut many = Box::pin(semaphore.acquire_many(2));
    assert!(first.poll(many.as_mut()).is_pending());
    let mut one = pin!(semaphore.acquire());
    assert!(second.poll(one.as_mut()).is_pending());
    drop(many);
    assert_eq!(second.wakes(), 1, "the permit that it had goes to the next");
    assert!(second.poll(one).is_ready());
    drop(held);
}

#[test]
fn panicking_wakers_keep_nobody_asleep_and_no_permit() {
    let semaphore = Semaphore::new(0);
    let probe = Probe::new();
    let mut crowd: Vec<_> = (0..70).map(|_| Box::pin(semaphore.acquire())).collect();
    for (at, waiter) in crowd.iter_mut().enumerate() {
        let waker = if at % 10 == 3 { panicking_waker() } else { probe.waker() };
        assert!(waiter.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    }
    catch_unwind(AssertUnwindSafe(|| semaphore.add_permits(35))).unwrap_err();
    assert_eq!(probe.wakes(), 31);
    catch_unwind(AssertUnwindSafe(|| semaphore.close())).unwrap_err();
    assert_eq!(probe.wakes(), 63);
    drop(crowd);
    assert_eq!(semaphore.available_permits(), 35);
}

#[test]
fn a_waker_may_use_the_semaphore_when_woken_or_dropped() {
    let semaphore = Arc::new(Semaphore::new(0));
    let again = semaphore.clone();
    let waker = waker_fn(move || {
        again.add_permits(1);
        let _ = again.try_acquire();
    });
    let mut waiting = pin!(semaphore.acquire());
    assert!(waiting.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    drop(waker);
    // The stored waker is replaced, and adds a permit when it is dropped.
    let probe = Probe::new();
    assert!(probe.poll(waiting.as_mut()).is_pending());
    assert_eq!(probe.wakes(), 1);
    assert!(probe.poll(waiting).is_ready());
}

#[test]
fn too_many_permits_are_refused_without_losing_a_waiter() {
    let semaphore = Semaphore::new(0);
    let probe = Probe::new();
    let mut waiting = pin!(semaphore.acquire());
    assert!(probe.poll(waiting.as_mut()).is_pending());
    catch_unwind(|| semaphore.add_permits(usize::MAX)).unwrap_err();
    assert_eq!(probe.wakes(), 1);
    let Poll::Ready(Ok(permit)) = probe.poll(waiting) else { panic!("it was served first") };
    drop(permit);
    assert_eq!(semaphore.available_permits(), 1);
}

#[runtime::test]
async fn an_acquire_that_is_always_ready_lets_others_run() {
    let semaphore = Semaphore::new(1);
    let other = runtime::spawn(async { 1 });
    while !other.is_finished() {
        drop(semaphore.acquire().await.unwrap());
    }
    semaphore.close();
    let other = runtime::spawn(async { 1 });
    while !other.is_finished() {
        semaphore.acquire().await.unwrap_err();
    }
}

#[runtime::test(flavor = "current_thread")]
async fn every_permit_of_a_crowd_comes_back() {
    let semaphore = Arc::new(Semaphore::new(5));
    let tasks: Vec<_> = (0..200)
        .map(|task| {
            let semaphore = semaphore.clone();
            runtime::spawn(async move {
                let permit = semaphore.acquire_many(1 + task % 5).await.unwrap();
                runtime::task::yield_now().await;
                drop(permit);
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(semaphore.available_permits(), 5);
}

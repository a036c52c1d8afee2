//! Behaviour of `Semaphore`.

mod support {
    pub mod probe;
}

use proptest::prelude::*;
use runtime::sync::{AcquireError, Semaphore, SemaphorePermit, TryAcquireError};
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
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

#[derive(Clone, Debug)]
enum Step {
    Acquire(u32),
    TryAcquire(u32),
    Poll(usize),
    Drop(usize),
    Release(usize),
    Split(usize),
    Add(usize),
    Forget(usize),
    Close,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..4_u32).prop_map(Step::Acquire),
        2 => (0..4_u32).prop_map(Step::TryAcquire),
        8 => (0..8_usize).prop_map(Step::Poll),
        3 => (0..8_usize).prop_map(Step::Drop),
        6 => (0..6_usize).prop_map(Step::Release),
        1 => (0..6_usize).prop_map(Step::Split),
        2 => (0..3_usize).prop_map(Step::Add),
        1 => (0..3_usize).prop_map(Step::Forget),
        1 => Just(Step::Close),
    ]
}

/// What a semaphore does, without concurrency.
#[derive(Default)]
struct Model {
    free: usize,
    closed: bool,
    /// Who waits, and for how many more.
    queue: VecDeque<(usize, usize)>,
    waiters: Vec<Waiter>,
}

#[derive(Clone, Copy, Default)]
struct Waiter {
    count: usize,
    got: usize,
    queued: bool,
    over: bool,
}

impl Model {
    fn give(&mut self, mut count: usize) {
        while let Some((id, missing)) = self.queue.front_mut() {
            let given = count.min(*missing);
            count -= given;
            *missing -= given;
            self.waiters[*id].got += given;
            if *missing > 0 {
                return;
            }
            self.queue.pop_front();
        }
        self.free += count;
    }

    fn try_take(&mut self, count: usize) -> Result<(), TryAcquireError> {
        if self.closed {
            return Err(TryAcquireError::Closed);
        }
        self.free = self.free.checked_sub(count).ok_or(TryAcquireError::NoPermits)?;
        Ok(())
    }

    fn poll(&mut self, id: usize) -> Poll<bool> {
        let waiter = self.waiters[id];
        if self.closed {
            self.leave(id);
            return Poll::Ready(false);
        }
        if waiter.queued {
            return if waiter.got == waiter.count { self.finish(id) } else { Poll::Pending };
        }
        if self.try_take(waiter.count).is_ok() {
            return self.finish(id);
        }
        let got = std::mem::take(&mut self.free);
        self.waiters[id] = Waiter { got, queued: true, ..waiter };
        self.queue.push_back((id, waiter.count - got));
        Poll::Pending
    }

    fn finish(&mut self, id: usize) -> Poll<bool> {
        self.waiters[id].over = true;
        Poll::Ready(true)
    }

    fn leave(&mut self, id: usize) {
        self.queue.retain(|(queued, _)| *queued != id);
        let waiter = &mut self.waiters[id];
        if !std::mem::replace(&mut waiter.over, true) {
            let got = waiter.got;
            self.give(got);
        }
    }
}

type Acquire<'a> = Pin<Box<dyn Future<Output = Result<SemaphorePermit<'a>, AcquireError>> + 'a>>;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn behaves_like_its_model(
        start in 0..4_usize,
        steps in proptest::collection::vec(step(), 0..80),
    ) {
        let semaphore = Semaphore::new(start);
        let probe = Probe::new();
        let mut waiters: Vec<Option<Acquire<'_>>> = Vec::new();
        let mut held: Vec<SemaphorePermit<'_>> = Vec::new();
        let mut model = Model { free: start, ..Model::default() };
        for step in steps {
            match step {
                Step::Acquire(count) => {
                    waiters.push(Some(Box::pin(semaphore.acquire_many(count))));
                    model.waiters.push(Waiter { count: count as usize, ..Waiter::default() });
                }
                Step::TryAcquire(count) => {
                    let got = semaphore.try_acquire_many(count);
                    let expected = model.try_take(count as usize);
                    prop_assert_eq!(got.as_ref().err(), expected.as_ref().err());
                    held.extend(got);
                }
                Step::Poll(id) => if let Some(Some(waiter)) = waiters.get_mut(id) {
                    let got = probe.poll(waiter.as_mut());
                    let expected = model.poll(id);
                    if let Poll::Ready(result) = got {
                        prop_assert_eq!(Poll::Ready(result.is_ok()), expected);
                        held.extend(result);
                        waiters[id] = None;
                    } else {
                        prop_assert!(expected.is_pending());
                    }
                }
                Step::Drop(id) => if waiters.get_mut(id).is_some_and(|w| w.take().is_some()) {
                    model.leave(id);
                }
                Step::Release(at) => if at < held.len() {
                    let permit = held.remove(at);
                    model.give(permit.num_permits());
                }
                Step::Split(at) => if let Some(part) = held.get_mut(at).and_then(|p| p.split(1)) {
                    held.push(part);
                }
                Step::Add(count) => { semaphore.add_permits(count); model.give(count); }
                Step::Forget(count) => {
                    let forgotten = count.min(model.free);
                    model.free -= forgotten;
                    prop_assert_eq!(semaphore.forget_permits(count), forgotten);
                }
                Step::Close => { semaphore.close(); model.closed = true; model.queue.clear(); }
            }
            prop_assert_eq!(semaphore.available_permits(), model.free);
        }
    }
}

//! Behaviour of `OnceCell` and `SetOnce`.

mod support {
    pub mod probe;
}

use runtime::sync::{OnceCell, SetError, SetOnce, SetOnceError};
use std::future::{pending, ready};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::{Context, Poll};
use support::probe::{Probe, Tally, for_every_cut, panicking_waker, poll_and_drop};

/// Pending once, then `value`.
async fn slowly<T>(value: T) -> T {
    let mut is_first = true;
    std::future::poll_fn(|_| match std::mem::replace(&mut is_first, false) {
        true => Poll::Pending,
        false => Poll::Ready(()),
    })
    .await;
    value
}

#[test]
fn one_of_several_callers_makes_the_value() {
    let cell = OnceCell::new();
    let probe = Probe::new();
    let mut first = pin!(cell.get_or_init(|| slowly(1)));
    let mut second = pin!(cell.get_or_init(|| slowly(2)));
    assert!(probe.poll(first.as_mut()).is_pending());
    assert!(probe.poll(second.as_mut()).is_pending());
    assert_eq!((cell.get(), probe.wakes()), (None, 0));
    assert_eq!(probe.poll(first), Poll::Ready(&1));
    assert_eq!(probe.wakes(), 1);
    assert_eq!(probe.poll(second), Poll::Ready(&1));
}

#[test]
fn a_cancelled_maker_leaves_the_cell_to_the_next() {
    for_every_cut(|polls| {
        let cell = OnceCell::new();
        let completed = poll_and_drop(cell.get_or_init(|| slowly(1)), polls, |_| ()).is_some();
        let next = Probe::new().poll(pin!(cell.get_or_init(|| ready(2))));
        assert_eq!(next, Poll::Ready(if completed { &1 } else { &2 }), "after {polls} polls");
        completed
    });
}

#[test]
fn the_next_in_line_makes_the_value_when_the_first_gives_up() {
    let cell = OnceCell::new();
    let probe = Probe::new();
    let mut first = Box::pin(cell.get_or_init(pending));
    assert!(probe.poll(first.as_mut()).is_pending());
    let mut second = pin!(cell.get_or_init(|| ready(2)));
    assert!(probe.poll(second.as_mut()).is_pending());
    drop(first);
    assert_eq!(probe.wakes(), 1);
    assert_eq!(probe.poll(second), Poll::Ready(&2));
}

#[test]
fn a_maker_that_fails_or_panics_leaves_the_cell_empty() {
    let cell = OnceCell::new();
    let probe = Probe::new();
    let failed = probe.poll(pin!(cell.get_or_try_init(|| ready(Err::<i32, _>("no")))));
    assert_eq!(failed, Poll::Ready(Err("no")));
    let panics = || -> std::future::Ready<i32> { panic!("while it makes the value") };
    catch_unwind(AssertUnwindSafe(|| probe.poll(pin!(cell.get_or_init(panics))).is_ready()))
        .unwrap_err();
    assert_eq!(cell.set(1), Ok(()));
    assert_eq!(cell.into_inner(), Some(1));
}

#[test]
fn a_value_is_refused_while_another_is_made_or_there() {
    let cell = OnceCell::new();
    let probe = Probe::new();
    let mut making = pin!(cell.get_or_init(|| slowly(1)));
    assert!(probe.poll(making.as_mut()).is_pending());
    assert_eq!(cell.set(2), Err(SetError::InitializingError(2)));
    assert!(probe.poll(making).is_ready());
    let error = cell.set(2).unwrap_err();
    assert_eq!(error, SetError::AlreadyInitializedError(2));
    assert_eq!(error.to_string(), "AlreadyInitializedError");
}

#[test]
fn who_waits_for_a_maker_gets_a_value_that_was_set_after_it_failed() {
    let cell = OnceCell::new();
    let probe = Probe::new();
    let mut first = Box::pin(cell.get_or_init(pending));
    assert!(probe.poll(first.as_mut()).is_pending());
    let mut second = pin!(cell.get_or_init(|| slowly(2)));
    assert!(probe.poll(second.as_mut()).is_pending());
    drop(first);
    // The right has gone to the second already.
    assert_eq!(cell.set(3), Err(SetError::InitializingError(3)));
    assert!(probe.poll(second.as_mut()).is_pending());
    assert_eq!(probe.poll(second), Poll::Ready(&2));
}

#[test]
fn values_are_dropped_once() {
    let tally = Tally::new();
    let mut cell = OnceCell::from(tally.token());
    drop(cell.clone());
    assert_eq!(tally.alive(), 1);
    drop(cell.take());
    assert_eq!(tally.alive(), 0);
    cell.set(tally.token()).unwrap();
    drop(cell.set(tally.token()).unwrap_err());
    assert_eq!(tally.alive(), 1);
    drop(cell);
    assert_eq!(tally.alive(), 0);

    let once = SetOnce::from(tally.token());
    drop(once.clone());
    assert_eq!(tally.alive(), 1);
    drop(once);
    assert_eq!(tally.alive(), 0);
    drop(SetOnce::new_with(Some(tally.token())).into_inner());
    drop(OnceCell::new_with(Some(tally.token())).into_inner());
    assert_eq!(tally.alive(), 0);
}

#[test]
fn cells_compare_and_print_as_their_values() {
    let (empty, full) = (OnceCell::new(), OnceCell::from(1));
    assert_ne!(empty, full);
    assert_eq!(full, OnceCell::from(1));
    assert_eq!(
        format!("{empty:?} {full:?}"),
        "OnceCell { value: None } OnceCell { value: Some(1) }"
    );
    let (empty, full) = (SetOnce::new(), SetOnce::from(1));
    assert_ne!(empty, full);
    assert_eq!(full, SetOnce::from(1));
    assert_eq!(format!("{empty:?} {full:?}"), "SetOnce { value: None } SetOnce { value: Some(1) }");
}

#[test]
fn all_who_wait_get_the_value_that_is_set_first() {
    let once = SetOnce::new();
    let probe = Probe::new();
    let mut waiting = [(); 3].map(|()| Box::pin(once.wait()));
    assert!(waiting.iter_mut().all(|waiter| probe.poll(waiter.as_mut()).is_pending()));
    assert_eq!(once.set(1), Ok(()));
    assert_eq!(probe.wakes(), 3);
    assert_eq!(once.set(2), Err(SetOnceError(2)));
    for mut waiter in waiting {
        assert_eq!(probe.poll(waiter.as_mut()), Poll::Ready(&1));
    }
    assert_eq!(probe.poll(pin!(once.wait())), Poll::Ready(&1));
}

#[test]
fn one_who_gives_up_waiting_changes_nothing_for_the_rest() {
    for_every_cut(|polls| {
        let once = SetOnce::new();
        let probe = Probe::new();
        let mut other = pin!(once.wait());
        assert!(probe.poll(other.as_mut()).is_pending());
        let cut = poll_and_drop(once.wait(), polls, |_| drop(once.set(1)));
        let completed = cut.is_some();
        let _ = once.set(1);
        assert_eq!((probe.wakes(), probe.poll(other)), (1, Poll::Ready(&1)));
        completed
    });
}

#[test]
fn panicking_wakers_keep_nobody_from_the_value() {
    let once = SetOnce::new();
    let cell = OnceCell::new();
    let [first, second] = [(); 2].map(|()| Probe::new());
    let waker = panicking_waker();
    let mut waiting = [(); 2].map(|()| Box::pin(once.wait()));
    assert!(waiting[0].as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    assert!(first.poll(waiting[1].as_mut()).is_pending());
    catch_unwind(AssertUnwindSafe(|| once.set(1))).unwrap_err();
    assert_eq!(first.poll(waiting[1].as_mut()), Poll::Ready(&1));

    let mut maker = pin!(cell.get_or_init(|| slowly(1)));
    assert!(second.poll(maker.as_mut()).is_pending());
    let mut crowd = [(); 2].map(|()| Box::pin(cell.get_or_init(|| ready(2))));
    assert!(crowd[0].as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    assert!(second.poll(crowd[1].as_mut()).is_pending());
    catch_unwind(AssertUnwindSafe(|| second.poll(maker))).unwrap_err();
    assert_eq!(second.wakes(), 1);
    assert_eq!(second.poll(crowd[1].as_mut()), Poll::Ready(&1));
}

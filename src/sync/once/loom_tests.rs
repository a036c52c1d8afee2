//! Models of the races for a value that is set once.

use super::{OnceCell, SetOnce};
use crate::shim::{Arc, Counter, UnsafeCell, thread};
use loom::future::block_on;
use std::future::{pending, ready};
use std::task::{Context, Poll, Waker};

fn model(f: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(2);
    builder.check(f);
}

/// A number that was not seen before, in other iterations either: those leave theirs in the memory
/// where a value that is missing is read.
fn fresh() -> u64 {
    static NEXT: Counter = Counter::new(1);
    NEXT.take(1)
}

/// A value whose making and reading are checked for races.
fn value(number: u64) -> UnsafeCell<u64> {
    UnsafeCell::new(number)
}

fn read(value: &UnsafeCell<u64>) -> u64 {
    // SAFETY: the value is never written to; loom checks that its making came before.
    value.with(|value| unsafe { *value })
}

/// An empty cell, whose atomic is made before it is shared.
fn cell() -> Arc<OnceCell<UnsafeCell<u64>>> {
    let cell = Arc::new(OnceCell::new());
    assert!(!cell.initialized());
    cell
}

/// As `cell`.
fn set_once() -> Arc<SetOnce<UnsafeCell<u64>>> {
    let once = Arc::new(SetOnce::new());
    assert!(!once.initialized());
    let mut wait = Box::pin(once.wait());
    assert!(wait.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    drop(wait);
    once
}

#[test]
fn set_and_get_agree() {
    model(|| {
        let cell = cell();
        let number = fresh();
        let other = thread::spawn({
            let cell = cell.clone();
            move || cell.set(value(number)).is_ok()
        });
        let seen = cell.get().map(read);
        assert!(seen.is_none_or(|seen| seen == number));
        assert!(other.join().unwrap());
        assert_eq!(cell.get().map(read), Some(number));
    });
}

#[test]
fn of_two_who_set_one_succeeds() {
    model(|| {
        let cell = cell();
        let numbers = [fresh(), fresh()];
        let other = thread::spawn({
            let cell = cell.clone();
            move || cell.set(value(numbers[0])).is_ok()
        });
        let mine = cell.set(value(numbers[1])).is_ok();
        assert_ne!(mine, other.join().unwrap());
        assert_eq!(cell.get().map(read), Some(numbers[usize::from(mine)]));
    });
}

#[test]
fn two_who_make_the_value_get_the_same() {
    model(|| {
        let cell = cell();
        let numbers = [fresh(), fresh()];
        let other = thread::spawn({
            let cell = cell.clone();
            move || read(block_on(cell.get_or_init(|| ready(value(numbers[0])))))
        });
        let mine = read(block_on(cell.get_or_init(|| ready(value(numbers[1])))));
        assert_eq!(mine, other.join().unwrap());
        assert!(numbers.contains(&mine));
    });
}

#[test]
fn a_maker_that_gives_up_lets_the_next_one_try() {
    model(|| {
        let cell = cell();
        let number = fresh();
        let other = thread::spawn({
            let cell = cell.clone();
            move || {
                let make = std::pin::pin!(cell.get_or_init(pending));
                match make.poll(&mut Context::from_waker(Waker::noop())) {
                    Poll::Ready(value) => assert_eq!(read(value), number),
                    Poll::Pending => {}
                }
            }
        });
        assert_eq!(read(block_on(cell.get_or_init(|| ready(value(number))))), number);
        other.join().unwrap();
    });
}

#[test]
fn wait_and_set_cannot_both_miss() {
    model(|| {
        let once = set_once();
        let number = fresh();
        let other = thread::spawn({
            let once = once.clone();
            move || assert!(once.set(value(number)).is_ok())
        });
        assert_eq!(read(block_on(once.wait())), number);
        other.join().unwrap();
    });
}

#[test]
fn all_who_wait_see_the_one_value_that_was_set() {
    model(|| {
        let once = set_once();
        let numbers = [fresh(), fresh()];
        let others = numbers.map(|number| {
            let once = once.clone();
            thread::spawn(move || once.set(value(number)).is_ok())
        });
        let seen = read(block_on(once.wait()));
        let won = others.map(|other| other.join().unwrap());
        assert_eq!(won, numbers.map(|number| seen == number));
    });
}

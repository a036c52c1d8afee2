//! The macros inside a task's budget, which only this crate can set.

use crate::engine::task::budget;
use crate::util::rng::{Seed, with_seed};
use std::cell::Cell;
use std::future::{poll_fn, ready};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

fn poll_once<F: Future>(future: F) -> Poll<F::Output> {
    pin!(future).poll(&mut Context::from_waker(Waker::noop()))
}

/// Takes one unit of the budget.
async fn consume() {
    poll_fn(|cx| budget::poll_proceed(cx).map(|charge| charge.made_progress())).await
}

#[test]
fn select_polls_nothing_once_the_budget_is_used_up() {
    let choose = async || {
        crate::select! {
            biased;
            () = consume() => "consumed",
            () = ready(()) => "ready",
        }
    };
    budget::limited(|| {
        while budget::has_remaining() {
            assert_eq!(poll_once(choose()), Poll::Ready("consumed"));
        }
        assert!(poll_once(choose()).is_pending());
    });
}

#[test]
fn select_takes_nothing_from_the_budget_itself() {
    budget::limited(|| {
        for _ in 0..1_000 {
            assert!(
                poll_once(async {
                    crate::select! { () = ready(()) => () }
                })
                .is_ready()
            );
        }
    });
}

#[test]
fn a_greedy_branch_leaves_budget_to_the_next_poll_of_the_other() {
    let modest_turns = Cell::new(0);
    let greedy = async {
        while modest_turns.get() < 3 {
            consume().await
        }
    };
    let modest = async {
        for turn in 1..=3 {
            consume().await;
            modest_turns.set(turn);
        }
    };
    let mut both = pin!(async { crate::join!(greedy, modest) });
    let mut poll = || both.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(budget::limited(&mut poll).is_pending());
    assert_eq!(modest_turns.get(), 0);
    assert!(budget::limited(&mut poll).is_ready());
}

#[test]
fn one_seed_gives_one_series_of_choices() {
    let choices = || -> Vec<u32> {
        let choose = async || {
            crate::select! {
                number = ready(0) => number,
                number = ready(1) => number,
                number = ready(2) => number,
                number = ready(3) => number,
            }
        };
        (0..32).map(|_| value(poll_once(choose()))).collect()
    };
    let seed = Seed::from_bytes(b"choices");
    assert_eq!(with_seed(seed, choices), with_seed(seed, choices));
}

fn value<T>(poll: Poll<T>) -> T {
    match poll {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("some branch is ready"),
    }
}

//! `select!`: what its caller sees.

use futures::channel::{mpsc, oneshot};
use futures::executor::block_on;
use futures::{SinkExt, StreamExt};
use std::cell::{Cell, RefCell};
use std::future::{Ready, pending, poll_fn, ready};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

fn poll_once<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn the_handler_of_the_branch_that_completes_gives_the_value() {
    let chosen = block_on(async {
        runtime::select! {
            number = ready(1) => number + 1,
            () = pending() => unreachable!(),
        }
    });
    assert_eq!(chosen, 2);
}

#[test]
fn handlers_may_be_blocks_or_expressions_with_or_without_commas() {
    block_on(async {
        let by_block = runtime::select! { a = ready(1) => { a } b = pending() => { b } };
        let by_comma = runtime::select! { a = ready(1) => { a }, b = pending() => b, };
        let by_call =
            runtime::select!(a = ready(1) => Vec::<u8>::from_iter([a]).len(), b = pending() => b);
        assert_eq!((by_block, by_comma, by_call), (1, 1, 1));
    });
}

#[test]
fn else_alone_is_its_handler() {
    block_on(async {
        assert_eq!(runtime::select! { else => 1 }, 1);
        assert_eq!(runtime::select! { biased; else => { 2 } }, 2);
    });
}

#[test]
fn a_value_that_does_not_match_disables_its_branch() {
    let (sender, answer) = oneshot::channel();
    let polls = Cell::new(0);
    let counted = poll_fn(|_| {
        polls.set(polls.get() + 1);
        Poll::Ready(None::<u8>)
    });
    let mut choice = pin!(async {
        runtime::select! {
            Some(_) = counted => unreachable!(),
            number = answer => number,
        }
    });
    assert!(poll_once(choice.as_mut()).is_pending());
    assert!(poll_once(choice.as_mut()).is_pending());
    sender.send(5).unwrap();
    assert_eq!(poll_once(choice.as_mut()), Poll::Ready(Ok(5)));
    assert_eq!(polls.get(), 1);
}

#[test]
fn else_runs_once_no_branch_is_left() {
    let chosen = block_on(async {
        runtime::select! {
            Some(()) = ready(None) => "matched",
            Ok(()) = ready(Err(())) => "matched",
            () = ready(()), if false => "disabled",
            else => "left over",
        }
    });
    assert_eq!(chosen, "left over");
}

#[test]
fn no_branch_left_and_no_else_panics() {
    let outcome = std::panic::catch_unwind(|| {
        block_on(async {
            runtime::select! { () = ready(()), if false => () }
        });
    });
    let message = *outcome.unwrap_err().downcast::<&str>().expect("a message without arguments");
    assert!(message.starts_with("all branches are disabled and there is no else branch"));
}

#[test]
fn conditions_come_first_and_disabled_futures_are_made_but_not_polled() {
    let log = RefCell::new(Vec::new());
    let condition = |name, holds| {
        log.borrow_mut().push(name);
        holds
    };
    let made = |name| {
        log.borrow_mut().push(name);
        let log = &log;
        async move { log.borrow_mut().push("polled") }
    };
    block_on(async {
        runtime::select! {
            () = made("make off"), if condition("ask off", false) => unreachable!(),
            () = made("make on"), if condition("ask on", true) => (),
        }
    });
    assert_eq!(*log.borrow(), ["ask off", "ask on", "make off", "make on", "polled"]);
}

#[test]
fn the_losers_are_dropped_before_the_handler_runs() {
    struct Noisy<'a>(&'a Cell<bool>);
    impl Drop for Noisy<'_> {
        fn drop(&mut self) {
            self.0.set(true);
        }
    }
    let dropped = Cell::new(false);
    let loser = async {
        let _held = Noisy(&dropped);
        pending::<()>().await;
    };
    let seen = block_on(async {
        runtime::select! {
            biased;
            () = loser => unreachable!(),
            () = ready(()) => dropped.get(),
        }
    });
    assert!(seen);
}

#[test]
fn handlers_may_borrow_what_the_futures_borrowed() {
    async fn change(value: &mut i32) {
        *value += 1;
        pending().await
    }
    let mut value = 1;
    block_on(async {
        runtime::select! {
            biased;
            () = change(&mut value) => unreachable!(),
            () = ready(()) => value *= 10,
            else => value = 0,
        }
    });
    assert_eq!(value, 20);
}

#[test]
fn a_future_selected_by_reference_goes_on_where_it_was() {
    let steps = async {
        futures::pending!();
        futures::pending!();
        "done"
    };
    runtime::pin!(steps);
    let mut rounds = 0;
    let outcome = block_on(async {
        loop {
            runtime::select! {
                biased;
                outcome = &mut steps => break outcome,
                () = ready(()) => rounds += 1,
            }
        }
    });
    assert_eq!((outcome, rounds), ("done", 2));
}

#[test]
fn a_biased_select_prefers_the_upper_of_two_ready_branches() {
    for _ in 0..100 {
        let chosen = block_on(async {
            runtime::select! { biased; () = pending() => 1, () = ready(()) => 2, () = ready(()) => 3 }
        });
        assert_eq!(chosen, 2);
    }
}

#[test]
fn every_ready_branch_is_chosen_about_equally_often() {
    let mut chosen = [0; 3];
    block_on(async {
        for _ in 0..3_000 {
            let index = runtime::select! {
                index = ready(0) => index,
                index = ready(1) => index,
                index = ready(2) => index,
            };
            chosen[index] += 1;
        }
    });
    // Ten standard deviations to either side.
    assert!(chosen.iter().all(|count| (740..1_260).contains(count)), "{chosen:?}");
}

#[test]
fn streams_are_drained_until_all_have_ended() {
    let (mut left_tx, mut left) = mpsc::channel(1);
    let (mut right_tx, mut right) = mpsc::channel(1);
    let produce = async {
        for number in 0..10 {
            left_tx.send(number).await.unwrap();
            right_tx.send(100 + number).await.unwrap();
        }
        drop((left_tx, right_tx));
    };
    let consume = async {
        let mut seen = Vec::new();
        loop {
            runtime::select! {
                Some(number) = left.next() => seen.push(number),
                Some(number) = right.next() => seen.push(number),
                else => break seen,
            }
        }
    };
    let ((), mut seen) = block_on(async { runtime::join!(produce, consume) });
    seen.sort_unstable();
    assert!(seen.into_iter().eq((0..10).chain(100..110)));
}

#[test]
fn handlers_may_leave_what_surrounds_the_macro() {
    async fn first_even(numbers: &[u8]) -> Result<u8, &'static str> {
        'numbers: for &number in numbers {
            runtime::select! {
                biased;
                number = ready(number), if number % 2 == 0 => return Ok(number),
                0.. = ready(number), if number < 100 => continue 'numbers,
                outcome = ready(Err::<(), _>("too large")) => outcome?,
            }
        }
        Err("none")
    }
    assert_eq!(block_on(first_even(&[1, 3, 4])), Ok(4));
    assert_eq!(block_on(first_even(&[1, 3])), Err("none"));
    assert_eq!(block_on(first_even(&[101])), Err("too large"));
}

#[test]
fn handlers_may_await_and_select_again() {
    let sum = block_on(async {
        runtime::select! {
            outer = ready(1) => {
                runtime::select! {
                    inner = async { outer + 1 } => outer + inner + ready(10).await,
                }
            }
        }
    });
    assert_eq!(sum, 13);
}

#[test]
fn patterns_of_every_kind_bind_what_they_name() {
    const LIMIT: u8 = 3;
    struct Point {
        x: u8,
        y: String,
    }
    block_on(async {
        let by_mut = runtime::select! { mut a = ready(1) => { a += 1; a } };
        let by_ref = runtime::select! { Some(ref a) = ready(Some("a".to_string())) => a.len() };
        let by_ref_mut = runtime::select! {
            Some(ref mut a) = ready(Some("a".to_string())) => { a.push('b'); a.len() }
        };
        let by_field = runtime::select! {
            Point { x: 1, y: text } = ready(Point { x: 1, y: "owned".into() }) => text,
        };
        let by_deref = runtime::select! { Some(&a) = ready(Some(&7)) => a };
        let by_range = runtime::select! {
            0..LIMIT | 100..=200 = ready(150_u8) => "in",
            else => "out",
        };
        let by_literal = runtime::select! { "text" = ready("text") => true, else => false };
        let by_slice = runtime::select! { [first, .., last] = ready([1, 2, 3]) => first + last };
        assert_eq!((by_mut, by_ref, by_ref_mut, by_field.as_str()), (2, 1, 2, "owned"));
        assert_eq!((by_deref, by_range, by_literal, by_slice), (7, "in", true, 4));
    });
}

#[test]
fn a_refutable_pattern_that_matches_moves_its_value() {
    let boxed = block_on(async {
        runtime::select! {
            Ok(boxed) = async { Ok::<_, ()>(Box::new(5)) } => boxed,
            else => Box::new(0),
        }
    });
    assert_eq!(*boxed, 5);
}

#[test]
fn anything_that_turns_into_a_future_can_be_selected() {
    struct Order;
    impl IntoFuture for Order {
        type Output = &'static str;
        type IntoFuture = Ready<&'static str>;
        fn into_future(self) -> Self::IntoFuture {
            ready("served")
        }
    }
    assert_eq!(
        block_on(async {
            runtime::select! { dish = Order => dish }
        }),
        "served"
    );
}

#[test]
fn a_temporary_lives_as_long_as_the_future_that_borrows_it() {
    assert_eq!(
        block_on(async {
            runtime::select! { one = &mut ready(1) => one }
        }),
        1
    );
}

#[test]
fn a_branch_that_cfg_removes_need_not_compile() {
    let chosen = block_on(async {
        runtime::select! {
            #[cfg(any())]
            missing::Pattern(x) = missing::call(), if missing::CONDITION => missing::handler(x),
            #[cfg(all())]
            number = ready(1) => number,
            #[cfg(any())]
            number = ready(2) => number,
        }
    });
    assert_eq!(chosen, 1);
}

#[test]
fn names_of_the_caller_are_left_alone() {
    let (live, first, branches, branch0, output, matches, value, rest, cx) =
        (1, 2, 3, 4, 5, 6, 7, 8, 9);
    enum Branch0 {
        Mine,
    }
    let sum = block_on(async {
        runtime::select! {
            Branch0::Mine = ready(Branch0::Mine), if value == 7 => {
                live + first + branches + branch0 + output + matches + value + rest + cx
            }
            () = ready(()), if rest == 0 => 0,
        }
    });
    assert_eq!(sum, 45);
}

#[test]
fn the_futures_live_in_place() {
    let words = |bytes: usize| bytes / size_of::<usize>();
    let size = |future: Pin<&dyn std::any::Any>| size_of_val(&*future);
    let one = async {
        runtime::select! { _ = ready([0_usize; 8]) => {} }
    };
    let two = async {
        runtime::select! { _ = ready([0_usize; 8]) => {}, _ = ready([0_usize; 8]) => {} }
    };
    let grown = size(pin!(two).into_ref()) - size(pin!(one).into_ref());
    assert!(words(grown) <= 9, "a second future of nine words added {grown} bytes");
}

#[test]
fn as_many_branches_as_there_are_bits() {
    macro_rules! select_many {
        ($($ready:literal)*) => {
            runtime::select! { $(bit = poll_fn(move |_| match $ready {
                1 => Poll::Ready(stringify!($ready)),
                _ => Poll::Pending,
            }) => bit),* }
        };
    }
    let last = block_on(async {
        select_many!(
            0 0 0 0 0 0 0 0  0 0 0 0 0 0 0 0  0 0 0 0 0 0 0 0  0 0 0 0 0 0 0 0
            0 0 0 0 0 0 0 0  0 0 0 0 0 0 0 0  0 0 0 0 0 0 0 0  0 0 0 0 0 0 0 1
        )
    });
    assert_eq!(last, "1");
}

#[deny(warnings)]
#[test]
fn a_branch_that_never_completes_causes_no_warning() {
    async fn never() -> ! {
        pending().await
    }
    let chosen = block_on(async {
        runtime::select! {
            _ = never() => 0,
            number = ready(1) => number,
        }
    });
    assert_eq!(chosen, 1);
}

#[deny(warnings)]
#[test]
fn unusual_brackets_in_a_branch_cause_no_warning() {
    let chosen = block_on(async {
        let (open, two) = (true, ready(2));
        runtime::select! {
            number = (ready(1)), if (open) => number,
            number = { two }, if { open } => { number }
        }
    });
    assert!(chosen == 1 || chosen == 2);
}

#[test]
fn a_branch_whose_output_nothing_determines_can_be_disabled() {
    let chosen = block_on(async {
        let undetermined = poll_fn(|_| panic!("polled though disabled"));
        runtime::select! {
            _ = undetermined, if false => 0,
            number = ready(1) => number,
        }
    });
    assert_eq!(chosen, 1);
}

/// What crates do that wrap the macros: a fragment comes as a group without visible delimiters.
#[runtime::test(flavor = "current_thread")]
async fn fragments_of_a_users_macro_are_taken_as_they_are_written() {
    macro_rules! first {
        ($($pattern:pat = $future:expr, if $condition:expr => $handler:block)+; $other:expr) => {
            runtime::select! {
                $($pattern = $future, if $condition => $handler)+
                else => $other,
            }
        };
    }
    macro_rules! either {
        ($left:pat = $future:expr => $handler:expr, $right:pat = $other:expr => $last:expr) => {
            runtime::select! { biased; $left = $future => $handler, $right = $other => $last }
        };
    }
    macro_rules! both {
        ($left:expr, $right:expr) => {
            (runtime::join!($left, $right), runtime::try_join!(async { Ok($left.await) }, $right))
        };
    }

    let (on, picks) = (true, std::hint::black_box(1));
    let picked = first! {
        Some(value) = async { Some(2) }, if on && picks > 0 => { value * 3 }
        Err::<i32, _>(text) = async { Err("off") }, if !on || picks > 1 => { text.len() };
        0
    };
    assert_eq!(picked, 6);
    let refused = first! { None::<()> = async { Some(()) }, if on => { 1 }; 2 + 3 };
    assert_eq!(refused, 5);
    let sum = either!(1 | 2 = async { 3 } => 10, (a, b) = async { (1, 2) } => a + b);
    assert_eq!(sum, 3);
    let second = || ready(Ok::<_, ()>(2));
    assert_eq!(both!(ready(1), second()), ((1, Ok(2)), Ok((1, 2))));
}

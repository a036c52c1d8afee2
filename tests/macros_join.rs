//! `join!`: what its caller sees.

use futures::channel::oneshot;
use futures::executor::block_on;
use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::future::{Ready, pending, ready};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// Pending `turns` times, each time asking to be polled again.
async fn yield_times(turns: usize) {
    for _ in 0..turns {
        futures::pending!();
    }
}

fn poll_once<F: Future>(future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn outputs_come_in_the_order_of_the_futures() {
    block_on(async {
        assert_eq!(runtime::join!(ready(1)), (1,));
        assert_eq!(runtime::join!(ready(1), ready("two"),), (1, "two"));
        assert_eq!(runtime::join!(biased; ready(1), ready("two"), ready('3')), (1, "two", '3'));
    });
}

#[test]
#[allow(clippy::unit_cmp)]
fn nothing_to_wait_for_is_done_at_once() {
    block_on(async {
        assert_eq!(runtime::join!(), ());
        assert_eq!(runtime::join!(biased;), ());
    });
}

#[test]
fn completion_takes_every_future_in_whatever_order() {
    let (first, first_answer) = oneshot::channel();
    let (second, second_answer) = oneshot::channel();
    let mut both = pin!(async { runtime::join!(first_answer, second_answer) });
    assert!(poll_once(both.as_mut()).is_pending());
    second.send("b").unwrap();
    assert!(poll_once(both.as_mut()).is_pending());
    first.send('a').unwrap();
    assert_eq!(poll_once(both.as_mut()), Poll::Ready((Ok('a'), Ok("b"))));
}

#[test]
fn a_finished_future_is_dropped_and_not_polled_again() {
    struct Once<'a>(&'a Cell<(u32, bool)>);
    impl Future for Once<'_> {
        type Output = ();
        fn poll(self: std::pin::Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
            self.0.set((self.0.get().0 + 1, false));
            Poll::Ready(())
        }
    }
    impl Drop for Once<'_> {
        fn drop(&mut self) {
            self.0.set((self.0.get().0, true));
        }
    }
    let seen = Cell::new((0, false));
    let mut both = pin!(async { runtime::join!(Once(&seen), yield_times(3)) });
    assert!(poll_once(both.as_mut()).is_pending());
    assert_eq!(seen.get(), (1, true));
    while poll_once(both.as_mut()).is_pending() {}
    assert_eq!(seen.get().0, 1);
}

/// The order in which three branches are polled, over all polls.
macro_rules! poll_order {
    ($($mode:tt)*) => {{
        let order = RefCell::new(Vec::new());
        let branch = async |number| {
            for _ in 0..4 {
                order.borrow_mut().push(number);
                futures::pending!();
            }
        };
        let mut all = pin!(async { runtime::join!($($mode)* branch(1), branch(2), branch(3)) });
        while poll_once(all.as_mut()).is_pending() {}
        order.take()
    }};
}

#[test]
fn each_poll_starts_one_branch_further_on() {
    assert_eq!(poll_order!(), [1, 2, 3, 2, 3, 1, 3, 1, 2, 1, 2, 3]);
}

#[test]
fn a_biased_join_starts_with_the_first_branch_each_time() {
    assert_eq!(poll_order!(biased;), [1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3]);
}

#[test]
fn the_futures_live_in_place() {
    // One word points at the futures, one counts the polls, and the rest is the futures.
    fn size(future: impl Future) -> usize {
        size_of_val(&future)
    }
    let words = |bytes: usize| bytes / size_of::<usize>();
    let (one, two) = (|| ready([0_usize; 8]), || ready([0_usize; 8]));
    let single = size(async { runtime::join!(one()) });
    let double = size(async { runtime::join!(one(), two()) });
    assert!(words(double - single) <= 11, "{single} {double}");
}

#[test]
fn futures_may_borrow_what_surrounds_them() {
    let mut list = vec![1, 2];
    let total = Cell::new(0);
    block_on(async {
        runtime::join!(async { list.push(3) }, async { total.set(6) });
    });
    assert_eq!((list.len(), total.get()), (3, 6));
}

#[test]
fn anything_that_turns_into_a_future_can_be_joined() {
    struct Order;
    impl IntoFuture for Order {
        type Output = &'static str;
        type IntoFuture = Ready<&'static str>;
        fn into_future(self) -> Self::IntoFuture {
            ready("served")
        }
    }
    assert_eq!(block_on(async { runtime::join!(Order) }), ("served",));
}

#[test]
fn a_temporary_lives_as_long_as_the_future_that_borrows_it() {
    assert_eq!(block_on(async { runtime::join!(&mut ready(1), &mut ready(2)) }), (1, 2));
}

#[test]
fn names_of_the_caller_are_left_alone() {
    const COUNT: u32 = 7;
    let (first, pending, branches, rest, branch0, cx) = (1, 2, 3, 4, 5, 6);
    let sum = block_on(async {
        runtime::join!(async { first + pending + branches }, async { rest + branch0 + cx + COUNT })
    });
    assert_eq!(sum, (6, 22));
}

#[test]
fn more_branches_than_any_tuple_trait_supports() {
    let all = block_on(async {
        runtime::join!(
            ready(0),
            ready(1),
            ready(2),
            ready(3),
            ready(4),
            ready(5),
            ready(6),
            ready(7),
            ready(8),
            ready(9),
            ready(10),
            ready(11),
            ready(12),
            ready(13),
            ready(14),
            ready(15)
        )
    });
    assert_eq!((all.0, all.7, all.15), (0, 7, 15));
}

#[deny(warnings)]
#[test]
fn an_output_that_cannot_exist_causes_no_warning() {
    let mut never = pin!(async { runtime::join!(pending::<Infallible>(), ready(1)) });
    assert!(poll_once(never.as_mut()).is_pending());
    let mut never = pin!(async { runtime::join!(biased; ready(1), pending::<Infallible>()) });
    assert!(poll_once(never.as_mut()).is_pending());
}

//! `try_join!`: what its caller sees.

use futures::channel::oneshot;
use futures::executor::block_on;
use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::future::{Ready, pending, ready};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

fn ok<T>(value: T) -> Result<T, &'static str> {
    Ok(value)
}

fn poll_once<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn values_come_in_the_order_of_the_futures() {
    block_on(async {
        assert_eq!(runtime::try_join!(ready(ok(1))), Ok((1,)));
        assert_eq!(runtime::try_join!(ready(ok(1)), ready(ok("two")),), Ok((1, "two")));
        assert_eq!(runtime::try_join!(biased; ready(ok(1)), ready(ok('2'))), Ok((1, '2')));
    });
}

#[test]
fn nothing_to_wait_for_is_success() {
    block_on(async {
        assert_eq!(runtime::try_join!() as Result<(), Infallible>, Ok(()));
        assert_eq!(runtime::try_join!(biased;) as Result<(), Infallible>, Ok(()));
    });
}

#[test]
fn the_first_error_ends_the_wait() {
    let (_never, unanswered) = oneshot::channel::<()>();
    let (failing, failed) = oneshot::channel::<()>();
    let mut all = pin!(async { runtime::try_join!(unanswered, ready(Ok(1)), failed) });
    assert!(poll_once(all.as_mut()).is_pending());
    drop(failing);
    assert_eq!(poll_once(all.as_mut()), Poll::Ready(Err(oneshot::Canceled)));
}

#[test]
fn an_error_keeps_later_branches_from_being_polled() {
    let polled = Cell::new(false);
    let outcome = block_on(async {
        runtime::try_join!(biased; ready(Err::<(), _>("early")), async {
            polled.set(true);
            ok(())
        })
    });
    assert_eq!((outcome, polled.get()), (Err("early"), false));
}

#[test]
fn an_error_drops_the_values_and_futures_of_the_others() {
    struct Dropped<'a>(&'a Cell<u32>);
    impl Drop for Dropped<'_> {
        fn drop(&mut self) {
            self.0.set(self.0.get() + 1);
        }
    }
    let dropped = Cell::new(0);
    let waiting = async {
        let _held = Dropped(&dropped);
        pending::<Result<(), &str>>().await
    };
    let outcome = block_on(async {
        runtime::try_join!(biased; waiting, ready(ok(Dropped(&dropped))), ready(Err::<(), _>("late")))
    });
    assert_eq!((outcome.err(), dropped.get()), (Some("late"), 2));
}

/// The order in which three branches are polled, over all polls.
macro_rules! poll_order {
    ($($mode:tt)*) => {{
        let order = RefCell::new(Vec::new());
        let branch = async |number| {
            for _ in 0..3 {
                order.borrow_mut().push(number);
                futures::pending!();
            }
            ok(())
        };
        let mut all = pin!(async { runtime::try_join!($($mode)* branch(1), branch(2), branch(3)) });
        while poll_once(all.as_mut()).is_pending() {}
        order.take()
    }};
}

#[test]
fn each_poll_starts_one_branch_further_on() {
    assert_eq!(poll_order!(), [1, 2, 3, 2, 3, 1, 3, 1, 2]);
}

#[test]
fn a_biased_join_starts_with_the_first_branch_each_time() {
    assert_eq!(poll_order!(biased;), [1, 2, 3, 1, 2, 3, 1, 2, 3]);
}

#[test]
fn anything_that_turns_into_a_future_can_be_joined() {
    struct Order(Result<u8, &'static str>);
    impl IntoFuture for Order {
        type Output = Result<u8, &'static str>;
        type IntoFuture = Ready<Self::Output>;
        fn into_future(self) -> Self::IntoFuture {
            ready(self.0)
        }
    }
    let outcome = block_on(async { runtime::try_join!(Order(Ok(1)), Order(Err("sold out"))) });
    assert_eq!(outcome, Err("sold out"));
}

#[test]
fn the_question_mark_works_on_the_outcome() {
    async fn sum() -> Result<i32, &'static str> {
        let (a, b) = runtime::try_join!(async { ok(1) }, async { ok(2) })?;
        Ok(a + b)
    }
    assert_eq!(block_on(sum()), Ok(3));
}

#[deny(warnings)]
#[test]
fn a_value_or_error_that_cannot_exist_causes_no_warning() {
    block_on(async {
        let outcome = runtime::try_join!(ready(Err::<Infallible, _>(1)), ready(Ok(2)));
        assert_eq!(outcome, Err(1));
        let outcome = runtime::try_join!(biased; ready(Ok(2)), ready(Err::<Infallible, _>(1)));
        assert_eq!(outcome, Err(1));
        let outcome = runtime::try_join!(ready(Ok::<_, Infallible>(1)), ready(Ok(2)));
        assert_eq!(outcome, Ok((1, 2)));
    });
}

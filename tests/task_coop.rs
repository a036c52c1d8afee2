//! Letting other tasks run while there is always something to do.

use runtime::runtime::Builder;
use runtime::sync::{Mutex, RwLock, Semaphore, broadcast, mpsc, oneshot};
use runtime::task::coop::{
    consume_budget, cooperative, has_budget_remaining, poll_proceed, unconstrained,
};
use runtime::task::{LocalSet, yield_now};
use std::cell::Cell;
use std::future::{pending, poll_fn, ready};
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

fn block_on<F: Future>(future: F) -> F::Output {
    Builder::new_current_thread().build().unwrap().block_on(future)
}

/// Takes all that is left of this poll's budget; answers how much that was.
fn exhaust(cx: &mut Context<'_>) -> u32 {
    let mut taken = 0;
    while let Poll::Ready(unit) = poll_proceed(cx) {
        unit.made_progress();
        taken += 1;
    }
    taken
}

#[test]
fn each_poll_starts_with_the_same_budget() {
    block_on(async {
        for _ in 0..3 {
            let taken = poll_fn(|cx| Poll::Ready(exhaust(cx))).await;
            assert_eq!(taken, 128);
            assert!(!has_budget_remaining());
            yield_now().await;
        }
    });
}

#[test]
fn outside_a_task_there_is_no_limit() {
    let mut cx = Context::from_waker(Waker::noop());
    for _ in 0..1_000 {
        assert!(poll_proceed(&mut cx).map(|unit| unit.made_progress()).is_ready());
    }
    assert!(has_budget_remaining());
}

#[test]
fn a_task_that_consumes_its_budget_lets_others_run() {
    block_on(async {
        let (tx, mut rx) = mpsc::unbounded_channel();
        let greedy = runtime::spawn(async move {
            for number in 0..1_000 {
                consume_budget().await;
                tx.send(number).unwrap();
            }
        });
        let other = runtime::spawn(async move {
            assert!(rx.try_recv().is_ok() && rx.len() < 1_000);
            rx
        });
        greedy.await.unwrap();
        assert_eq!(other.await.unwrap().len(), 999);
    });
}

#[test]
fn an_unconstrained_future_leaves_the_budget_as_it_was() {
    block_on(async {
        poll_fn(|cx| {
            exhaust(cx);
            Poll::Ready(())
        })
        .await;
        let inside = unconstrained(async {
            for _ in 0..1_000 {
                consume_budget().await;
            }
            has_budget_remaining()
        });
        assert!(inside.await);
        assert!(!has_budget_remaining());
    });
}

#[test]
fn a_cooperative_future_is_not_polled_without_budget() {
    block_on(async {
        let polls = Rc::new(Cell::new(0));
        let mut future = pin!(cooperative(poll_fn(|_| {
            polls.set(polls.get() + 1);
            Poll::Ready(())
        })));
        poll_fn(|cx| {
            exhaust(cx);
            assert!(future.as_mut().poll(cx).is_pending());
            Poll::Ready(())
        })
        .await;
        assert_eq!(polls.get(), 0);
        future.await;
        assert_eq!(polls.get(), 1);
    });
}

#[test]
fn a_cooperative_future_that_is_pending_costs_nothing() {
    block_on(poll_fn(|cx| {
        let mut future = pin!(cooperative(pending::<()>()));
        for _ in 0..1_000 {
            assert!(future.as_mut().poll(cx).is_pending());
        }
        assert_eq!(exhaust(cx), 128);
        Poll::Ready(())
    }));
}

#[test]
fn a_cooperative_future_that_is_ready_costs_one_unit() {
    block_on(poll_fn(|cx| {
        assert!(pin!(cooperative(ready(()))).poll(cx).is_ready());
        assert_eq!(exhaust(cx), 127);
        Poll::Ready(())
    }));
}

/// Polls a future in a task that has no budget left, on a thread that drives no runtime.
fn without_budget<R: 'static>(call: impl FnOnce() -> R + 'static) -> R {
    let set = LocalSet::new();
    let task = set.spawn_local(poll_fn({
        let mut call = Some(call);
        move |cx| {
            exhaust(cx);
            let answer = call.take().unwrap()();
            assert!(!has_budget_remaining(), "the task still has to let others run");
            Poll::Ready(answer)
        }
    }));
    futures::executor::block_on(async {
        set.await;
        task.await.unwrap()
    })
}

#[test]
fn a_blocking_call_in_a_task_without_budget_returns() {
    without_budget(|| {
        let (tx, mut rx) = mpsc::channel(1);
        tx.blocking_send(1).unwrap();
        assert_eq!(rx.blocking_recv(), Some(1));
        tx.blocking_send(2).unwrap();
        assert_eq!(rx.blocking_recv_many(&mut Vec::new(), 2), 1);
    });
    without_budget(|| {
        let (tx, mut rx) = mpsc::unbounded_channel();
        tx.send(1).unwrap();
        assert_eq!(rx.blocking_recv(), Some(1));
    });
    without_budget(|| {
        let (tx, rx) = oneshot::channel();
        tx.send(1).unwrap();
        assert_eq!(rx.blocking_recv(), Ok(1));
    });
    without_budget(|| {
        let (tx, mut rx) = broadcast::channel(1);
        tx.send(1).unwrap();
        assert_eq!(rx.blocking_recv(), Ok(1));
    });
    without_budget(|| *Mutex::new(1).blocking_lock());
    without_budget(|| {
        let lock = RwLock::new(1);
        *lock.blocking_write() += 1;
        assert_eq!(*lock.blocking_read(), 2);
    });
    without_budget(|| drop(Semaphore::new(1).blocking_acquire().unwrap()));
}

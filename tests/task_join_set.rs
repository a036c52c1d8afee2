//! Many tasks that are waited on as one.

use futures::FutureExt;
use runtime::runtime::{Builder, Runtime};
use runtime::sync::oneshot;
use runtime::task::{JoinSet, LocalSet, yield_now};
use std::cell::Cell;
use std::future::{Future, pending, poll_fn};
use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, RawWaker, RawWakerVTable, Wake, Waker};
use std::thread;

fn rt() -> Runtime {
    Builder::new_current_thread().build().unwrap()
}

/// Counts wake-ups.
struct Bell(AtomicUsize);

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// Long enough for every task that is ready.
async fn rest() {
    for _ in 0..100 {
        yield_now().await;
    }
}

fn bell() -> (impl Fn() -> usize, Waker) {
    let bell = Arc::new(Bell(AtomicUsize::new(0)));
    let waker = Waker::from(bell.clone());
    (move || bell.0.load(Ordering::SeqCst), waker)
}

#[test]
fn outputs_come_in_the_order_in_which_the_tasks_end() {
    rt().block_on(async {
        let mut set = JoinSet::new();
        for yields in [3, 1, 0, 2] {
            set.spawn(async move {
                for _ in 0..yields {
                    yield_now().await;
                }
                yields
            });
        }
        assert_eq!(set.join_all().await, [0, 1, 2, 3]);
    });
}

#[test]
fn a_set_is_used_again_after_it_was_empty() {
    rt().block_on(async {
        let mut set = JoinSet::new();
        assert!(set.join_next().await.is_none());
        for round in 0..3 {
            for number in 0..100 {
                set.spawn(async move { number + round });
            }
            let mut sum = 0;
            while let Some(output) = set.join_next().await {
                sum += output.unwrap();
            }
            assert_eq!(sum, 4950 + 100 * round);
            assert_eq!(set.len(), 0);
        }
    });
}

#[test]
fn a_cancelled_wait_loses_nothing() {
    rt().block_on(async {
        let mut set = JoinSet::new();
        set.spawn(async { 5 });
        assert!(set.join_next().now_or_never().is_none());
        assert_eq!(set.len(), 1);
        yield_now().await;
        assert_eq!(set.join_next().now_or_never().unwrap().unwrap().unwrap(), 5);
    });
}

#[test]
fn the_set_is_woken_once_for_those_that_end_before_it_looks() {
    let rt = rt();
    let mut set = JoinSet::new();
    for _ in 0..10 {
        set.spawn_on(async {}, rt.handle());
    }
    let (rings, waker) = bell();
    let mut cx = Context::from_waker(&waker);
    assert!(set.poll_join_next(&mut cx).is_pending());
    rt.block_on(rest());
    assert_eq!(rings(), 1);
    for left in (0..10).rev() {
        assert!(set.poll_join_next(&mut cx).is_ready());
        assert_eq!(set.len(), left);
    }
    assert!(matches!(set.poll_join_next(&mut cx), Poll::Ready(None)));
}

#[test]
fn dropping_the_set_stops_its_tasks() {
    rt().block_on(async {
        let mut set = JoinSet::new();
        let (tx, rx) = oneshot::channel::<()>();
        set.spawn(async move {
            pending::<()>().await;
            drop(tx);
        });
        yield_now().await;
        drop(set);
        assert!(rx.await.is_err());
    });
}

#[test]
fn detached_tasks_run_on_and_their_outputs_are_dropped() {
    let alive = Arc::new(());
    rt().block_on(async {
        let mut set = JoinSet::new();
        let (early, late) = (alive.clone(), alive.clone());
        set.spawn(async move { early });
        let unread = set.spawn(async move {
            yield_now().await;
            late
        });
        yield_now().await;
        set.detach_all();
        assert_eq!((set.len(), Arc::strong_count(&alive)), (0, 2), "one has ended before");
        yield_now().await;
        assert!(unread.is_finished());
        assert_eq!(Arc::strong_count(&alive), 1);
        set.spawn(async { Arc::new(()) });
        assert!(set.join_next().await.unwrap().is_ok(), "what was let go is not given out");
        assert!(set.join_next().await.is_none());
    });
}

#[test]
fn an_abort_through_the_handle_is_an_error_of_the_set() {
    rt().block_on(async {
        let mut set = JoinSet::new();
        let stop = set.spawn(pending::<()>());
        set.spawn(async {});
        stop.abort();
        let mut cancelled = 0;
        while let Some(output) = set.join_next_with_id().await {
            if let Err(error) = output {
                assert!(error.is_cancelled());
                assert_eq!(error.id(), stop.id());
                cancelled += 1;
            }
        }
        assert_eq!(cancelled, 1);
    });
}

#[test]
fn abort_all_keeps_the_tasks_for_the_wait() {
    rt().block_on(async {
        let mut set = JoinSet::new();
        set.spawn(async {});
        set.spawn(pending());
        yield_now().await;
        set.abort_all();
        assert_eq!(set.len(), 2);
        assert!(set.join_next().await.unwrap().is_ok(), "it had ended");
        assert!(set.join_next().await.unwrap().unwrap_err().is_cancelled());
    });
}

#[test]
fn shutdown_waits_for_all() {
    let alive = Arc::new(());
    rt().block_on(async {
        let mut set = JoinSet::new();
        for _ in 0..10 {
            let guard = alive.clone();
            set.spawn(async move {
                pending::<()>().await;
                drop(guard);
            });
        }
        set.spawn(async { panic!("dropped with the rest") });
        yield_now().await;
        set.shutdown().await;
        assert!(set.is_empty());
        assert_eq!(Arc::strong_count(&alive), 1);
    });
}

#[test]
fn join_all_passes_a_panic_on_and_stops_the_others() {
    rt().block_on(async {
        let mut set = JoinSet::new();
        let (tx, rx) = oneshot::channel::<()>();
        set.spawn(async move {
            pending::<()>().await;
            drop(tx);
        });
        set.spawn(async { panic!("boom") });
        let panic = AssertUnwindSafe(set.join_all()).catch_unwind().await.unwrap_err();
        assert_eq!(panic.downcast_ref(), Some(&"boom"));
        assert!(rx.await.is_err());
    });
}

#[test]
fn tasks_of_a_runtime_that_has_ended_are_errors() {
    let mut set = JoinSet::new();
    let gone = rt();
    set.spawn_on(pending::<()>(), gone.handle());
    let handle = gone.handle().clone();
    drop(gone);
    set.spawn_on(pending::<()>(), &handle);
    rt().block_on(async {
        for _ in 0..2 {
            assert!(set.join_next().await.unwrap().unwrap_err().is_cancelled());
        }
    });
}

#[test]
fn a_waker_that_is_replaced_may_run_the_tasks_of_the_set() {
    struct RunsOnDrop(Runtime);
    impl Wake for RunsOnDrop {
        fn wake(self: Arc<Self>) {}
    }
    impl Drop for RunsOnDrop {
        fn drop(&mut self) {
            self.0.block_on(yield_now());
        }
    }
    let rt = rt();
    let mut set = JoinSet::new();
    set.spawn_on(async { 5 }, rt.handle());
    let waker = Waker::from(Arc::new(RunsOnDrop(rt)));
    assert!(set.poll_join_next(&mut Context::from_waker(&waker)).is_pending());
    drop(waker);
    let (rings, waker) = bell();
    assert!(set.poll_join_next(&mut Context::from_waker(&waker)).is_pending());
    assert_eq!(rings(), 1);
    assert_eq!(set.try_join_next().unwrap().unwrap(), 5);
}

#[test]
fn a_waker_that_panics_leaves_set_and_task_whole() {
    struct Panics;
    impl Wake for Panics {
        fn wake(self: Arc<Self>) {
            panic!("woken");
        }
    }
    let rt = rt();
    let mut set = JoinSet::new();
    set.spawn_on(async { 5 }, rt.handle());
    let waker = Waker::from(Arc::new(Panics));
    assert!(set.poll_join_next(&mut Context::from_waker(&waker)).is_pending());
    rt.block_on(yield_now());
    assert_eq!(set.try_join_next().unwrap().unwrap(), 5);
}

#[test]
fn an_abort_that_panics_leaves_no_task_behind() {
    struct Panics;
    impl Wake for Panics {
        fn wake(self: Arc<Self>) {
            panic!("woken");
        }
    }
    let local = LocalSet::new();
    let mut set = JoinSet::new();
    let tasks: Vec<_> = (0..3).map(|_| set.spawn_local_on(pending::<()>(), &local)).collect();
    {
        let waker = Waker::from(Arc::new(Panics));
        let mut root = pin!(local.run_until(pending::<()>()));
        assert!(root.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    }
    assert!(catch_unwind(AssertUnwindSafe(|| set.abort_all())).is_err());
    assert_eq!(set.len(), 3);
    rt().block_on(local.run_until(async { while set.join_next().await.is_some() {} }));
    assert!(tasks.iter().all(|task| task.is_finished()));
}

#[test]
fn a_budget_used_up_lets_others_run_between_outputs() {
    rt().block_on(async {
        let mut set: JoinSet<()> = (0..1_000).map(|_| async {}).collect();
        rest().await;
        let mut taken = 0;
        poll_fn(|cx| {
            while let Poll::Ready(Some(_)) = set.poll_join_next(cx) {
                taken += 1;
            }
            Poll::Ready(())
        })
        .await;
        assert!(taken > 0 && taken < 1_000, "{taken}");
        while set.try_join_next().is_some() {
            taken += 1;
        }
        assert_eq!(taken, 1_000, "a try is not bounded");
    });
}

#[test]
fn stress_tasks_end_on_another_thread_while_the_set_comes_and_goes() {
    let seconds = std::env::var("STRESS_SECONDS").ok().and_then(|text| text.parse().ok());
    let start = std::time::Instant::now();
    let rt = rt();
    let handle = rt.handle().clone();
    let (tx, rx) = oneshot::channel::<()>();
    let other = thread::spawn(move || rt.block_on(rx));
    for round in 0.. {
        let late = start.elapsed().as_secs_f64() > seconds.unwrap_or(0.2);
        if late {
            break;
        }
        let mut set = JoinSet::new();
        for number in 0..20_usize {
            set.spawn_on(async move { Arc::new(number) }, &handle);
        }
        match round % 4 {
            0 => assert_eq!(futures::executor::block_on(set.join_all()).len(), 20),
            1 => drop(set),
            2 => {
                set.detach_all();
                assert!(futures::executor::block_on(set.join_next()).is_none());
            }
            _ => futures::executor::block_on(set.shutdown()),
        }
    }
    tx.send(()).unwrap();
    other.join().unwrap().unwrap();
}

#[test]
fn a_replaced_waker_that_panics_loses_no_output() {
    thread_local! {
        static CLONED: Cell<Option<Box<dyn FnOnce()>>> = const { Cell::new(None) };
    }
    static METHODS: RawWakerVTable = RawWakerVTable::new(
        |data| {
            CLONED.take().into_iter().for_each(|cloned| cloned());
            RawWaker::new(data, &METHODS)
        },
        |_| {},
        |_| {},
        |data| assert!(data.is_null(), "the waker panics"),
    );

    let rt = rt();
    let mut set = JoinSet::new();
    let (tx, rx) = oneshot::channel();
    set.spawn_on(async { rx.await.unwrap() }, rt.handle());
    // SAFETY: the methods use no data, here as below.
    let replaced = ManuallyDrop::new(unsafe { Waker::new(ptr::dangling(), &METHODS) });
    assert!(set.poll_join_next(&mut Context::from_waker(&replaced)).is_pending());
    // The task ends while the set leaves its next waker.
    CLONED.set(Some(Box::new(move || {
        tx.send(7).unwrap();
        rt.block_on(rest());
    })));
    // SAFETY: as above.
    let waker = unsafe { Waker::new(ptr::null(), &METHODS) };
    let mut cx = Context::from_waker(&waker);
    assert!(matches!(set.poll_join_next(&mut cx), Poll::Ready(Some(Ok(7)))));
}

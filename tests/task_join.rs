//! What a join handle tells about its task.

use futures::future::poll_fn;
use runtime::runtime::{Builder, Runtime};
use runtime::task::{JoinError, yield_now};
use std::future::pending;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};

fn rt() -> Runtime {
    Builder::new_current_thread().build().unwrap()
}

/// Counts drops.
struct Tally(Arc<AtomicUsize>);

impl Drop for Tally {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

fn tally() -> (Tally, impl Fn() -> usize) {
    let count = Arc::new(AtomicUsize::new(0));
    (Tally(count.clone()), move || count.load(Ordering::Relaxed))
}

#[test]
fn gives_the_output() {
    rt().block_on(async {
        let task = runtime::spawn(async {
            yield_now().await;
            String::from("out")
        });
        assert_eq!(task.await.unwrap(), "out");
    });
}

#[test]
fn a_dropped_handle_detaches_the_task() {
    rt().block_on(async {
        let (tally, drops) = tally();
        drop(runtime::spawn(async move {
            yield_now().await;
            drop(tally);
        }));
        yield_now().await;
        assert_eq!(drops(), 0);
        yield_now().await;
        assert_eq!(drops(), 1);
    });
}

#[test]
fn an_output_nobody_takes_is_dropped_once() {
    let (early, early_drops) = tally();
    let (late, late_drops) = tally();
    rt().block_on(async {
        let detached = runtime::spawn(async move { early });
        let keeps_the_memory = detached.abort_handle();
        drop(detached);
        let handle = runtime::spawn(async move { late });
        yield_now().await;
        assert_eq!((early_drops(), late_drops()), (1, 0));
        drop(keeps_the_memory);
        drop(handle);
    });
    assert_eq!((early_drops(), late_drops()), (1, 1));
}

#[test]
#[should_panic(expected = "polled after completion")]
fn polling_again_after_the_output_panics() {
    rt().block_on(async {
        let mut task = runtime::spawn(async {});
        (&mut task).await.unwrap();
        let _ = (&mut task).await;
    });
}

#[test]
fn a_panic_in_poll_becomes_the_error() {
    rt().block_on(async {
        let task = runtime::spawn(async { panic!("boom") });
        let id = task.id();
        let error: JoinError = task.await.unwrap_err();
        assert!(error.is_panic() && !error.is_cancelled());
        assert_eq!(error.id(), id);
        assert!(error.to_string().contains("boom"), "{error}");
        assert!(format!("{error:?}").contains("boom"), "{error:?}");
        assert_eq!(*error.into_panic().downcast::<&str>().unwrap(), "boom");
    });
}

#[test]
fn a_cancelled_task_has_no_payload() {
    rt().block_on(async {
        let task = runtime::spawn(pending::<()>());
        task.abort();
        let error = task.await.unwrap_err().try_into_panic().unwrap_err();
        assert!(error.is_cancelled());
        assert_eq!(std::io::Error::from(error).kind(), std::io::ErrorKind::Other);
    });
}

#[test]
fn abort_works_at_every_stage() {
    rt().block_on(async {
        let before_first_poll = runtime::spawn(pending::<()>());
        before_first_poll.abort();
        assert!(before_first_poll.await.unwrap_err().is_cancelled());

        let waiting = runtime::spawn(pending::<()>());
        yield_now().await;
        let abort = waiting.abort_handle();
        abort.abort();
        abort.abort();
        assert!(waiting.await.unwrap_err().is_cancelled());
        assert!(abort.is_finished());

        let done = runtime::spawn(async { 1 });
        yield_now().await;
        done.abort();
        assert_eq!(done.await.unwrap(), 1, "too late to stop it");
    });
}

#[test]
fn a_task_that_aborts_itself_ends_at_its_next_suspension() {
    rt().block_on(async {
        let (send, recv) = std::sync::mpsc::channel::<runtime::task::AbortHandle>();
        let (tally, drops) = tally();
        let task = runtime::spawn(async move {
            let _tally = tally;
            recv.recv().unwrap().abort();
            pending::<()>().await;
        });
        send.send(task.abort_handle()).unwrap();
        assert!(task.await.unwrap_err().is_cancelled());
        assert_eq!(drops(), 1);
    });
}

/// Panics when dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("dropped");
    }
}

#[test]
fn a_panic_in_the_drop_of_a_cancelled_future_becomes_the_error() {
    rt().block_on(async {
        let task = runtime::spawn(async {
            let _bomb = Bomb;
            pending::<()>().await;
        });
        yield_now().await;
        task.abort();
        assert!(task.await.unwrap_err().is_panic());
    });
}

#[test]
fn a_panic_in_the_drop_of_an_unwanted_output_is_contained() {
    rt().block_on(async {
        drop(runtime::spawn(async { Bomb }));
        yield_now().await;
        let handle = runtime::spawn(async { Bomb });
        yield_now().await;
        drop(handle);
        assert_eq!(runtime::spawn(async { 1 }).await.unwrap(), 1, "the loop goes on");
    });
}

#[test]
fn a_payload_that_panics_when_dropped_is_contained() {
    rt().block_on(async {
        drop(runtime::spawn(async { panic_any(Bomb) }));
        yield_now().await;
        assert_eq!(runtime::spawn(async { 1 }).await.unwrap(), 1, "the loop goes on");
    });
}

struct PanickingWaker;

impl std::task::Wake for PanickingWaker {
    fn wake(self: Arc<Self>) {
        panic!("woken");
    }
}

#[test]
fn a_join_waker_that_panics_leaves_task_and_loop_whole() {
    rt().block_on(async {
        let mut task = runtime::spawn(async { 5 });
        let waker = Waker::from(Arc::new(PanickingWaker));
        let mut cx = std::task::Context::from_waker(&waker);
        assert!(std::pin::Pin::new(&mut task).poll(&mut cx).is_pending());
        yield_now().await;
        assert_eq!(task.await.unwrap(), 5);
    });
}

#[test]
fn a_join_waker_that_panics_when_dropped_leaks_no_task() {
    struct Panics;
    impl std::task::Wake for Panics {
        fn wake(self: Arc<Self>) {}
    }
    impl Drop for Panics {
        fn drop(&mut self) {
            panic!("when dropped");
        }
    }
    // Goes with the runtime, which each of its tasks keeps.
    let alive = Arc::new(());
    let keeps = alive.clone();
    let rt = Builder::new_current_thread().on_thread_start(move || drop(keeps.clone())).build();
    let rt = rt.unwrap();
    let mut task = Box::pin(rt.spawn(pending::<()>()));
    let waker = Waker::from(Arc::new(Panics));
    assert!(task.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    drop(waker);
    assert!(catch_unwind(AssertUnwindSafe(|| drop(task))).is_err());
    drop(rt);
    assert_eq!(Arc::strong_count(&alive), 1, "the task is gone");
}

#[test]
fn the_last_waker_given_to_a_handle_is_the_one_woken() {
    rt().block_on(async {
        let mut task = runtime::spawn(async { 5 });
        for _ in 0..3 {
            let noop = &mut std::task::Context::from_waker(Waker::noop());
            assert!(std::pin::Pin::new(&mut task).poll(noop).is_pending());
        }
        assert_eq!(task.await.unwrap(), 5);
    });
}

#[test]
fn ids_are_unique_and_known_inside() {
    rt().block_on(async {
        assert_eq!(runtime::task::try_id(), None, "the root future is no task");
        let tasks: Vec<_> =
            (0..3000).map(|_| runtime::spawn(async { runtime::task::id() })).collect();
        let mut seen = std::collections::HashSet::new();
        for task in tasks {
            let id = task.id();
            assert_eq!(task.await.unwrap(), id);
            assert!(seen.insert(id));
        }
    });
    catch_unwind(AssertUnwindSafe(runtime::task::id)).unwrap_err();
}

#[test]
fn the_id_is_known_while_the_future_is_dropped() {
    struct Note(std::sync::mpsc::Sender<Option<runtime::task::Id>>);
    impl Drop for Note {
        fn drop(&mut self) {
            self.0.send(runtime::task::try_id()).unwrap();
        }
    }
    let (send, recv) = std::sync::mpsc::channel();
    let rt = rt();
    let note = Note(send);
    let task = rt.spawn(async move {
        let _note = note;
        pending::<()>().await;
    });
    rt.block_on(yield_now());
    drop(rt);
    assert_eq!(recv.recv().unwrap(), Some(task.id()));
}

#[test]
fn awaiting_ready_handles_does_not_starve_others() {
    rt().block_on(async {
        let ticks = Arc::new(AtomicUsize::new(0));
        let ticker = runtime::spawn({
            let ticks = ticks.clone();
            async move {
                loop {
                    ticks.fetch_add(1, Ordering::Relaxed);
                    yield_now().await;
                }
            }
        });
        let done: Vec<_> = (0..1000).map(|_| runtime::spawn(async {})).collect();
        poll_fn(|cx| {
            if done.iter().all(|task| task.is_finished()) {
                return Poll::Ready(());
            }
            cx.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
        let before = ticks.load(Ordering::Relaxed);
        for task in done {
            task.await.unwrap();
        }
        assert!(ticks.load(Ordering::Relaxed) > before, "the budget made room for the ticker");
        ticker.abort();
    });
}

#[test]
fn a_future_that_panics_is_dropped_while_its_thread_unwinds() {
    struct Witness(Option<std::sync::mpsc::Sender<bool>>);
    impl Drop for Witness {
        fn drop(&mut self) {
            self.0.take().unwrap().send(std::thread::panicking()).unwrap();
        }
    }
    let (send, recv) = std::sync::mpsc::channel();
    let rt = runtime::runtime::Builder::new_current_thread().build().unwrap();
    let task = rt.spawn(async move {
        let _witness = Witness(Some(send.clone()));
        let outer = Witness(Some(send));
        std::future::poll_fn(|_| -> std::task::Poll<()> { panic!("in poll") }).await;
        drop(outer);
    });
    assert!(rt.block_on(task).unwrap_err().is_panic());
    assert_eq!(recv.iter().collect::<Vec<_>>(), [true, true]);
}

#[test]
fn a_future_that_panics_in_its_poll_and_in_its_drop_leaves_the_first_panic() {
    struct Boom;
    impl Future for Boom {
        type Output = ();
        fn poll(
            self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<()> {
            panic!("first");
        }
    }
    impl Drop for Boom {
        fn drop(&mut self) {
            panic!("second");
        }
    }
    let rt = runtime::runtime::Builder::new_current_thread().build().unwrap();
    let error = rt.block_on(rt.spawn(Boom)).unwrap_err();
    assert_eq!(error.into_panic().downcast_ref(), Some(&"first"));
}

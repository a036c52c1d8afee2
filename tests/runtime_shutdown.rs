//! The end of a runtime: nothing goes on, nothing is lost, nothing is left.

use runtime::net::UnixStream;
use runtime::runtime::{Builder, Runtime};
use runtime::sync::Notify;
use runtime::task::{JoinHandle, yield_now};
use runtime::time::sleep;
use std::future::{Future, pending, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::{Duration, Instant};

fn rt() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// Counts drops.
#[derive(Clone)]
struct Drops(Arc<AtomicUsize>);

struct Tally(Drops);

impl Drops {
    fn new() -> Self {
        Self(Arc::new(AtomicUsize::new(0)))
    }
    fn tally(&self) -> Tally {
        Tally(self.clone())
    }
    fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

impl Drop for Tally {
    fn drop(&mut self) {
        self.0.0.fetch_add(1, Ordering::SeqCst);
    }
}

async fn holding(tally: Tally) {
    let _tally = tally;
    pending::<()>().await;
}

#[test]
fn every_future_is_dropped_once_and_every_handle_resolves() {
    let drops = Drops::new();
    let rt = rt();
    let waiting: Vec<_> = (0..100).map(|_| rt.spawn(holding(drops.tally()))).collect();
    rt.block_on(yield_now());
    let never_polled: Vec<_> = (0..100).map(|_| rt.spawn(holding(drops.tally()))).collect();
    assert_eq!(rt.metrics().num_alive_tasks(), 200);
    let metrics = rt.metrics();
    drop(rt);
    assert_eq!(drops.count(), 200);
    assert_eq!(metrics.num_alive_tasks(), 0);
    for task in waiting.into_iter().chain(never_polled) {
        assert!(futures::executor::block_on(task).unwrap_err().is_cancelled());
    }
}

#[test]
fn a_spawn_after_the_end_is_cancelled_at_once() {
    let drops = Drops::new();
    let rt = rt();
    let handle = rt.handle().clone();
    drop(rt);
    let task = handle.spawn(holding(drops.tally()));
    assert_eq!(drops.count(), 1);
    assert!(futures::executor::block_on(task).unwrap_err().is_cancelled());
}

#[test]
fn after_a_panic_that_ends_the_runtime_spawns_are_cancelled_at_once() {
    use runtime::runtime::UnhandledPanic;

    let rt = Builder::new_current_thread()
        .unhandled_panic(UnhandledPanic::ShutdownRuntime)
        .build()
        .unwrap();
    let drops = Drops::new();
    let waiting = rt.spawn(holding(drops.tally()));
    let ended = catch_unwind(AssertUnwindSafe(|| {
        rt.block_on(async {
            runtime::spawn(async { panic!("this ends the runtime") });
            pending::<()>().await;
        });
    }));
    assert!(ended.is_err());
    let late = rt.spawn(holding(drops.tally()));
    assert_eq!(drops.count(), 2);
    for task in [waiting, late] {
        assert!(futures::executor::block_on(task).unwrap_err().is_cancelled());
    }
}

#[test]
fn tasks_that_spawn_while_they_are_dropped_end_too() {
    struct Spawns(Drops, u32);
    impl Drop for Spawns {
        fn drop(&mut self) {
            self.0.0.fetch_add(1, Ordering::SeqCst);
            if self.1 > 0 {
                let next = Spawns(self.0.clone(), self.1 - 1);
                runtime::spawn(async move {
                    let _next = next;
                    pending::<()>().await;
                });
            }
        }
    }
    let drops = Drops::new();
    let rt = rt();
    let first = Spawns(drops.clone(), 10);
    rt.spawn(async move {
        let _first = first;
        pending::<()>().await;
    });
    rt.block_on(yield_now());
    drop(rt);
    assert_eq!(drops.count(), 11);
}

#[test]
fn a_task_that_holds_its_own_handle_is_freed() {
    let drops = Drops::new();
    let rt = rt();
    let place: Arc<Mutex<Option<JoinHandle<()>>>> = Arc::default();
    let (own, tally) = (place.clone(), drops.tally());
    let task = rt.spawn(async move {
        let _tally = tally;
        let _own = own;
        pending::<()>().await;
    });
    *place.lock().unwrap() = Some(task);
    drop(place);
    rt.block_on(yield_now());
    drop(rt);
    assert_eq!(drops.count(), 1);
}

#[test]
fn a_wake_of_another_task_during_the_end_is_harmless() {
    struct Wakes(Arc<Mutex<Vec<Waker>>>);
    impl Drop for Wakes {
        fn drop(&mut self) {
            for waker in std::mem::take(&mut *self.0.lock().unwrap()) {
                waker.wake();
            }
        }
    }
    let drops = Drops::new();
    let wakers = Arc::new(Mutex::new(Vec::new()));
    let rt = rt();
    for _ in 0..10 {
        let (wakes, kept, tally) = (Wakes(wakers.clone()), wakers.clone(), drops.tally());
        rt.spawn(async move {
            let (_tally, _wakes) = (tally, wakes);
            poll_fn(|cx| {
                kept.lock().unwrap().push(cx.waker().clone());
                Poll::<()>::Pending
            })
            .await;
        });
    }
    rt.block_on(yield_now());
    drop(rt);
    assert_eq!(drops.count(), 10);
}

#[test]
fn wakers_outlive_the_runtime() {
    let wakers: Arc<Mutex<Vec<Waker>>> = Arc::default();
    let rt = rt();
    let kept = wakers.clone();
    rt.spawn(poll_fn(move |cx| {
        kept.lock().unwrap().push(cx.waker().clone());
        Poll::<()>::Pending
    }));
    let root = rt.block_on(async {
        yield_now().await;
        poll_fn(|cx| Poll::Ready(cx.waker().clone())).await
    });
    drop(rt);
    let wakers = std::mem::take(&mut *wakers.lock().unwrap());
    thread::spawn(move || {
        for waker in wakers.into_iter().chain([root]) {
            let clone = waker.clone();
            waker.wake_by_ref();
            drop(waker);
            clone.wake();
        }
    })
    .join()
    .unwrap();
}

#[test]
fn dropped_inside_a_future_it_panics_with_a_remedy() {
    let (outer, inner) = (rt(), rt());
    let payload =
        outer.block_on(async { catch_unwind(AssertUnwindSafe(|| drop(inner))) }).unwrap_err();
    let text = payload.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap();
    assert!(text.contains("Cannot drop a runtime in a context where blocking is not allowed"));
}

#[test]
fn in_the_background_it_may_end_anywhere() {
    let drops = Drops::new();
    let (outer, inner) = (rt(), rt());
    let task = inner.spawn(holding(drops.tally()));
    outer.block_on(async move { inner.shutdown_background() });
    assert_eq!(drops.count(), 1);
    assert!(task.is_finished());
}

#[test]
fn a_panic_in_the_drop_of_one_task_does_not_keep_the_others() {
    struct Bomb {
        _tally: Tally,
    }
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("dropped");
        }
    }
    let drops = Drops::new();
    let rt = rt();
    let tasks: Vec<_> = (0..10)
        .map(|_| {
            let bomb = Bomb { _tally: drops.tally() };
            rt.spawn(async move {
                let _bomb = bomb;
                pending::<()>().await;
            })
        })
        .collect();
    rt.block_on(yield_now());
    drop(rt);
    assert_eq!(drops.count(), 10);
    assert!(tasks.iter().all(JoinHandle::is_finished));
}

#[test]
fn what_a_task_waits_for_does_not_come_because_the_runtime_ends() {
    let rt = Builder::new_multi_thread()
        .worker_threads(1)
        .disable_lifo_slot()
        .enable_all()
        .build()
        .unwrap();
    let (polled, first_poll) = mpsc::channel();
    let (stand, stands) = mpsc::channel();
    let (end, ended) = mpsc::channel::<()>();
    let wake = Arc::new(Notify::new());
    let woken = wake.clone();
    let waits = rt.spawn(async move {
        let (ours, _theirs) = UnixStream::pair().unwrap();
        let mut wakes = 0;
        let mut wake = pin!(async {
            loop {
                woken.notified().await;
                wakes += 1;
            }
        });
        let mut nap = pin!(sleep(Duration::from_secs(3600)));
        let mut readable = pin!(ours.readable());
        poll_fn(|cx| {
            let come = nap.as_mut().poll(cx).is_ready() || readable.as_mut().poll(cx).is_ready();
            let _: Poll<()> = wake.as_mut().poll(cx);
            polled.send(()).unwrap();
            if come { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    });
    first_poll.recv().unwrap();
    rt.spawn(async move {
        // Both are ready then, in this order, when the next round of tasks begins.
        runtime::spawn(async move {
            stand.send(()).unwrap();
            ended.recv().unwrap();
        });
        wake.notify_one();
    });
    stands.recv().unwrap();
    rt.shutdown_background();
    end.send(()).unwrap();
    first_poll.recv().expect("the task is polled once more");
    let outcome = futures::executor::block_on(waits);
    assert!(outcome.is_err_and(|error| error.is_cancelled()));
}

#[test]
fn a_waker_that_panics_keeps_nothing_from_its_end() {
    struct Falls;
    impl Wake for Falls {
        fn wake(self: Arc<Self>) {
            panic!("a waker fell");
        }
    }
    let drops = Drops::new();
    let mut builder = Builder::new_current_thread();
    let rt = builder.enable_all().max_blocking_threads(1).build().unwrap();
    rt.spawn(holding(drops.tally()));
    rt.block_on(yield_now());
    rt.spawn(holding(drops.tally()));
    let context = rt.enter();
    let mut nap = Box::pin(sleep(Duration::from_secs(3600)));
    drop(context);
    let waker = Waker::from(Arc::new(Falls));
    assert!(nap.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    let (begin, begun) = mpsc::channel();
    let (end, ended) = mpsc::channel::<()>();
    rt.spawn_blocking(move || {
        begin.send(()).unwrap();
        ended.recv().unwrap_err();
    });
    begun.recv().unwrap();
    let queued = rt.spawn_blocking(|| {});
    let handle = rt.handle().clone();
    assert!(catch_unwind(AssertUnwindSafe(|| rt.shutdown_background())).is_err());
    assert_eq!(drops.count(), 2);
    let late = handle.spawn_blocking(|| {});
    assert!(futures::executor::block_on(late).unwrap_err().is_cancelled());
    drop(end);
    futures::executor::block_on(queued).unwrap();
}

/// How long a stress test goes on; `STRESS_SECONDS` makes it longer.
fn stress_time() -> Duration {
    let seconds = std::env::var("STRESS_SECONDS").ok().and_then(|text| text.parse().ok());
    Duration::from_secs(seconds.unwrap_or(1))
}

#[test]
fn stress_spawns_from_other_threads_against_the_end() {
    let until = Instant::now() + stress_time();
    while Instant::now() < until {
        let drops = Drops::new();
        let rt = rt();
        let threads: Vec<_> = (0..3)
            .map(|_| {
                let (handle, drops) = (rt.handle().clone(), drops.clone());
                thread::spawn(move || {
                    (0..100).map(|_| handle.spawn(holding(drops.tally()))).collect::<Vec<_>>()
                })
            })
            .collect();
        rt.block_on(yield_now());
        drop(rt);
        for thread in threads {
            for task in thread.join().unwrap() {
                assert!(futures::executor::block_on(task).unwrap_err().is_cancelled());
            }
        }
        assert_eq!(drops.count(), 300);
    }
}

#[test]
fn stress_wakes_and_aborts_from_other_threads() {
    let until = Instant::now() + stress_time();
    let rt = rt();
    let drops = Drops::new();
    let mut spawned = 0;
    while Instant::now() < until {
        let place: Arc<Mutex<Option<Waker>>> = Arc::default();
        let (kept, tally) = (place.clone(), drops.tally());
        let mut polls = 0;
        let task = rt.spawn(async move {
            let _tally = tally;
            poll_fn(move |cx| {
                polls += 1;
                *kept.lock().unwrap() = Some(cx.waker().clone());
                if polls < 50 { Poll::Pending } else { Poll::Ready(()) }
            })
            .await;
        });
        spawned += 1;
        let abort = task.abort_handle();
        let other = thread::spawn(move || {
            for _ in 0..25 {
                let waker = place.lock().unwrap().clone();
                match waker {
                    Some(waker) => waker.wake(),
                    None => thread::yield_now(),
                }
            }
            abort.abort();
            let waker = place.lock().unwrap().take();
            drop(waker);
        });
        let outcome = rt.block_on(task);
        assert!(outcome.is_ok() || outcome.unwrap_err().is_cancelled());
        other.join().unwrap();
        assert_eq!(drops.count(), spawned);
    }
}

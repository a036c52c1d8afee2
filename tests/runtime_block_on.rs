//! Running a root future: one thread, several threads, none.

use runtime::runtime::{Builder, Handle, Runtime};
use runtime::sync::oneshot;
use runtime::task::yield_now;
use std::future::{pending, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, mpsc};
use std::task::{Poll, Waker};
use std::thread;
use std::time::Duration;

/// Longer than any of this takes, unless a wake-up was lost.
const LIMIT: Duration = Duration::from_secs(20);

fn rt() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

fn message(payload: Box<dyn std::any::Any + Send>) -> String {
    match payload.downcast::<String>() {
        Ok(text) => *text,
        Err(payload) => payload.downcast::<&str>().map(|text| text.to_string()).unwrap_or_default(),
    }
}

#[test]
fn inside_itself_it_panics_with_a_remedy() {
    let rt = rt();
    let inner = self::rt();
    let payload = rt
        .block_on(async { catch_unwind(AssertUnwindSafe(|| inner.block_on(async {}))) })
        .unwrap_err();
    assert!(message(payload).contains("Cannot start a runtime from within a runtime"));
    inner.block_on(async {});
}

#[test]
fn a_future_that_panics_leaves_the_runtime_usable() {
    let rt = rt();
    let task = rt.spawn(async {
        yield_now().await;
        3
    });
    catch_unwind(AssertUnwindSafe(|| rt.block_on(async { panic!("boom") }))).unwrap_err();
    assert_eq!(rt.block_on(task).unwrap(), 3);
    assert!(Handle::try_current().is_err(), "the context was left");
}

#[test]
fn tasks_go_on_at_the_next_call() {
    let rt = rt();
    let task = rt.spawn(async {
        for _ in 0..10 {
            yield_now().await;
        }
        "kept"
    });
    rt.block_on(yield_now());
    assert!(!task.is_finished());
    assert_eq!(rt.block_on(task).unwrap(), "kept");
}

#[test]
fn a_wake_from_another_thread_ends_the_sleep_of_the_root() {
    let rt = rt();
    let (send, recv) = mpsc::channel::<Waker>();
    let other = thread::spawn(move || recv.recv_timeout(LIMIT).unwrap().wake());
    let mut polls = 0;
    rt.block_on(poll_fn(|cx| {
        polls += 1;
        if polls == 1 {
            send.send(cx.waker().clone()).unwrap();
            return Poll::Pending;
        }
        Poll::Ready(())
    }));
    other.join().unwrap();
    assert_eq!(polls, 2);
}

#[test]
fn a_root_woken_once_from_outside_is_polled_once_more() {
    let rt = rt();
    let (send, recv) = mpsc::channel::<Waker>();
    let handle = rt.handle().clone();
    let (end, mut ended) = futures::channel::oneshot::channel::<()>();
    let other = thread::spawn(move || {
        recv.recv_timeout(LIMIT).unwrap().wake();
        // Rounds of the loop in which the root has nothing to do.
        handle.spawn(async move {
            for _ in 0..1000 {
                yield_now().await;
            }
            end.send(()).unwrap();
        });
    });
    let mut polls = 0;
    rt.block_on(poll_fn(|cx| {
        polls += 1;
        if polls == 1 {
            send.send(cx.waker().clone()).unwrap();
            return Poll::Pending;
        }
        std::pin::Pin::new(&mut ended).poll(cx).map(|end| end.unwrap())
    }));
    other.join().unwrap();
    assert!((2..=3).contains(&polls), "once at first, once for each wake: {polls}");
}

#[test]
fn a_root_that_is_not_woken_is_not_polled() {
    let rt = rt();
    let polls = Arc::new(AtomicUsize::new(0));
    let task = rt.spawn(async {
        for _ in 0..1000 {
            yield_now().await;
        }
    });
    let mut task = std::pin::pin!(task);
    rt.block_on(poll_fn(|cx| {
        polls.fetch_add(1, Ordering::Relaxed);
        std::future::Future::poll(task.as_mut(), cx)
    }))
    .unwrap();
    assert_eq!(polls.load(Ordering::Relaxed), 2, "once at first, once when the task was done");
}

#[test]
fn a_spawn_from_another_thread_wakes_a_sleeping_loop() {
    let rt = rt();
    let handle = rt.handle().clone();
    let (asleep, is_asleep) = mpsc::channel();
    let (ran, has_run) = mpsc::channel();
    let (end, ended) = futures::channel::oneshot::channel::<()>();
    let other = thread::spawn(move || {
        is_asleep.recv_timeout(LIMIT).unwrap();
        handle.spawn(async move { ran.send(()).unwrap() });
        has_run.recv_timeout(LIMIT).expect("the task ran though nothing else woke the loop");
        end.send(()).unwrap();
    });
    rt.block_on(async move {
        asleep.send(()).unwrap();
        ended.await.unwrap();
    });
    other.join().unwrap();
}

#[test]
fn several_threads_take_turns_at_driving() {
    let rt = Arc::new(rt());
    let start = Arc::new(Barrier::new(8));
    let threads: Vec<_> = (0..8u64)
        .map(|i| {
            let (rt, start) = (rt.clone(), start.clone());
            thread::spawn(move || {
                start.wait();
                rt.block_on(async move {
                    let mut sum = 0;
                    for k in 0..50 {
                        sum += runtime::spawn(async move {
                            yield_now().await;
                            i + k
                        })
                        .await
                        .unwrap();
                    }
                    sum
                })
            })
        })
        .collect();
    for (i, thread) in (0..).zip(threads) {
        assert_eq!(thread.join().unwrap(), 50 * i + 1225);
    }
}

#[test]
fn the_loop_is_handed_on_when_the_driver_ends() {
    let rt = Arc::new(rt());
    let (send, recv) = futures::channel::oneshot::channel::<()>();
    let (first_drives, is_driving) = mpsc::channel();
    let (task_done, is_done) = mpsc::channel();
    let first = thread::spawn({
        let rt = rt.clone();
        move || {
            rt.block_on(async move {
                first_drives.send(()).unwrap();
                recv.await.unwrap();
            });
        }
    });
    is_driving.recv_timeout(LIMIT).unwrap();
    let second = thread::spawn({
        let rt = rt.clone();
        move || {
            rt.block_on(async move {
                // Runs on whichever thread drives by then: the first may be gone.
                send.send(()).unwrap();
                runtime::spawn(async move {
                    for _ in 0..1000 {
                        yield_now().await;
                    }
                    task_done.send(()).unwrap();
                })
                .await
                .unwrap();
            });
        }
    });
    is_done.recv_timeout(LIMIT).expect("somebody drives the loop");
    first.join().unwrap();
    second.join().unwrap();
}

#[test]
fn a_handle_runs_a_future_on_a_loop_that_nobody_drives() {
    let rt = rt();
    let id = rt.handle().id();
    assert_eq!(rt.handle().block_on(async { Handle::current().id() }), id);
    let task = rt.spawn(async { 1 });
    assert!(!task.is_finished(), "a handle does not drive the loop");
    assert_eq!(rt.block_on(task).unwrap(), 1);
}

#[test]
fn hooks_run_around_a_sleep_and_may_spawn() {
    let parks = Arc::new(AtomicUsize::new(0));
    let unparks = Arc::new(AtomicUsize::new(0));
    let (counted, counted_too) = (parks.clone(), unparks.clone());
    let rt = Builder::new_current_thread()
        .on_thread_park(move || {
            if counted.fetch_add(1, Ordering::Relaxed) == 0 {
                runtime::spawn(async {});
            }
        })
        .on_thread_unpark(move || {
            counted_too.fetch_add(1, Ordering::Relaxed);
        })
        .build()
        .unwrap();
    let (send, recv) = futures::channel::oneshot::channel::<()>();
    let handle = rt.handle().clone();
    let metrics = rt.metrics();
    let other = thread::spawn(move || {
        while metrics.num_alive_tasks() == 0 && !send.is_canceled() {
            if parks.load(Ordering::Relaxed) > 1 {
                break;
            }
            thread::yield_now();
        }
        handle.spawn(async move { send.send(()).unwrap() });
    });
    rt.block_on(recv).unwrap();
    other.join().unwrap();
    assert!(unparks.load(Ordering::Relaxed) >= 1);
    assert_eq!(rt.metrics().num_alive_tasks(), 0, "what the hook spawned has run");
}

#[test]
fn guards_dropped_out_of_order_panic() {
    let (a, b) = (rt(), rt());
    let outer = a.enter();
    let inner = b.enter();
    assert_eq!(Handle::current().id(), b.handle().id());
    let payload = catch_unwind(AssertUnwindSafe(|| drop(outer))).unwrap_err();
    assert!(message(payload).contains("dropped out of order"));
    drop(inner);
}

#[test]
fn spawning_outside_a_runtime_panics_at_the_callers_line() {
    let line = Arc::new(AtomicUsize::new(0));
    let noted = line.clone();
    let thread = thread::spawn(move || {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if info.location().is_some_and(|at| at.file().ends_with("runtime_block_on.rs")) {
                noted.store(info.location().unwrap().line() as usize, Ordering::Relaxed);
            }
        }));
        let caught = catch_unwind(|| runtime::spawn(pending::<()>())).unwrap_err();
        std::panic::set_hook(before);
        message(caught)
    });
    assert!(
        thread.join().unwrap().contains("must be called from the context of a Tokio 1.x runtime")
    );
    assert_ne!(line.load(Ordering::Relaxed), 0);
}

#[test]
fn a_seed_repeats_every_random_choice() {
    fn choices(seed: &[u8]) -> Vec<u32> {
        let seed = runtime::runtime::RngSeed::from_bytes(seed);
        let rt = Builder::new_current_thread().rng_seed(seed).build().unwrap();
        let choose = || async {
            runtime::select! {
                _ = async {} => 0,
                _ = async {} => 1,
                _ = async {} => 2,
            }
        };
        (0..4)
            .flat_map(|_| {
                rt.block_on(async {
                    let mut all = Vec::new();
                    for _ in 0..20 {
                        all.push(choose().await);
                    }
                    all
                })
            })
            .collect()
    }
    assert_eq!(choices(b"one"), choices(b"one"));
    assert_ne!(choices(b"one"), choices(b"other"));
}

#[test]
fn what_is_spawned_before_the_root_is_woken_runs_before_it_goes_on() {
    let rt = Builder::new_current_thread().enable_all().build().unwrap();
    let ran = Arc::new(AtomicUsize::new(0));
    let first = ran.clone();
    let seen = rt.block_on(async move {
        let (tx, rx) = oneshot::channel();
        runtime::spawn(async move {
            let second = first.clone();
            runtime::spawn(async move {
                runtime::spawn(async move { second.fetch_add(1, Ordering::Relaxed) });
                first.fetch_add(1, Ordering::Relaxed);
            });
            tx.send(()).unwrap();
        });
        rx.await.unwrap();
        ran.load(Ordering::Relaxed)
    });
    assert_eq!(seen, 2);
}

#[test]
fn a_root_that_yields_waits_for_so_many_tasks_and_no_more() {
    for (tasks, most) in [(10, 10), (100, 20)] {
        let rt = Builder::new_current_thread().event_interval(20).build().unwrap();
        let ran = Arc::new(AtomicUsize::new(0));
        let seen = rt.block_on(async {
            for _ in 0..tasks {
                let ran = ran.clone();
                runtime::spawn(async move { ran.fetch_add(1, Ordering::Relaxed) });
            }
            yield_now().await;
            ran.load(Ordering::Relaxed)
        });
        assert_eq!(seen, most);
    }
}

//! What a program sees of a runtime of several loops.

use runtime::runtime::{Builder, Handle, Runtime, RuntimeFlavor};
use runtime::sync::{Notify, oneshot};
use runtime::task::{self, yield_now};
use runtime::time::{Duration, Instant, sleep};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, mpsc};

fn workers(count: usize) -> Runtime {
    Builder::new_multi_thread().worker_threads(count).enable_all().build().unwrap()
}

#[test]
fn tasks_run_and_are_joined() {
    let rt = workers(2);
    assert_eq!(rt.handle().runtime_flavor(), RuntimeFlavor::MultiThread);
    let sum = rt.block_on(async {
        let tasks: Vec<_> = (0..1_000_u64).map(|n| runtime::spawn(async move { n })).collect();
        let mut sum = 0;
        for task in tasks {
            sum += task.await.unwrap();
        }
        sum
    });
    assert_eq!(sum, 499_500);
}

#[test]
fn a_burst_larger_than_the_queue_of_a_loop_runs() {
    let rt = workers(1);
    let count = rt.block_on(async {
        let burst = runtime::spawn(async {
            let tasks: Vec<_> = (0..1_000).map(|_| runtime::spawn(async {})).collect();
            let mut count = 0;
            for task in tasks {
                count += usize::from(task.await.is_ok());
            }
            count
        });
        runtime::time::timeout(Duration::from_secs(20), burst).await.expect("none is lost").unwrap()
    });
    assert_eq!(count, 1_000);
    assert!(rt.metrics().worker_overflow_count(0) > 0);
}

#[test]
fn two_tasks_run_at_the_same_time() {
    let rt = workers(2);
    let both = Arc::new(Barrier::new(2));
    let tasks = [both.clone(), both].map(|both| rt.spawn(async move { both.wait().is_leader() }));
    let leaders = rt.block_on(async {
        let mut leaders = 0;
        for task in tasks {
            leaders += usize::from(task.await.unwrap());
        }
        leaders
    });
    assert_eq!(leaders, 1);
}

#[test]
fn a_task_spawned_inside_runs_beside_its_parent() {
    let rt = workers(2);
    let (send, recv) = mpsc::channel();
    let parent = rt.spawn(async move {
        runtime::spawn(async move { send.send(()).unwrap() });
        // A poll that never ends before the child has run: only another loop can run it.
        recv.recv_timeout(std::time::Duration::from_secs(20)).is_ok()
    });
    assert!(rt.block_on(parent).unwrap());
}

#[test]
fn many_tasks_that_yield_all_end() {
    let rt = workers(4);
    let count = Arc::new(AtomicUsize::new(0));
    rt.block_on(async {
        let tasks: Vec<_> = (0..200)
            .map(|_| {
                let count = count.clone();
                runtime::spawn(async move {
                    for _ in 0..100 {
                        count.fetch_add(1, Ordering::Relaxed);
                        yield_now().await;
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
    });
    assert_eq!(count.load(Ordering::Relaxed), 20_000);
    assert_eq!(rt.metrics().num_alive_tasks(), 0);
}

#[test]
fn a_stuck_loop_does_not_hold_up_timers_of_others() {
    let rt = workers(2);
    let (late, stuck) = rt.block_on(async {
        runtime::spawn(async {
            // The timer is set on this loop, which then is stuck for a while.
            let nap = runtime::spawn(async {
                let start = Instant::now();
                sleep(Duration::from_millis(20)).await;
                start.elapsed()
            });
            yield_now().await;
            yield_now().await;
            std::thread::sleep(Duration::from_millis(300));
            let stuck = nap.is_finished();
            (nap.await.unwrap(), stuck)
        })
        .await
        .unwrap()
    });
    assert!(stuck, "the nap waited for the loop that was stuck");
    assert!(late < Duration::from_millis(200), "{late:?}");
}

#[test]
fn a_stuck_loop_does_not_hold_up_sockets_of_others() {
    use runtime::io::{AsyncReadExt, AsyncWriteExt};
    use runtime::net::UnixStream;

    let rt = workers(2);
    let waited = rt.block_on(async {
        runtime::spawn(async {
            let (mut here, mut there) = UnixStream::pair().unwrap();
            // The socket is watched by this loop, which then is stuck for a while.
            let reader = runtime::spawn(async move {
                there.read_u8().await.unwrap();
                std::time::Instant::now()
            });
            yield_now().await;
            yield_now().await;
            let start = std::time::Instant::now();
            here.write_u8(1).await.unwrap();
            std::thread::sleep(Duration::from_millis(300));
            reader.await.unwrap() - start
        })
        .await
        .unwrap()
    });
    assert!(waited < Duration::from_millis(150), "{waited:?}");
}

#[test]
fn a_stuck_loop_does_not_hold_up_the_task_that_it_woke_last() {
    let rt = workers(2);
    let waited = rt.block_on(async {
        runtime::spawn(async {
            let start = std::time::Instant::now();
            let next = runtime::spawn(async { std::time::Instant::now() });
            std::thread::sleep(Duration::from_millis(300));
            next.await.unwrap() - start
        })
        .await
        .unwrap()
    });
    assert!(waited < Duration::from_millis(150), "{waited:?}");
}

#[test]
fn a_stuck_loop_does_not_hold_up_timers_beside_one_that_is_busy() {
    let rt = workers(2);
    let is_over = Arc::new(AtomicBool::new(false));
    let fired = rt.block_on(async {
        let busy = runtime::spawn({
            let is_over = is_over.clone();
            async move {
                while !is_over.load(Ordering::Relaxed) {
                    yield_now().await;
                }
            }
        });
        let stuck = runtime::spawn(async {
            // The timer is set on this loop, which then is stuck for a while.
            let nap = runtime::spawn(async { sleep(Duration::from_millis(20)).await });
            yield_now().await;
            yield_now().await;
            std::thread::sleep(Duration::from_millis(300));
            nap.is_finished()
        });
        let fired = stuck.await.unwrap();
        is_over.store(true, Ordering::Relaxed);
        busy.await.unwrap();
        fired
    });
    assert!(fired, "the nap waited for the loop that was stuck");
}

/// How many polls of others a task waits for at most, once it is ready: see the docs of `Builder`.
#[test]
fn two_tasks_that_wake_each_other_do_not_keep_a_third_waiting() {
    let rt = workers(1);
    let turns = rt.block_on(async {
        runtime::spawn(async {
            let (ping, pong) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
            let turns = Arc::new(AtomicUsize::new(0));
            let pair = [(ping.clone(), pong.clone()), (pong, ping.clone())].map(|(mine, other)| {
                let turns = turns.clone();
                runtime::spawn(async move {
                    loop {
                        mine.notified().await;
                        turns.fetch_add(1, Ordering::Relaxed);
                        other.notify_one();
                    }
                })
            });
            yield_now().await;
            ping.notify_one();
            let third = runtime::spawn(async {});
            let before = turns.load(Ordering::Relaxed);
            third.await.unwrap();
            let after = turns.load(Ordering::Relaxed);
            pair.iter().for_each(|task| task.abort());
            after - before
        })
        .await
        .unwrap()
    });
    assert!(turns <= 8, "{turns}");
}

#[test]
fn a_task_from_outside_waits_for_a_bounded_number_of_polls() {
    let rt =
        Builder::new_multi_thread().worker_threads(1).global_queue_interval(20).build().unwrap();
    let polls = rt.block_on(async {
        runtime::spawn(async {
            let polls = Arc::new(AtomicUsize::new(0));
            let busy: Vec<_> = (0..100)
                .map(|_| {
                    let polls = polls.clone();
                    runtime::spawn(async move {
                        loop {
                            polls.fetch_add(1, Ordering::Relaxed);
                            yield_now().await;
                        }
                    })
                })
                .collect();
            yield_now().await;
            let handle = runtime::runtime::Handle::current();
            let seen = polls.clone();
            let before = polls.load(Ordering::Relaxed);
            let outside = std::thread::spawn(move || {
                handle.spawn(async move { seen.load(Ordering::Relaxed) })
            });
            let seen = outside.join().unwrap().await.unwrap();
            busy.iter().for_each(|task| task.abort());
            seen - before
        })
        .await
        .unwrap()
    });
    assert!(polls <= 20 + 1, "{polls}");
}

#[test]
fn a_socket_is_seen_within_a_bounded_number_of_polls() {
    use runtime::io::{AsyncReadExt, AsyncWriteExt};
    use runtime::net::UnixStream;

    let rt = Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .event_interval(30)
        .build()
        .unwrap();
    let polls = rt.block_on(async {
        runtime::spawn(async {
            let polls = Arc::new(AtomicUsize::new(0));
            let (mut here, mut there) = UnixStream::pair().unwrap();
            let seen = polls.clone();
            let reader = runtime::spawn(async move {
                there.read_u8().await.unwrap();
                seen.load(Ordering::Relaxed)
            });
            let busy: Vec<_> = (0..100)
                .map(|_| {
                    let polls = polls.clone();
                    runtime::spawn(async move {
                        loop {
                            polls.fetch_add(1, Ordering::Relaxed);
                            yield_now().await;
                        }
                    })
                })
                .collect();
            yield_now().await;
            let before = polls.load(Ordering::Relaxed);
            here.write_u8(1).await.unwrap();
            let seen = reader.await.unwrap();
            busy.iter().for_each(|task| task.abort());
            seen - before
        })
        .await
        .unwrap()
    });
    // At most so many until the loop looks at the operating system; then the reader goes next.
    assert!(polls <= 30 + 1, "{polls}");
}

#[test]
fn tasks_that_wake_each_other_on_one_loop_leave_the_other_asleep() {
    let rt = workers(2);
    let wakes = |rt: &Runtime| -> u64 {
        (0..2).map(|worker| rt.metrics().worker_park_unpark_count(worker)).sum()
    };
    let (before, after) = rt.block_on(async {
        let rt = rt.handle().clone();
        let metrics = rt.metrics();
        let count =
            move || -> u64 { (0..2).map(|worker| metrics.worker_park_unpark_count(worker)).sum() };
        rt.spawn(async move {
            let (ping, pong) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
            let (mine, other) = (pong.clone(), ping.clone());
            let echo = runtime::spawn(async move {
                for _ in 0..1_000 {
                    other.notified().await;
                    mine.notify_one();
                }
            });
            let before = count();
            for _ in 0..1_000 {
                ping.notify_one();
                pong.notified().await;
            }
            let after = count();
            echo.await.unwrap();
            (before, after)
        })
        .await
        .unwrap()
    });
    // A loop that is preempted looks stuck, and then the other helps: now and then, not each time.
    assert!(after - before < 200, "{} sleeps began or ended in 2,000 wakes", after - before);
    assert!(wakes(&rt) >= after);
}

#[test]
fn blocking_in_place_lets_the_tasks_of_the_same_loop_go_on() {
    let rt = workers(1);
    let (send, recv) = mpsc::channel();
    let seen = rt.block_on(async {
        runtime::spawn(async move {
            runtime::spawn(async move { send.send(7).unwrap() });
            task::block_in_place(|| recv.recv_timeout(std::time::Duration::from_secs(20)))
        })
        .await
        .unwrap()
    });
    assert_eq!(seen, Ok(7));
}

#[test]
fn blocking_in_place_may_start_a_runtime_of_its_own() {
    let rt = workers(1);
    let inner = rt.spawn(async {
        task::block_in_place(|| {
            let inner = Builder::new_current_thread().build().unwrap();
            inner.block_on(async { 5 })
        })
    });
    assert_eq!(rt.block_on(inner).unwrap(), 5);
}

#[test]
#[should_panic(expected = "can call blocking only when running on the multi-threaded runtime")]
fn blocking_in_place_on_a_current_thread_runtime_panics() {
    let rt = Builder::new_current_thread().build().unwrap();
    rt.block_on(async { task::block_in_place(|| ()) });
}

#[test]
fn blocking_in_place_beside_a_current_thread_runtime_calls_the_closure() {
    let rt = Builder::new_current_thread().build().unwrap();
    let seen = rt.handle().block_on(async {
        task::block_in_place(|| Handle::current().block_on(async { task::yield_now().await }));
        5
    });
    assert_eq!(seen, 5);
}

#[test]
#[should_panic(expected = "can call blocking only when running on the multi-threaded runtime")]
fn blocking_in_place_while_another_thread_drives_a_current_thread_runtime_panics() {
    let rt = Builder::new_current_thread().build().unwrap();
    let (ask, asked) = oneshot::channel::<()>();
    let (tell, told) = mpsc::channel();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            rt.block_on(async {
                tell.send(()).unwrap();
                let _ = asked.await;
            })
        });
        told.recv().unwrap();
        // The other thread goes on when this one unwinds.
        let _ask = ask;
        rt.block_on(async { task::block_in_place(|| ()) });
    });
}

#[test]
fn tasks_from_outside_go_between_long_polls() {
    fn next(stop: Arc<AtomicBool>, polls: Arc<AtomicUsize>) {
        std::thread::sleep(std::time::Duration::from_micros(100));
        polls.fetch_add(1, Ordering::Relaxed);
        if !stop.load(Ordering::Relaxed) {
            runtime::spawn(async move { next(stop, polls) });
        }
    }
    let rt = workers(1);
    let (stop, polls) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let chain = (stop.clone(), polls.clone());
    rt.spawn(async move { next(chain.0, chain.1) });
    // The loop learns how long the polls are, then none has to wait for many of them.
    while polls.load(Ordering::Relaxed) < 200 {
        std::thread::yield_now();
    }
    let waits = (0..10).map(|_| {
        let (before, polls) = (polls.load(Ordering::Relaxed), polls.clone());
        let task = rt.spawn(async move { polls.load(Ordering::Relaxed) });
        futures::executor::block_on(task).unwrap() - before
    });
    let shortest = waits.min().unwrap();
    stop.store(true, Ordering::Relaxed);
    assert!(shortest <= 8, "all waited for more than {shortest} polls");
}

#[test]
fn a_waker_that_panics_in_a_loop_leaves_it_and_the_others_in_order() {
    struct Panics;
    impl std::task::Wake for Panics {
        fn wake(self: Arc<Self>) {
            panic!("a waker of the user's");
        }
    }
    let rt = workers(2);
    for _ in 0..20 {
        let nap = rt.block_on(rt.spawn(async {
            let mut nap = Box::pin(sleep(Duration::from_millis(1)));
            let waker = std::task::Waker::from(Arc::new(Panics));
            let polled = nap.as_mut().poll(&mut std::task::Context::from_waker(&waker));
            assert!(polled.is_pending());
            Some(nap)
        }));
        // It goes off while all loops sleep.
        std::thread::sleep(Duration::from_millis(5));
        drop(nap);
    }
    for _ in 0..100 {
        assert_eq!(rt.block_on(rt.spawn(async { 3 })).unwrap(), 3);
    }
    let parks = |worker| rt.metrics().worker_park_unpark_count(worker);
    let end = Instant::now() + Duration::from_secs(20);
    while parks(0) % 2 == 0 || parks(1) % 2 == 0 {
        assert!(Instant::now() < end, "a loop that sleeps is counted as awake");
        std::thread::yield_now();
    }
}

#[test]
fn the_end_drops_every_future_once() {
    struct Count(Arc<AtomicUsize>);
    impl Drop for Count {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
    let dropped = Arc::new(AtomicUsize::new(0));
    let rt = workers(3);
    let tasks: Vec<_> = (0..100)
        .map(|_| {
            let count = Count(dropped.clone());
            rt.spawn(async move {
                let _count = count;
                std::future::pending::<()>().await;
            })
        })
        .collect();
    rt.block_on(async { yield_now().await });
    drop(rt);
    assert_eq!(dropped.load(Ordering::Relaxed), 100);
    let other = Builder::new_current_thread().build().unwrap();
    other.block_on(async {
        for task in tasks {
            assert!(task.await.unwrap_err().is_cancelled());
        }
    });
}

#[test]
fn every_loop_has_rested_once_however_soon_the_runtime_ends() {
    for _ in 0..50 {
        let rt = Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
        let metrics = rt.metrics();
        drop(rt);
        let parks: Vec<u64> = (0..4).map(|worker| metrics.worker_park_count(worker)).collect();
        assert!(parks.iter().all(|&parks| parks >= 1), "{parks:?}");
    }
}

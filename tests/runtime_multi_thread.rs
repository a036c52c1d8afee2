//! What a program sees of a runtime of several loops.

use runtime::runtime::{Builder, Runtime, RuntimeFlavor};
use runtime::task::{self, yield_now};
use runtime::time::{Duration, Instant, sleep};
use std::sync::atomic::{AtomicUsize, Ordering};
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

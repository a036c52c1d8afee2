//! Many loops under load, for a moment here and for longer by `cargo xtask stress`.

use runtime::io::{AsyncReadExt, AsyncWriteExt};
use runtime::net::UnixStream;
use runtime::runtime::{Builder, Runtime};
use runtime::sync::{mpsc, oneshot};
use runtime::task::{self, yield_now};
use runtime::time::{Duration, Instant, sleep};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Repeats `round` until the time is over: a fifth of a second, or what `STRESS_SECONDS` says.
fn stress(mut round: impl FnMut()) {
    let seconds = std::env::var("STRESS_SECONDS").ok().and_then(|text| text.parse().ok());
    let end =
        std::time::Instant::now() + seconds.map_or(Duration::from_millis(200), Duration::from_secs);
    loop {
        round();
        if std::time::Instant::now() >= end {
            return;
        }
    }
}

fn workers(count: usize) -> Runtime {
    Builder::new_multi_thread().worker_threads(count).enable_all().build().unwrap()
}

type Tree = std::pin::Pin<Box<dyn Future<Output = u64> + Send>>;

/// A tree of tasks, each of which waits for its two children.
fn tree(depth: u32) -> Tree {
    Box::pin(async move {
        if depth == 0 {
            return 1;
        }
        let [left, right] = [0, 1].map(|_| runtime::spawn(tree(depth - 1)));
        left.await.unwrap() + right.await.unwrap() + 1
    })
}

#[test]
fn stress_fork_and_join() {
    let rt = workers(4);
    stress(|| assert_eq!(rt.block_on(rt.spawn(tree(10))).unwrap(), 2047));
}

#[test]
fn stress_wakes_between_loops() {
    let rt = workers(3);
    stress(|| {
        rt.block_on(async {
            let rings: Vec<_> = (0..8).map(|_| runtime::spawn(ring(16, 64))).collect();
            for ring in rings {
                assert_eq!(ring.await.unwrap(), 16 * 64);
            }
        });
    });
}

/// A number goes round `members` tasks `rounds` times, and each adds one.
async fn ring(members: usize, rounds: usize) -> usize {
    let (first, mut input) = mpsc::channel::<usize>(1);
    for _ in 0..members {
        let (send, recv) = mpsc::channel(1);
        let mut before = std::mem::replace(&mut input, recv);
        runtime::spawn(async move {
            while let Some(number) = before.recv().await {
                if send.send(number + 1).await.is_err() {
                    break;
                }
            }
        });
    }
    let mut number = 0;
    for _ in 0..rounds {
        first.send(number).await.unwrap();
        number = input.recv().await.unwrap();
    }
    number
}

#[test]
fn stress_spawns_from_outside_are_never_left_lying() {
    let rt = workers(2);
    stress(|| {
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        let (send, recv) = oneshot::channel();
                        rt.spawn(async move { send.send(1) });
                        assert_eq!(recv.blocking_recv(), Ok(1));
                    }
                });
            }
        });
    });
}

#[test]
fn stress_timers_across_loops() {
    let rt = workers(3);
    stress(|| {
        rt.block_on(async {
            let naps: Vec<_> = (0..200_u64)
                .map(|n| {
                    runtime::spawn(async move {
                        let span = Duration::from_micros(n * 37 % 3_000);
                        let start = Instant::now();
                        sleep(span).await;
                        assert!(start.elapsed() >= span);
                    })
                })
                .collect();
            for (n, nap) in naps.into_iter().enumerate() {
                if n % 5 == 0 { nap.abort() } else { nap.await.unwrap() }
            }
        });
    });
}

#[test]
fn stress_blocking_in_place() {
    let rt = workers(2);
    let done = Arc::new(AtomicUsize::new(0));
    let mut expected = 0;
    stress(|| {
        expected += 32;
        let tasks: Vec<_> = (0..32)
            .map(|n| {
                let done = done.clone();
                rt.spawn(async move {
                    yield_now().await;
                    task::block_in_place(|| std::thread::sleep(Duration::from_micros(n * 20)));
                    yield_now().await;
                    done.fetch_add(1, Ordering::Relaxed);
                })
            })
            .collect();
        rt.block_on(async {
            for task in tasks {
                task.await.unwrap();
            }
        });
        assert_eq!(done.load(Ordering::Relaxed), expected);
    });
}

#[test]
fn stress_sockets_and_timers_beside_loops_that_are_stuck() {
    let rt = workers(3);
    stress(|| {
        rt.block_on(async {
            let over = Arc::new(AtomicBool::new(false));
            let stuck: Vec<_> = (0..2_u64)
                .map(|n| {
                    let over = over.clone();
                    runtime::spawn(async move {
                        while !over.load(Ordering::Relaxed) {
                            // About as long as it takes until others help.
                            std::thread::sleep(Duration::from_millis(3 + n));
                            yield_now().await;
                        }
                    })
                })
                .collect();
            let talks: Vec<_> = (0..20_u64).map(|n| runtime::spawn(talk(n))).collect();
            for talk in talks {
                talk.await.unwrap();
            }
            over.store(true, Ordering::Relaxed);
            for stuck in stuck {
                stuck.await.unwrap();
            }
        });
    });
}

/// Two tasks that answer each other over a socket, with a short sleep now and then.
async fn talk(n: u64) {
    let (mut here, mut there) = UnixStream::pair().unwrap();
    let echo = runtime::spawn(async move {
        let mut count = 0;
        while let Ok(byte) = there.read_u8().await {
            there.write_u8(byte).await.unwrap();
            count += 1;
        }
        count
    });
    for byte in 0..30 {
        here.write_u8(byte).await.unwrap();
        assert_eq!(here.read_u8().await.unwrap(), byte);
        if byte % 10 == 0 {
            let (start, span) = (Instant::now(), Duration::from_micros(n * 20));
            sleep(span).await;
            assert!(start.elapsed() >= span);
        }
    }
    drop(here);
    assert_eq!(echo.await.unwrap(), 30);
}

#[test]
fn stress_shutdown_under_load() {
    stress(|| {
        let rt = workers(3);
        let alive = Arc::new(());
        let tasks: Vec<_> = (0..64)
            .map(|n| {
                let alive = alive.clone();
                rt.spawn(async move {
                    let _alive = alive;
                    loop {
                        yield_now().await;
                        if n % 3 == 0 {
                            sleep(Duration::from_micros(50)).await;
                        }
                    }
                })
            })
            .collect();
        for _ in 0..n_yields() {
            std::thread::yield_now();
        }
        drop(rt);
        assert_eq!(Arc::strong_count(&alive), 1, "a future outlived its runtime");
        assert!(tasks.iter().all(|task| task.is_finished()));
    });
}

/// How far the runtime gets before it is dropped: another distance each time.
fn n_yields() -> usize {
    static ROUND: AtomicUsize = AtomicUsize::new(0);
    ROUND.fetch_add(7, Ordering::Relaxed) % 40
}

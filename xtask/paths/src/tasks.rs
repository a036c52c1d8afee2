//! Tasks: made, joined, put off, woken.

use super::{Outcome, Path, one_loop};
use runtime::runtime::Builder;
use runtime::task::{JoinSet, LocalSet, spawn_local, yield_now};
use std::future::poll_fn;
use std::hint::black_box;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

/// The paths of this file.
pub const PATHS: &[Path] = &[
    Path { name: "block_on", run: block_on },
    Path { name: "spawn_join", run: spawn_join },
    Path { name: "spawn_join_workers", run: spawn_join_workers },
    Path { name: "yield_now", run: yields },
    Path { name: "wake_outside", run: wake_outside },
    Path { name: "join_set", run: join_set },
    Path { name: "spawn_local", run: spawn_locally },
    Path { name: "select", run: select },
];

fn block_on(times: u32) -> Outcome {
    let runtime = one_loop()?;
    for i in 0..times {
        black_box(runtime.block_on(async move { i }));
    }
    Ok(())
}

async fn spawn_and_join(times: u32) -> Outcome {
    for i in 0..times {
        black_box(runtime::spawn(async move { i }).await?);
    }
    Ok(())
}

fn spawn_join(times: u32) -> Outcome {
    one_loop()?.block_on(spawn_and_join(times))
}

/// The same in a task of a runtime whose loops are driven by threads of its own.
fn spawn_join_workers(times: u32) -> Outcome {
    let runtime = Builder::new_multi_thread().worker_threads(1).build()?;
    let joined = runtime.spawn(async move { spawn_and_join(times).await.is_ok() });
    match runtime.block_on(joined)? {
        true => Ok(()),
        false => Err("a task failed".into()),
    }
}

fn yields(times: u32) -> Outcome {
    one_loop()?.block_on(async {
        for _ in 0..times {
            yield_now().await;
        }
    });
    Ok(())
}

/// A wake by a thread that does not hold the loop, as this one does not between two `block_on`.
fn wake_outside(times: u32) -> Outcome {
    let runtime = one_loop()?;
    let left = Arc::new(Mutex::new(None::<Waker>));
    let place = left.clone();
    let task = runtime.spawn(poll_fn::<(), _>(move |cx| {
        *lock(&place) = Some(cx.waker().clone());
        Poll::Pending
    }));
    for _ in 0..times {
        let waker = runtime.block_on(async {
            loop {
                let waker = lock(&left).take();
                match waker {
                    Some(waker) => break waker,
                    None => yield_now().await,
                }
            }
        });
        waker.wake();
    }
    task.abort();
    Ok(())
}

fn lock(place: &Mutex<Option<Waker>>) -> MutexGuard<'_, Option<Waker>> {
    place.lock().unwrap_or_else(PoisonError::into_inner)
}

fn join_set(times: u32) -> Outcome {
    one_loop()?.block_on(async {
        let mut set = JoinSet::new();
        for i in 0..times {
            set.spawn(async move { i });
            if i % 64 == 63 {
                while let Some(joined) = set.join_next().await {
                    black_box(joined?);
                }
            }
        }
        Ok(())
    })
}

fn spawn_locally(times: u32) -> Outcome {
    let runtime = one_loop()?;
    LocalSet::new().block_on(&runtime, async {
        for i in 0..times {
            black_box(spawn_local(async move { i }).await?);
        }
        Ok(())
    })
}

/// Two branches, of which the one that is ready takes turns.
fn select(times: u32) -> Outcome {
    one_loop()?.block_on(async {
        for _ in 0..times {
            runtime::select! {
                () = yield_now() => {}
                () = yield_now() => {}
            }
        }
    });
    Ok(())
}

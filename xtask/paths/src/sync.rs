//! Channels and locks, between two tasks where they have two ends.

use super::{Outcome, Path, one_loop};
use runtime::sync::{Mutex, Notify, RwLock, Semaphore, broadcast, mpsc, oneshot, watch};
use runtime::task::yield_now;
use std::hint::black_box;
use std::sync::Arc;

/// The paths of this file.
pub const PATHS: &[Path] = &[
    Path { name: "mpsc", run: bounded },
    Path { name: "mpsc_unbounded", run: unbounded },
    Path { name: "oneshot", run: once },
    Path { name: "broadcast", run: broadcasts },
    Path { name: "watch", run: watches },
    Path { name: "notify", run: notify },
    Path { name: "mutex", run: mutex },
    Path { name: "mutex_contended", run: mutex_contended },
    Path { name: "rwlock", run: rwlock },
    Path { name: "semaphore", run: semaphore },
];

fn bounded(times: u32) -> Outcome {
    one_loop()?.block_on(async {
        let (sender, mut receiver) = mpsc::channel(64);
        let sent = runtime::spawn(async move {
            for i in 0..times {
                sender.send(i).await?;
            }
            Ok::<_, mpsc::error::SendError<u32>>(())
        });
        while let Some(value) = receiver.recv().await {
            black_box(value);
        }
        Ok(sent.await??)
    })
}

fn unbounded(times: u32) -> Outcome {
    one_loop()?.block_on(async {
        let (sender, mut receiver) = mpsc::unbounded_channel();
        let sent = runtime::spawn(async move {
            for i in 0..times {
                sender.send(i)?;
                if i % 64 == 63 {
                    yield_now().await;
                }
            }
            Ok::<_, mpsc::error::SendError<u32>>(())
        });
        while let Some(value) = receiver.recv().await {
            black_box(value);
        }
        Ok(sent.await??)
    })
}

fn once(times: u32) -> Outcome {
    one_loop()?.block_on(async {
        for i in 0..times {
            let (sender, receiver) = oneshot::channel();
            sender.send(i).map_err(|_| "the receiver is gone")?;
            black_box(receiver.await?);
        }
        Ok(())
    })
}

fn broadcasts(times: u32) -> Outcome {
    one_loop()?.block_on(async {
        let (sender, mut receiver) = broadcast::channel(16);
        for i in 0..times {
            sender.send(i)?;
            black_box(receiver.recv().await?);
        }
        Ok(())
    })
}

fn watches(times: u32) -> Outcome {
    one_loop()?.block_on(async {
        let (sender, mut receiver) = watch::channel(0);
        for i in 0..times {
            sender.send(i)?;
            receiver.changed().await?;
            black_box(*receiver.borrow_and_update());
        }
        Ok(())
    })
}

/// One task waits, the other wakes it.
fn notify(times: u32) -> Outcome {
    one_loop()?.block_on(async {
        let (ping, pong) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (heard, answer) = (ping.clone(), pong.clone());
        let peer = runtime::spawn(async move {
            for _ in 0..times {
                heard.notified().await;
                answer.notify_one();
            }
        });
        for _ in 0..times {
            ping.notify_one();
            pong.notified().await;
        }
        Ok(peer.await?)
    })
}

fn mutex(times: u32) -> Outcome {
    one_loop()?.block_on(async {
        let mutex = Mutex::new(0);
        for i in 0..times {
            *mutex.lock().await += i;
        }
        black_box(mutex.into_inner());
    });
    Ok(())
}

/// Two tasks that hold the lock over a yield, so each finds it taken.
fn mutex_contended(times: u32) -> Outcome {
    one_loop()?.block_on(async {
        let mutex = Arc::new(Mutex::new(0));
        let tasks = [0, 1].map(|_| {
            let mutex = mutex.clone();
            runtime::spawn(async move {
                for i in 0..times / 2 {
                    let mut guard = mutex.lock().await;
                    *guard += i;
                    yield_now().await;
                }
            })
        });
        for task in tasks {
            task.await?;
        }
        Ok(())
    })
}

fn rwlock(times: u32) -> Outcome {
    one_loop()?.block_on(async {
        let lock = RwLock::new(0);
        for i in 0..times {
            black_box(*lock.read().await);
            *lock.write().await = i;
        }
    });
    Ok(())
}

fn semaphore(times: u32) -> Outcome {
    one_loop()?.block_on(async {
        let semaphore = Semaphore::new(3);
        for _ in 0..times {
            drop(black_box(semaphore.acquire_many(2).await?));
        }
        Ok(())
    })
}

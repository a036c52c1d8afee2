//! The system calls that a loop makes, and those that it makes do without.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

#[path = "support/calls.rs"]
mod calls;
#[path = "support/dir.rs"]
mod dir;
#[path = "support/filter.rs"]
mod filter;
#[path = "support/net.rs"]
mod support;

use calls::Counts;
use dir::Dir;
use filter::refuse;
use runtime::io::{AsyncReadExt, AsyncWriteExt};
use runtime::net::UnixStream;
use runtime::runtime::{Builder, Runtime};
use runtime::sync::{Mutex, Notify, mpsc};
use runtime::task::yield_now;
use runtime::time::{Duration, sleep, timeout};
use std::sync::Arc;
use support::{poll_once, tcp_pair};

/// Runs `claim` inside a runtime on a thread of its own, which is refused the system call.
///
/// A loop that makes it all the same cannot go on, and panics.
fn without(number: libc::c_long, claim: impl Future<Output = ()> + Send + 'static) {
    let strict = move || {
        let rt: Runtime = Builder::new_current_thread().enable_all().build().unwrap();
        refuse(number, libc::EIO);
        rt.block_on(claim);
        std::mem::forget(rt);
    };
    std::thread::spawn(strict).join().unwrap();
}

/// Two tasks that wake each other, and the root future, by each other and by itself.
async fn wake_each_other() {
    let (ping, pong) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (mine, other) = (pong.clone(), ping.clone());
    let echo = runtime::spawn(async move {
        for _ in 0..200 {
            other.notified().await;
            mine.notify_one();
        }
    });
    let (send, mut recv) = mpsc::channel(1);
    let sender = runtime::spawn(async move {
        for n in 0..200 {
            send.send(n).await.unwrap();
            yield_now().await;
        }
    });
    for n in 0..200 {
        ping.notify_one();
        pong.notified().await;
        assert_eq!(recv.recv().await, Some(n));
        yield_now().await;
    }
    echo.await.unwrap();
    sender.await.unwrap();
}

#[test]
fn wakes_of_the_own_loop_write_to_nobody() {
    without(libc::SYS_write, wake_each_other());
}

#[test]
fn timers_of_the_own_loop_write_to_nobody() {
    without(libc::SYS_write, async {
        sleep(Duration::from_millis(2)).await;
        let nap = runtime::spawn(async { sleep(Duration::from_millis(1)).await });
        assert!(timeout(Duration::from_millis(2), std::future::pending::<()>()).await.is_err());
        nap.await.unwrap();
        let mut moved = std::pin::pin!(sleep(Duration::from_secs(3600)));
        assert!(timeout(Duration::from_millis(1), moved.as_mut()).await.is_err());
        moved.as_mut().reset(runtime::time::Instant::now() + Duration::from_millis(1));
        moved.await;
    });
}

#[test]
fn what_is_ready_is_run_without_a_look_at_the_operating_system() {
    without(libc::SYS_epoll_wait, wake_each_other());
}

#[test]
fn a_timer_that_is_set_and_cancelled_makes_no_system_call() {
    without(libc::SYS_timerfd_settime, async {
        for _ in 0..100 {
            let nap = timeout(Duration::from_secs(3600), yield_now());
            nap.await.unwrap();
        }
    });
}

#[test]
fn a_socket_that_never_has_to_wait_is_not_registered() {
    without(libc::SYS_epoll_ctl, async {
        let (mut ours, mut theirs) = UnixStream::pair().unwrap();
        for n in 0..10 {
            ours.write_all(&[n]).await.unwrap();
            assert_eq!(theirs.read_u8().await.unwrap(), n);
        }
    });
}

const STEPS: usize = 100;

/// The system calls of a hundred steps on a current-thread runtime, after a few that warm it up.
fn calls_of_steps<S: AsyncFnMut()>(begin: impl AsyncFnOnce() -> S + Send + 'static) -> Counts {
    calls::count(move |window| {
        let rt = Builder::new_current_thread().enable_all().build().unwrap();
        rt.block_on(async {
            let mut step = begin().await;
            for _ in 0..10 {
                step().await;
            }
            window.begin();
            for _ in 0..STEPS {
                step().await;
            }
            window.end();
        });
    })
}

#[test]
fn an_echo_over_tcp_costs_six_system_calls_for_both_sides() {
    let calls = calls_of_steps(async || {
        let (mut client, mut server) = tcp_pair().await;
        runtime::spawn(async move {
            let mut buf = [0; 64];
            while server.read_exact(&mut buf).await.is_ok() {
                server.write_all(&buf).await.unwrap();
            }
        });
        async move || {
            let mut buf = [7; 64];
            client.write_all(&buf).await.unwrap();
            client.read_exact(&mut buf).await.unwrap();
        }
    });
    assert!(calls.values().sum::<usize>() <= 6 * STEPS, "{calls:?}");
    assert_eq!(calls[&libc::SYS_epoll_wait], 2 * STEPS, "{calls:?}");
}

#[test]
fn tasks_channels_and_locks_cost_none() {
    let calls = calls_of_steps(async || {
        let (send, mut recv) = mpsc::channel(1);
        let lock = Arc::new(Mutex::new(0));
        async move || {
            let (send, shared) = (send.clone(), lock.clone());
            let task = runtime::spawn(async move {
                yield_now().await;
                send.send(*shared.lock().await).await.unwrap();
            });
            *lock.lock().await += 1;
            assert_eq!(recv.recv().await, Some(*lock.lock().await));
            task.await.unwrap();
        }
    });
    assert_eq!(calls, Counts::new());
}

#[test]
fn timers_that_do_not_fire_cost_none() {
    let calls = calls_of_steps(async || {
        async || {
            let mut nap = std::pin::pin!(sleep(Duration::from_secs(3600)));
            assert!(poll_once(nap.as_mut()).is_pending());
            nap.as_mut().reset(runtime::time::Instant::now() + Duration::from_secs(1800));
            assert!(poll_once(nap.as_mut()).is_pending());
            timeout(Duration::from_secs(60), yield_now()).await.unwrap();
        }
    });
    assert_eq!(calls, Counts::new());
}

#[test]
fn a_crowd_of_ready_sockets_takes_one_look() {
    let calls = calls_of_steps(async || {
        let mut pairs = Vec::new();
        for _ in 0..20 {
            pairs.push(UnixStream::pair().unwrap());
        }
        async move || {
            let reads = pairs.iter_mut().map(|(ours, _)| Box::pin(ours.read_u8()));
            let mut reads: Vec<_> = reads.collect();
            for read in &mut reads {
                assert!(poll_once(read.as_mut()).is_pending());
            }
            drop(reads);
            for (_, theirs) in &mut pairs {
                theirs.write_u8(1).await.unwrap();
            }
            for (ours, _) in &mut pairs {
                ours.read_u8().await.unwrap();
            }
        }
    });
    assert!(calls[&libc::SYS_epoll_wait] <= STEPS, "{calls:?}");
}

#[test]
fn a_small_file_is_read_by_one_hand_over() {
    let calls =
        calls_of_steps(async || async || drop(runtime::fs::read("Cargo.toml").await.unwrap()));
    // One call tells the other thread, which waits for that with another; a second hand-over would
    // double that. Between lie the few times that both want the queue's lock at once.
    let tells = calls.get(&libc::SYS_futex).copied().unwrap_or_default();
    assert!(tells < 3 * STEPS, "{calls:?}");
    assert!(calls[&libc::SYS_epoll_wait] <= STEPS + 1, "{calls:?}");
}

#[test]
fn a_folder_is_read_in_batches() {
    let dir = Dir::new();
    (0..200).for_each(|name| std::fs::write(dir.join(name.to_string()), "").unwrap());
    let path = dir.to_path_buf();
    let calls = calls_of_steps(async move || {
        async move || {
            let mut entries = runtime::fs::read_dir(&path).await.unwrap();
            let mut count = 0;
            while entries.next_entry().await.unwrap().is_some() {
                count += 1;
            }
            assert_eq!(count, 200);
        }
    });
    // Each hand-over is waited for once; two would do for so few.
    assert!(calls[&libc::SYS_epoll_wait] <= 2 * STEPS, "{calls:?}");
}

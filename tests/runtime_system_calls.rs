//! System calls that a loop has no need of: each is refused, and nobody misses it.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

#[path = "support/filter.rs"]
mod filter;

use filter::refuse;
use runtime::io::{AsyncReadExt, AsyncWriteExt};
use runtime::net::UnixStream;
use runtime::runtime::{Builder, Runtime};
use runtime::sync::{Notify, mpsc};
use runtime::task::yield_now;
use runtime::time::{Duration, sleep, timeout};
use std::sync::Arc;

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

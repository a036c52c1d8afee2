//! `AsyncFd`: any descriptor in the hands of the reactor.

use runtime::io::unix::AsyncFd;
use runtime::io::{Interest, Ready};
use runtime::runtime::{Builder, Runtime, is_rt_shutdown_err};
use runtime::task::yield_now;
use std::future::Future;
use std::io::{self, Read, Write};
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};

fn rt() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

fn pair() -> (AsyncFd<UnixStream>, UnixStream) {
    let (ours, theirs) = UnixStream::pair().unwrap();
    ours.set_nonblocking(true).unwrap();
    (AsyncFd::new(ours).unwrap(), theirs)
}

struct Count(AtomicUsize);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

fn counted() -> (Arc<Count>, Waker) {
    let count = Arc::new(Count(AtomicUsize::new(0)));
    (count.clone(), count.into())
}

#[runtime::test]
async fn readiness_stays_until_it_is_taken_back() {
    let (ours, mut theirs) = pair();
    theirs.write_all(b"x").unwrap();
    for _ in 0..3 {
        ours.readable().await.unwrap().retain_ready();
    }
    let mut guard = ours.readable().await.unwrap();
    assert_eq!(ours.get_ref().read(&mut [0; 4]).unwrap(), 1);
    guard.clear_ready();
    assert!(guard.ready().is_empty());
    let mut again = Box::pin(ours.readable());
    assert!(again.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    theirs.write_all(b"y").unwrap();
    assert!(again.await.unwrap().ready().is_readable());
}

#[runtime::test]
async fn what_arrives_after_the_guard_survives_its_clear() {
    let (ours, mut theirs) = pair();
    theirs.write_all(b"x").unwrap();
    let mut guard = ours.readable().await.unwrap();
    theirs.write_all(b"y").unwrap();
    // Waiting for anything turns the reactor, which finds the second event there.
    runtime::time::sleep(std::time::Duration::from_nanos(1)).await;
    guard.clear_ready();
    assert!(ours.try_io(Interest::READABLE, |_| Ok(())).is_ok());
}

#[runtime::test]
async fn the_end_of_a_side_stays() {
    let (ours, theirs) = pair();
    drop(theirs);
    ours.readable().await.unwrap().clear_ready();
    let guard = ours.readable().await.unwrap();
    assert!(guard.ready().is_read_closed());
    assert_eq!(guard.get_inner().read(&mut [0; 4]).unwrap(), 0);
}

#[runtime::test]
async fn try_io_calls_the_operation_only_when_it_may_succeed() {
    let (ours, mut theirs) = pair();
    let blocked = |_: &UnixStream| -> io::Result<()> { Err(io::ErrorKind::WouldBlock.into()) };
    let refused = ours.try_io(Interest::READABLE, |_| -> io::Result<()> { panic!("not ready") });
    assert_eq!(refused.unwrap_err().kind(), io::ErrorKind::WouldBlock);
    theirs.write_all(b"x").unwrap();
    ours.readable().await.unwrap().retain_ready();
    assert!(ours.try_io(Interest::READABLE, |_| Ok(())).is_ok());
    assert!(ours.try_io(Interest::READABLE, blocked).is_err());
    let refused = ours.try_io(Interest::READABLE, |_| -> io::Result<()> { panic!("taken back") });
    assert_eq!(refused.unwrap_err().kind(), io::ErrorKind::WouldBlock);
}

#[runtime::test]
async fn async_io_waits_as_often_as_it_takes() {
    let (mut ours, mut theirs) = pair();
    let writer = std::thread::spawn(move || {
        theirs.write_all(b"ping").unwrap();
        theirs
    });
    let mut buf = [0; 8];
    let read = ours.async_io(Interest::READABLE, |mut fd| fd.read(&mut buf)).await.unwrap();
    assert_eq!(&buf[..read], b"ping");
    drop(writer.join().unwrap());
    let read = ours.async_io_mut(Interest::READABLE, |fd| fd.read(&mut buf)).await.unwrap();
    assert_eq!(read, 0);
}

#[runtime::test]
async fn async_io_hands_every_other_error_on_at_once() {
    let (mut ours, _theirs) = pair();
    for kind in [io::ErrorKind::Interrupted, io::ErrorKind::BrokenPipe] {
        let mut calls = 0;
        let mut fail = || {
            calls += 1;
            Err::<(), _>(kind.into())
        };
        let result: io::Result<()> = ours.async_io(Interest::WRITABLE, |_| fail()).await;
        assert_eq!(result.unwrap_err().kind(), kind);
        let result: io::Result<()> = ours.async_io_mut(Interest::WRITABLE, |_| fail()).await;
        assert_eq!(result.unwrap_err().kind(), kind);
        assert_eq!(calls, 2);
    }
}

#[runtime::test]
async fn an_operation_that_blocks_in_spite_of_an_end_lets_others_run() {
    let (ours, theirs) = pair();
    drop(theirs);
    ours.readable().await.unwrap().retain_ready();
    let mut blocks = std::pin::pin!(ours.async_io(Interest::READABLE, |_| -> io::Result<()> {
        Err(io::ErrorKind::WouldBlock.into())
    }));
    let once = std::future::poll_fn(|cx| Poll::Ready(blocks.as_mut().poll(cx)));
    assert!(once.await.is_pending());
}

#[runtime::test]
async fn polling_keeps_one_waker_for_each_direction() {
    let (ours, mut theirs) = pair();
    let ((first, one), (second, two)) = (counted(), counted());
    assert!(ours.poll_read_ready(&mut Context::from_waker(&one)).is_pending());
    assert!(ours.poll_read_ready(&mut Context::from_waker(&two)).is_pending());
    theirs.write_all(b"x").unwrap();
    ours.readable().await.unwrap().retain_ready();
    assert_eq!((first.0.load(Ordering::SeqCst), second.0.load(Ordering::SeqCst)), (0, 1));
}

#[runtime::test]
async fn any_number_of_futures_is_woken() {
    let (ours, mut theirs) = pair();
    let ours = Arc::new(ours);
    let waiting: Vec<_> = (0..100)
        .map(|_| {
            let ours = ours.clone();
            runtime::spawn(async move { ours.readable().await.unwrap().retain_ready() })
        })
        .collect();
    yield_now().await;
    theirs.write_all(b"x").unwrap();
    for one in waiting {
        one.await.unwrap();
    }
}

#[runtime::test]
async fn interest_in_one_direction_hears_of_that_one() {
    let (ours, _theirs) = UnixStream::pair().unwrap();
    ours.set_nonblocking(true).unwrap();
    let ours = AsyncFd::with_interest(ours, Interest::WRITABLE).unwrap();
    let guard = ours.ready(Interest::READABLE | Interest::WRITABLE).await.unwrap();
    assert_eq!(guard.ready(), Ready::WRITABLE);
}

#[runtime::test]
async fn a_descriptor_that_cannot_be_watched_comes_back() {
    struct Bad;
    impl AsRawFd for Bad {
        fn as_raw_fd(&self) -> RawFd {
            -1
        }
    }
    let refused = AsyncFd::try_new(Bad).err().expect("there is no such descriptor");
    assert!(refused.to_string().contains("Bad file descriptor"), "{refused}");
    let (_bad, cause) = refused.into_parts();
    assert_eq!(cause.kind(), AsyncFd::new(Bad).err().unwrap().kind());
}

#[runtime::test]
async fn what_is_taken_out_is_open_and_can_be_watched_again() {
    let (ours, mut theirs) = pair();
    let ours = AsyncFd::new(ours.into_inner()).unwrap();
    theirs.write_all(b"x").unwrap();
    let mut buf = [0; 1];
    assert_eq!(ours.async_io(Interest::READABLE, |mut fd| fd.read(&mut buf)).await.unwrap(), 1);
    drop(ours);
    assert_eq!(theirs.read(&mut [0; 4]).unwrap(), 0, "dropping it closes what is inside");
}

#[test]
fn the_end_of_the_runtime_is_an_error_and_wakes_who_waits() {
    let rt = rt();
    let (ours, _theirs) = rt.block_on(async { pair() });
    let (count, waker) = counted();
    let mut waiting = Box::pin(ours.readable());
    assert!(waiting.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    drop(rt);
    assert_eq!(count.0.load(Ordering::SeqCst), 1);
    for error in [
        futures::executor::block_on(waiting).unwrap_err(),
        futures::executor::block_on(ours.writable()).unwrap_err(),
        ours.try_io(Interest::WRITABLE, |_| Ok(())).unwrap_err(),
    ] {
        assert!(is_rt_shutdown_err(&error), "{error}");
    }
}

#[test]
fn the_end_of_the_runtime_races_who_begins_to_wait() {
    for _ in 0..100 {
        let rt = rt();
        let (ours, _theirs) = rt.block_on(async { pair() });
        let end = std::thread::spawn(move || drop(rt));
        assert!(futures::executor::block_on(ours.readable()).is_err());
        end.join().unwrap();
    }
}

#[test]
#[should_panic = "there is no reactor running"]
fn outside_a_runtime_it_says_so() {
    pair();
}

#[test]
#[should_panic = "Call `enable_io` on the runtime builder to enable IO."]
fn without_io_it_says_so() {
    Builder::new_current_thread().enable_time().build().unwrap().block_on(async { pair() });
}

/// A socket is registered by the first task that has to wait. Two that are first at once must
/// share one registration.
#[test]
fn two_first_users_at_once_share_a_registration() {
    let rt = rt();
    for _ in 0..300 {
        let socket = rt.block_on(async { runtime::net::UnixDatagram::unbound().unwrap() });
        // A barrier would wake one of them long after the other.
        let ready = AtomicUsize::new(0);
        let wait = || {
            let (count, waker) = counted();
            let mut buf = [0; 1];
            ready.fetch_add(1, Ordering::SeqCst);
            while ready.load(Ordering::SeqCst) < 2 {
                std::hint::spin_loop();
            }
            let mut buf = runtime::io::ReadBuf::new(&mut buf);
            let polled = socket.poll_recv(&mut Context::from_waker(&waker), &mut buf);
            (polled, count)
        };
        let polled = std::thread::scope(|scope| {
            [scope.spawn(wait), scope.spawn(wait)].map(|user| user.join().unwrap().0)
        });
        for polled in polled {
            assert!(matches!(polled, Poll::Pending), "{polled:?}");
        }
    }
}

//! `duplex` and `simplex`: streams in memory that behave like sockets.

#[path = "support/faults.rs"]
mod faults;

use faults::{Wakes, poll_once};
use futures::executor::block_on;
use runtime::io::{
    self, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, ErrorKind, SimplexStream, duplex,
    simplex,
};
use std::future::Future;
use std::io::IoSlice;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

/// Polls a future that has to wait, with a waker.
fn poll_waiting<F: Future>(future: Pin<&mut F>, waker: &Waker) {
    assert!(future.poll(&mut Context::from_waker(waker)).is_pending());
}

#[test]
fn bytes_come_out_in_order_around_the_end_of_the_memory() {
    let (mut near, mut far) = duplex(7);
    block_on(async {
        for round in 0..50_u8 {
            let sent = [round, round.wrapping_mul(3), round ^ 0x55, 9, round];
            near.write_all(&sent).await.unwrap();
            let mut got = [0; 5];
            far.read_exact(&mut got).await.unwrap();
            assert_eq!(got, sent);
        }
    });
}

#[test]
fn a_writer_waits_while_the_pipe_is_full() {
    let (mut near, mut far) = duplex(4);
    assert_eq!(block_on(near.write(b"abcdef")).unwrap(), 4);
    let (wakes, waker) = Wakes::new();
    let mut write = pin!(near.write(b"ef"));
    poll_waiting(write.as_mut(), &waker);
    assert_eq!(wakes.count(), 0);
    assert_eq!(block_on(far.read(&mut [0; 1])).unwrap(), 1);
    assert_eq!(wakes.count(), 1);
    assert_eq!(block_on(write).unwrap(), 1, "only as much as there is room for");
}

#[test]
fn a_reader_waits_while_the_pipe_is_empty() {
    let (mut near, mut far) = duplex(4);
    let (wakes, waker) = Wakes::new();
    let mut buf = [0; 8];
    let mut read = pin!(far.read(&mut buf));
    poll_waiting(read.as_mut(), &waker);
    assert_eq!(
        block_on(near.write_vectored(&[IoSlice::new(b"a"), IoSlice::new(b"b")])).unwrap(),
        2
    );
    assert_eq!(wakes.count(), 1);
    assert_eq!(block_on(read).unwrap(), 2);
}

#[test]
fn the_last_waker_is_the_one_that_is_woken() {
    let (mut near, mut far) = duplex(4);
    let (first, second) = (Wakes::new(), Wakes::new());
    for waker in [&first.1, &first.1, &second.1] {
        poll_waiting(pin!(far.read(&mut [0; 1])), waker);
    }
    block_on(near.write_all(b"x")).unwrap();
    assert_eq!((first.0.count(), second.0.count()), (0, 1));
}

#[test]
fn operations_of_no_length_never_wait_and_wake_nobody() {
    let (mut near, mut far) = duplex(1);
    let (wakes, waker) = Wakes::new();
    poll_waiting(pin!(far.read(&mut [0; 1])), &waker);
    assert_eq!(poll_once(near.write(b"")).unwrap().unwrap(), 0);
    assert_eq!(poll_once(near.write_vectored(&[])).unwrap().unwrap(), 0);
    assert_eq!(poll_once(near.read(&mut [])).unwrap().unwrap(), 0);
    assert_eq!(wakes.count(), 0);
    block_on(near.write_all(b"x")).unwrap();
    assert_eq!(poll_once(near.write(b"")).unwrap().unwrap(), 0, "not even when it is full");
}

#[test]
fn shutting_down_ends_one_direction() {
    let (mut near, mut far) = duplex(16);
    block_on(async {
        near.write_all(b"last").await.unwrap();
        near.shutdown().await.unwrap();
        near.shutdown().await.unwrap();
        assert_eq!(near.write(b"x").await.unwrap_err().kind(), ErrorKind::BrokenPipe);
        assert_eq!(near.write(b"").await.unwrap_err().kind(), ErrorKind::BrokenPipe);

        let mut rest = String::new();
        far.read_to_string(&mut rest).await.unwrap();
        assert_eq!(rest, "last");
        far.write_all(b"still open").await.unwrap();
        assert_eq!(near.read(&mut [0; 16]).await.unwrap(), 10);
    });
}

#[test]
fn dropping_one_side_wakes_the_reader_and_the_writer_of_the_other() {
    let (mut near, far) = duplex(1);
    block_on(near.write_all(b"x")).unwrap();
    let (wakes, waker) = Wakes::new();
    poll_waiting(pin!(near.write(b"y")), &waker);
    poll_waiting(pin!(near.read(&mut [0; 1])), &waker);
    assert_eq!(wakes.count(), 0);
    drop(far);
    assert_eq!(wakes.count(), 2);
    assert_eq!(block_on(near.write(b"y")).unwrap_err().kind(), ErrorKind::BrokenPipe);
    assert_eq!(block_on(near.read(&mut [0; 1])).unwrap(), 0);
}

#[test]
fn flushing_does_nothing() {
    let (mut near, _far) = duplex(1);
    block_on(near.write_all(b"x")).unwrap();
    poll_once(near.flush()).unwrap().unwrap();
    assert!(near.is_write_vectored());
}

/// Drives a future from inside its own waker.
struct Inline(Mutex<Option<Pin<Box<dyn Future<Output = ()> + Send>>>>);

impl Inline {
    fn start(future: impl Future<Output = ()> + Send + 'static) -> Arc<Self> {
        let task = Arc::new(Self(Mutex::new(Some(Box::pin(future)))));
        task.clone().wake();
        assert!(!task.is_done());
        task
    }

    fn is_done(&self) -> bool {
        self.0.lock().unwrap().is_none()
    }
}

impl Wake for Inline {
    fn wake(self: Arc<Self>) {
        let waker = Waker::from(self.clone());
        // Out of the lock while it runs, since it may wake itself.
        let Some(mut future) = self.0.lock().unwrap().take() else { return };
        if future.as_mut().poll(&mut Context::from_waker(&waker)).is_pending() {
            *self.0.lock().unwrap() = Some(future);
        }
    }
}

#[test]
fn a_waker_may_come_straight_back_into_the_pipe() {
    let (mut near, mut far) = duplex(1);
    let echo = Inline::start(async move {
        while let Ok(byte) = far.read_u8().await {
            far.write_u8(byte + 1).await.unwrap();
        }
    });
    block_on(async {
        near.write_u8(41).await.unwrap();
        assert_eq!(near.read_u8().await.unwrap(), 42, "answered before the write returned");
    });
    drop(near);
    assert!(echo.is_done());
}

#[test]
fn a_waker_may_come_straight_back_through_a_split() {
    let (mut reader, mut writer) = simplex(1);
    let task = Inline::start(async move {
        assert_eq!(reader.read_u8().await.unwrap(), 7);
    });
    block_on(writer.write_u8(7)).unwrap();
    assert!(task.is_done());
}

/// Panics when it is woken.
struct Grenade;

impl Wake for Grenade {
    fn wake(self: Arc<Self>) {
        panic!("woken");
    }
}

#[test]
fn a_panicking_waker_leaves_the_pipe_whole() {
    let (mut near, mut far) = duplex(8);
    poll_waiting(pin!(far.read(&mut [0; 1])), &Arc::new(Grenade).into());
    catch_unwind(AssertUnwindSafe(|| block_on(near.write(b"abc")))).unwrap_err();
    let mut got = [0; 3];
    block_on(far.read_exact(&mut got)).unwrap();
    assert_eq!(&got, b"abc", "the bytes were there before the waker was woken");
}

#[test]
fn a_panicking_waker_does_not_keep_the_other_direction_open() {
    let (mut near, far) = duplex(1);
    block_on(near.write_all(b"x")).unwrap();
    let (wakes, waker) = Wakes::new();
    poll_waiting(pin!(near.read(&mut [0; 1])), &Arc::new(Grenade).into());
    poll_waiting(pin!(near.write(b"y")), &waker);
    catch_unwind(AssertUnwindSafe(|| drop(far))).unwrap_err();
    assert_eq!(wakes.count(), 1);
    assert_eq!(block_on(near.write(b"y")).unwrap_err().kind(), ErrorKind::BrokenPipe);
    assert_eq!(block_on(near.read(&mut [0; 1])).unwrap(), 0);
}

#[test]
fn a_panicking_waker_leaves_a_simplex_whole() {
    let (mut reader, mut writer) = simplex(8);
    poll_waiting(pin!(reader.read(&mut [0; 1])), &Arc::new(Grenade).into());
    catch_unwind(AssertUnwindSafe(|| block_on(writer.write(b"abc")))).unwrap_err();
    let mut got = [0; 3];
    block_on(reader.read_exact(&mut got)).unwrap();
    assert_eq!(&got, b"abc");
    poll_waiting(pin!(reader.read(&mut [0; 1])), &Arc::new(Grenade).into());
    catch_unwind(AssertUnwindSafe(|| block_on(writer.shutdown()))).unwrap_err();
    assert_eq!(block_on(reader.read(&mut got)).unwrap(), 0);
}

#[test]
fn a_waker_that_is_replaced_may_own_the_other_side() {
    struct Owner(#[expect(dead_code, reason = "held to be dropped")] DuplexStream);
    impl Wake for Owner {
        fn wake(self: Arc<Self>) {}
    }
    let (mut near, far) = duplex(1);
    let mut buf = [0; 1];
    let mut read = pin!(near.read(&mut buf));
    poll_waiting(read.as_mut(), &Arc::new(Owner(far)).into());
    poll_waiting(read.as_mut(), Waker::noop());
    assert_eq!(block_on(read).unwrap(), 0);
}

#[test]
fn a_simplex_ends_when_it_is_shut_down() {
    let (mut reader, mut writer) = simplex(16);
    block_on(async {
        writer.write_all(b"hello").await.unwrap();
        writer.shutdown().await.unwrap();
        assert_eq!(writer.write(b"x").await.unwrap_err().kind(), ErrorKind::BrokenPipe);
        let mut all = String::new();
        reader.read_to_string(&mut all).await.unwrap();
        assert_eq!(all, "hello");
    });
}

#[test]
fn a_simplex_can_be_put_together_again() {
    let (reader, mut writer) = simplex(16);
    block_on(async {
        writer.write_all(b"hello").await.unwrap();
        let mut whole = reader.unsplit(writer);
        assert_eq!(whole.read_u8().await.unwrap(), b'h');
    });
}

#[test]
fn threads_exchange_a_lot_through_a_little() {
    let (near, far) = duplex(13);
    let sender = std::thread::spawn(move || {
        let mut near = near;
        block_on(async {
            for n in 0..5_000_u32 {
                near.write_u32(n).await.unwrap();
            }
        });
    });
    let mut far = io::BufReader::new(far);
    block_on(async {
        for n in 0..5_000 {
            assert_eq!(far.read_u32().await.unwrap(), n);
        }
        assert_eq!(far.read(&mut [0; 1]).await.unwrap(), 0);
    });
    sender.join().unwrap();
}

#[test]
fn no_capacity_is_refused_where_it_is_asked_for() {
    for make in [|| drop(duplex(0)), || drop(simplex(0)), || drop(SimplexStream::new_unsplit(0))] {
        let payload = catch_unwind(make).unwrap_err();
        let message = payload.downcast_ref::<&str>().unwrap();
        assert!(message.contains("capacity must be greater than zero"));
    }
}

#[test]
fn polls_from_different_tasks_may_alternate() {
    let (mut near, mut far) = duplex(1);
    let mut cx = Context::from_waker(Waker::noop());
    for byte in 0..10 {
        assert!(matches!(Pin::new(&mut near).poll_write(&mut cx, &[byte, 0]), Poll::Ready(Ok(1))));
        assert!(Pin::new(&mut near).poll_write(&mut cx, &[1]).is_pending());
        assert_eq!(block_on(far.read_u8()).unwrap(), byte);
    }
}

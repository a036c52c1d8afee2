//! `split` gives two halves of one stream, for two tasks.

#[path = "support/faults.rs"]
mod faults;

use faults::{Wakes, poll_once};
use futures::executor::block_on;
use runtime::io::{
    self, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf, ReadHalf, WriteHalf, split,
};
use std::cell::{Cell, RefCell};
use std::io::IoSlice;
use std::marker::PhantomPinned;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::{Arc, mpsc};
use std::task::{Context, Poll, Wake, Waker};

/// Reads `r`, takes two bytes of each write; and runs `inside` while it is polled.
struct Stream<F> {
    inside: F,
    _pinned: PhantomPinned,
}

fn stream<F: Fn()>(inside: F) -> Stream<F> {
    Stream { inside, _pinned: PhantomPinned }
}

impl<F: Fn()> AsyncRead for Stream<F> {
    fn poll_read(
        self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        (self.inside)();
        buf.put_slice(b"r");
        Poll::Ready(Ok(()))
    }
}

impl<F: Fn()> AsyncWrite for Stream<F> {
    fn poll_write(
        self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
        _buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        (self.inside)();
        Poll::Ready(Ok(2))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(bufs.len()))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Err(io::Error::other("flushed")))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Err(io::Error::other("shut down")))
    }
}

#[test]
fn every_call_reaches_the_stream() {
    let (mut reader, mut writer) = split(stream(|| ()));
    block_on(async {
        assert_eq!(reader.read_u8().await.unwrap(), b'r');
        assert_eq!(writer.write(b"abc").await.unwrap(), 2);
        assert!(writer.is_write_vectored());
        let bufs = [IoSlice::new(b"a"), IoSlice::new(b"b"), IoSlice::new(b"c")];
        assert_eq!(writer.write_vectored(&bufs).await.unwrap(), 3);
        assert_eq!(writer.flush().await.unwrap_err().to_string(), "flushed");
        assert_eq!(writer.shutdown().await.unwrap_err().to_string(), "shut down");
    });
}

#[test]
fn a_half_waits_while_the_other_is_inside_and_is_woken_after() {
    let (enter, entered) = mpsc::channel();
    let (leave, left) = mpsc::channel::<()>();
    let left = std::sync::Mutex::new(left);
    // Only the writer's thread stops inside.
    let main = std::thread::current().id();
    let (mut reader, mut writer) = split(stream(move || {
        if std::thread::current().id() != main {
            enter.send(()).unwrap();
            left.lock().unwrap().recv().unwrap();
        }
    }));
    let inside = std::thread::spawn(move || block_on(writer.write(b"x")).unwrap());
    entered.recv().unwrap();

    let (wakes, waker) = Wakes::new();
    let mut read = pin!(reader.read_u8());
    assert!(read.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    assert_eq!(wakes.count(), 0);
    leave.send(()).unwrap();
    inside.join().unwrap();
    assert_eq!(wakes.count(), 1);
    assert_eq!(block_on(read).unwrap(), b'r');
}

#[test]
fn a_panic_inside_does_not_lock_the_other_half_out() {
    let first = Cell::new(true);
    let (mut reader, mut writer) = split(stream(|| assert!(!first.replace(false), "inside")));
    catch_unwind(AssertUnwindSafe(|| block_on(writer.write(b"x")))).unwrap_err();
    assert_eq!(block_on(reader.read_u8()).unwrap(), b'r');
}

/// Has the reader wait, with a waker that panics, while the writer is inside the stream; `then`
/// ends what happens there.
fn with_a_grenade_outside(then: fn()) {
    struct Grenade;
    impl Wake for Grenade {
        fn wake(self: Arc<Self>) {
            panic!("woken");
        }
    }
    type Reading = Pin<Box<dyn Future<Output = io::Result<u8>>>>;
    thread_local! {
        static OUTSIDE: RefCell<Option<Reading>> = const { RefCell::new(None) };
    }
    let (mut reader, mut writer) = split(stream(move || {
        if let Some(mut reading) = OUTSIDE.take() {
            let waker = Waker::from(Arc::new(Grenade));
            assert!(reading.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
            OUTSIDE.set(Some(reading));
            then();
        }
    }));
    OUTSIDE.set(Some(Box::pin(async move { reader.read_u8().await })));
    catch_unwind(AssertUnwindSafe(|| block_on(writer.write(b"x")))).unwrap_err();
    let reading = OUTSIDE.take().unwrap();
    assert_eq!(block_on(reading).unwrap(), b'r');
    assert_eq!(block_on(writer.write(b"x")).unwrap(), 2);
}

#[test]
fn a_panicking_waker_does_not_lock_either_half_out() {
    with_a_grenade_outside(|| ());
}

#[test]
fn a_waker_that_panics_after_a_panic_inside_does_not_end_the_process() {
    with_a_grenade_outside(|| panic!("inside"));
}

#[test]
fn halves_know_each_other() {
    let (reader, writer) = split(stream(|| ()));
    let other = io::simplex(1);
    assert!(reader.is_pair_of(&writer) && writer.is_pair_of(&reader));
    let stranger = io::simplex(1);
    assert!(!other.0.is_pair_of(&stranger.1) && !other.1.is_pair_of(&stranger.0));
}

#[test]
fn halves_of_different_streams_do_not_fit() {
    let (reader, _writer) = io::simplex(1);
    let (_reader, writer) = io::simplex(1);
    let payload = catch_unwind(AssertUnwindSafe(|| reader.unsplit(writer))).unwrap_err();
    let message = payload.downcast_ref::<&str>().unwrap();
    assert!(message.contains("different streams"));
}

#[test]
fn the_stream_lives_until_both_halves_are_gone() {
    let (near, mut far) = io::duplex(4);
    let (reader, mut writer) = split(near);
    drop(reader);
    assert!(poll_once(far.read_u8()).is_none(), "nothing was shut down");
    block_on(writer.write_u8(1)).unwrap();
    drop(writer);
    assert_eq!(block_on(far.read_u8()).unwrap(), 1);
    assert_eq!(block_on(far.read(&mut [0; 1])).unwrap(), 0);
}

#[test]
fn halves_are_unpin_and_say_little_of_themselves() {
    fn is_unpin<T: Unpin>(_: &T) {}
    let (reader, writer): (ReadHalf<_>, WriteHalf<_>) = split(stream(|| ()));
    is_unpin(&reader);
    is_unpin(&writer);
    let (reader, writer) = io::simplex(1);
    assert_eq!(format!("{reader:?} {writer:?}"), "ReadHalf { .. } WriteHalf { .. }");
}

//! Streams that misbehave on purpose.
#![allow(dead_code)] // each test file uses its own part

use runtime::io::{self, AsyncRead, AsyncSeek, AsyncWrite, ErrorKind, ReadBuf, SeekFrom};
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker, ready};

/// What a [`Faulty`] stream does when it is polled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Step {
    /// Asks to be polled again.
    Wait,
    /// Fails with `Interrupted`.
    Interrupt,
    /// Moves at most so many bytes.
    Move(usize),
    /// Moves all it can.
    MoveAll,
}

/// The scripts that every operation has to get through.
pub const SCRIPTS: &[&[Step]] = &[
    &[Step::MoveAll],
    &[Step::Move(1)],
    &[Step::Wait, Step::MoveAll],
    &[Step::Wait, Step::Move(1)],
    &[Step::Move(2), Step::Wait, Step::Wait, Step::Move(3)],
];

/// The same with interruptions, which some operations pass on.
pub const INTERRUPTED: &[&[Step]] = &[
    &[Step::Interrupt, Step::MoveAll],
    &[Step::Interrupt, Step::Wait, Step::Interrupt, Step::Move(1)],
    &[Step::Move(2), Step::Interrupt, Step::Interrupt, Step::Wait],
];

/// A stream that follows a script, again and again.
#[derive(Debug)]
pub struct Faulty<S> {
    pub inner: S,
    script: Vec<Step>,
    at: usize,
}

impl<S> Faulty<S> {
    pub fn new(inner: S, script: &[Step]) -> Self {
        Self { inner, script: script.to_vec(), at: 0 }
    }

    /// How many bytes may move now.
    fn step(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let step = self.script[self.at % self.script.len()];
        self.at += 1;
        match step {
            Step::Wait => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Step::Interrupt => Poll::Ready(Err(ErrorKind::Interrupted.into())),
            Step::Move(n) => Poll::Ready(Ok(n)),
            Step::MoveAll => Poll::Ready(Ok(usize::MAX)),
        }
    }

    /// As `step` for calls that move no bytes: these are never interrupted.
    fn wait(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.step(cx).map(drop)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Faulty<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let limit = ready!(self.step(cx))?.min(buf.remaining());
        let mut bytes = vec![0; limit];
        let mut part = ReadBuf::new(&mut bytes);
        ready!(Pin::new(&mut self.inner).poll_read(cx, &mut part))?;
        buf.put_slice(part.filled());
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Faulty<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let limit = ready!(self.step(cx))?.min(buf.len());
        Pin::new(&mut self.inner).poll_write(cx, &buf[..limit])
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.wait(cx));
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.wait(cx));
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

impl<S: AsyncSeek + Unpin> AsyncSeek for Faulty<S> {
    fn start_seek(mut self: Pin<&mut Self>, position: SeekFrom) -> io::Result<()> {
        Pin::new(&mut self.inner).start_seek(position)
    }

    fn poll_complete(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<u64>> {
        ready!(self.wait(cx));
        Pin::new(&mut self.inner).poll_complete(cx)
    }
}

/// Polls a future at most so many times, then drops it; gives what it gave.
pub fn poll_at_most<F: Future>(times: usize, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut cx = Context::from_waker(Waker::noop());
    (0..times).find_map(|_| match future.as_mut().poll(&mut cx) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    })
}

/// Polls a future once.
pub fn poll_once<F: Future>(future: F) -> Option<F::Output> {
    poll_at_most(1, future)
}

/// A waker that counts.
#[derive(Default, Debug)]
pub struct Wakes(AtomicUsize);

impl Wakes {
    pub fn new() -> (Arc<Self>, Waker) {
        let wakes = Arc::new(Self::default());
        (wakes.clone(), wakes.into())
    }

    pub fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

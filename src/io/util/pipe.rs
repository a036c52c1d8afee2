//! A pipe in memory: one direction, bounded, with backpressure.
//!
//! Everything happens under one short lock. Nothing foreign does: a task's waker is cloned before
//! the lock is taken again to store it, and wakers are woken or dropped after it is released.

use crate::engine::task::budget;
use crate::io::{AsyncRead, AsyncWrite, ReadBuf};
use crate::shim::Mutex;
use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};

/// The pipe; a shared reference to it reads or writes, for one task each.
#[derive(Debug)]
pub(super) struct Pipe {
    state: Mutex<State>,
    capacity: usize,
}

#[derive(Debug, Default)]
struct State {
    /// Never more than the capacity.
    bytes: VecDeque<u8>,
    closed: bool,
    /// The reader of an empty pipe, or the writer of a full one: never both, since whoever
    /// changes the one into the other takes the waker.
    waiting: Option<Waker>,
}

/// What a reader or writer got, and the task at the other end, if that has news.
type Outcome<T> = (T, Option<Waker>);

impl Pipe {
    #[track_caller]
    pub(super) fn new(capacity: usize) -> Self {
        assert!(capacity > 0, "the capacity must be greater than zero: nothing could be written");
        Self { state: Mutex::default(), capacity }
    }

    /// Lets the reader see the end, after what is there, and refuses writes from now on.
    pub(super) fn close(&self) {
        let mut state = self.state.lock();
        state.closed = true;
        let waiting = state.waiting.take();
        drop(state);
        if let Some(waiting) = waiting {
            waiting.wake();
        }
    }

    /// Tries `act`; if that says to wait, leaves the task's waker.
    fn poll<T>(
        &self,
        cx: &mut Context<'_>,
        mut act: impl FnMut(&mut State) -> Option<Outcome<T>>,
    ) -> Poll<T> {
        let charge = ready!(budget::poll_proceed(cx));
        let mut fresh: Option<Waker> = None;
        loop {
            let mut state = self.state.lock();
            if let Some((value, peer)) = act(&mut state) {
                drop(state);
                charge.made_progress();
                if let Some(peer) = peer {
                    peer.wake();
                }
                return Poll::Ready(value);
            }
            if state.waiting.as_ref().is_some_and(|waker| waker.will_wake(cx.waker())) {
                return Poll::Pending;
            }
            // Once around to clone the waker with no lock held; meanwhile there may be news.
            match fresh.take() {
                None => {
                    drop(state);
                    fresh = Some(cx.waker().clone());
                }
                Some(waker) => {
                    let replaced = state.waiting.replace(waker);
                    drop(state);
                    drop(replaced);
                    return Poll::Pending;
                }
            }
        }
    }
}

impl AsyncRead for &Pipe {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.poll(cx, |state| state.read(buf)).map(Ok)
    }
}

impl AsyncWrite for &Pipe {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(cx, &[IoSlice::new(buf)])
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.poll(cx, |state| state.write(bufs, self.capacity))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.close();
        Poll::Ready(Ok(()))
    }
}

impl State {
    fn read(&mut self, buf: &mut ReadBuf<'_>) -> Option<Outcome<()>> {
        let n = self.bytes.len().min(buf.remaining());
        if n == 0 {
            let ready = self.closed || buf.remaining() == 0;
            return ready.then_some(((), None));
        }
        let (front, back) = self.bytes.as_slices();
        let from_front = n.min(front.len());
        buf.put_slice(&front[..from_front]);
        buf.put_slice(&back[..n - from_front]);
        self.bytes.drain(..n);
        Some(((), self.waiting.take()))
    }

    fn write(
        &mut self,
        bufs: &[IoSlice<'_>],
        capacity: usize,
    ) -> Option<Outcome<io::Result<usize>>> {
        if self.closed {
            return Some((Err(io::ErrorKind::BrokenPipe.into()), None));
        }
        let before = self.bytes.len();
        for buf in bufs {
            let n = buf.len().min(capacity - self.bytes.len());
            self.bytes.extend(&buf[..n]);
        }
        match self.bytes.len() - before {
            0 if bufs.iter().any(|buf| !buf.is_empty()) => None,
            0 => Some((Ok(0), None)),
            n => Some((Ok(n), self.waiting.take())),
        }
    }
}

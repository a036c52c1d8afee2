//! Two connected streams in memory.

use super::pipe::{Outcome, Pipe};
use crate::engine::task::budget;
use crate::io::{AsyncRead, AsyncWrite, ReadBuf};
use crate::shim::{Arc, Mutex};
use crate::util::wakers::Wakers;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};

/// Makes two streams that are connected: what one writes the other reads.
///
/// Each direction holds up to `max_buf_size` bytes; a writer that finds it full waits for the
/// reader.
///
/// # Panics
///
/// If `max_buf_size` is zero.
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::io::{AsyncReadExt, AsyncWriteExt, duplex};
///
/// let (mut client, mut server) = duplex(64);
/// client.write_all(b"ping").await?;
/// server.write_all(b"pong").await?;
///
/// let mut answer = [0; 4];
/// client.read_exact(&mut answer).await?;
/// assert_eq!(&answer, b"pong");
/// # Ok(())
/// # }
/// ```
#[track_caller]
pub fn duplex(max_buf_size: usize) -> (DuplexStream, DuplexStream) {
    let there = Arc::new(Shared(Mutex::new(Pipe::new(max_buf_size))));
    let back = Arc::new(Shared(Mutex::new(Pipe::new(max_buf_size))));
    (
        DuplexStream { incoming: back.clone(), outgoing: there.clone() },
        DuplexStream { incoming: there, outgoing: back },
    )
}

/// One of two connected streams in memory; made by [`duplex`].
///
/// When one is shut down or dropped, the other reads what is left and then the end of the stream.
/// When one is dropped, writes to the other fail with [`BrokenPipe`](std::io::ErrorKind::BrokenPipe).
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::io::{AsyncReadExt, AsyncWriteExt, duplex};
///
/// let (mut near, mut far) = duplex(64);
/// far.write_all(b"bye").await?;
/// drop(far);
///
/// let mut rest = String::new();
/// near.read_to_string(&mut rest).await?;
/// assert_eq!(rest, "bye");
/// assert!(near.write_all(b"hello?").await.is_err());
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct DuplexStream {
    incoming: Arc<Shared>,
    outgoing: Arc<Shared>,
}

/// A pipe that both streams reach. No foreign code runs under its lock: a task's waker is cloned
/// before it, and wakers are woken or dropped after it is released.
#[derive(Debug)]
struct Shared(Mutex<Pipe>);

impl Shared {
    /// Closes the pipe; answers who waits for news of it.
    fn close(&self) -> Option<Waker> {
        self.0.lock().close()
    }

    /// Tries a step; if that says to wait, leaves the task's waker.
    fn poll<T>(
        &self,
        cx: &mut Context<'_>,
        mut step: impl FnMut(&mut Pipe) -> Outcome<T>,
    ) -> Poll<T> {
        let charge = ready!(budget::poll_proceed(cx));
        let mut fresh: Option<Waker> = None;
        loop {
            let mut pipe = self.0.lock();
            if let Some((value, peer)) = step(&mut pipe) {
                drop(pipe);
                charge.made_progress();
                peer.into_iter().for_each(Waker::wake);
                return Poll::Ready(value);
            }
            if pipe.awaits(cx.waker()) {
                return Poll::Pending;
            }
            // Once around to clone the waker with no lock held; meanwhile there may be news.
            let Some(waker) = fresh.take() else {
                drop(pipe);
                fresh = Some(cx.waker().clone());
                continue;
            };
            let replaced = pipe.wait(waker);
            drop(pipe);
            drop(replaced);
            return Poll::Pending;
        }
    }
}

impl AsyncRead for DuplexStream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.incoming.poll(cx, |pipe| pipe.read(buf)).map(Ok)
    }
}

impl AsyncWrite for DuplexStream {
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
        self.outgoing.poll(cx, |pipe| pipe.write(bufs))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.outgoing.close().into_iter().for_each(Waker::wake);
        Poll::Ready(Ok(()))
    }
}

impl Drop for DuplexStream {
    fn drop(&mut self) {
        // A waker may panic, so both are closed before any is woken.
        let waiting = [self.outgoing.close(), self.incoming.close()];
        let mut wakers = Wakers::new();
        waiting.into_iter().flatten().for_each(|waker| wakers.push(waker));
        wakers.wake_all();
    }
}

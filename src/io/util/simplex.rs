//! A stream in memory that gives back what was written to it.

use super::pipe::{Outcome, Pipe};
use crate::engine::task::budget;
use crate::io::{AsyncRead, AsyncWrite, ReadBuf, ReadHalf, WriteHalf, split};
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};

/// Makes a pipe in memory: what is written to one half is read from the other.
///
/// It holds up to `max_buf_size` bytes; a writer that finds it full waits for the reader.
///
/// The halves are those of a [`split`]: dropping the writing one does not end the stream, shut it
/// down for that. They can be joined again by [`ReadHalf::unsplit`].
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
/// use runtime::io::{AsyncReadExt, AsyncWriteExt, simplex};
///
/// let (mut reader, mut writer) = simplex(64);
/// writer.write_all(b"hello").await?;
/// writer.shutdown().await?;
///
/// let mut all = String::new();
/// reader.read_to_string(&mut all).await?;
/// assert_eq!(all, "hello");
/// # Ok(())
/// # }
/// ```
#[track_caller]
pub fn simplex(max_buf_size: usize) -> (ReadHalf<SimplexStream>, WriteHalf<SimplexStream>) {
    split(SimplexStream::new_unsplit(max_buf_size))
}

/// A pipe in memory with both of its ends in one; see [`simplex`].
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::io::{AsyncReadExt, AsyncWriteExt, SimplexStream};
///
/// let mut queue = SimplexStream::new_unsplit(64);
/// queue.write_u16(500).await?;
/// assert_eq!(queue.read_u16().await?, 500);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct SimplexStream {
    pipe: Pipe,
}

impl SimplexStream {
    /// Makes a pipe that is not split into halves.
    ///
    /// # Panics
    ///
    /// If `max_buf_size` is zero.
    ///
    /// # Examples
    ///
    /// ```
    /// let queue = runtime::io::SimplexStream::new_unsplit(64);
    /// let (reader, writer) = runtime::io::split(queue);
    /// assert!(reader.is_pair_of(&writer));
    /// ```
    #[track_caller]
    pub fn new_unsplit(max_buf_size: usize) -> SimplexStream {
        Self { pipe: Pipe::new(max_buf_size) }
    }
}

/// Wakes whom a step of the pipe has news for, or waits for news.
fn poll<T>(
    pipe: &mut Pipe,
    cx: &mut Context<'_>,
    step: impl FnOnce(&mut Pipe) -> Outcome<T>,
) -> Poll<T> {
    let charge = ready!(budget::poll_proceed(cx));
    let Some((value, peer)) = step(pipe) else {
        if !pipe.awaits(cx.waker()) {
            drop(pipe.wait(cx.waker().clone()));
        }
        return Poll::Pending;
    };
    charge.made_progress();
    peer.into_iter().for_each(Waker::wake);
    Poll::Ready(value)
}

impl AsyncRead for SimplexStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        poll(&mut self.pipe, cx, |pipe| pipe.read(buf)).map(Ok)
    }
}

impl AsyncWrite for SimplexStream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(cx, &[IoSlice::new(buf)])
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        poll(&mut self.pipe, cx, |pipe| pipe.write(bufs))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.pipe.close().into_iter().for_each(Waker::wake);
        Poll::Ready(Ok(()))
    }
}

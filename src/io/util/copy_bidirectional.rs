//! Moving bytes between two streams, both ways.

use super::DEFAULT_CAPACITY;
use super::copy_buffer::CopyBuffer;
use crate::io::{AsyncRead, AsyncWrite};
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// Copies everything from `a` to `b` and from `b` to `a`, at the same time.
///
/// When one stream ends, the other is shut down for writing, and the opposite direction goes on
/// until it ends as well. Gives the number of bytes copied from `a` to `b`, then from `b` to `a`.
/// Each direction has a buffer of 8 KiB; see [`copy_bidirectional_with_sizes`] for others.
///
/// # Cancel safety
///
/// Not cancel safe: what has been read but not yet written is lost with the future.
///
/// # Errors
///
/// What either stream reports, at once, or [`io::ErrorKind::WriteZero`] if one takes no more
/// bytes. What the other direction has under way is lost. Interrupted calls are made again.
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::io::{self, AsyncReadExt, AsyncWriteExt};
///
/// let (mut client, mut inbound) = io::duplex(64);
/// let (mut outbound, mut server) = io::duplex(64);
///
/// client.write_all(b"request").await?;
/// client.shutdown().await?;
/// server.write_all(b"answer").await?;
/// server.shutdown().await?;
///
/// assert_eq!(io::copy_bidirectional(&mut inbound, &mut outbound).await?, (7, 6));
/// let mut answer = String::new();
/// client.read_to_string(&mut answer).await?;
/// assert_eq!(answer, "answer");
/// # Ok(())
/// # }
/// ```
pub async fn copy_bidirectional<A, B>(a: &mut A, b: &mut B) -> io::Result<(u64, u64)>
where
    A: AsyncRead + AsyncWrite + Unpin + ?Sized,
    B: AsyncRead + AsyncWrite + Unpin + ?Sized,
{
    copy_bidirectional_with_sizes(a, b, DEFAULT_CAPACITY, DEFAULT_CAPACITY).await
}

/// Copies both ways as [`copy_bidirectional`] does, through buffers of the given sizes.
///
/// # Cancel safety
///
/// As for [`copy_bidirectional`].
///
/// # Panics
///
/// If a size is zero.
///
/// # Errors
///
/// As for [`copy_bidirectional`].
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::io;
///
/// let mut a = io::join(&b"upwards"[..], Vec::new());
/// let mut b = io::join(&b"down"[..], Vec::new());
/// assert_eq!(io::copy_bidirectional_with_sizes(&mut a, &mut b, 16, 1024).await?, (7, 4));
/// assert_eq!(a.writer(), b"down");
/// # Ok(())
/// # }
/// ```
pub async fn copy_bidirectional_with_sizes<A, B>(
    a: &mut A,
    b: &mut B,
    a_to_b_buf_size: usize,
    b_to_a_buf_size: usize,
) -> io::Result<(u64, u64)>
where
    A: AsyncRead + AsyncWrite + Unpin + ?Sized,
    B: AsyncRead + AsyncWrite + Unpin + ?Sized,
{
    assert!(a_to_b_buf_size > 0, "`a_to_b_buf_size` must be greater than 0");
    assert!(b_to_a_buf_size > 0, "`b_to_a_buf_size` must be greater than 0");
    let mut a_to_b = Direction::Copying(CopyBuffer::new(a_to_b_buf_size));
    let mut b_to_a = Direction::Copying(CopyBuffer::new(b_to_a_buf_size));
    poll_fn(|cx| {
        // Both are polled before either is waited for.
        let upwards = a_to_b.poll(cx, Pin::new(&mut *a), Pin::new(&mut *b))?;
        let downwards = b_to_a.poll(cx, Pin::new(&mut *b), Pin::new(&mut *a))?;
        Poll::Ready(Ok((ready!(upwards), ready!(downwards))))
    })
    .await
}

/// How far one direction has come.
enum Direction {
    Copying(CopyBuffer),
    /// All is written; the number is how many bytes that were.
    ShuttingDown(u64),
    Done(u64),
}

impl Direction {
    fn poll<R, W>(
        &mut self,
        cx: &mut Context<'_>,
        mut from: Pin<&mut R>,
        mut to: Pin<&mut W>,
    ) -> Poll<io::Result<u64>>
    where
        R: AsyncRead + ?Sized,
        W: AsyncWrite + ?Sized,
    {
        loop {
            *self = match self {
                Self::Copying(buffer) => {
                    let copied = ready!(buffer.poll_copy(cx, from.as_mut(), to.as_mut()))?;
                    Self::ShuttingDown(copied)
                }
                Self::ShuttingDown(copied) => {
                    ready!(to.as_mut().poll_shutdown(cx))?;
                    Self::Done(*copied)
                }
                Self::Done(copied) => return Poll::Ready(Ok(*copied)),
            }
        }
    }
}

//! One stream as a reading half beside a writing half.

use super::turn::Turns;
use super::{AsyncRead, AsyncWrite, ReadBuf};
use crate::shim::Arc;
use std::fmt;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

/// Splits a stream into a half that reads and a half that writes.
///
/// Each half can go to a task of its own. They share the stream: while one task is inside a call
/// into it, the other is told to wait, and woken. Streams that can do both at once offer a better
/// split of their own. [`ReadHalf::unsplit`] puts the halves together again.
///
/// Dropping a half does not shut anything down; the stream is dropped with the second one.
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::io::{self, AsyncReadExt, AsyncWriteExt};
///
/// let (near, mut far) = io::duplex(64);
/// let (mut reader, mut writer) = io::split(near);
///
/// writer.write_all(b"out").await?;
/// far.write_all(b"in").await?;
///
/// let mut got = [0; 2];
/// reader.read_exact(&mut got).await?;
/// assert_eq!(&got, b"in");
/// # Ok(())
/// # }
/// ```
pub fn split<T>(stream: T) -> (ReadHalf<T>, WriteHalf<T>)
where
    T: AsyncRead + AsyncWrite,
{
    let vectored = stream.is_write_vectored();
    let turns = Turns::new(stream);
    (ReadHalf { stream: Share(turns.clone()) }, WriteHalf { stream: Share(turns), vectored })
}

/// The half of a stream that reads, made by [`split`].
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, SimplexStream, simplex};
///
/// async fn first_byte(reader: &mut ReadHalf<SimplexStream>) -> std::io::Result<u8> {
///     reader.read_u8().await
/// }
///
/// let (mut reader, mut writer) = simplex(8);
/// writer.write_all(b"x").await?;
/// assert_eq!(first_byte(&mut reader).await?, b'x');
/// # Ok(())
/// # }
/// ```
pub struct ReadHalf<T> {
    stream: Share<T>,
}

/// The half of a stream that writes, made by [`split`].
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::io::{AsyncWriteExt, SimplexStream, WriteHalf, simplex};
///
/// async fn greet(writer: &mut WriteHalf<SimplexStream>) -> std::io::Result<()> {
///     writer.write_all(b"hello").await
/// }
///
/// let (_reader, mut writer) = simplex(8);
/// greet(&mut writer).await?;
/// # Ok(())
/// # }
/// ```
pub struct WriteHalf<T> {
    stream: Share<T>,
    // Asked once, at the split: the answer is wanted without waiting for a turn.
    vectored: bool,
}

/// What a half has of the stream.
struct Share<T>(Arc<Turns<T>>);

// SAFETY: a shared one gives no access to the stream; it can only be compared.
unsafe impl<T: Sync> Sync for Share<T> {}

impl<T> Share<T> {
    fn poll_with<R>(
        &mut self,
        cx: &mut Context<'_>,
        act: impl FnOnce(Pin<&mut T>, &mut Context<'_>) -> Poll<R>,
    ) -> Poll<R> {
        self.0.poll_with(cx, act)
    }
}

impl<T> ReadHalf<T> {
    /// Says whether `other` comes from the same [`split`].
    ///
    /// # Examples
    ///
    /// ```
    /// let (reader, writer) = runtime::io::simplex(1);
    /// let (stranger, _writer) = runtime::io::simplex(1);
    /// assert!(reader.is_pair_of(&writer));
    /// assert!(!stranger.is_pair_of(&writer));
    /// ```
    pub fn is_pair_of(&self, other: &WriteHalf<T>) -> bool {
        other.is_pair_of(self)
    }

    /// Puts the stream together again.
    ///
    /// # Panics
    ///
    /// If the halves come from different splits; [`is_pair_of`](ReadHalf::is_pair_of) tells.
    ///
    /// # Examples
    ///
    /// ```
    /// let (near, _far) = runtime::io::duplex(64);
    /// let (reader, writer) = runtime::io::split(near);
    /// let near = reader.unsplit(writer);
    /// # drop(near);
    /// ```
    #[track_caller]
    pub fn unsplit(self, wr: WriteHalf<T>) -> T
    where
        T: Unpin,
    {
        assert!(
            self.is_pair_of(&wr),
            "cannot unsplit halves of different streams: use the two that one `split` returned"
        );
        drop(wr);
        Turns::into_inner(self.stream.0).expect("only the two halves refer to the stream")
    }
}

impl<T> WriteHalf<T> {
    /// Says whether `other` comes from the same [`split`].
    ///
    /// # Examples
    ///
    /// ```
    /// let (reader, writer) = runtime::io::simplex(1);
    /// assert!(writer.is_pair_of(&reader));
    /// ```
    pub fn is_pair_of(&self, other: &ReadHalf<T>) -> bool {
        Arc::ptr_eq(&self.stream.0, &other.stream.0)
    }
}

impl<T: AsyncRead> AsyncRead for ReadHalf<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.stream.poll_with(cx, |stream, cx| stream.poll_read(cx, buf))
    }
}

impl<T: AsyncWrite> AsyncWrite for WriteHalf<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.stream.poll_with(cx, |stream, cx| stream.poll_write(cx, buf))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.stream.poll_with(cx, |stream, cx| stream.poll_write_vectored(cx, bufs))
    }

    fn is_write_vectored(&self) -> bool {
        self.vectored
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream.poll_with(cx, |stream, cx| stream.poll_flush(cx))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream.poll_with(cx, |stream, cx| stream.poll_shutdown(cx))
    }
}

impl<T: fmt::Debug> fmt::Debug for ReadHalf<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadHalf").finish_non_exhaustive()
    }
}

impl<T: fmt::Debug> fmt::Debug for WriteHalf<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WriteHalf").finish_non_exhaustive()
    }
}

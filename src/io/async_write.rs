//! The trait of streams that can be polled to take bytes.

use super::forward::forward_write;
use std::io::{self, Cursor, IoSlice, Write};
use std::ops::DerefMut;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Writes bytes to a stream without ever blocking the thread.
///
/// The asynchronous sibling of [`std::io::Write`]. Programs rarely call it; they use the futures
/// of [`AsyncWriteExt`](super::AsyncWriteExt), which every implementor has.
///
/// # Examples
///
/// A stream that counts what it is given:
///
/// ```
/// use runtime::io::{self, AsyncWrite, AsyncWriteExt};
/// use std::pin::Pin;
/// use std::task::{Context, Poll};
///
/// #[derive(Default)]
/// struct Length(usize);
///
/// impl AsyncWrite for Length {
///     fn poll_write(
///         mut self: Pin<&mut Self>,
///         _cx: &mut Context<'_>,
///         buf: &[u8],
///     ) -> Poll<io::Result<usize>> {
///         self.0 += buf.len();
///         Poll::Ready(Ok(buf.len()))
///     }
///
///     fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
///         Poll::Ready(Ok(()))
///     }
///
///     fn poll_shutdown(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
///         Poll::Ready(Ok(()))
///     }
/// }
///
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// let mut length = Length::default();
/// length.write_all(b"hello").await?;
/// assert_eq!(length.0, 5);
/// # Ok(())
/// # }
/// ```
pub trait AsyncWrite {
    /// Attempts to write bytes from `buf`, and gives how many were taken.
    ///
    /// Zero means that the stream takes no more bytes, or that `buf` is empty. `Pending` means
    /// that nothing was taken, and that the task will be woken when it is worth trying again.
    ///
    /// # Errors
    ///
    /// Whatever the stream reports; nothing was taken then.
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>>;

    /// Attempts to write from several buffers, in order, as one.
    ///
    /// A stream that does not override this writes from the first buffer that is not empty.
    ///
    /// # Errors
    ///
    /// As for [`poll_write`](AsyncWrite::poll_write).
    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let first = bufs.iter().find(|buf| !buf.is_empty());
        self.poll_write(cx, first.map_or(&[], |buf| &**buf))
    }

    /// Says whether [`poll_write_vectored`](AsyncWrite::poll_write_vectored) is worth calling:
    /// whether it does more than write the first buffer.
    fn is_write_vectored(&self) -> bool {
        false
    }

    /// Attempts to pass on everything that is buffered on the way.
    ///
    /// # Errors
    ///
    /// Whatever the stream reports; some of the buffered bytes may have been passed on.
    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>>;

    /// Attempts to end the stream: flushes, then tells the other side that nothing will follow.
    ///
    /// After it has answered `Ready` the stream takes no more bytes. Reading from the same stream
    /// is still possible where there are two directions.
    ///
    /// # Errors
    ///
    /// Whatever the stream reports; an error means that the shutdown did not succeed.
    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>>;
}

impl<T: AsyncWrite + Unpin + ?Sized> AsyncWrite for Box<T> {
    forward_write!(self => Pin::new(&mut **self.get_mut()), (**self).is_write_vectored());
}

impl<T: AsyncWrite + Unpin + ?Sized> AsyncWrite for &mut T {
    forward_write!(self => Pin::new(&mut **self.get_mut()), (**self).is_write_vectored());
}

impl<P> AsyncWrite for Pin<P>
where
    P: DerefMut,
    P::Target: AsyncWrite,
{
    forward_write!(self => self.as_deref_mut(), (**self).is_write_vectored());
}

/// A writer of the standard library that never has to wait.
struct InMemory<'a, W>(&'a mut W);

impl<W: Write> AsyncWrite for InMemory<'_, W> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(self.0.write(buf))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(self.0.write_vectored(bufs))
    }

    fn poll_flush(mut self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(self.0.flush())
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_flush(cx)
    }
}

impl AsyncWrite for Vec<u8> {
    forward_write!(self => Pin::new(&mut InMemory(self.get_mut())), true);
}

impl AsyncWrite for Cursor<&mut [u8]> {
    forward_write!(self => Pin::new(&mut InMemory(self.get_mut())), true);
}

impl AsyncWrite for Cursor<&mut Vec<u8>> {
    forward_write!(self => Pin::new(&mut InMemory(self.get_mut())), true);
}

impl AsyncWrite for Cursor<Vec<u8>> {
    forward_write!(self => Pin::new(&mut InMemory(self.get_mut())), true);
}

impl AsyncWrite for Cursor<Box<[u8]>> {
    forward_write!(self => Pin::new(&mut InMemory(self.get_mut())), true);
}

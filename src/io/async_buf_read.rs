//! The trait of streams that lend out what they have read ahead.

use super::AsyncRead;
use super::forward::forward_buf_read;
use std::io::{self, BufRead, Cursor};
use std::ops::DerefMut;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Reads from a stream that has a buffer of its own.
///
/// The asynchronous sibling of [`std::io::BufRead`]. Such a stream can be searched for a line end
/// without copying; see [`AsyncBufReadExt`](super::AsyncBufReadExt) for the methods that do.
/// [`BufReader`](super::BufReader) makes one of any [`AsyncRead`].
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::io::AsyncBufRead;
/// use std::future::poll_fn;
/// use std::pin::Pin;
///
/// let mut reader: &[u8] = b"key=value";
/// let buffered = poll_fn(|cx| Pin::new(&mut reader).poll_fill_buf(cx).map_ok(<[u8]>::len)).await?;
/// assert_eq!(buffered, 9);
///
/// Pin::new(&mut reader).consume(4);
/// assert_eq!(reader, b"value");
/// # Ok(())
/// # }
/// ```
pub trait AsyncBufRead: AsyncRead {
    /// Attempts to give the bytes that are buffered, reading more if there are none.
    ///
    /// An empty slice means that the stream has ended. The bytes stay in the buffer until
    /// [`consume`](AsyncBufRead::consume) says that they are used.
    ///
    /// # Errors
    ///
    /// Whatever the stream reports while the buffer is filled.
    fn poll_fill_buf(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<&[u8]>>;

    /// Marks the first `amt` buffered bytes as used.
    ///
    /// `amt` must not be more than the last [`poll_fill_buf`](AsyncBufRead::poll_fill_buf) gave;
    /// what happens otherwise is up to the implementor.
    fn consume(self: Pin<&mut Self>, amt: usize);
}

impl<T: AsyncBufRead + Unpin + ?Sized> AsyncBufRead for Box<T> {
    forward_buf_read!(self => Pin::new(&mut **self.get_mut()));
}

impl<T: AsyncBufRead + Unpin + ?Sized> AsyncBufRead for &mut T {
    forward_buf_read!(self => Pin::new(&mut **self.get_mut()));
}

impl<P> AsyncBufRead for Pin<P>
where
    P: DerefMut,
    P::Target: AsyncBufRead,
{
    forward_buf_read!(self => self.as_deref_mut());
}

impl AsyncBufRead for &[u8] {
    fn poll_fill_buf(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        Poll::Ready(Ok(*self))
    }

    fn consume(mut self: Pin<&mut Self>, amt: usize) {
        *self = &self[amt..];
    }
}

impl<T: AsRef<[u8]> + Unpin> AsyncBufRead for Cursor<T> {
    fn poll_fill_buf(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        Poll::Ready(self.get_mut().fill_buf())
    }

    fn consume(self: Pin<&mut Self>, amt: usize) {
        BufRead::consume(self.get_mut(), amt);
    }
}

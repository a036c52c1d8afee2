//! The trait of streams that can be polled for bytes.

use super::ReadBuf;
use super::forward::forward_read;
use std::io::{self, Cursor};
use std::ops::DerefMut;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Reads bytes from a stream without ever blocking the thread.
///
/// The asynchronous sibling of [`std::io::Read`]: where that one blocks, this one answers
/// [`Poll::Pending`] and wakes the task later. Programs rarely call it; they use the futures of
/// [`AsyncReadExt`](super::AsyncReadExt), which every implementor has.
///
/// # Examples
///
/// A stream that counts:
///
/// ```
/// use runtime::io::{self, AsyncRead, AsyncReadExt, ReadBuf};
/// use std::pin::Pin;
/// use std::task::{Context, Poll};
///
/// struct Counter(u8);
///
/// impl AsyncRead for Counter {
///     fn poll_read(
///         mut self: Pin<&mut Self>,
///         _cx: &mut Context<'_>,
///         buf: &mut ReadBuf<'_>,
///     ) -> Poll<io::Result<()>> {
///         if buf.remaining() > 0 {
///             buf.put_slice(&[self.0]);
///             self.0 += 1;
///         }
///         Poll::Ready(Ok(()))
///     }
/// }
///
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// let mut bytes = [0; 3];
/// Counter(5).read_exact(&mut bytes).await?;
/// assert_eq!(bytes, [5, 6, 7]);
/// # Ok(())
/// # }
/// ```
pub trait AsyncRead {
    /// Attempts to append bytes to `buf`.
    ///
    /// `Ready(Ok(()))` means that what was there has been appended; if nothing was, although
    /// `buf` had room, the stream has ended. `Pending` means that nothing was appended, and that
    /// the task will be woken when it is worth trying again.
    ///
    /// # Errors
    ///
    /// Whatever the stream reports; nothing was appended then.
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>>;
}

impl<T: AsyncRead + Unpin + ?Sized> AsyncRead for Box<T> {
    forward_read!(self => Pin::new(&mut **self.get_mut()));
}

impl<T: AsyncRead + Unpin + ?Sized> AsyncRead for &mut T {
    forward_read!(self => Pin::new(&mut **self.get_mut()));
}

impl<P> AsyncRead for Pin<P>
where
    P: DerefMut,
    P::Target: AsyncRead,
{
    forward_read!(self => self.as_deref_mut());
}

/// Moves as much of `bytes` into `buf` as fits, and says how much that was.
fn put_front(bytes: &[u8], buf: &mut ReadBuf<'_>) -> usize {
    let n = bytes.len().min(buf.remaining());
    buf.put_slice(&bytes[..n]);
    n
}

impl AsyncRead for &[u8] {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let n = put_front(&self, buf);
        *self = &self[n..];
        Poll::Ready(Ok(()))
    }
}

impl<T: AsRef<[u8]> + Unpin> AsyncRead for Cursor<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let bytes = self.get_ref().as_ref();
        // A cursor may stand anywhere, also far behind the end.
        let start = usize::try_from(self.position()).map_or(bytes.len(), |at| at.min(bytes.len()));
        let n = put_front(&bytes[start..], buf);
        let position = self.position() + n as u64;
        self.set_position(position);
        Poll::Ready(Ok(()))
    }
}

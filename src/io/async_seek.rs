//! The trait of streams with a position that can be moved.

use super::forward::forward_seek;
use std::io::{self, Cursor, Seek, SeekFrom};
use std::ops::DerefMut;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Moves the position of a stream without blocking the thread.
///
/// The asynchronous sibling of [`std::io::Seek`], in two steps: a seek is started, then polled
/// until it is complete. [`AsyncSeekExt::seek`](super::AsyncSeekExt::seek) does both.
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::io::{AsyncSeek, SeekFrom};
/// use std::future::poll_fn;
/// use std::io::Cursor;
/// use std::pin::Pin;
///
/// let mut stream = Cursor::new([0; 10]);
/// Pin::new(&mut stream).start_seek(SeekFrom::End(-3))?;
/// assert_eq!(poll_fn(|cx| Pin::new(&mut stream).poll_complete(cx)).await?, 7);
/// # Ok(())
/// # }
/// ```
pub trait AsyncSeek {
    /// Starts to move to `position`.
    ///
    /// Success means that the seek is under way; [`poll_complete`](AsyncSeek::poll_complete) says
    /// when it has ended. A position behind the end is allowed, what it means is up to the
    /// implementor.
    ///
    /// # Errors
    ///
    /// If the position is impossible, or if another operation is still under way: poll that one
    /// to completion first.
    fn start_seek(self: Pin<&mut Self>, position: SeekFrom) -> io::Result<()>;

    /// Waits for the seek that was started, and gives the new position, counted from the start.
    ///
    /// With no seek under way it gives the current position, or 0 where that is not known.
    ///
    /// # Errors
    ///
    /// Whatever the stream reports of the seek.
    fn poll_complete(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<u64>>;
}

impl<T: AsyncSeek + Unpin + ?Sized> AsyncSeek for Box<T> {
    forward_seek!(self => Pin::new(&mut **self.get_mut()));
}

impl<T: AsyncSeek + Unpin + ?Sized> AsyncSeek for &mut T {
    forward_seek!(self => Pin::new(&mut **self.get_mut()));
}

impl<P> AsyncSeek for Pin<P>
where
    P: DerefMut,
    P::Target: AsyncSeek,
{
    forward_seek!(self => self.as_deref_mut());
}

impl<T: AsRef<[u8]> + Unpin> AsyncSeek for Cursor<T> {
    fn start_seek(self: Pin<&mut Self>, position: SeekFrom) -> io::Result<()> {
        self.get_mut().seek(position).map(drop)
    }

    fn poll_complete(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<u64>> {
        Poll::Ready(Ok(self.position()))
    }
}

//! Moving all bytes of a reader to a writer.

use super::DEFAULT_CAPACITY;
use super::copy_buffer::CopyBuffer;
use crate::io::{AsyncRead, AsyncWrite};
use std::future::poll_fn;
use std::io;
use std::pin::Pin;

/// Copies everything from a reader to a writer, until the reader ends.
///
/// Gives the number of bytes copied. The writer is flushed at the end, and whenever the reader
/// has nothing for the moment. The bytes pass through a buffer of 8 KiB; for a reader that has a
/// buffer of its own, [`copy_buf`](super::copy_buf()) saves that.
///
/// # Cancel safety
///
/// Not cancel safe: what has been read but not yet written is lost with the future.
///
/// # Errors
///
/// What the reader or the writer reports, at once, or [`io::ErrorKind::WriteZero`] if the writer
/// takes no more. Interrupted calls are made again.
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::io;
///
/// let mut reader: &[u8] = b"hello";
/// let mut writer = Vec::new();
/// assert_eq!(io::copy(&mut reader, &mut writer).await?, 5);
/// assert_eq!(writer, b"hello");
/// # Ok(())
/// # }
/// ```
pub async fn copy<R, W>(reader: &mut R, writer: &mut W) -> io::Result<u64>
where
    R: AsyncRead + Unpin + ?Sized,
    W: AsyncWrite + Unpin + ?Sized,
{
    let mut buffer = CopyBuffer::new(DEFAULT_CAPACITY);
    poll_fn(|cx| buffer.poll_copy(cx, Pin::new(&mut *reader), Pin::new(&mut *writer))).await
}

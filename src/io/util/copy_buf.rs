//! Moving all bytes of a buffered reader to a writer.

use super::interrupted::is_interrupted;
use super::write_all::poll_write_some;
use crate::engine::task::budget;
use crate::io::{AsyncBufRead, AsyncWrite};
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// Copies everything from a buffered reader to a writer, until the reader ends.
///
/// As [`copy`](super::copy()), but without a buffer in between: the bytes are written from that
/// of the reader.
///
/// # Cancel safety
///
/// Cancel safe in that no byte is lost, since only what was written is consumed; how many that
/// were is not known.
///
/// # Errors
///
/// What the reader or the writer reports, or [`io::ErrorKind::WriteZero`] if the writer takes no
/// more. Interrupted calls are made again.
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::io::{self, BufReader};
///
/// let mut reader = BufReader::new(&b"hello"[..]);
/// let mut writer = Vec::new();
/// assert_eq!(io::copy_buf(&mut reader, &mut writer).await?, 5);
/// assert_eq!(writer, b"hello");
/// # Ok(())
/// # }
/// ```
pub async fn copy_buf<R, W>(reader: &mut R, writer: &mut W) -> io::Result<u64>
where
    R: AsyncBufRead + Unpin + ?Sized,
    W: AsyncWrite + Unpin + ?Sized,
{
    let mut progress = Progress { unflushed: false, copied: 0 };
    poll_fn(|cx| progress.poll_copy(cx, Pin::new(&mut *reader), Pin::new(&mut *writer))).await
}

/// How far the copy has come.
struct Progress {
    unflushed: bool,
    copied: u64,
}

impl Progress {
    fn poll_copy<R, W>(
        &mut self,
        cx: &mut Context<'_>,
        mut reader: Pin<&mut R>,
        mut writer: Pin<&mut W>,
    ) -> Poll<io::Result<u64>>
    where
        R: AsyncBufRead + ?Sized,
        W: AsyncWrite + ?Sized,
    {
        loop {
            // Neither stream may have a budget of its own, so each round has.
            let charge = ready!(budget::poll_proceed(cx));
            let bytes = match reader.as_mut().poll_fill_buf(cx) {
                Poll::Ready(Err(error)) if is_interrupted(&error) => {
                    charge.made_progress();
                    continue;
                }
                Poll::Ready(answer) => Some(answer?),
                Poll::Pending => None,
            };
            match bytes {
                Some(bytes @ [_, ..]) => {
                    let n = ready!(poll_write_some(writer.as_mut(), cx, bytes))?;
                    reader.as_mut().consume(n);
                    self.copied += n as u64;
                    self.unflushed = true;
                }
                ended => {
                    let ended = ended.is_some();
                    if self.unflushed {
                        ready!(writer.as_mut().poll_flush(cx))?;
                        self.unflushed = false;
                    }
                    return if ended { Poll::Ready(Ok(self.copied)) } else { Poll::Pending };
                }
            }
            charge.made_progress();
        }
    }
}

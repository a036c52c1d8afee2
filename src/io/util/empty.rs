//! A stream without bytes.

use super::at_once::poll_at_once;
use super::sink;
use crate::io::forward::forward_write;
use crate::io::{AsyncBufRead, AsyncRead, AsyncSeek, AsyncWrite, ReadBuf};
use std::io::{self, SeekFrom};
use std::pin::Pin;
use std::task::{Context, Poll};

/// Makes a stream that has ended before it began; what is written to it is thrown away.
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::io::{self, AsyncReadExt};
///
/// let mut all = String::new();
/// assert_eq!(io::empty().read_to_string(&mut all).await?, 0);
/// # Ok(())
/// # }
/// ```
pub fn empty() -> Empty {
    Empty(())
}

/// A stream without bytes; made by [`empty`].
///
/// It never waits, but counts against the task's budget as a socket would.
///
/// # Examples
///
/// ```
/// let nothing: runtime::io::Empty = runtime::io::empty();
/// # let _ = nothing;
/// ```
#[derive(Debug)]
pub struct Empty(());

impl AsyncRead for Empty {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        _buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        poll_at_once(cx, ())
    }
}

impl AsyncBufRead for Empty {
    fn poll_fill_buf(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        poll_at_once(cx, &[][..])
    }

    fn consume(self: Pin<&mut Self>, _amt: usize) {}
}

/// Every position is the start.
impl AsyncSeek for Empty {
    fn start_seek(self: Pin<&mut Self>, _position: SeekFrom) -> io::Result<()> {
        Ok(())
    }

    fn poll_complete(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<u64>> {
        poll_at_once(cx, 0)
    }
}

impl AsyncWrite for Empty {
    forward_write!(self => Pin::new(&mut sink()), true);
}

//! A stream of one byte, for ever.

use super::at_once::poll_at_once;
use crate::io::{AsyncRead, ReadBuf};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// Makes a stream that gives `byte` again and again, and never ends.
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::io::{self, AsyncReadExt};
///
/// let mut bytes = [0; 3];
/// io::repeat(7).read_exact(&mut bytes).await?;
/// assert_eq!(bytes, [7, 7, 7]);
/// # Ok(())
/// # }
/// ```
pub fn repeat(byte: u8) -> Repeat {
    Repeat { byte }
}

/// A stream of one byte, for ever; made by [`repeat`].
///
/// It never waits, but counts against the task's budget as a socket would.
///
/// # Examples
///
/// ```
/// let zeros: runtime::io::Repeat = runtime::io::repeat(0);
/// # let _ = zeros;
/// ```
#[derive(Debug)]
pub struct Repeat {
    byte: u8,
}

impl AsyncRead for Repeat {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        ready!(poll_at_once(cx, ()))?;
        buf.fill(self.byte);
        Poll::Ready(Ok(()))
    }
}

//! A writer that throws everything away.

use super::at_once::poll_at_once;
use crate::io::AsyncWrite;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

/// Makes a writer that takes every byte and keeps none.
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::io::{self, AsyncWriteExt};
///
/// assert_eq!(io::sink().write(&[0; 100]).await?, 100);
/// # Ok(())
/// # }
/// ```
pub fn sink() -> Sink {
    Sink(())
}

/// A writer that throws everything away; made by [`sink`].
///
/// It never waits, but counts against the task's budget as a socket would.
///
/// # Examples
///
/// ```
/// let nowhere: runtime::io::Sink = runtime::io::sink();
/// # let _ = nowhere;
/// ```
#[derive(Debug)]
pub struct Sink(());

impl AsyncWrite for Sink {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        poll_at_once(cx, buf.len())
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        poll_at_once(cx, bufs.iter().map(|buf| buf.len()).sum())
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        poll_at_once(cx, ())
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        poll_at_once(cx, ())
    }
}

//! The future of a read that fills its buffer.

use super::interrupted::uninterrupted;
use crate::io::{AsyncRead, ReadBuf};
use pin_project_lite::pin_project;
use std::io;
use std::marker::PhantomPinned;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

pin_project! {
    /// The future of [`read_exact`](crate::io::AsyncReadExt::read_exact).
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct ReadExact<'a, R: ?Sized> {
        reader: &'a mut R,
        buf: ReadBuf<'a>,
        #[pin]
        _pinned: PhantomPinned,
    }
}

impl<'a, R: ?Sized> ReadExact<'a, R> {
    pub(super) fn new(reader: &'a mut R, buf: &'a mut [u8]) -> Self {
        Self { reader, buf: ReadBuf::new(buf), _pinned: PhantomPinned }
    }
}

/// Reads until `buf` is full.
///
/// # Errors
///
/// [`io::ErrorKind::UnexpectedEof`] if the stream ends before, or what the reader reports.
pub(super) fn poll_read_exact<R: AsyncRead + ?Sized>(
    mut reader: Pin<&mut R>,
    cx: &mut Context<'_>,
    buf: &mut ReadBuf<'_>,
) -> Poll<io::Result<()>> {
    while buf.remaining() > 0 {
        let room = buf.remaining();
        ready!(uninterrupted(cx, |cx| reader.as_mut().poll_read(cx, buf)))?;
        if buf.remaining() == room {
            return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
        }
    }
    Poll::Ready(Ok(()))
}

impl<R: AsyncRead + Unpin + ?Sized> Future for ReadExact<'_, R> {
    type Output = io::Result<usize>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let me = self.project();
        let capacity = me.buf.capacity();
        poll_read_exact(Pin::new(&mut **me.reader), cx, me.buf).map_ok(|()| capacity)
    }
}

//! The future of writing a whole buffer.

use super::interrupted::uninterrupted;
use crate::io::AsyncWrite;
use pin_project_lite::pin_project;
use std::io;
use std::marker::PhantomPinned;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

pin_project! {
    /// The future of [`write_all`](crate::io::AsyncWriteExt::write_all).
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct WriteAll<'a, W: ?Sized> {
        writer: &'a mut W,
        rest: &'a [u8],
        #[pin]
        _pinned: PhantomPinned,
    }
}

impl<'a, W: ?Sized> WriteAll<'a, W> {
    pub(super) fn new(writer: &'a mut W, buf: &'a [u8]) -> Self {
        Self { writer, rest: buf, _pinned: PhantomPinned }
    }
}

/// Writes once from `buf`, and gives how many bytes the writer took.
///
/// # Errors
///
/// [`io::ErrorKind::WriteZero`] if it takes no more, or what it reports.
#[inline]
pub(super) fn poll_write_some<W: AsyncWrite + ?Sized>(
    mut writer: Pin<&mut W>,
    cx: &mut Context<'_>,
    buf: &[u8],
) -> Poll<io::Result<usize>> {
    match ready!(uninterrupted(cx, |cx| writer.as_mut().poll_write(cx, buf)))? {
        0 => Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
        n => Poll::Ready(Ok(n)),
    }
}

impl<W: AsyncWrite + Unpin + ?Sized> Future for WriteAll<'_, W> {
    type Output = io::Result<()>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let me = self.project();
        while !me.rest.is_empty() {
            let n = ready!(poll_write_some(Pin::new(&mut **me.writer), cx, me.rest))?;
            *me.rest = &me.rest[n..];
        }
        Poll::Ready(Ok(()))
    }
}

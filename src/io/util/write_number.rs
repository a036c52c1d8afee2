//! The future of a number that is written.

use super::write_all::poll_write_some;
use crate::io::AsyncWrite;
use pin_project_lite::pin_project;
use std::io;
use std::marker::PhantomPinned;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

pin_project! {
    /// The future of [`write_u16`](crate::io::AsyncWriteExt::write_u16) and its siblings.
    ///
    /// `B` is the array of bytes that make up the number.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct WriteNumber<W, B> {
        writer: W,
        bytes: B,
        written: usize,
        #[pin]
        _pinned: PhantomPinned,
    }
}

impl<W, B> WriteNumber<W, B> {
    pub(super) fn new(writer: W, bytes: B) -> Self {
        Self { writer, bytes, written: 0, _pinned: PhantomPinned }
    }
}

impl<W, B> Future for WriteNumber<W, B>
where
    W: AsyncWrite + Unpin,
    B: AsRef<[u8]>,
{
    type Output = io::Result<()>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let me = self.project();
        let bytes = me.bytes.as_ref();
        while *me.written < bytes.len() {
            let rest = &bytes[*me.written..];
            *me.written += ready!(poll_write_some(Pin::new(&mut *me.writer), cx, rest))?;
        }
        Poll::Ready(Ok(()))
    }
}

//! The future of a number that is read.

use super::read_exact::poll_read_exact;
use crate::io::{AsyncRead, ReadBuf};
use pin_project_lite::pin_project;
use std::io;
use std::marker::PhantomPinned;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

pin_project! {
    /// The future of [`read_u16`](crate::io::AsyncReadExt::read_u16) and its siblings.
    ///
    /// `B` is the array of bytes that make up the number `N`.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct ReadNumber<R, N, B> {
        reader: R,
        bytes: B,
        filled: usize,
        decode: fn(B) -> N,
        #[pin]
        _pinned: PhantomPinned,
    }
}

impl<R, N, B> ReadNumber<R, N, B> {
    /// `bytes` is any array of the right size.
    pub(super) fn new(reader: R, bytes: B, decode: fn(B) -> N) -> Self {
        Self { reader, bytes, filled: 0, decode, _pinned: PhantomPinned }
    }
}

impl<R, N, B> Future for ReadNumber<R, N, B>
where
    R: AsyncRead + Unpin,
    B: AsMut<[u8]> + Copy,
{
    type Output = io::Result<N>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<N>> {
        let me = self.project();
        let mut buf = ReadBuf::new(me.bytes.as_mut());
        buf.set_filled(*me.filled);
        let answer = poll_read_exact(Pin::new(me.reader), cx, &mut buf);
        *me.filled = buf.filled().len();
        ready!(answer)?;
        Poll::Ready(Ok((me.decode)(*me.bytes)))
    }
}

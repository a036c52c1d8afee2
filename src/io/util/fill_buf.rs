//! The future of a look into a reader's buffer.

use crate::io::AsyncBufRead;
use pin_project_lite::pin_project;
use std::io;
use std::marker::PhantomPinned;
use std::pin::Pin;
use std::task::{Context, Poll};

pin_project! {
    /// The future of [`fill_buf`](crate::io::AsyncBufReadExt::fill_buf).
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct FillBuf<'a, R: ?Sized> {
        // Given up together with the bytes, which borrow from it.
        reader: Option<&'a mut R>,
        #[pin]
        _pinned: PhantomPinned,
    }
}

impl<'a, R: ?Sized> FillBuf<'a, R> {
    pub(super) fn new(reader: &'a mut R) -> Self {
        Self { reader: Some(reader), _pinned: PhantomPinned }
    }
}

impl<'a, R: AsyncBufRead + Unpin + ?Sized> Future for FillBuf<'a, R> {
    type Output = io::Result<&'a [u8]>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let me = self.project();
        let reader = me.reader.take().expect("`fill_buf` was polled after it had completed");
        match Pin::new(&mut *reader).poll_fill_buf(cx) {
            // SAFETY: the bytes borrow from `*reader`, which is borrowed exclusively for all of
            // `'a`; that reference was taken out of the future above and ends here unused, so
            // nobody can touch the reader while the bytes live. (The borrow checker would ask
            // for the same in the `Pending` branch, where nothing is returned.)
            Poll::Ready(Ok(bytes)) => Poll::Ready(Ok(unsafe { &*std::ptr::from_ref(bytes) })),
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => {
                *me.reader = Some(reader);
                Poll::Pending
            }
        }
    }
}

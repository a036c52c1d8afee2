//! The future of reading all that a stream has left as text.

use super::spare::Growing;
use super::utf8::{give_back, not_text};
use crate::io::AsyncRead;
use pin_project_lite::pin_project;
use std::io;
use std::marker::PhantomPinned;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

pin_project! {
    /// The future of [`read_to_string`](crate::io::AsyncReadExt::read_to_string).
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct ReadToString<'a, R: ?Sized> {
        reader: &'a mut R,
        text: &'a mut String,
        // The memory of `text` while this future reads.
        bytes: Growing<Vec<u8>>,
        kept: usize,
        total: usize,
        #[pin]
        _pinned: PhantomPinned,
    }

    impl<R: ?Sized> PinnedDrop for ReadToString<'_, R> {
        fn drop(this: Pin<&mut Self>) {
            this.restore();
        }
    }
}

impl<'a, R: ?Sized> ReadToString<'a, R> {
    pub(super) fn new(reader: &'a mut R, text: &'a mut String) -> Self {
        let kept = text.len();
        let bytes = Growing::new(mem::take(text).into_bytes());
        Self { reader, text, bytes, kept, total: 0, _pinned: PhantomPinned }
    }

    /// Puts the text back as it was.
    fn restore(self: Pin<&mut Self>) {
        let me = self.project();
        let mut bytes = me.bytes.take();
        // Nothing was borrowed, or it has been given back.
        if bytes.is_empty() {
            return;
        }
        bytes.truncate(*me.kept);
        give_back(me.text, bytes, *me.kept).expect("these bytes came from a string");
    }
}

impl<R: AsyncRead + Unpin + ?Sized> Future for ReadToString<'_, R> {
    type Output = io::Result<usize>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let me = self.as_mut().project();
        let answer = ready!(me.bytes.poll_read_to_end(Pin::new(&mut **me.reader), cx, me.total));
        if let Err(error) = answer {
            self.restore();
            return Poll::Ready(Err(error));
        }
        give_back(me.text, me.bytes.take(), *me.kept).map_err(not_text)?;
        Poll::Ready(Ok(*me.total))
    }
}

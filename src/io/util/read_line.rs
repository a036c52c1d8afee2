//! The future of reading a line.

use super::read_until::poll_read_until;
use super::utf8::{give_back, not_text};
use crate::io::AsyncBufRead;
use pin_project_lite::pin_project;
use std::io;
use std::marker::PhantomPinned;
use std::mem;
use std::pin::Pin;
use std::str::Utf8Error;
use std::task::{Context, Poll, ready};

pin_project! {
    /// The future of [`read_line`](crate::io::AsyncBufReadExt::read_line).
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct ReadLine<'a, R: ?Sized> {
        reader: &'a mut R,
        text: &'a mut String,
        // The memory of `text` while this future reads.
        bytes: Vec<u8>,
        kept: usize,
        total: usize,
        #[pin]
        _pinned: PhantomPinned,
    }

    impl<R: ?Sized> PinnedDrop for ReadLine<'_, R> {
        fn drop(this: Pin<&mut Self>) {
            // What is not text is lost with the future, as the method's documentation says.
            let _ = this.finish();
        }
    }
}

impl<'a, R: ?Sized> ReadLine<'a, R> {
    pub(super) fn new(reader: &'a mut R, text: &'a mut String) -> Self {
        let kept = text.len();
        let bytes = mem::take(text).into_bytes();
        Self { reader, text, bytes, kept, total: 0, _pinned: PhantomPinned }
    }

    /// Gives the text back with all that was read; without it, if that is not text.
    fn finish(self: Pin<&mut Self>) -> Result<(), Utf8Error> {
        let me = self.project();
        // Nothing was borrowed or read, or it has been given back.
        if me.bytes.is_empty() {
            return Ok(());
        }
        give_back(me.text, mem::take(me.bytes), *me.kept)
    }
}

impl<R: AsyncBufRead + Unpin + ?Sized> Future for ReadLine<'_, R> {
    type Output = io::Result<usize>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let me = self.as_mut().project();
        let reader = Pin::new(&mut **me.reader);
        let answer = ready!(poll_read_until(reader, cx, b'\n', me.bytes, me.total));
        let total = *me.total;
        let text = self.finish();
        // Of two errors the reader's is the one that came first.
        answer?;
        text.map_err(not_text)?;
        Poll::Ready(Ok(total))
    }
}

//! The future of a seek.

use crate::io::AsyncSeek;
use pin_project_lite::pin_project;
use std::io::{self, SeekFrom};
use std::marker::PhantomPinned;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

pin_project! {
    /// The future of [`seek`](crate::io::AsyncSeekExt::seek).
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct Seek<'a, S: ?Sized> {
        stream: &'a mut S,
        // Until the seek is started.
        position: Option<SeekFrom>,
        #[pin]
        _pinned: PhantomPinned,
    }
}

impl<'a, S: ?Sized> Seek<'a, S> {
    pub(super) fn new(stream: &'a mut S, position: SeekFrom) -> Self {
        Self { stream, position: Some(position), _pinned: PhantomPinned }
    }
}

impl<S: AsyncSeek + Unpin + ?Sized> Future for Seek<'_, S> {
    type Output = io::Result<u64>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<u64>> {
        let me = self.project();
        let mut stream = Pin::new(&mut **me.stream);
        if let Some(position) = *me.position {
            // An operation that a dropped future left under way comes first.
            ready!(stream.as_mut().poll_complete(cx))?;
            stream.as_mut().start_seek(position)?;
            *me.position = None;
        }
        stream.poll_complete(cx)
    }
}

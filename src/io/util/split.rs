//! The segments of a reader between delimiters.

use super::read_until::poll_read_until;
use crate::io::AsyncBufRead;
use pin_project_lite::pin_project;
use std::future::poll_fn;
use std::io;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

pin_project! {
    /// Reads a stream segment by segment; made by [`split`](super::AsyncBufReadExt::split).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::io::{AsyncBufReadExt, BufReader};
    ///
    /// let mut fields = BufReader::new(&b"a,b,,c"[..]).split(b',');
    /// let mut found = Vec::new();
    /// while let Some(field) = fields.next_segment().await? {
    ///     found.push(field);
    /// }
    /// assert_eq!(found, [&b"a"[..], b"b", b"", b"c"]);
    /// # Ok(())
    /// # }
    /// ```
    #[derive(Debug)]
    #[must_use = "streams do nothing unless they are read"]
    pub struct Split<R> {
        #[pin]
        reader: R,
        delimiter: u8,
        // The segment so far; it outlives the future that reads it.
        segment: Vec<u8>,
    }
}

impl<R> Split<R> {
    pub(super) fn new(reader: R, delimiter: u8) -> Self {
        Self { reader, delimiter, segment: Vec::new() }
    }
}

impl<R: AsyncBufRead + Unpin> Split<R> {
    /// Reads the next segment, without the delimiter; `None` at the end of the stream.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: a segment that was begun is kept for the next call.
    ///
    /// # Errors
    ///
    /// What the reader reports; the segment that was begun is kept.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::io::{AsyncBufReadExt, BufReader};
    ///
    /// let mut fields = BufReader::new(&b"a,b"[..]).split(b',');
    /// assert_eq!(fields.next_segment().await?.as_deref(), Some(&b"a"[..]));
    /// # Ok(())
    /// # }
    /// ```
    pub async fn next_segment(&mut self) -> io::Result<Option<Vec<u8>>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next_segment(cx)).await
    }
}

impl<R: AsyncBufRead> Split<R> {
    /// Attempts to read the next segment; as [`next_segment`](Split::next_segment), to be polled.
    ///
    /// # Errors
    ///
    /// As for [`next_segment`](Split::next_segment).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::io::{AsyncBufReadExt, BufReader};
    /// use std::future::poll_fn;
    ///
    /// let mut fields = std::pin::pin!(BufReader::new(&b"a,b"[..]).split(b','));
    /// let field = poll_fn(|cx| fields.as_mut().poll_next_segment(cx)).await?;
    /// assert_eq!(field.as_deref(), Some(&b"a"[..]));
    /// # Ok(())
    /// # }
    /// ```
    pub fn poll_next_segment(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<Option<Vec<u8>>>> {
        let me = self.project();
        ready!(poll_read_until(me.reader, cx, *me.delimiter, me.segment, &mut 0))?;
        if me.segment.is_empty() {
            return Poll::Ready(Ok(None));
        }
        let mut segment = mem::take(me.segment);
        segment.pop_if(|last| *last == *me.delimiter);
        Poll::Ready(Ok(Some(segment)))
    }
}

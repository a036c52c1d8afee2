//! The lines of a reader.

use super::read_until::poll_read_until;
use crate::io::AsyncBufRead;
use pin_project_lite::pin_project;
use std::future::poll_fn;
use std::io;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

pin_project! {
    /// Reads a stream line by line; made by [`lines`](super::AsyncBufReadExt::lines).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::io::AsyncBufReadExt;
    ///
    /// let mut lines = (&b"one\r\ntwo\nthree"[..]).lines();
    /// let mut found = Vec::new();
    /// while let Some(line) = lines.next_line().await? {
    ///     found.push(line);
    /// }
    /// assert_eq!(found, ["one", "two", "three"]);
    /// # Ok(())
    /// # }
    /// ```
    #[derive(Debug)]
    #[must_use = "streams do nothing unless they are read"]
    pub struct Lines<R> {
        #[pin]
        reader: R,
        // The line so far; it outlives the future that reads it.
        line: Vec<u8>,
    }
}

impl<R> Lines<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { reader, line: Vec::new() }
    }

    /// Gives the reader.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::AsyncBufReadExt;
    ///
    /// assert_eq!((&b"one\n"[..]).lines().get_ref().len(), 4);
    /// ```
    pub fn get_ref(&mut self) -> &R {
        &self.reader
    }

    /// Gives the reader, to be changed.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::AsyncBufReadExt;
    ///
    /// let mut lines = (&b"one\n"[..]).lines();
    /// *lines.get_mut() = b"two\n";
    /// ```
    pub fn get_mut(&mut self) -> &mut R {
        &mut self.reader
    }

    /// Gives the reader back; a line that was begun is lost.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::AsyncBufReadExt;
    ///
    /// assert_eq!((&b"one\n"[..]).lines().into_inner(), b"one\n");
    /// ```
    pub fn into_inner(self) -> R {
        self.reader
    }
}

impl<R: AsyncBufRead + Unpin> Lines<R> {
    /// Reads the next line, without its `\n` or `\r\n`; `None` at the end of the stream.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: a line that was begun is kept for the next call.
    ///
    /// # Errors
    ///
    /// What the reader reports (the line that was begun is kept), or
    /// [`io::ErrorKind::InvalidData`] for a line that is not UTF-8 (the next call goes on with
    /// the next line).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::io::AsyncBufReadExt;
    ///
    /// let mut lines = (&b"one\n"[..]).lines();
    /// assert_eq!(lines.next_line().await?.as_deref(), Some("one"));
    /// assert_eq!(lines.next_line().await?, None);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn next_line(&mut self) -> io::Result<Option<String>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next_line(cx)).await
    }
}

impl<R: AsyncBufRead> Lines<R> {
    /// Attempts to read the next line; as [`next_line`](Lines::next_line), to be polled.
    ///
    /// # Errors
    ///
    /// As for [`next_line`](Lines::next_line).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::io::AsyncBufReadExt;
    /// use std::future::poll_fn;
    ///
    /// let mut lines = std::pin::pin!((&b"one\n"[..]).lines());
    /// let line = poll_fn(|cx| lines.as_mut().poll_next_line(cx)).await?;
    /// assert_eq!(line.as_deref(), Some("one"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn poll_next_line(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<Option<String>>> {
        let me = self.project();
        ready!(poll_read_until(me.reader, cx, b'\n', me.line, &mut 0))?;
        if me.line.is_empty() {
            return Poll::Ready(Ok(None));
        }
        let mut line = mem::take(me.line);
        if line.pop_if(|last| *last == b'\n').is_some() {
            line.pop_if(|last| *last == b'\r');
        }
        let line = String::from_utf8(line)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        Poll::Ready(Ok(Some(line)))
    }
}

//! A reader beside a writer, as one stream.

use crate::io::forward::{forward_buf_read, forward_read, forward_write};
use crate::io::{AsyncBufRead, AsyncRead, AsyncWrite};
use pin_project_lite::pin_project;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Makes one stream of a reader and a writer that have nothing to do with each other.
///
/// The opposite of [`split`](crate::io::split()), for code that wants a single stream.
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::io::{self, AsyncReadExt, AsyncWriteExt};
///
/// let mut stream = io::join(&b"question"[..], Vec::new());
/// stream.write_all(b"answer").await?;
/// assert_eq!(stream.read_u8().await?, b'q');
/// assert_eq!(stream.writer(), b"answer");
/// # Ok(())
/// # }
/// ```
pub fn join<R, W>(reader: R, writer: W) -> Join<R, W>
where
    R: AsyncRead,
    W: AsyncWrite,
{
    Join { reader, writer }
}

pin_project! {
    /// One stream that reads from `R` and writes to `W`; made by [`join`].
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::{self, Empty, Join, Sink};
    ///
    /// let null: Join<Empty, Sink> = io::join(io::empty(), io::sink());
    /// # drop(null);
    /// ```
    #[derive(Debug)]
    pub struct Join<R, W> {
        #[pin]
        reader: R,
        #[pin]
        writer: W,
    }
}

impl<R, W> Join<R, W> {
    /// Gives both back.
    ///
    /// # Examples
    ///
    /// ```
    /// let (reader, writer) = runtime::io::join(&b"abc"[..], vec![1]).into_inner();
    /// assert_eq!((reader, writer), (&b"abc"[..], vec![1]));
    /// ```
    pub fn into_inner(self) -> (R, W) {
        (self.reader, self.writer)
    }

    /// Gives the reader.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(runtime::io::join(&b"abc"[..], vec![1]).reader(), b"abc");
    /// ```
    pub fn reader(&self) -> &R {
        &self.reader
    }

    /// Gives the writer.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(runtime::io::join(&b"abc"[..], vec![1]).writer(), &[1]);
    /// ```
    pub fn writer(&self) -> &W {
        &self.writer
    }

    /// Gives the reader, to be changed.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut stream = runtime::io::join(&b"abc"[..], vec![1]);
    /// *stream.reader_mut() = b"xyz";
    /// ```
    pub fn reader_mut(&mut self) -> &mut R {
        &mut self.reader
    }

    /// Gives the writer, to be changed.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut stream = runtime::io::join(&b"abc"[..], vec![1]);
    /// stream.writer_mut().clear();
    /// ```
    pub fn writer_mut(&mut self) -> &mut W {
        &mut self.writer
    }

    /// Gives the reader pinned.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut stream = std::pin::pin!(runtime::io::join(&b"abc"[..], vec![1]));
    /// assert_eq!(stream.as_mut().reader_pin_mut().len(), 3);
    /// ```
    pub fn reader_pin_mut(self: Pin<&mut Self>) -> Pin<&mut R> {
        self.project().reader
    }

    /// Gives the writer pinned.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut stream = std::pin::pin!(runtime::io::join(&b"abc"[..], vec![1]));
    /// assert_eq!(stream.as_mut().writer_pin_mut().len(), 1);
    /// ```
    pub fn writer_pin_mut(self: Pin<&mut Self>) -> Pin<&mut W> {
        self.project().writer
    }
}

impl<R: AsyncRead, W> AsyncRead for Join<R, W> {
    forward_read!(self => self.reader_pin_mut());
}

impl<R: AsyncBufRead, W> AsyncBufRead for Join<R, W> {
    forward_buf_read!(self => self.reader_pin_mut());
}

impl<R, W: AsyncWrite> AsyncWrite for Join<R, W> {
    forward_write!(self => self.writer_pin_mut(), self.writer.is_write_vectored());
}

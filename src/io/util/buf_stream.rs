//! A buffer for each direction of a stream.

use super::{BufReader, BufWriter};
use crate::io::forward::{forward_buf_read, forward_read, forward_seek, forward_write};
use crate::io::{AsyncBufRead, AsyncRead, AsyncSeek, AsyncWrite};
use pin_project_lite::pin_project;
use std::pin::Pin;
use std::task::{Context, Poll};

pin_project! {
    /// Buffers both directions of a stream: a [`BufReader`] around a [`BufWriter`].
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::io::{AsyncBufReadExt, AsyncWriteExt, BufStream, duplex};
    ///
    /// let (near, far) = duplex(64);
    /// let (mut near, mut far) = (BufStream::new(near), BufStream::new(far));
    ///
    /// near.write_all(b"hello\n").await?;
    /// near.flush().await?;
    ///
    /// let mut line = String::new();
    /// far.read_line(&mut line).await?;
    /// assert_eq!(line, "hello\n");
    /// # Ok(())
    /// # }
    /// ```
    #[derive(Debug)]
    pub struct BufStream<RW> {
        #[pin]
        inner: BufReader<BufWriter<RW>>,
    }
}

impl<RW: AsyncRead + AsyncWrite> BufStream<RW> {
    /// Wraps a stream; each buffer holds 8 KiB.
    ///
    /// # Examples
    ///
    /// ```
    /// let (near, _far) = runtime::io::duplex(64);
    /// let stream = runtime::io::BufStream::new(near);
    /// # drop(stream);
    /// ```
    pub fn new(stream: RW) -> BufStream<RW> {
        BufReader::new(BufWriter::new(stream)).into()
    }

    /// Wraps a stream, with the sizes of the buffer for reads and of the one for writes.
    ///
    /// # Panics
    ///
    /// If `reader_capacity` is zero.
    ///
    /// # Examples
    ///
    /// ```
    /// let (near, _far) = runtime::io::duplex(64);
    /// let stream = runtime::io::BufStream::with_capacity(1024, 4096, near);
    /// # drop(stream);
    /// ```
    #[track_caller]
    pub fn with_capacity(
        reader_capacity: usize,
        writer_capacity: usize,
        stream: RW,
    ) -> BufStream<RW> {
        let writer = BufWriter::with_capacity(writer_capacity, stream);
        BufReader::with_capacity(reader_capacity, writer).into()
    }

    /// Gives the inner stream.
    ///
    /// # Examples
    ///
    /// ```
    /// let stream = runtime::io::BufStream::new(std::io::Cursor::new(vec![1]));
    /// assert_eq!(stream.get_ref().position(), 0);
    /// ```
    pub fn get_ref(&self) -> &RW {
        self.inner.get_ref().get_ref()
    }

    /// Gives the inner stream, to be changed; what the buffers hold stays there.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut stream = runtime::io::BufStream::new(std::io::Cursor::new(vec![1]));
    /// stream.get_mut().set_position(1);
    /// ```
    pub fn get_mut(&mut self) -> &mut RW {
        self.inner.get_mut().get_mut()
    }

    /// Gives the inner stream pinned; what the buffers hold stays there.
    ///
    /// # Examples
    ///
    /// ```
    /// let cursor = std::io::Cursor::new(vec![1]);
    /// let mut stream = std::pin::pin!(runtime::io::BufStream::new(cursor));
    /// assert_eq!(stream.as_mut().get_pin_mut().position(), 0);
    /// ```
    pub fn get_pin_mut(self: Pin<&mut Self>) -> Pin<&mut RW> {
        self.project().inner.get_pin_mut().get_pin_mut()
    }

    /// Gives the inner stream back; what the buffers hold is lost.
    ///
    /// # Examples
    ///
    /// ```
    /// let stream = runtime::io::BufStream::new(std::io::Cursor::new(vec![1]));
    /// assert_eq!(stream.into_inner().into_inner(), [1]);
    /// ```
    pub fn into_inner(self) -> RW {
        self.inner.into_inner().into_inner()
    }
}

impl<RW> From<BufReader<BufWriter<RW>>> for BufStream<RW> {
    fn from(inner: BufReader<BufWriter<RW>>) -> Self {
        Self { inner }
    }
}

/// Turns the two buffers inside out; both keep what they hold.
impl<RW> From<BufWriter<BufReader<RW>>> for BufStream<RW> {
    fn from(outer: BufWriter<BufReader<RW>>) -> Self {
        let BufWriter { inner: reader, bytes, written, seek } = outer;
        let BufReader { inner, ahead, seek: reader_seek } = reader;
        let writer = BufWriter { inner, bytes, written, seek };
        BufReader { inner: writer, ahead, seek: reader_seek }.into()
    }
}

impl<RW: AsyncRead + AsyncWrite> AsyncRead for BufStream<RW> {
    forward_read!(self => self.project().inner);
}

impl<RW: AsyncRead + AsyncWrite> AsyncBufRead for BufStream<RW> {
    forward_buf_read!(self => self.project().inner);
}

impl<RW: AsyncRead + AsyncWrite> AsyncWrite for BufStream<RW> {
    forward_write!(self => self.project().inner, self.inner.is_write_vectored());
}

/// Writes out what is buffered, then moves; a relative seek counts from the first byte that was
/// not read.
impl<RW: AsyncRead + AsyncWrite + AsyncSeek> AsyncSeek for BufStream<RW> {
    forward_seek!(self => self.project().inner);
}

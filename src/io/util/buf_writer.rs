//! A writer that collects before it writes.

use super::DEFAULT_CAPACITY;
use super::write_all::poll_write_some;
use crate::io::forward::{forward_buf_read, forward_read};
use crate::io::{AsyncBufRead, AsyncRead, AsyncSeek, AsyncWrite};
use pin_project_lite::pin_project;
use std::fmt;
use std::io::{self, IoSlice, SeekFrom};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

pin_project! {
    /// Adds a buffer to a writer, so that many small writes become few large ones.
    ///
    /// What does not fit makes it write out the buffer first; what is at least as large as the
    /// buffer goes past it. [`flush`](super::AsyncWriteExt::flush) and
    /// [`shutdown`](super::AsyncWriteExt::shutdown) write it out too. Reads go straight to the
    /// inner stream.
    ///
    /// Dropping it loses what was not written out, since a drop cannot wait: flush before.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::io::{AsyncWriteExt, BufWriter};
    ///
    /// let mut writer = BufWriter::new(Vec::new());
    /// writer.write_all(b"hello ").await?;
    /// writer.write_all(b"world").await?;
    /// assert!(writer.get_ref().is_empty());
    ///
    /// writer.flush().await?;
    /// assert_eq!(writer.get_ref(), b"hello world");
    /// # Ok(())
    /// # }
    /// ```
    pub struct BufWriter<W> {
        #[pin]
        pub(super) inner: W,
        // Never grows: its capacity is the size of the buffer.
        pub(super) bytes: Vec<u8>,
        // How many of `bytes` have been written out.
        pub(super) written: usize,
        // Asked for, not yet passed on.
        pub(super) seek: Option<SeekFrom>,
    }
}

impl<W: AsyncWrite> BufWriter<W> {
    /// Wraps a writer; the buffer holds 8 KiB.
    ///
    /// # Examples
    ///
    /// ```
    /// let writer = runtime::io::BufWriter::new(Vec::new());
    /// assert!(writer.buffer().is_empty());
    /// ```
    pub fn new(inner: W) -> Self {
        Self::with_capacity(DEFAULT_CAPACITY, inner)
    }

    /// Wraps a writer; the buffer holds `capacity` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::io::{AsyncWriteExt, BufWriter};
    ///
    /// let mut writer = BufWriter::with_capacity(4, Vec::new());
    /// writer.write_all(b"abc").await?;
    /// writer.write_all(b"def").await?;
    /// assert_eq!(writer.get_ref(), b"abc");
    /// assert_eq!(writer.buffer(), b"def");
    /// # Ok(())
    /// # }
    /// ```
    pub fn with_capacity(capacity: usize, inner: W) -> Self {
        Self { inner, bytes: Vec::with_capacity(capacity), written: 0, seek: None }
    }

    /// Gives the inner stream.
    ///
    /// # Examples
    ///
    /// ```
    /// let writer = runtime::io::BufWriter::new(vec![1, 2]);
    /// assert_eq!(writer.get_ref().len(), 2);
    /// ```
    pub fn get_ref(&self) -> &W {
        &self.inner
    }

    /// Gives the inner stream, to be changed. Writing to it overtakes what is buffered.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut writer = runtime::io::BufWriter::new(vec![1, 2]);
    /// writer.get_mut().clear();
    /// ```
    pub fn get_mut(&mut self) -> &mut W {
        &mut self.inner
    }

    /// Gives the inner stream pinned. Writing to it overtakes what is buffered.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut writer = std::pin::pin!(runtime::io::BufWriter::new(vec![1, 2]));
    /// assert_eq!(writer.as_mut().get_pin_mut().len(), 2);
    /// ```
    pub fn get_pin_mut(self: Pin<&mut Self>) -> Pin<&mut W> {
        self.project().inner
    }

    /// Gives the inner stream back; what was not written out is lost.
    ///
    /// # Examples
    ///
    /// ```
    /// let writer = runtime::io::BufWriter::new(vec![1, 2]);
    /// assert_eq!(writer.into_inner(), [1, 2]);
    /// ```
    pub fn into_inner(self) -> W {
        self.inner
    }

    /// Gives what waits to be written out.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::io::{AsyncWriteExt, BufWriter};
    ///
    /// let mut writer = BufWriter::new(runtime::io::sink());
    /// writer.write_all(b"abc").await?;
    /// assert_eq!(writer.buffer(), b"abc");
    /// # Ok(())
    /// # }
    /// ```
    pub fn buffer(&self) -> &[u8] {
        &self.bytes[self.written..]
    }

    /// Writes out all that is buffered.
    fn poll_write_out(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut me = self.project();
        while *me.written < me.bytes.len() {
            let rest = &me.bytes[*me.written..];
            *me.written += ready!(poll_write_some(me.inner.as_mut(), cx, rest))?;
        }
        me.bytes.clear();
        *me.written = 0;
        Poll::Ready(Ok(()))
    }

    /// Makes room for `n` bytes; `false` if the buffer could not hold them even if empty.
    fn poll_make_room(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        n: usize,
    ) -> Poll<io::Result<bool>> {
        if self.bytes.len().saturating_add(n) > self.bytes.capacity() {
            ready!(self.as_mut().poll_write_out(cx))?;
        }
        Poll::Ready(Ok(n < self.bytes.capacity()))
    }

    /// Buffers as many of `bufs` as fit, and at least the first that is not empty.
    fn poll_collect(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let mut bufs = bufs.iter().filter(|buf| !buf.is_empty());
        let Some(first) = bufs.next() else { return Poll::Ready(Ok(0)) };
        if !ready!(self.as_mut().poll_make_room(cx, first.len()))? {
            return self.get_pin_mut().poll_write(cx, first);
        }
        let bytes = self.project().bytes;
        let before = bytes.len();
        bytes.extend_from_slice(first);
        for buf in bufs {
            if bytes.len() + buf.len() > bytes.capacity() {
                break;
            }
            bytes.extend_from_slice(buf);
        }
        Poll::Ready(Ok(bytes.len() - before))
    }
}

impl<W: AsyncWrite> AsyncWrite for BufWriter<W> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        if !ready!(self.as_mut().poll_make_room(cx, buf.len()))? {
            return self.get_pin_mut().poll_write(cx, buf);
        }
        self.project().bytes.extend_from_slice(buf);
        Poll::Ready(Ok(buf.len()))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if !self.inner.is_write_vectored() {
            return self.poll_collect(cx, bufs);
        }
        let total = bufs.iter().fold(0_usize, |sum, buf| sum.saturating_add(buf.len()));
        if !ready!(self.as_mut().poll_make_room(cx, total))? {
            return self.get_pin_mut().poll_write_vectored(cx, bufs);
        }
        let bytes = self.project().bytes;
        bufs.iter().for_each(|buf| bytes.extend_from_slice(buf));
        Poll::Ready(Ok(total))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.as_mut().poll_write_out(cx))?;
        self.get_pin_mut().poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.as_mut().poll_write_out(cx))?;
        self.get_pin_mut().poll_shutdown(cx)
    }
}

/// Writes out the buffer before the inner stream moves.
impl<W: AsyncWrite + AsyncSeek> AsyncSeek for BufWriter<W> {
    fn start_seek(self: Pin<&mut Self>, position: SeekFrom) -> io::Result<()> {
        *self.project().seek = Some(position);
        Ok(())
    }

    fn poll_complete(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<u64>> {
        if let Some(position) = self.seek {
            ready!(self.as_mut().poll_write_out(cx))?;
            // An operation that is still under way comes first.
            ready!(self.as_mut().get_pin_mut().poll_complete(cx))?;
            let me = self.as_mut().project();
            *me.seek = None;
            me.inner.start_seek(position)?;
        }
        self.get_pin_mut().poll_complete(cx)
    }
}

impl<W: AsyncWrite + AsyncRead> AsyncRead for BufWriter<W> {
    forward_read!(self => self.get_pin_mut());
}

impl<W: AsyncWrite + AsyncBufRead> AsyncBufRead for BufWriter<W> {
    forward_buf_read!(self => self.get_pin_mut());
}

impl<W: fmt::Debug> fmt::Debug for BufWriter<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BufWriter")
            .field("writer", &self.inner)
            .field("waiting", &(self.bytes.len() - self.written))
            .field("capacity", &self.bytes.capacity())
            .finish()
    }
}

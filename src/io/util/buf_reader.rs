//! A reader that reads ahead.

use super::DEFAULT_CAPACITY;
use super::window::Window;
use crate::io::forward::forward_write;
use crate::io::{AsyncBufRead, AsyncRead, AsyncSeek, AsyncWrite, ReadBuf};
use pin_project_lite::pin_project;
use std::fmt;
use std::io::{self, SeekFrom};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

pin_project! {
    /// Adds a buffer to a reader, so that many small reads become few large ones.
    ///
    /// A read that is at least as large as the buffer goes past it when it is empty. Writes go
    /// straight to the inner stream.
    ///
    /// Dropping it loses what was read ahead; so does reading from the inner stream meanwhile.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::io::{AsyncBufReadExt, BufReader};
    ///
    /// let mut reader = BufReader::new(&b"one\ntwo\n"[..]);
    /// let mut line = String::new();
    /// reader.read_line(&mut line).await?;
    /// assert_eq!(line, "one\n");
    /// # Ok(())
    /// # }
    /// ```
    pub struct BufReader<R> {
        #[pin]
        pub(super) inner: R,
        pub(super) ahead: Window,
        pub(super) seek: Seek,
    }
}

/// How far a seek has come.
#[derive(Debug, Clone, Copy)]
pub(super) enum Seek {
    /// None is under way, as far as this buffer knows.
    Idle,
    /// Asked for, not yet passed on.
    Asked(SeekFrom),
    /// Moving back to where the user believes to be; the offset is for the next step.
    SteppingBack(i64),
    /// Passed on.
    Moving,
}

impl<R: AsyncRead> BufReader<R> {
    /// Wraps a reader; the buffer holds 8 KiB.
    ///
    /// # Examples
    ///
    /// ```
    /// let reader = runtime::io::BufReader::new(runtime::io::empty());
    /// assert!(reader.buffer().is_empty());
    /// ```
    pub fn new(inner: R) -> Self {
        Self::with_capacity(DEFAULT_CAPACITY, inner)
    }

    /// Wraps a reader; the buffer holds `capacity` bytes.
    ///
    /// # Panics
    ///
    /// If `capacity` is zero.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::io::{AsyncBufReadExt, BufReader};
    ///
    /// let mut reader = BufReader::with_capacity(2, &b"abcdef"[..]);
    /// assert_eq!(reader.fill_buf().await?, b"ab");
    /// # Ok(())
    /// # }
    /// ```
    #[track_caller]
    pub fn with_capacity(capacity: usize, inner: R) -> Self {
        assert!(capacity > 0, "the capacity must be greater than zero: give the buffer some room");
        Self { inner, ahead: Window::new(capacity), seek: Seek::Idle }
    }

    /// Gives the inner stream.
    ///
    /// # Examples
    ///
    /// ```
    /// let reader = runtime::io::BufReader::new(&b"abc"[..]);
    /// assert_eq!(reader.get_ref().len(), 3);
    /// ```
    pub fn get_ref(&self) -> &R {
        &self.inner
    }

    /// Gives the inner stream, to be changed. Reading from it skips what was read ahead.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut reader = runtime::io::BufReader::new(&b"abc"[..]);
    /// *reader.get_mut() = b"xyz";
    /// ```
    pub fn get_mut(&mut self) -> &mut R {
        &mut self.inner
    }

    /// Gives the inner stream pinned. Reading from it skips what was read ahead.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut reader = std::pin::pin!(runtime::io::BufReader::new(&b"abc"[..]));
    /// assert_eq!(reader.as_mut().get_pin_mut().len(), 3);
    /// ```
    pub fn get_pin_mut(self: Pin<&mut Self>) -> Pin<&mut R> {
        self.project().inner
    }

    /// Gives the inner stream back; what was read ahead is lost.
    ///
    /// # Examples
    ///
    /// ```
    /// let reader = runtime::io::BufReader::new(&b"abc"[..]);
    /// assert_eq!(reader.into_inner(), b"abc");
    /// ```
    pub fn into_inner(self) -> R {
        self.inner
    }

    /// Gives what was read ahead, without reading more.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::io::{AsyncReadExt, BufReader};
    ///
    /// let mut reader = BufReader::new(&b"abc"[..]);
    /// assert_eq!(reader.read_u8().await?, b'a');
    /// assert_eq!(reader.buffer(), b"bc");
    /// # Ok(())
    /// # }
    /// ```
    pub fn buffer(&self) -> &[u8] {
        self.ahead.waiting()
    }
}

impl<R: AsyncRead> AsyncRead for BufReader<R> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.ahead.is_empty() && buf.remaining() >= self.ahead.capacity() {
            return self.get_pin_mut().poll_read(cx, buf);
        }
        let ahead = ready!(self.as_mut().poll_fill_buf(cx))?;
        let n = ahead.len().min(buf.remaining());
        buf.put_slice(&ahead[..n]);
        self.consume(n);
        Poll::Ready(Ok(()))
    }
}

impl<R: AsyncRead> AsyncBufRead for BufReader<R> {
    fn poll_fill_buf(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        let me = self.project();
        if me.ahead.is_empty() {
            ready!(me.ahead.poll_fill(me.inner, cx))?;
        }
        Poll::Ready(Ok(me.ahead.waiting()))
    }

    fn consume(self: Pin<&mut Self>, amt: usize) {
        self.project().ahead.consume(amt);
    }
}

/// Seeks to where the *user* is to be: a relative seek counts from the first byte that waits in
/// the buffer, not from where the inner stream stands.
///
/// The buffer is emptied, even if the new position lies in it. Polling to completion without a
/// seek keeps the buffer, and gives the position of the inner stream.
impl<R: AsyncRead + AsyncSeek> AsyncSeek for BufReader<R> {
    fn start_seek(self: Pin<&mut Self>, position: SeekFrom) -> io::Result<()> {
        *self.project().seek = Seek::Asked(position);
        Ok(())
    }

    fn poll_complete(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<u64>> {
        let mut me = self.project();
        loop {
            // Whatever the step: the one before it must have ended. If that or this one fails,
            // the seek is over, and the buffer still fits to where the inner stream stands.
            let done = ready!(me.inner.as_mut().poll_complete(cx));
            let step = std::mem::replace(me.seek, Seek::Idle);
            let reached = done?;
            let (next, position) = match step {
                Seek::Idle => return Poll::Ready(Ok(reached)),
                Seek::Moving => {
                    me.ahead.clear();
                    return Poll::Ready(Ok(reached));
                }
                Seek::SteppingBack(offset) => {
                    me.ahead.clear();
                    (Seek::Moving, SeekFrom::Current(offset))
                }
                Seek::Asked(SeekFrom::Current(offset)) => {
                    let ahead = me.ahead.waiting().len() as i64;
                    match offset.checked_sub(ahead) {
                        Some(offset) => (Seek::Moving, SeekFrom::Current(offset)),
                        None => (Seek::SteppingBack(offset), SeekFrom::Current(-ahead)),
                    }
                }
                Seek::Asked(position) => (Seek::Moving, position),
            };
            me.inner.as_mut().start_seek(position)?;
            *me.seek = next;
        }
    }
}

impl<R: AsyncRead + AsyncWrite> AsyncWrite for BufReader<R> {
    forward_write!(self => self.get_pin_mut(), self.inner.is_write_vectored());
}

impl<R: fmt::Debug> fmt::Debug for BufReader<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BufReader")
            .field("reader", &self.inner)
            .field("ahead", &self.ahead.waiting().len())
            .field("capacity", &self.ahead.capacity())
            .finish()
    }
}

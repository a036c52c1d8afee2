//! A reader that ends early.

use crate::io::{AsyncBufRead, AsyncRead, ReadBuf};
use pin_project_lite::pin_project;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

pin_project! {
    /// Reads at most so many bytes of a stream; made by [`take`](super::AsyncReadExt::take).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::io::AsyncReadExt;
    ///
    /// let mut head = String::new();
    /// (&b"hello world"[..]).take(5).read_to_string(&mut head).await?;
    /// assert_eq!(head, "hello");
    /// # Ok(())
    /// # }
    /// ```
    #[derive(Debug)]
    #[must_use = "streams do nothing unless they are read"]
    pub struct Take<R> {
        #[pin]
        inner: R,
        limit: u64,
    }
}

impl<R> Take<R> {
    pub(super) fn new(inner: R, limit: u64) -> Self {
        Self { inner, limit }
    }
}

/// As much of `limit` as a length in memory can be.
fn clamp(limit: u64) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX)
}

impl<R: AsyncRead> Take<R> {
    /// Gives how many bytes may still be read.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::io::AsyncReadExt;
    ///
    /// let mut head = (&b"hello"[..]).take(3);
    /// head.read_u8().await?;
    /// assert_eq!(head.limit(), 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn limit(&self) -> u64 {
        self.limit
    }

    /// Sets how many bytes may still be read, whatever was read before.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::AsyncReadExt;
    ///
    /// let mut head = (&b"hello"[..]).take(0);
    /// head.set_limit(2);
    /// assert_eq!(head.limit(), 2);
    /// ```
    pub fn set_limit(&mut self, limit: u64) {
        self.limit = limit;
    }

    /// Gives the inner stream.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::AsyncReadExt;
    ///
    /// assert_eq!((&b"hello"[..]).take(2).get_ref().len(), 5);
    /// ```
    pub fn get_ref(&self) -> &R {
        &self.inner
    }

    /// Gives the inner stream, to be changed. What is read from it does not count.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::AsyncReadExt;
    ///
    /// let mut head = (&b"hello"[..]).take(2);
    /// *head.get_mut() = b"other";
    /// ```
    pub fn get_mut(&mut self) -> &mut R {
        &mut self.inner
    }

    /// Gives the inner stream pinned. What is read from it does not count.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::AsyncReadExt;
    ///
    /// let mut head = std::pin::pin!((&b"hello"[..]).take(2));
    /// assert_eq!(head.as_mut().get_pin_mut().len(), 5);
    /// ```
    pub fn get_pin_mut(self: Pin<&mut Self>) -> Pin<&mut R> {
        self.project().inner
    }

    /// Gives the inner stream back.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::AsyncReadExt;
    ///
    /// assert_eq!((&b"hello"[..]).take(2).into_inner(), b"hello");
    /// ```
    pub fn into_inner(self) -> R {
        self.inner
    }
}

impl<R: AsyncRead> AsyncRead for Take<R> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let me = self.project();
        if *me.limit == 0 {
            return Poll::Ready(Ok(()));
        }
        let room = buf.remaining();
        let answer = buf.fill_at_most(clamp(*me.limit), |part| me.inner.poll_read(cx, part));
        *me.limit -= (room - buf.remaining()) as u64;
        answer
    }
}

impl<R: AsyncBufRead> AsyncBufRead for Take<R> {
    fn poll_fill_buf(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        let me = self.project();
        // At the limit the inner stream is not asked: it might wait for bytes that nobody wants.
        if *me.limit == 0 {
            return Poll::Ready(Ok(&[]));
        }
        let bytes = ready!(me.inner.poll_fill_buf(cx))?;
        Poll::Ready(Ok(&bytes[..bytes.len().min(clamp(*me.limit))]))
    }

    fn consume(self: Pin<&mut Self>, amt: usize) {
        let me = self.project();
        let amt = amt.min(clamp(*me.limit));
        *me.limit -= amt as u64;
        me.inner.consume(amt);
    }
}

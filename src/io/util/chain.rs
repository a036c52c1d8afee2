//! A reader that goes on with a second stream where the first ends.

use crate::io::{AsyncBufRead, AsyncRead, ReadBuf};
use pin_project_lite::pin_project;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

pin_project! {
    /// Reads one stream to its end, then another; made by [`chain`](super::AsyncReadExt::chain).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::io::AsyncReadExt;
    ///
    /// let mut all = String::new();
    /// (&b"hello "[..]).chain(&b"world"[..]).read_to_string(&mut all).await?;
    /// assert_eq!(all, "hello world");
    /// # Ok(())
    /// # }
    /// ```
    #[derive(Debug)]
    #[must_use = "streams do nothing unless they are read"]
    pub struct Chain<T, U> {
        #[pin]
        first: T,
        #[pin]
        second: U,
        first_ended: bool,
    }
}

impl<T, U> Chain<T, U> {
    pub(super) fn new(first: T, second: U) -> Self {
        Self { first, second, first_ended: false }
    }
}

impl<T: AsyncRead, U: AsyncRead> Chain<T, U> {
    /// Gives both streams.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::AsyncReadExt;
    ///
    /// let chain = (&b"ab"[..]).chain(&b"c"[..]);
    /// assert_eq!(chain.get_ref().1, b"c");
    /// ```
    pub fn get_ref(&self) -> (&T, &U) {
        (&self.first, &self.second)
    }

    /// Gives both streams, to be changed.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::AsyncReadExt;
    ///
    /// let mut chain = (&b"ab"[..]).chain(&b"c"[..]);
    /// *chain.get_mut().1 = b"xyz";
    /// ```
    pub fn get_mut(&mut self) -> (&mut T, &mut U) {
        (&mut self.first, &mut self.second)
    }

    /// Gives both streams pinned.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::AsyncReadExt;
    ///
    /// let mut chain = std::pin::pin!((&b"ab"[..]).chain(&b"c"[..]));
    /// let (first, _second) = chain.as_mut().get_pin_mut();
    /// assert_eq!(first.len(), 2);
    /// ```
    pub fn get_pin_mut(self: Pin<&mut Self>) -> (Pin<&mut T>, Pin<&mut U>) {
        let me = self.project();
        (me.first, me.second)
    }

    /// Gives both streams back.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::AsyncReadExt;
    ///
    /// let (first, second) = (&b"ab"[..]).chain(&b"c"[..]).into_inner();
    /// assert_eq!((first, second), (&b"ab"[..], &b"c"[..]));
    /// ```
    pub fn into_inner(self) -> (T, U) {
        (self.first, self.second)
    }
}

impl<T: AsyncRead, U: AsyncRead> AsyncRead for Chain<T, U> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let me = self.project();
        if !*me.first_ended {
            let room = buf.remaining();
            ready!(me.first.poll_read(cx, buf))?;
            // A read into no room says nothing about the end.
            if buf.remaining() < room || room == 0 {
                return Poll::Ready(Ok(()));
            }
            *me.first_ended = true;
        }
        me.second.poll_read(cx, buf)
    }
}

impl<T: AsyncBufRead, U: AsyncBufRead> AsyncBufRead for Chain<T, U> {
    fn poll_fill_buf(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        let me = self.project();
        if !*me.first_ended {
            let bytes = ready!(me.first.poll_fill_buf(cx))?;
            if !bytes.is_empty() {
                return Poll::Ready(Ok(bytes));
            }
            *me.first_ended = true;
        }
        me.second.poll_fill_buf(cx)
    }

    fn consume(self: Pin<&mut Self>, amt: usize) {
        let me = self.project();
        if *me.first_ended { me.second.consume(amt) } else { me.first.consume(amt) }
    }
}

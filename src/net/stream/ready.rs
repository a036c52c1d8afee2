//! Waiting for a stream of bytes to be worth an attempt.

use crate::io::{Interest, Ready};
use crate::net::impl_for::impl_for;
use crate::net::unix::pipe::{Receiver, Sender};
use crate::net::{TcpStream, UnixStream, tcp, unix};
use std::io;
use std::task::{Context, Poll};

impl_for! {
    TcpStream, tcp::ReadHalf<'_>, tcp::WriteHalf<'_>, tcp::OwnedReadHalf, tcp::OwnedWriteHalf,
    UnixStream, unix::ReadHalf<'_>, unix::WriteHalf<'_>, unix::OwnedReadHalf,
    unix::OwnedWriteHalf, Receiver, Sender => {
    /// Waits until the stream is ready for any of `interest`, and says for what.
    ///
    /// Being ready is a hint: the attempt that follows may still fail with `WouldBlock`, and then
    /// this method waits again.
    ///
    /// # Cancel safety
    ///
    /// This method is cancel safe: a readiness that is not used is there for the next call.
    ///
    /// # Errors
    ///
    /// If the runtime shuts down.
    ///EX unix
    /// use runtime::io::Interest;
    ///
    /// let ready = stream.ready(Interest::READABLE | Interest::WRITABLE).await?;
    /// assert!(ready.is_writable());
    ///END
    pub async fn ready(&self, interest: Interest) -> io::Result<Ready> {
        self.stream().io.ready(interest).await
    }
    }
}

impl_for! {
    TcpStream, tcp::ReadHalf<'_>, tcp::OwnedReadHalf,
    UnixStream, unix::ReadHalf<'_>, unix::OwnedReadHalf, Receiver => {
    /// Waits until there is something to read, or the end.
    ///
    /// # Cancel safety
    ///
    /// This method is cancel safe: a readiness that is not used is there for the next call.
    ///
    /// # Errors
    ///
    /// If the runtime shuts down.
    ///EX unix
    /// # peer.try_write(b"hi")?;
    /// let mut buf = [0; 16];
    /// let count = loop {
    ///     stream.readable().await?;
    ///     match stream.try_read(&mut buf) {
    ///         Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => continue,
    ///         done => break done?,
    ///     }
    /// };
    /// assert_eq!(&buf[..count], b"hi");
    ///END
    pub async fn readable(&self) -> io::Result<()> {
        self.ready(Interest::READABLE).await.map(drop)
    }
    }
}

impl_for! {
    TcpStream, tcp::WriteHalf<'_>, tcp::OwnedWriteHalf,
    UnixStream, unix::WriteHalf<'_>, unix::OwnedWriteHalf, Sender => {
    /// Waits until something can be written, or nothing can be any more.
    ///
    /// # Cancel safety
    ///
    /// This method is cancel safe: a readiness that is not used is there for the next call.
    ///
    /// # Errors
    ///
    /// If the runtime shuts down.
    ///EX unix
    /// stream.writable().await?;
    /// assert_eq!(stream.try_write(b"hi")?, 2);
    ///END
    pub async fn writable(&self) -> io::Result<()> {
        self.ready(Interest::WRITABLE).await.map(drop)
    }
    }
}

impl_for! { TcpStream, UnixStream, Receiver => {
    /// Polls for there to be something to read, or the end.
    ///
    /// Only the task of the last call in this direction is woken, `poll_read` included; for
    /// several tasks there is `readable`.
    ///
    /// # Errors
    ///
    /// If the runtime shuts down.
    ///EX unix
    /// use std::future::poll_fn;
    ///
    /// # peer.try_write(b"hi")?;
    /// poll_fn(|cx| stream.poll_read_ready(cx)).await?;
    /// assert_eq!(stream.try_read(&mut [0; 16])?, 2);
    ///END
    pub fn poll_read_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream().io.poll_read_ready(cx)
    }
} }

impl_for! { TcpStream, UnixStream, Sender => {
    /// Polls for something to be writable, or nothing any more.
    ///
    /// Only the task of the last call in this direction is woken, `poll_write` included; for
    /// several tasks there is `writable`.
    ///
    /// # Errors
    ///
    /// If the runtime shuts down.
    ///EX unix
    /// use std::future::poll_fn;
    ///
    /// poll_fn(|cx| stream.poll_write_ready(cx)).await?;
    /// assert_eq!(stream.try_write(b"hi")?, 2);
    ///END
    pub fn poll_write_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream().io.poll_write_ready(cx)
    }
} }

//! Waiting for an attempt to read or write to be worth it.

use super::impl_for::impl_for;
use super::unix::pipe::{Receiver, Sender};
use super::watched::Watched;
use super::{TcpStream, UdpSocket, UnixDatagram, UnixStream, tcp, unix};
use crate::io::{Interest, Ready};
use std::io;
use std::task::{Context, Poll};

impl_for! {
    TcpStream, tcp::ReadHalf<'_>, tcp::WriteHalf<'_>, tcp::OwnedReadHalf, tcp::OwnedWriteHalf,
    UnixStream, unix::ReadHalf<'_>, unix::WriteHalf<'_>, unix::OwnedReadHalf,
    unix::OwnedWriteHalf, Receiver, Sender, UdpSocket, UnixDatagram => {
    /// Waits until the socket or pipe is ready for any of `interest`, and says for what.
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
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let (stream, peer) = runtime::net::UnixStream::pair()?;
    /// use runtime::io::Interest;
    ///
    /// let ready = stream.ready(Interest::READABLE | Interest::WRITABLE).await?;
    /// assert!(ready.is_writable());
    /// # Ok(()) }
    /// ```
    pub async fn ready(&self, interest: Interest) -> io::Result<Ready> {
        self.io().readiness(interest).await.map(|event| event.ready)
    }
    }
}

impl_for! {
    TcpStream, tcp::ReadHalf<'_>, tcp::OwnedReadHalf,
    UnixStream, unix::ReadHalf<'_>, unix::OwnedReadHalf, Receiver, UdpSocket, UnixDatagram => {
    /// Waits until there is something to read, or the end.
    ///
    /// # Cancel safety
    ///
    /// This method is cancel safe: a readiness that is not used is there for the next call.
    ///
    /// # Errors
    ///
    /// If the runtime shuts down.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let (stream, peer) = runtime::net::UnixStream::pair()?;
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
    /// # Ok(()) }
    /// ```
    pub async fn readable(&self) -> io::Result<()> {
        self.ready(Interest::READABLE).await.map(drop)
    }
    }
}

impl_for! {
    TcpStream, tcp::WriteHalf<'_>, tcp::OwnedWriteHalf,
    UnixStream, unix::WriteHalf<'_>, unix::OwnedWriteHalf, Sender, UdpSocket, UnixDatagram => {
    /// Waits until something can be written, or nothing can be any more.
    ///
    /// # Cancel safety
    ///
    /// This method is cancel safe: a readiness that is not used is there for the next call.
    ///
    /// # Errors
    ///
    /// If the runtime shuts down.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let (stream, peer) = runtime::net::UnixStream::pair()?;
    /// stream.writable().await?;
    /// assert_eq!(stream.try_write(b"hi")?, 2);
    /// # Ok(()) }
    /// ```
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
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let (stream, peer) = runtime::net::UnixStream::pair()?;
    /// use std::future::poll_fn;
    ///
    /// # peer.try_write(b"hi")?;
    /// poll_fn(|cx| stream.poll_read_ready(cx)).await?;
    /// assert_eq!(stream.try_read(&mut [0; 16])?, 2);
    /// # Ok(()) }
    /// ```
    pub fn poll_read_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.io().poll_read_ready(cx).map_ok(drop)
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
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let (stream, peer) = runtime::net::UnixStream::pair()?;
    /// use std::future::poll_fn;
    ///
    /// poll_fn(|cx| stream.poll_write_ready(cx)).await?;
    /// assert_eq!(stream.try_write(b"hi")?, 2);
    /// # Ok(()) }
    /// ```
    pub fn poll_write_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.io().poll_write_ready(cx).map_ok(drop)
    }
} }

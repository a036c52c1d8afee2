//! Receiving datagrams, whoever sent them.

use crate::engine::reactor::Direction;
use crate::io::{Interest, ReadBuf};
use crate::net::impl_for::impl_for;
use crate::net::watched::Watched;
use crate::net::{UdpSocket, UnixDatagram, sys};
use bytes::BufMut;
use std::io;
use std::task::{Context, Poll};

impl_for! { UdpSocket, UnixDatagram => {
    /// Receives a datagram; what does not fit into `buf` is lost.
    ///
    /// # Cancel safety
    ///
    /// This method is cancel safe: a datagram that is not handed out is received by the next call.
    ///
    /// # Errors
    ///
    /// With what the system says, which may be that a peer has refused what was sent to it.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let (socket, peer) = runtime::net::UnixDatagram::pair()?;
    /// # peer.try_send(b"hi")?;
    /// let mut buf = [0; 16];
    /// let count = socket.recv(&mut buf).await?;
    /// assert_eq!(&buf[..count], b"hi");
    /// # Ok(()) }
    /// ```
    pub async fn recv(&self, buf: &mut [u8]) -> io::Result<usize> {
        self.io().async_io(Interest::READABLE, || self.io().recv(buf)).await
    }

    /// Receives a datagram into the spare room of `buf`, and advances it.
    ///
    /// What does not fit into the room that `buf` has at once is lost, so reserve it before.
    ///
    /// # Cancel safety
    ///
    /// This method is cancel safe: a datagram that is not handed out is received by the next call.
    ///
    /// # Errors
    ///
    /// Those of `recv`.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let (socket, peer) = runtime::net::UnixDatagram::pair()?;
    /// # peer.try_send(b"hi")?;
    /// let mut buf = Vec::with_capacity(1500);
    /// assert_eq!(socket.recv_buf(&mut buf).await?, 2);
    /// assert_eq!(buf, b"hi");
    /// # Ok(()) }
    /// ```
    pub async fn recv_buf<B: BufMut>(&self, buf: &mut B) -> io::Result<usize> {
        let attempt = || sys::into_spare(buf, |spare| sys::recv(&**self.io(), spare, 0));
        self.io().async_io(Interest::READABLE, attempt).await.map(|(count, ())| count)
    }

    /// Polls to receive a datagram.
    ///
    /// Only the task of the last call to receive is woken.
    ///
    /// # Errors
    ///
    /// Those of `recv`.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let (socket, peer) = runtime::net::UnixDatagram::pair()?;
    /// use runtime::io::ReadBuf;
    /// use std::future::poll_fn;
    ///
    /// # peer.try_send(b"hi")?;
    /// let mut space = [0; 16];
    /// let mut buf = ReadBuf::new(&mut space);
    /// poll_fn(|cx| socket.poll_recv(cx, &mut buf)).await?;
    /// assert_eq!(buf.filled(), b"hi");
    /// # Ok(()) }
    /// ```
    pub fn poll_recv(
        &self,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.io().poll_io(cx, Direction::Read, || sys::recv(&**self.io(), buf, 0))
    }

    /// Tries to receive a datagram, without waiting.
    ///
    /// # Errors
    ///
    /// Those of `recv`; with `WouldBlock` if none has arrived.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let (socket, peer) = runtime::net::UnixDatagram::pair()?;
    /// # peer.try_send(b"hi")?;
    /// socket.readable().await?;
    /// let mut buf = [0; 16];
    /// assert_eq!(socket.try_recv(&mut buf)?, 2);
    /// # Ok(()) }
    /// ```
    pub fn try_recv(&self, buf: &mut [u8]) -> io::Result<usize> {
        self.io().try_io(Interest::READABLE, || self.io().recv(buf))
    }

    /// Tries to receive a datagram into the spare room of `buf`, and advances it.
    ///
    /// # Errors
    ///
    /// Those of `recv`; with `WouldBlock` if none has arrived.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let (socket, peer) = runtime::net::UnixDatagram::pair()?;
    /// # peer.try_send(b"hi")?;
    /// socket.readable().await?;
    /// let mut buf = Vec::with_capacity(1500);
    /// assert_eq!(socket.try_recv_buf(&mut buf)?, 2);
    /// # Ok(()) }
    /// ```
    pub fn try_recv_buf<B: BufMut>(&self, buf: &mut B) -> io::Result<usize> {
        let attempt = || sys::into_spare(buf, |spare| sys::recv(&**self.io(), spare, 0));
        self.io().try_io(Interest::READABLE, attempt).map(|(count, ())| count)
    }

    /// Polls for a datagram to have arrived.
    ///
    /// Only the task of the last call to receive is woken; for several tasks there is `readable`.
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
    /// # let (socket, peer) = runtime::net::UnixDatagram::pair()?;
    /// use std::future::poll_fn;
    ///
    /// # peer.try_send(b"hi")?;
    /// poll_fn(|cx| socket.poll_recv_ready(cx)).await?;
    /// assert_eq!(socket.try_recv(&mut [0; 16])?, 2);
    /// # Ok(()) }
    /// ```
    pub fn poll_recv_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.io().poll_read_ready(cx).map_ok(drop)
    }
} }

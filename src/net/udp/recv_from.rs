//! Receiving datagrams along with who sent them.

use crate::engine::reactor::Direction;
use crate::io::{Interest, ReadBuf};
use crate::net::UdpSocket;
use crate::net::sys;
use crate::net::watched::Watched;
use bytes::BufMut;
use std::io;
use std::net::SocketAddr;
use std::task::{Context, Poll};

impl UdpSocket {
    /// Receives a datagram and says who sent it; what does not fit into `buf` is lost.
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
    /// # let socket = runtime::net::UdpSocket::bind("127.0.0.1:0").await?;
    /// # let peer = runtime::net::UdpSocket::bind("127.0.0.1:0").await?;
    /// # peer.try_send_to(b"hi", socket.local_addr()?)?;
    /// let mut buf = [0; 16];
    /// let (count, from) = socket.recv_from(&mut buf).await?;
    /// assert_eq!((&buf[..count], from), (&b"hi"[..], peer.local_addr()?));
    /// # Ok(()) }
    /// ```
    pub async fn recv_from(&self, buf: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        self.io().async_io(Interest::READABLE, || self.io().recv_from(buf)).await
    }

    /// Receives a datagram into the spare room of `buf`, advances it, and says who sent it.
    ///
    /// What does not fit into the room that `buf` has at once is lost, so reserve it before.
    ///
    /// # Cancel safety
    ///
    /// This method is cancel safe: a datagram that is not handed out is received by the next call.
    ///
    /// # Errors
    ///
    /// Those of [`recv_from`](UdpSocket::recv_from).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let socket = runtime::net::UdpSocket::bind("127.0.0.1:0").await?;
    /// # let peer = runtime::net::UdpSocket::bind("127.0.0.1:0").await?;
    /// # peer.try_send_to(b"hi", socket.local_addr()?)?;
    /// let mut buf = Vec::with_capacity(1500);
    /// let (count, from) = socket.recv_buf_from(&mut buf).await?;
    /// assert_eq!((count, from), (2, peer.local_addr()?));
    /// assert_eq!(buf, b"hi");
    /// # Ok(()) }
    /// ```
    pub async fn recv_buf_from<B: BufMut>(&self, buf: &mut B) -> io::Result<(usize, SocketAddr)> {
        let attempt = || sys::into_spare(buf, |spare| self.receive_from(spare, 0));
        self.io().async_io(Interest::READABLE, attempt).await
    }

    /// Polls to receive a datagram, and says who sent it.
    ///
    /// Only the task of the last call to receive is woken.
    ///
    /// # Errors
    ///
    /// Those of [`recv_from`](UdpSocket::recv_from).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let socket = runtime::net::UdpSocket::bind("127.0.0.1:0").await?;
    /// # let peer = runtime::net::UdpSocket::bind("127.0.0.1:0").await?;
    /// use runtime::io::ReadBuf;
    /// use std::future::poll_fn;
    ///
    /// # peer.try_send_to(b"hi", socket.local_addr()?)?;
    /// let mut space = [0; 16];
    /// let mut buf = ReadBuf::new(&mut space);
    /// let from = poll_fn(|cx| socket.poll_recv_from(cx, &mut buf)).await?;
    /// assert_eq!((buf.filled(), from), (&b"hi"[..], peer.local_addr()?));
    /// # Ok(()) }
    /// ```
    pub fn poll_recv_from(
        &self,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<SocketAddr>> {
        self.io().poll_io(cx, Direction::Read, || self.receive_from(buf, 0))
    }

    /// Tries to receive a datagram, without waiting, and says who sent it.
    ///
    /// # Errors
    ///
    /// Those of [`recv_from`](UdpSocket::recv_from); with `WouldBlock` if none has arrived.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let socket = runtime::net::UdpSocket::bind("127.0.0.1:0").await?;
    /// # let peer = runtime::net::UdpSocket::bind("127.0.0.1:0").await?;
    /// # peer.try_send_to(b"hi", socket.local_addr()?)?;
    /// socket.readable().await?;
    /// let mut buf = [0; 16];
    /// assert_eq!(socket.try_recv_from(&mut buf)?, (2, peer.local_addr()?));
    /// # Ok(()) }
    /// ```
    pub fn try_recv_from(&self, buf: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        self.io().try_io(Interest::READABLE, || self.io().recv_from(buf))
    }

    /// Tries to receive a datagram into the spare room of `buf`, and says who sent it.
    ///
    /// # Errors
    ///
    /// Those of [`recv_from`](UdpSocket::recv_from); with `WouldBlock` if none has arrived.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let socket = runtime::net::UdpSocket::bind("127.0.0.1:0").await?;
    /// # let peer = runtime::net::UdpSocket::bind("127.0.0.1:0").await?;
    /// # peer.try_send_to(b"hi", socket.local_addr()?)?;
    /// socket.readable().await?;
    /// let mut buf = Vec::with_capacity(1500);
    /// assert_eq!(socket.try_recv_buf_from(&mut buf)?, (2, peer.local_addr()?));
    /// # Ok(()) }
    /// ```
    pub fn try_recv_buf_from<B: BufMut>(&self, buf: &mut B) -> io::Result<(usize, SocketAddr)> {
        let attempt = || sys::into_spare(buf, |spare| self.receive_from(spare, 0));
        self.io().try_io(Interest::READABLE, attempt)
    }

    /// One attempt, with the flags that tell a look from a receive.
    pub(super) fn receive_from(&self, buf: &mut ReadBuf<'_>, flags: i32) -> io::Result<SocketAddr> {
        sys::inet_addr(&sys::recv_from(&**self.io(), buf, flags)?)
    }
}

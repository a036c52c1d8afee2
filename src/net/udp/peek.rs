//! Looking at the next datagram without taking it.

use crate::engine::reactor::Direction;
use crate::io::{Interest, ReadBuf};
use crate::net::UdpSocket;
use crate::net::sys;
use crate::net::watched::Watched;
use std::io;
use std::net::SocketAddr;
use std::task::{Context, Poll};

impl UdpSocket {
    /// Reads the next datagram, and leaves it to be received.
    ///
    /// What does not fit into `buf` is cut off here only.
    ///
    /// # Cancel safety
    ///
    /// This method is cancel safe: nothing is taken from the socket.
    ///
    /// # Errors
    ///
    /// Those of [`recv`](UdpSocket::recv).
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
    /// assert_eq!(socket.peek(&mut buf).await?, 2);
    /// assert_eq!(socket.recv(&mut buf).await?, 2);
    /// # Ok(()) }
    /// ```
    pub async fn peek(&self, buf: &mut [u8]) -> io::Result<usize> {
        self.io().async_io(Interest::READABLE, || self.io().peek(buf)).await
    }

    /// Polls to read the next datagram, and leaves it to be received.
    ///
    /// Only the task of the last call to receive is woken.
    ///
    /// # Errors
    ///
    /// Those of [`recv`](UdpSocket::recv).
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
    /// poll_fn(|cx| socket.poll_peek(cx, &mut buf)).await?;
    /// assert_eq!(buf.filled(), b"hi");
    /// # Ok(()) }
    /// ```
    pub fn poll_peek(&self, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.io().poll_io(cx, Direction::Read, || sys::recv(&**self.io(), buf, sys::PEEK))
    }

    /// Tries to read the next datagram, without waiting, and leaves it to be received.
    ///
    /// # Errors
    ///
    /// Those of [`recv`](UdpSocket::recv); with `WouldBlock` if none has arrived.
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
    /// assert_eq!(socket.try_peek(&mut [0; 16])?, 2);
    /// # Ok(()) }
    /// ```
    pub fn try_peek(&self, buf: &mut [u8]) -> io::Result<usize> {
        self.io().try_io(Interest::READABLE, || self.io().peek(buf))
    }

    /// Reads the next datagram and says who sent it, and leaves it to be received.
    ///
    /// # Cancel safety
    ///
    /// This method is cancel safe: nothing is taken from the socket.
    ///
    /// # Errors
    ///
    /// Those of [`recv`](UdpSocket::recv).
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
    /// assert_eq!(socket.peek_from(&mut buf).await?, (2, peer.local_addr()?));
    /// # Ok(()) }
    /// ```
    pub async fn peek_from(&self, buf: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        self.io().async_io(Interest::READABLE, || self.io().peek_from(buf)).await
    }

    /// Polls to read the next datagram and say who sent it, and leaves it to be received.
    ///
    /// Only the task of the last call to receive is woken.
    ///
    /// # Errors
    ///
    /// Those of [`recv`](UdpSocket::recv).
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
    /// let from = poll_fn(|cx| socket.poll_peek_from(cx, &mut buf)).await?;
    /// assert_eq!(from, peer.local_addr()?);
    /// # Ok(()) }
    /// ```
    pub fn poll_peek_from(
        &self,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<SocketAddr>> {
        self.io().poll_io(cx, Direction::Read, || self.receive_from(buf, sys::PEEK))
    }

    /// Tries to read the next datagram and say who sent it, and leaves it to be received.
    ///
    /// # Errors
    ///
    /// Those of [`recv`](UdpSocket::recv); with `WouldBlock` if none has arrived.
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
    /// assert_eq!(socket.try_peek_from(&mut [0; 16])?, (2, peer.local_addr()?));
    /// # Ok(()) }
    /// ```
    pub fn try_peek_from(&self, buf: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        self.io().try_io(Interest::READABLE, || self.io().peek_from(buf))
    }

    /// Waits for a datagram and says who sent it, without reading it.
    ///
    /// # Cancel safety
    ///
    /// This method is cancel safe: nothing is taken from the socket.
    ///
    /// # Errors
    ///
    /// Those of [`recv`](UdpSocket::recv).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let socket = runtime::net::UdpSocket::bind("127.0.0.1:0").await?;
    /// # let peer = runtime::net::UdpSocket::bind("127.0.0.1:0").await?;
    /// # peer.try_send_to(b"hi", socket.local_addr()?)?;
    /// assert_eq!(socket.peek_sender().await?, peer.local_addr()?);
    /// # Ok(()) }
    /// ```
    pub async fn peek_sender(&self) -> io::Result<SocketAddr> {
        self.io().async_io(Interest::READABLE, || self.sender()).await
    }

    /// Polls for a datagram and says who sent it, without reading it.
    ///
    /// Only the task of the last call to receive is woken.
    ///
    /// # Errors
    ///
    /// Those of [`recv`](UdpSocket::recv).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let socket = runtime::net::UdpSocket::bind("127.0.0.1:0").await?;
    /// # let peer = runtime::net::UdpSocket::bind("127.0.0.1:0").await?;
    /// use std::future::poll_fn;
    ///
    /// # peer.try_send_to(b"hi", socket.local_addr()?)?;
    /// let from = poll_fn(|cx| socket.poll_peek_sender(cx)).await?;
    /// assert_eq!(from, peer.local_addr()?);
    /// # Ok(()) }
    /// ```
    pub fn poll_peek_sender(&self, cx: &mut Context<'_>) -> Poll<io::Result<SocketAddr>> {
        self.io().poll_io(cx, Direction::Read, || self.sender())
    }

    /// Tries to say who sent the next datagram, without reading it.
    ///
    /// # Errors
    ///
    /// Those of [`recv`](UdpSocket::recv); with `WouldBlock` if none has arrived.
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
    /// assert_eq!(socket.try_peek_sender()?, peer.local_addr()?);
    /// # Ok(()) }
    /// ```
    pub fn try_peek_sender(&self) -> io::Result<SocketAddr> {
        self.io().try_io(Interest::READABLE, || self.sender())
    }

    fn sender(&self) -> io::Result<SocketAddr> {
        self.receive_from(&mut ReadBuf::new(&mut []), sys::PEEK)
    }
}

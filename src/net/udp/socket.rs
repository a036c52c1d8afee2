//! A UDP socket: where it is bound, whom it talks to.

use crate::engine::reactor::Direction;
use crate::io::{Evented, Interest, Ready};
use crate::net::addr::{ToSocketAddrs, addresses, first_that_works};
use crate::net::sys;
use crate::net::watched::Watched;
use socket2::{Domain, Type};
use std::io;
use std::net::SocketAddr;
use std::task::{Context, Poll};

/// A UDP socket: datagrams that may be lost, doubled or overtaken.
///
/// All methods take `&self`, so one socket can be shared by tasks that send and receive; an
/// [`Arc`](std::sync::Arc) does. A bound socket talks to anybody with
/// [`send_to`](UdpSocket::send_to) and [`recv_from`](UdpSocket::recv_from); one that is
/// [connected](UdpSocket::connect) talks to one peer with [`send`](UdpSocket::send) and
/// [`recv`](UdpSocket::recv).
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::net::UdpSocket;
///
/// let server = UdpSocket::bind("127.0.0.1:0").await?;
/// let client = UdpSocket::bind("127.0.0.1:0").await?;
///
/// client.send_to(b"ping", server.local_addr()?).await?;
/// let mut buf = [0; 1500];
/// let (count, from) = server.recv_from(&mut buf).await?;
/// assert_eq!((&buf[..count], from), (&b"ping"[..], client.local_addr()?));
///
/// client.connect(server.local_addr()?).await?;
/// server.send_to(b"pong", from).await?;
/// assert_eq!(client.recv(&mut buf).await?, 4);
/// # Ok(()) }
/// ```
pub struct UdpSocket {
    io: Evented<std::net::UdpSocket>,
}

impl UdpSocket {
    /// Opens a socket on the first address of `addr` that can be bound.
    ///
    /// Port 0 asks the system for a free one, which [`local_addr`](UdpSocket::local_addr) tells.
    ///
    /// # Errors
    ///
    /// With that of the last address tried, or `InvalidInput` if there was none.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::net::UdpSocket;
    ///
    /// let socket = UdpSocket::bind("127.0.0.1:0").await?;
    /// assert_ne!(socket.local_addr()?.port(), 0);
    /// # Ok(()) }
    /// ```
    pub async fn bind<A: ToSocketAddrs>(addr: A) -> io::Result<UdpSocket> {
        first_that_works(addr.target(), |addr| async move {
            let socket = sys::socket(Domain::for_address(addr), Type::DGRAM)?;
            socket.bind(&addr.into())?;
            Ok(UdpSocket { io: Evented::assuming(socket.into(), Ready::WRITABLE)? })
        })
        .await
    }

    /// Takes over a socket of the standard library.
    ///
    /// It must be in non-blocking mode, or it would stop the whole loop.
    ///
    /// # Panics
    ///
    /// Outside a runtime with I/O enabled; in debug builds also if the socket is in blocking mode.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::net::UdpSocket;
    ///
    /// let socket = std::net::UdpSocket::bind("127.0.0.1:0")?;
    /// socket.set_nonblocking(true)?;
    /// let socket = UdpSocket::from_std(socket)?;
    /// # drop(socket);
    /// # Ok(()) }
    /// ```
    #[track_caller]
    pub fn from_std(socket: std::net::UdpSocket) -> io::Result<UdpSocket> {
        sys::debug_assert_nonblocking(&socket);
        Ok(UdpSocket { io: Evented::new(socket)? })
    }

    /// Gives the socket back to the standard library, in non-blocking mode.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::net::UdpSocket;
    ///
    /// let socket = UdpSocket::bind("127.0.0.1:0").await?;
    /// let addr = socket.local_addr()?;
    /// let socket = socket.into_std()?;
    /// socket.set_nonblocking(false)?;
    /// assert_eq!(socket.local_addr()?, addr);
    /// # Ok(()) }
    /// ```
    pub fn into_std(self) -> io::Result<std::net::UdpSocket> {
        self.io.into_inner()
    }

    /// Connects the socket: it sends to the first address of `addr` that can be used, and receives
    /// from that address only.
    ///
    /// # Errors
    ///
    /// With that of the last address tried, or `InvalidInput` if there was none.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::net::UdpSocket;
    ///
    /// let peer = UdpSocket::bind("127.0.0.1:0").await?;
    /// let socket = UdpSocket::bind("127.0.0.1:0").await?;
    /// socket.connect(peer.local_addr()?).await?;
    /// assert_eq!(socket.peer_addr()?, peer.local_addr()?);
    /// # Ok(()) }
    /// ```
    pub async fn connect<A: ToSocketAddrs>(&self, addr: A) -> io::Result<()> {
        first_that_works(addr.target(), |addr| async move { self.io.connect(addr) }).await
    }

    /// Sends a datagram to the first address of `target`, waiting for room.
    ///
    /// # Cancel safety
    ///
    /// This method is cancel safe: a datagram is sent as a whole or not at all.
    ///
    /// # Errors
    ///
    /// With `InvalidInput` if there is no address; otherwise with what the system says, which may
    /// be that the datagram is too large.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::net::UdpSocket;
    ///
    /// let peer = UdpSocket::bind("127.0.0.1:0").await?;
    /// let socket = UdpSocket::bind("127.0.0.1:0").await?;
    /// assert_eq!(socket.send_to(b"hi", peer.local_addr()?).await?, 2);
    /// # Ok(()) }
    /// ```
    pub async fn send_to<A: ToSocketAddrs>(&self, buf: &[u8], target: A) -> io::Result<usize> {
        let Some(target) = addresses(target.target()).await?.next() else {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "no addresses to send data to",
            ));
        };
        self.io.async_io(Interest::WRITABLE, || self.io.send_to(buf, target)).await
    }

    /// Polls to send a datagram to `target`.
    ///
    /// Only the task of the last call to send is woken.
    ///
    /// # Errors
    ///
    /// Those of [`send_to`](UdpSocket::send_to).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::net::UdpSocket;
    /// use std::future::poll_fn;
    ///
    /// let peer = UdpSocket::bind("127.0.0.1:0").await?.local_addr()?;
    /// let socket = UdpSocket::bind("127.0.0.1:0").await?;
    /// assert_eq!(poll_fn(|cx| socket.poll_send_to(cx, b"hi", peer)).await?, 2);
    /// # Ok(()) }
    /// ```
    pub fn poll_send_to(
        &self,
        cx: &mut Context<'_>,
        buf: &[u8],
        target: SocketAddr,
    ) -> Poll<io::Result<usize>> {
        self.io.poll_io(cx, Direction::Write, || self.io.send_to(buf, target))
    }

    /// Tries to send a datagram to `target`, without waiting.
    ///
    /// # Errors
    ///
    /// Those of [`send_to`](UdpSocket::send_to); with `WouldBlock` if there is no room.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::net::UdpSocket;
    ///
    /// let peer = UdpSocket::bind("127.0.0.1:0").await?.local_addr()?;
    /// let socket = UdpSocket::bind("127.0.0.1:0").await?;
    /// socket.writable().await?;
    /// assert_eq!(socket.try_send_to(b"hi", peer)?, 2);
    /// # Ok(()) }
    /// ```
    pub fn try_send_to(&self, buf: &[u8], target: SocketAddr) -> io::Result<usize> {
        self.io.try_io(Interest::WRITABLE, || self.io.send_to(buf, target))
    }
}

impl Watched for UdpSocket {
    type Object = std::net::UdpSocket;

    fn io(&self) -> &Evented<std::net::UdpSocket> {
        &self.io
    }
}

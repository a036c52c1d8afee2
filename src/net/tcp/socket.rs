//! A TCP socket that is neither a listener nor a stream yet.

use crate::net::sys;
use crate::net::{TcpListener, TcpStream};
use socket2::{Domain, Socket, Type};
use std::io;
use std::net::SocketAddr;

/// A TCP socket to set up before it listens or connects.
///
/// [`TcpListener::bind`] and [`TcpStream::connect`] are enough for most programs. With a
/// `TcpSocket`, options are set first, and a stream can be bound to a local address.
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::net::TcpSocket;
///
/// let socket = TcpSocket::new_v4()?;
/// socket.set_reuseaddr(true)?;
/// socket.bind("127.0.0.1:0".parse().unwrap())?;
/// let listener = socket.listen(128)?;
///
/// let socket = TcpSocket::new_v4()?;
/// socket.set_nodelay(true)?;
/// let stream = socket.connect(listener.local_addr()?).await?;
/// assert!(stream.nodelay()?);
/// # Ok(()) }
/// ```
pub struct TcpSocket {
    pub(in crate::net) socket: Socket,
}

impl TcpSocket {
    /// Opens a socket for IPv4.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::net::TcpSocket;
    ///
    /// let socket = TcpSocket::new_v4()?;
    /// socket.bind("127.0.0.1:0".parse().unwrap())?;
    /// assert!(socket.local_addr()?.is_ipv4());
    /// # Ok(()) }
    /// ```
    pub fn new_v4() -> io::Result<TcpSocket> {
        Ok(TcpSocket { socket: sys::socket(Domain::IPV4, Type::STREAM)? })
    }

    /// Opens a socket for IPv6.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::net::TcpSocket;
    ///
    /// let socket = TcpSocket::new_v6()?;
    /// assert!(socket.bind("127.0.0.1:0".parse().unwrap()).is_err());
    /// # Ok(()) }
    /// ```
    pub fn new_v6() -> io::Result<TcpSocket> {
        Ok(TcpSocket { socket: sys::socket(Domain::IPV6, Type::STREAM)? })
    }

    pub(super) fn for_addr(addr: SocketAddr) -> io::Result<TcpSocket> {
        if addr.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }
    }

    /// Takes over a socket that the standard library holds as a stream and that is not connected.
    ///
    /// This is for options that only another crate can set. The socket must be in non-blocking
    /// mode.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::net::{TcpListener, TcpSocket};
    /// use socket2::{Domain, Socket, Type};
    ///
    /// let listener = TcpListener::bind("127.0.0.1:0").await?;
    /// let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    /// socket.set_nonblocking(true)?;
    /// let socket = TcpSocket::from_std_stream(socket.into());
    /// socket.connect(listener.local_addr()?).await?;
    /// # Ok(()) }
    /// ```
    pub fn from_std_stream(std_stream: std::net::TcpStream) -> TcpSocket {
        TcpSocket { socket: std_stream.into() }
    }

    /// Gives the socket a local address.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::net::TcpSocket;
    ///
    /// let socket = TcpSocket::new_v4()?;
    /// socket.bind("127.0.0.1:0".parse().unwrap())?;
    /// assert_ne!(socket.local_addr()?.port(), 0);
    /// # Ok(()) }
    /// ```
    pub fn bind(&self, addr: SocketAddr) -> io::Result<()> {
        self.socket.bind(&addr.into())
    }

    /// Opens a connection.
    ///
    /// # Cancel safety
    ///
    /// A connection attempt that is dropped is given up, and the socket closed.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::net::{TcpListener, TcpSocket};
    ///
    /// let listener = TcpListener::bind("127.0.0.1:0").await?;
    /// let stream = TcpSocket::new_v4()?.connect(listener.local_addr()?).await?;
    /// assert_eq!(stream.peer_addr()?, listener.local_addr()?);
    /// # Ok(()) }
    /// ```
    pub async fn connect(self, addr: SocketAddr) -> io::Result<TcpStream> {
        TcpStream::over(self.socket, addr).await
    }

    /// Listens for connections, of which the system keeps `backlog` until they are accepted.
    ///
    /// # Panics
    ///
    /// Outside a runtime with I/O enabled.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::net::TcpSocket;
    ///
    /// let socket = TcpSocket::new_v4()?;
    /// socket.bind("127.0.0.1:0".parse().unwrap())?;
    /// let listener = socket.listen(128)?;
    /// assert_ne!(listener.local_addr()?.port(), 0);
    /// # Ok(()) }
    /// ```
    #[track_caller]
    pub fn listen(self, backlog: u32) -> io::Result<TcpListener> {
        sys::listen(&self.socket, backlog)?;
        TcpListener::from_std(self.socket.into())
    }
}

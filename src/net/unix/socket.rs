//! A Unix socket that is neither a listener, a stream nor a datagram socket yet.

use crate::net::sys;
use crate::net::{UnixDatagram, UnixListener, UnixStream};
use socket2::{Domain, Socket, Type};
use std::io;
use std::path::Path;

/// A Unix socket to set up before it listens, connects or exchanges datagrams.
///
/// With it a stream can be bound to a path of its own, and a listener can say how many connections
/// may wait to be accepted.
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// # let dir = std::env::temp_dir().join(format!("ringloop-doc-{}", std::process::id()));
/// # std::fs::create_dir_all(&dir)?;
/// use runtime::net::UnixSocket;
///
/// let socket = UnixSocket::new_stream()?;
/// socket.bind(dir.join("listener.sock"))?;
/// let listener = socket.listen(16)?;
///
/// let socket = UnixSocket::new_stream()?;
/// socket.bind(dir.join("client.sock"))?;
/// let _client = socket.connect(dir.join("listener.sock")).await?;
///
/// let (_server, from) = listener.accept().await?;
/// assert_eq!(from.as_pathname(), Some(dir.join("client.sock").as_path()));
/// # std::fs::remove_dir_all(&dir)?;
/// # Ok(()) }
/// ```
pub struct UnixSocket {
    pub(in crate::net) socket: Socket,
}

impl UnixSocket {
    /// Opens a socket for streams.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let dir = std::env::temp_dir().join(format!("ringloop-doc-{}", std::process::id()));
    /// # std::fs::create_dir_all(&dir)?;
    /// use runtime::net::UnixSocket;
    ///
    /// let socket = UnixSocket::new_stream()?;
    /// socket.bind(dir.join("new_stream.sock"))?;
    /// let _listener = socket.listen(16)?;
    /// # std::fs::remove_dir_all(&dir)?;
    /// # Ok(()) }
    /// ```
    pub fn new_stream() -> io::Result<UnixSocket> {
        Ok(UnixSocket { socket: sys::socket(Domain::UNIX, Type::STREAM)? })
    }

    /// Opens a socket for datagrams.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::net::UnixSocket;
    ///
    /// let socket = UnixSocket::new_datagram()?.datagram()?;
    /// assert!(socket.local_addr()?.is_unnamed());
    /// # Ok(()) }
    /// ```
    pub fn new_datagram() -> io::Result<UnixSocket> {
        Ok(UnixSocket { socket: sys::socket(Domain::UNIX, Type::DGRAM)? })
    }

    /// Gives the socket a path.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let dir = std::env::temp_dir().join(format!("ringloop-doc-{}", std::process::id()));
    /// # std::fs::create_dir_all(&dir)?;
    /// use runtime::net::UnixSocket;
    ///
    /// let path = dir.join("bind.sock");
    /// let socket = UnixSocket::new_datagram()?;
    /// socket.bind(&path)?;
    /// assert_eq!(socket.datagram()?.local_addr()?.as_pathname(), Some(path.as_path()));
    /// # std::fs::remove_dir_all(&dir)?;
    /// # Ok(()) }
    /// ```
    pub fn bind(&self, path: impl AsRef<Path>) -> io::Result<()> {
        self.socket.bind(&sys::unix_addr(path.as_ref())?)
    }

    /// Listens for connections, of which the system keeps `backlog` until they are accepted.
    ///
    /// # Panics
    ///
    /// Outside a runtime with I/O enabled.
    ///
    /// # Errors
    ///
    /// If the socket is one for datagrams, or not bound.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let dir = std::env::temp_dir().join(format!("ringloop-doc-{}", std::process::id()));
    /// # std::fs::create_dir_all(&dir)?;
    /// use runtime::net::UnixSocket;
    ///
    /// let socket = UnixSocket::new_stream()?;
    /// socket.bind(dir.join("listen.sock"))?;
    /// let _listener = socket.listen(16)?;
    /// # std::fs::remove_dir_all(&dir)?;
    /// # Ok(()) }
    /// ```
    #[track_caller]
    pub fn listen(self, backlog: u32) -> io::Result<UnixListener> {
        self.expect(Type::STREAM, "listen cannot be called on a datagram socket")?;
        UnixListener::over(self.socket, backlog)
    }

    /// Opens a connection to the listener at a path.
    ///
    /// # Cancel safety
    ///
    /// A connection attempt that is dropped is given up, and the socket closed.
    ///
    /// # Errors
    ///
    /// If the socket is one for datagrams; otherwise those of
    /// [`UnixStream::connect`](crate::net::UnixStream::connect).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let dir = std::env::temp_dir().join(format!("ringloop-doc-{}", std::process::id()));
    /// # std::fs::create_dir_all(&dir)?;
    /// use runtime::net::{UnixListener, UnixSocket};
    ///
    /// let _listener = UnixListener::bind(dir.join("connect.sock"))?;
    /// let _stream = UnixSocket::new_stream()?.connect(dir.join("connect.sock")).await?;
    /// # std::fs::remove_dir_all(&dir)?;
    /// # Ok(()) }
    /// ```
    pub async fn connect(self, path: impl AsRef<Path>) -> io::Result<UnixStream> {
        self.expect(Type::STREAM, "connect cannot be called on a datagram socket")?;
        let addr = sys::unix_addr(path.as_ref())?;
        UnixStream::over(self.socket, addr).await
    }

    /// Makes the socket one that exchanges datagrams.
    ///
    /// # Panics
    ///
    /// Outside a runtime with I/O enabled.
    ///
    /// # Errors
    ///
    /// If the socket is one for streams.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::net::UnixSocket;
    ///
    /// assert!(UnixSocket::new_datagram()?.datagram().is_ok());
    /// assert!(UnixSocket::new_stream()?.datagram().is_err());
    /// # Ok(()) }
    /// ```
    #[track_caller]
    pub fn datagram(self) -> io::Result<UnixDatagram> {
        self.expect(Type::DGRAM, "datagram cannot be called on a stream socket")?;
        UnixDatagram::over(self.socket)
    }

    fn expect(&self, kind: Type, otherwise: &'static str) -> io::Result<()> {
        if self.socket.r#type()? == kind { Ok(()) } else { Err(io::Error::other(otherwise)) }
    }
}

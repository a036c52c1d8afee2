//! A Unix datagram socket: where it is bound, whom it talks to.

use crate::engine::reactor::Direction;
use crate::io::{Evented, Interest, Ready, unless_shutdown};
use crate::net::sys;
use crate::net::watched::Watched;
use socket2::{Domain, SockRef, Socket, Type};
use std::io;
use std::net::Shutdown;
use std::path::Path;
use std::task::{Context, Poll};

/// A Unix socket for datagrams, which arrive in order and are not lost.
///
/// All methods take `&self`, so one socket can be shared by tasks that send and receive.
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// # let dir = std::env::temp_dir().join(format!("ringloop-doc-{}", std::process::id()));
/// # std::fs::create_dir_all(&dir)?;
/// use runtime::net::UnixDatagram;
///
/// let (server_path, client_path) = (dir.join("server.sock"), dir.join("client.sock"));
/// let server = UnixDatagram::bind(&server_path)?;
/// let client = UnixDatagram::bind(&client_path)?;
///
/// client.send_to(b"ping", &server_path).await?;
/// let mut buf = [0; 1500];
/// let (count, from) = server.recv_from(&mut buf).await?;
/// assert_eq!(&buf[..count], b"ping");
/// assert_eq!(from.as_pathname(), Some(client_path.as_path()));
/// # std::fs::remove_dir_all(&dir)?;
/// # Ok(()) }
/// ```
pub struct UnixDatagram {
    io: Evented<std::os::unix::net::UnixDatagram>,
}

impl UnixDatagram {
    /// Opens a socket at a path.
    ///
    /// On Linux a path that begins with a NUL byte is a name without a file.
    ///
    /// # Panics
    ///
    /// Outside a runtime with I/O enabled.
    ///
    /// # Errors
    ///
    /// With what the system says, which is `AddrInUse` if there is a file at the path.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let dir = std::env::temp_dir().join(format!("ringloop-doc-{}", std::process::id()));
    /// # std::fs::create_dir_all(&dir)?;
    /// use runtime::net::UnixDatagram;
    ///
    /// let path = dir.join("bind.sock");
    /// let socket = UnixDatagram::bind(&path)?;
    /// assert_eq!(socket.local_addr()?.as_pathname(), Some(path.as_path()));
    /// # std::fs::remove_dir_all(&dir)?;
    /// # Ok(()) }
    /// ```
    #[track_caller]
    pub fn bind<P: AsRef<Path>>(path: P) -> io::Result<UnixDatagram> {
        // Asked first, since a name that is bound once is in the way the next time.
        unless_shutdown()?;
        let socket = sys::socket(Domain::UNIX, Type::DGRAM)?;
        socket.bind(&sys::unix_addr(path.as_ref())?)?;
        Self::over(socket)
    }

    /// Opens a socket without a name: it can send, but nobody can answer.
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
    /// # let dir = std::env::temp_dir().join(format!("ringloop-doc-{}", std::process::id()));
    /// # std::fs::create_dir_all(&dir)?;
    /// use runtime::net::UnixDatagram;
    ///
    /// let receiver = UnixDatagram::bind(dir.join("unbound.sock"))?;
    /// UnixDatagram::unbound()?.send_to(b"hi", dir.join("unbound.sock")).await?;
    /// let (_, from) = receiver.recv_from(&mut [0; 2]).await?;
    /// assert!(from.is_unnamed());
    /// # std::fs::remove_dir_all(&dir)?;
    /// # Ok(()) }
    /// ```
    #[track_caller]
    pub fn unbound() -> io::Result<UnixDatagram> {
        Self::over(sys::socket(Domain::UNIX, Type::DGRAM)?)
    }

    /// Opens two sockets that are connected to each other.
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
    /// use runtime::net::UnixDatagram;
    ///
    /// let (ours, theirs) = UnixDatagram::pair()?;
    /// ours.send(b"hi").await?;
    /// assert_eq!(theirs.recv(&mut [0; 16]).await?, 2);
    /// # Ok(()) }
    /// ```
    #[track_caller]
    pub fn pair() -> io::Result<(UnixDatagram, UnixDatagram)> {
        let (a, b) = sys::pair(Type::DGRAM)?;
        Ok((Self::over(a)?, Self::over(b)?))
    }

    /// A socket that has sent nothing yet, so there is room.
    #[track_caller]
    pub(in crate::net) fn over(socket: Socket) -> io::Result<UnixDatagram> {
        Ok(UnixDatagram { io: Evented::assuming(socket.into(), Ready::WRITABLE)? })
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
    /// use runtime::net::UnixDatagram;
    ///
    /// let (socket, _peer) = std::os::unix::net::UnixDatagram::pair()?;
    /// socket.set_nonblocking(true)?;
    /// let socket = UnixDatagram::from_std(socket)?;
    /// # drop(socket);
    /// # Ok(()) }
    /// ```
    #[track_caller]
    pub fn from_std(datagram: std::os::unix::net::UnixDatagram) -> io::Result<UnixDatagram> {
        sys::debug_assert_nonblocking(&datagram);
        Ok(UnixDatagram { io: Evented::new(datagram)? })
    }

    /// Gives the socket back to the standard library, in non-blocking mode.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::net::UnixDatagram;
    ///
    /// let socket = UnixDatagram::unbound()?.into_std()?;
    /// socket.set_nonblocking(false)?;
    /// # drop(socket);
    /// # Ok(()) }
    /// ```
    pub fn into_std(self) -> io::Result<std::os::unix::net::UnixDatagram> {
        self.io.into_inner()
    }

    /// Connects the socket: it sends to the socket at `path`, and receives from that one only.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let dir = std::env::temp_dir().join(format!("ringloop-doc-{}", std::process::id()));
    /// # std::fs::create_dir_all(&dir)?;
    /// use runtime::net::UnixDatagram;
    ///
    /// let peer = UnixDatagram::bind(dir.join("connect.sock"))?;
    /// let socket = UnixDatagram::unbound()?;
    /// socket.connect(dir.join("connect.sock"))?;
    /// socket.send(b"hi").await?;
    /// assert_eq!(peer.recv(&mut [0; 16]).await?, 2);
    /// # std::fs::remove_dir_all(&dir)?;
    /// # Ok(()) }
    /// ```
    pub fn connect<P: AsRef<Path>>(&self, path: P) -> io::Result<()> {
        SockRef::from(self).connect(&sys::unix_addr(path.as_ref())?)
    }

    /// Closes the socket for reading, for writing, or both.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::net::UnixDatagram;
    /// use std::net::Shutdown;
    ///
    /// let (ours, theirs) = UnixDatagram::pair()?;
    /// ours.shutdown(Shutdown::Both)?;
    /// assert!(ours.send(b"hi").await.is_err());
    /// # drop(theirs);
    /// # Ok(()) }
    /// ```
    pub fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        self.io.shutdown(how)
    }

    /// Sends a datagram to the socket at `target`, waiting for room.
    ///
    /// # Cancel safety
    ///
    /// This method is cancel safe: a datagram is sent as a whole or not at all.
    ///
    /// # Errors
    ///
    /// With what the system says: there is no such socket, or the datagram is too large.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let dir = std::env::temp_dir().join(format!("ringloop-doc-{}", std::process::id()));
    /// # std::fs::create_dir_all(&dir)?;
    /// use runtime::net::UnixDatagram;
    ///
    /// let peer = UnixDatagram::bind(dir.join("send_to.sock"))?;
    /// let socket = UnixDatagram::unbound()?;
    /// assert_eq!(socket.send_to(b"hi", dir.join("send_to.sock")).await?, 2);
    /// # drop(peer);
    /// # std::fs::remove_dir_all(&dir)?;
    /// # Ok(()) }
    /// ```
    pub async fn send_to<P: AsRef<Path>>(&self, buf: &[u8], target: P) -> io::Result<usize> {
        let target = sys::unix_addr(target.as_ref())?;
        let attempt = || SockRef::from(self).send_to(buf, &target);
        self.io.async_io(Interest::WRITABLE, attempt).await
    }

    /// Polls to send a datagram to the socket at `target`.
    ///
    /// Only the task of the last call to send is woken.
    ///
    /// # Errors
    ///
    /// Those of [`send_to`](UnixDatagram::send_to).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let dir = std::env::temp_dir().join(format!("ringloop-doc-{}", std::process::id()));
    /// # std::fs::create_dir_all(&dir)?;
    /// use runtime::net::UnixDatagram;
    /// use std::future::poll_fn;
    ///
    /// let path = dir.join("poll_send_to.sock");
    /// let peer = UnixDatagram::bind(&path)?;
    /// let socket = UnixDatagram::unbound()?;
    /// assert_eq!(poll_fn(|cx| socket.poll_send_to(cx, b"hi", &path)).await?, 2);
    /// # drop(peer);
    /// # std::fs::remove_dir_all(&dir)?;
    /// # Ok(()) }
    /// ```
    pub fn poll_send_to<P: AsRef<Path>>(
        &self,
        cx: &mut Context<'_>,
        buf: &[u8],
        target: P,
    ) -> Poll<io::Result<usize>> {
        let target = sys::unix_addr(target.as_ref())?;
        self.io.poll_io(cx, Direction::Write, || SockRef::from(self).send_to(buf, &target))
    }

    /// Tries to send a datagram to the socket at `target`, without waiting.
    ///
    /// # Errors
    ///
    /// Those of [`send_to`](UnixDatagram::send_to); with `WouldBlock` if there is no room.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let dir = std::env::temp_dir().join(format!("ringloop-doc-{}", std::process::id()));
    /// # std::fs::create_dir_all(&dir)?;
    /// use runtime::net::UnixDatagram;
    ///
    /// let peer = UnixDatagram::bind(dir.join("try_send_to.sock"))?;
    /// let socket = UnixDatagram::unbound()?;
    /// assert_eq!(socket.try_send_to(b"hi", dir.join("try_send_to.sock"))?, 2);
    /// # drop(peer);
    /// # std::fs::remove_dir_all(&dir)?;
    /// # Ok(()) }
    /// ```
    pub fn try_send_to<P: AsRef<Path>>(&self, buf: &[u8], target: P) -> io::Result<usize> {
        let target = sys::unix_addr(target.as_ref())?;
        self.io.try_io(Interest::WRITABLE, || SockRef::from(self).send_to(buf, &target))
    }
}

impl Watched for UnixDatagram {
    type Object = std::os::unix::net::UnixDatagram;

    fn io(&self) -> &Evented<std::os::unix::net::UnixDatagram> {
        &self.io
    }
}

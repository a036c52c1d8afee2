//! Waiting for connections within the machine.

use super::SocketAddr;
use crate::engine::reactor::Direction;
use crate::io::{Evented, Interest, unless_shutdown};
use crate::net::UnixStream;
use crate::net::sys;
use crate::net::watched::Watched;
use socket2::{Domain, SockAddr, Socket, Type};
use std::io;
use std::path::Path;
use std::task::{Context, Poll};

/// Listens for connections on a Unix socket.
///
/// A listener that is dropped stops listening. Its file stays, and must be removed before the path
/// can be bound again.
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// # let dir = std::env::temp_dir().join(format!("ringloop-doc-{}", std::process::id()));
/// # std::fs::create_dir_all(&dir)?;
/// use runtime::io::{AsyncReadExt, AsyncWriteExt};
/// use runtime::net::{UnixListener, UnixStream};
///
/// let path = dir.join("listener.sock");
/// let listener = UnixListener::bind(&path)?;
/// let mut client = UnixStream::connect(&path).await?;
///
/// let (mut server, _from) = listener.accept().await?;
/// server.write_all(b"welcome").await?;
/// drop(server);
/// let mut greeting = String::new();
/// client.read_to_string(&mut greeting).await?;
/// assert_eq!(greeting, "welcome");
/// # std::fs::remove_dir_all(&dir)?;
/// # Ok(()) }
/// ```
pub struct UnixListener {
    io: Evented<std::os::unix::net::UnixListener>,
}

impl UnixListener {
    /// Listens on a path.
    ///
    /// On Linux a path that begins with a NUL byte is a name without a file, which goes when the
    /// listener does.
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
    /// use runtime::net::UnixListener;
    ///
    /// let path = dir.join("bind.sock");
    /// let listener = UnixListener::bind(&path)?;
    /// assert_eq!(listener.local_addr()?.as_pathname(), Some(path.as_path()));
    /// # std::fs::remove_dir_all(&dir)?;
    /// # Ok(()) }
    /// ```
    #[track_caller]
    pub fn bind<P: AsRef<Path>>(path: P) -> io::Result<UnixListener> {
        Self::listening(&sys::unix_addr(path.as_ref())?)
    }

    /// Listens on an address.
    ///
    /// # Panics
    ///
    /// Outside a runtime with I/O enabled.
    ///
    /// # Errors
    ///
    /// Those of [`bind`](UnixListener::bind).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let dir = std::env::temp_dir().join(format!("ringloop-doc-{}", std::process::id()));
    /// # std::fs::create_dir_all(&dir)?;
    /// use runtime::net::UnixListener;
    ///
    /// let path = dir.join("bind_addr.sock");
    /// let addr = std::os::unix::net::SocketAddr::from_pathname(&path)?.into();
    /// let listener = UnixListener::bind_addr(&addr)?;
    /// assert_eq!(listener.local_addr()?.as_pathname(), Some(path.as_path()));
    /// # std::fs::remove_dir_all(&dir)?;
    /// # Ok(()) }
    /// ```
    #[track_caller]
    pub fn bind_addr(addr: &SocketAddr) -> io::Result<UnixListener> {
        Self::listening(&addr.to_sys()?)
    }

    #[track_caller]
    fn listening(addr: &SockAddr) -> io::Result<UnixListener> {
        // Asked first, since a name that is bound once is in the way the next time.
        unless_shutdown()?;
        let socket = sys::socket(Domain::UNIX, Type::STREAM)?;
        socket.bind(addr)?;
        Self::over(socket, sys::BACKLOG)
    }

    /// Makes a bound socket listen.
    #[track_caller]
    pub(super) fn over(socket: Socket, backlog: u32) -> io::Result<UnixListener> {
        sys::listen(&socket, backlog)?;
        Ok(UnixListener { io: Evented::new(socket.into())? })
    }

    /// Accepts a connection, and says who opened it.
    ///
    /// The stream belongs to the runtime in whose context it is accepted; outside of one, to that of
    /// the listener.
    ///
    /// # Cancel safety
    ///
    /// This method is cancel safe: a connection that is not handed out is accepted by the next
    /// call.
    ///
    /// # Errors
    ///
    /// An error ends this call only, not the listener: with too many open files, say, the
    /// connection waits until there are fewer.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let dir = std::env::temp_dir().join(format!("ringloop-doc-{}", std::process::id()));
    /// # std::fs::create_dir_all(&dir)?;
    /// use runtime::net::{UnixListener, UnixStream};
    ///
    /// let listener = UnixListener::bind(dir.join("accept.sock"))?;
    /// let client = UnixStream::connect(dir.join("accept.sock")).await?;
    /// let (_server, from) = listener.accept().await?;
    /// assert!(from.is_unnamed());
    /// # drop(client);
    /// # std::fs::remove_dir_all(&dir)?;
    /// # Ok(()) }
    /// ```
    pub async fn accept(&self) -> io::Result<(UnixStream, SocketAddr)> {
        let accepted = self.io.async_io(Interest::READABLE, || sys::accept(&*self.io)).await?;
        UnixStream::accepted(accepted, &self.io)
    }

    /// Polls for a connection.
    ///
    /// Only the task of the last call is woken; for several tasks there is
    /// [`accept`](UnixListener::accept).
    ///
    /// # Errors
    ///
    /// Those of [`accept`](UnixListener::accept).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let dir = std::env::temp_dir().join(format!("ringloop-doc-{}", std::process::id()));
    /// # std::fs::create_dir_all(&dir)?;
    /// use runtime::net::{UnixListener, UnixStream};
    /// use std::future::poll_fn;
    ///
    /// let listener = UnixListener::bind(dir.join("poll_accept.sock"))?;
    /// let client = UnixStream::connect(dir.join("poll_accept.sock")).await?;
    /// let (_server, from) = poll_fn(|cx| listener.poll_accept(cx)).await?;
    /// assert!(from.is_unnamed());
    /// # drop(client);
    /// # std::fs::remove_dir_all(&dir)?;
    /// # Ok(()) }
    /// ```
    pub fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<(UnixStream, SocketAddr)>> {
        self.io
            .poll_io(cx, Direction::Read, || sys::accept(&*self.io))
            .map(|accepted| UnixStream::accepted(accepted?, &self.io))
    }

    /// Takes over a listener of the standard library.
    ///
    /// It must be in non-blocking mode, or it would stop the whole loop.
    ///
    /// # Panics
    ///
    /// Outside a runtime with I/O enabled; in debug builds also if the listener is in blocking
    /// mode.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let dir = std::env::temp_dir().join(format!("ringloop-doc-{}", std::process::id()));
    /// # std::fs::create_dir_all(&dir)?;
    /// use runtime::net::UnixListener;
    ///
    /// let listener = std::os::unix::net::UnixListener::bind(dir.join("from_std.sock"))?;
    /// listener.set_nonblocking(true)?;
    /// let listener = UnixListener::from_std(listener)?;
    /// # drop(listener);
    /// # std::fs::remove_dir_all(&dir)?;
    /// # Ok(()) }
    /// ```
    #[track_caller]
    pub fn from_std(listener: std::os::unix::net::UnixListener) -> io::Result<UnixListener> {
        sys::debug_assert_nonblocking(&listener);
        Ok(UnixListener { io: Evented::new(listener)? })
    }

    /// Gives the listener back to the standard library, in non-blocking mode.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let dir = std::env::temp_dir().join(format!("ringloop-doc-{}", std::process::id()));
    /// # std::fs::create_dir_all(&dir)?;
    /// use runtime::net::UnixListener;
    ///
    /// let listener = UnixListener::bind(dir.join("into_std.sock"))?.into_std()?;
    /// listener.set_nonblocking(false)?;
    /// # drop(listener);
    /// # std::fs::remove_dir_all(&dir)?;
    /// # Ok(()) }
    /// ```
    pub fn into_std(self) -> io::Result<std::os::unix::net::UnixListener> {
        self.io.into_inner()
    }
}

impl Watched for UnixListener {
    type Object = std::os::unix::net::UnixListener;

    fn io(&self) -> &Evented<std::os::unix::net::UnixListener> {
        &self.io
    }
}

//! A connection within the machine.

use super::halves::{self, OwnedReadHalf, OwnedWriteHalf, ReadHalf, WriteHalf};
use super::{SocketAddr, UCred};
use crate::io::Evented;
use crate::net::stream::Stream;
use crate::net::sys;
use crate::net::watched::Streamed;
use socket2::{Domain, SockAddr, Socket, Type};
use std::io;
use std::os::fd::AsRawFd;
use std::path::Path;

/// A connection between two Unix sockets: bytes in order, in both directions.
///
/// Reads and writes go through [`AsyncRead`](crate::io::AsyncRead) and
/// [`AsyncWrite`](crate::io::AsyncWrite) and their extension traits. Dropping the stream closes
/// both directions; `shutdown` of [`AsyncWriteExt`](crate::io::AsyncWriteExt) closes the writing
/// one.
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::io::{AsyncReadExt, AsyncWriteExt};
/// use runtime::net::UnixStream;
///
/// let (mut ours, mut theirs) = UnixStream::pair()?;
/// ours.write_all(b"ping").await?;
/// let mut request = [0; 4];
/// theirs.read_exact(&mut request).await?;
/// assert_eq!(&request, b"ping");
/// # Ok(()) }
/// ```
pub struct UnixStream {
    stream: Stream<std::os::unix::net::UnixStream>,
}

impl UnixStream {
    /// Opens a connection to the listener at a path.
    ///
    /// On Linux a path that begins with a NUL byte is a name without a file.
    ///
    /// # Cancel safety
    ///
    /// A connection attempt that is dropped is given up.
    ///
    /// # Errors
    ///
    /// With what the system says; with `WouldBlock` if the listener has as many connections waiting
    /// as it allows.
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
    /// let path = dir.join("connect.sock");
    /// let _listener = UnixListener::bind(&path)?;
    /// let stream = UnixStream::connect(&path).await?;
    /// assert_eq!(stream.peer_addr()?.as_pathname(), Some(path.as_path()));
    /// # std::fs::remove_dir_all(&dir)?;
    /// # Ok(()) }
    /// ```
    pub async fn connect<P: AsRef<Path>>(path: P) -> io::Result<UnixStream> {
        let addr = sys::unix_addr(path.as_ref())?;
        Self::over(sys::socket(Domain::UNIX, Type::STREAM)?, addr).await
    }

    /// Opens a connection to the listener at an address.
    ///
    /// # Cancel safety
    ///
    /// A connection attempt that is dropped is given up.
    ///
    /// # Errors
    ///
    /// Those of [`connect`](UnixStream::connect).
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
    /// let listener = UnixListener::bind(dir.join("connect_addr.sock"))?;
    /// UnixStream::connect_addr(&listener.local_addr()?).await?;
    /// # std::fs::remove_dir_all(&dir)?;
    /// # Ok(()) }
    /// ```
    pub async fn connect_addr(addr: &SocketAddr) -> io::Result<UnixStream> {
        let addr = addr.to_sys()?;
        Self::over(sys::socket(Domain::UNIX, Type::STREAM)?, addr).await
    }

    /// Connects a socket that is perhaps bound.
    pub(super) async fn over(socket: Socket, addr: SockAddr) -> io::Result<UnixStream> {
        sys::connect(&socket, &addr)?;
        // The connection is there, but the listener may close before it accepts it; that is still
        // an error of connecting, which shows when the loop looks at the socket.
        Ok(UnixStream { stream: Stream::connecting(socket).await? })
    }

    /// What a listener has accepted.
    pub(super) fn accepted(
        (socket, peer): (Socket, SockAddr),
        listener: &Evented<impl AsRawFd>,
    ) -> io::Result<(UnixStream, SocketAddr)> {
        let peer = SocketAddr::from_sys(&peer)?;
        Ok((UnixStream { stream: Stream::accepted(socket, listener) }, peer))
    }

    /// Opens two streams that are connected to each other.
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
    /// use runtime::io::{AsyncReadExt, AsyncWriteExt};
    /// use runtime::net::UnixStream;
    ///
    /// let (mut ours, mut theirs) = UnixStream::pair()?;
    /// ours.write_all(b"hi").await?;
    /// ours.shutdown().await?;
    /// let mut all = String::new();
    /// theirs.read_to_string(&mut all).await?;
    /// assert_eq!(all, "hi");
    /// # Ok(()) }
    /// ```
    #[track_caller]
    pub fn pair() -> io::Result<(UnixStream, UnixStream)> {
        let (a, b) = sys::pair(Type::STREAM)?;
        Ok((Self { stream: Stream::paired(a)? }, Self { stream: Stream::paired(b)? }))
    }

    /// Takes over a stream of the standard library.
    ///
    /// It must be in non-blocking mode, or it would stop the whole loop.
    ///
    /// # Panics
    ///
    /// Outside a runtime with I/O enabled; in debug builds also if the stream is in blocking mode.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::net::UnixStream;
    ///
    /// let (stream, _peer) = std::os::unix::net::UnixStream::pair()?;
    /// stream.set_nonblocking(true)?;
    /// let stream = UnixStream::from_std(stream)?;
    /// # drop(stream);
    /// # Ok(()) }
    /// ```
    #[track_caller]
    pub fn from_std(stream: std::os::unix::net::UnixStream) -> io::Result<UnixStream> {
        Ok(UnixStream { stream: Stream::from_std(stream)? })
    }

    /// Gives the stream back to the standard library, in non-blocking mode.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::io::AsyncWriteExt;
    /// use runtime::net::UnixStream;
    /// use std::io::Read;
    ///
    /// let (ours, mut theirs) = UnixStream::pair()?;
    /// theirs.write_all(b"hi").await?;
    ///
    /// let mut ours = ours.into_std()?;
    /// ours.set_nonblocking(false)?;
    /// let mut buf = [0; 2];
    /// ours.read_exact(&mut buf)?;
    /// assert_eq!(&buf, b"hi");
    /// # Ok(()) }
    /// ```
    pub fn into_std(self) -> io::Result<std::os::unix::net::UnixStream> {
        self.stream.into_std()
    }

    /// Returns who opened the other end: user, group and, where the platform tells, process.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::net::UnixStream;
    ///
    /// let (ours, _theirs) = UnixStream::pair()?;
    /// let cred = ours.peer_cred()?;
    /// if let Some(pid) = cred.pid() {
    ///     assert_eq!(pid as u32, std::process::id());
    /// }
    /// # Ok(()) }
    /// ```
    pub fn peer_cred(&self) -> io::Result<UCred> {
        sys::peer_cred(self)
    }

    /// Splits the stream into a half that reads and one that writes, for as long as it is borrowed.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::io::{AsyncReadExt, AsyncWriteExt};
    /// use runtime::net::UnixStream;
    ///
    /// let (mut ours, mut theirs) = UnixStream::pair()?;
    /// theirs.write_all(b"echo").await?;
    ///
    /// let (mut read, mut write) = ours.split();
    /// let mut buf = [0; 4];
    /// read.read_exact(&mut buf).await?;
    /// write.write_all(&buf).await?;
    ///
    /// theirs.read_exact(&mut buf).await?;
    /// assert_eq!(&buf, b"echo");
    /// # Ok(()) }
    /// ```
    pub fn split(&mut self) -> (ReadHalf<'_>, WriteHalf<'_>) {
        (ReadHalf { whole: self }, WriteHalf { whole: self })
    }

    /// Splits the stream into a half that reads and one that writes, each to be owned by a task.
    ///
    /// Dropping the writing half closes the writing direction; see
    /// [`forget`](OwnedWriteHalf::forget). The halves can be put together again with
    /// [`reunite`](OwnedReadHalf::reunite).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::io::{AsyncReadExt, AsyncWriteExt};
    /// use runtime::net::UnixStream;
    ///
    /// let (ours, mut theirs) = UnixStream::pair()?;
    /// let (_read, mut write) = ours.into_split();
    /// runtime::spawn(async move { write.write_all(b"request").await });
    ///
    /// let mut request = String::new();
    /// theirs.read_to_string(&mut request).await?;
    /// assert_eq!(request, "request");
    /// # Ok(()) }
    /// ```
    pub fn into_split(self) -> (OwnedReadHalf, OwnedWriteHalf) {
        halves::split(self)
    }

    /// Closes the writing direction.
    pub(in crate::net) fn close_write(&mut self) -> io::Result<()> {
        self.stream.shutdown_write()
    }
}

impl Streamed for UnixStream {
    type Carrier = std::os::unix::net::UnixStream;

    fn stream(&self) -> &Stream<std::os::unix::net::UnixStream> {
        &self.stream
    }
}

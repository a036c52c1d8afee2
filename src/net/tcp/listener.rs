//! Waiting for TCP connections.

use crate::engine::reactor::Direction;
use crate::io::{Evented, Interest};
use crate::net::addr::{ToSocketAddrs, first_that_works};
use crate::net::sys;
use crate::net::watched::Watched;
use crate::net::{TcpSocket, TcpStream};
use std::io;
use std::net::SocketAddr;
use std::task::{Context, Poll};

/// Listens for TCP connections.
///
/// A listener that is dropped stops listening; connections already accepted live on.
///
/// # Examples
///
/// ```
/// use runtime::io::{AsyncReadExt, AsyncWriteExt};
/// use runtime::net::{TcpListener, TcpStream};
///
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// let listener = TcpListener::bind("127.0.0.1:0").await?;
/// let mut client = TcpStream::connect(listener.local_addr()?).await?;
///
/// let (mut server, from) = listener.accept().await?;
/// assert_eq!(from, client.local_addr()?);
///
/// server.write_all(b"welcome").await?;
/// drop(server);
/// let mut greeting = String::new();
/// client.read_to_string(&mut greeting).await?;
/// assert_eq!(greeting, "welcome");
/// # Ok(()) }
/// ```
pub struct TcpListener {
    io: Evented<std::net::TcpListener>,
}

impl TcpListener {
    /// Listens on the first address of `addr` that can be bound.
    ///
    /// Port 0 asks the system for a free one, which [`local_addr`](TcpListener::local_addr) then
    /// tells. The address may be bound again at once after the listener is gone
    /// (`SO_REUSEADDR`). For other options, and for how many connections may wait to be accepted,
    /// see [`TcpSocket`].
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
    /// use runtime::net::TcpListener;
    ///
    /// let listener = TcpListener::bind("127.0.0.1:0").await?;
    /// assert_ne!(listener.local_addr()?.port(), 0);
    /// # Ok(()) }
    /// ```
    pub async fn bind<A: ToSocketAddrs>(addr: A) -> io::Result<TcpListener> {
        first_that_works(addr.target(), |addr| async move {
            let socket = TcpSocket::for_addr(addr)?;
            socket.set_reuseaddr(true)?;
            socket.bind(addr)?;
            socket.listen(sys::BACKLOG)
        })
        .await
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
    /// use runtime::net::{TcpListener, TcpStream};
    ///
    /// let listener = TcpListener::bind("127.0.0.1:0").await?;
    /// let client = TcpStream::connect(listener.local_addr()?).await?;
    /// let (server, _) = listener.accept().await?;
    /// assert_eq!(server.peer_addr()?, client.local_addr()?);
    /// # Ok(()) }
    /// ```
    pub async fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        let accepted = self.io.async_io(Interest::READABLE, || sys::accept(&*self.io)).await?;
        TcpStream::accepted(accepted, &self.io)
    }

    /// Polls for a connection.
    ///
    /// Only the task of the last call is woken; for several tasks there is
    /// [`accept`](TcpListener::accept).
    ///
    /// # Errors
    ///
    /// Those of [`accept`](TcpListener::accept).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::net::{TcpListener, TcpStream};
    /// use std::future::poll_fn;
    ///
    /// let listener = TcpListener::bind("127.0.0.1:0").await?;
    /// let client = TcpStream::connect(listener.local_addr()?).await?;
    /// let (_server, from) = poll_fn(|cx| listener.poll_accept(cx)).await?;
    /// assert_eq!(from, client.local_addr()?);
    /// # Ok(()) }
    /// ```
    pub fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<(TcpStream, SocketAddr)>> {
        self.io
            .poll_io(cx, Direction::Read, || sys::accept(&*self.io))
            .map(|accepted| TcpStream::accepted(accepted?, &self.io))
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
    /// use runtime::net::TcpListener;
    ///
    /// let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    /// listener.set_nonblocking(true)?;
    /// let listener = TcpListener::from_std(listener)?;
    /// # drop(listener);
    /// # Ok(()) }
    /// ```
    #[track_caller]
    pub fn from_std(listener: std::net::TcpListener) -> io::Result<TcpListener> {
        sys::debug_assert_nonblocking(&listener);
        Ok(TcpListener { io: Evented::new(listener)? })
    }

    /// Gives the listener back to the standard library, in non-blocking mode.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::net::TcpListener;
    ///
    /// let listener = TcpListener::bind("127.0.0.1:0").await?;
    /// let addr = listener.local_addr()?;
    /// let listener = listener.into_std()?;
    /// listener.set_nonblocking(false)?;
    /// assert_eq!(listener.local_addr()?, addr);
    /// # Ok(()) }
    /// ```
    pub fn into_std(self) -> io::Result<std::net::TcpListener> {
        self.io.into_inner()
    }
}

impl Watched for TcpListener {
    type Object = std::net::TcpListener;

    fn io(&self) -> &Evented<std::net::TcpListener> {
        &self.io
    }
}

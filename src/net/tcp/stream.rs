//! An open TCP connection.

use super::halves::{self, OwnedReadHalf, OwnedWriteHalf, ReadHalf, WriteHalf};
use crate::engine::reactor::Direction;
use crate::io::{Evented, Interest, ReadBuf};
use crate::net::TcpSocket;
use crate::net::addr::{ToSocketAddrs, first_that_works};
use crate::net::stream::Stream;
use crate::net::sys;
use crate::net::watched::Streamed;
use socket2::{SockAddr, Socket};
use std::io;
use std::net::SocketAddr;
use std::os::fd::AsRawFd;
use std::task::{Context, Poll};

/// An open TCP connection: bytes in order, in both directions.
///
/// Reads and writes go through [`AsyncRead`](crate::io::AsyncRead) and
/// [`AsyncWrite`](crate::io::AsyncWrite) and their extension traits. Dropping the stream closes
/// both directions; `shutdown` of [`AsyncWriteExt`](crate::io::AsyncWriteExt) closes the writing
/// one.
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
/// let (mut server, _) = listener.accept().await?;
///
/// client.write_all(b"ping").await?;
/// let mut request = [0; 4];
/// server.read_exact(&mut request).await?;
/// assert_eq!(&request, b"ping");
/// # Ok(()) }
/// ```
pub struct TcpStream {
    stream: Stream<std::net::TcpStream>,
}

impl TcpStream {
    /// Opens a connection to the first address of `addr` that accepts one.
    ///
    /// To set options or a local address first, use [`TcpSocket`].
    ///
    /// # Cancel safety
    ///
    /// A connection attempt that is dropped is given up.
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
    /// use runtime::net::{TcpListener, TcpStream};
    ///
    /// let listener = TcpListener::bind("127.0.0.1:0").await?;
    /// let addr = listener.local_addr()?;
    /// let stream = TcpStream::connect(addr).await?;
    /// assert_eq!(stream.peer_addr()?, addr);
    /// # Ok(()) }
    /// ```
    pub async fn connect<A: ToSocketAddrs>(addr: A) -> io::Result<TcpStream> {
        first_that_works(addr.target(), |addr| async move {
            TcpSocket::for_addr(addr)?.connect(addr).await
        })
        .await
    }

    /// Connects a socket that is set up and perhaps bound.
    pub(super) async fn over(socket: Socket, addr: SocketAddr) -> io::Result<TcpStream> {
        let there = sys::connect(&socket, &SockAddr::from(addr))?;
        let stream = if there {
            Stream::connected(socket).await?
        } else {
            Stream::connecting(socket).await?
        };
        Ok(TcpStream { stream })
    }

    /// What a listener has accepted.
    pub(super) fn accepted(
        (socket, peer): (Socket, SockAddr),
        listener: &Evented<impl AsRawFd>,
    ) -> io::Result<(TcpStream, SocketAddr)> {
        let peer = sys::inet_addr(&peer)?;
        Ok((TcpStream { stream: Stream::accepted(socket, listener) }, peer))
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
    /// use runtime::net::TcpStream;
    ///
    /// let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    /// let stream = std::net::TcpStream::connect(listener.local_addr()?)?;
    /// stream.set_nonblocking(true)?;
    /// let stream = TcpStream::from_std(stream)?;
    /// # drop(stream);
    /// # Ok(()) }
    /// ```
    #[track_caller]
    pub fn from_std(stream: std::net::TcpStream) -> io::Result<TcpStream> {
        Ok(TcpStream { stream: Stream::from_std(stream)? })
    }

    /// Gives the stream back to the standard library, in non-blocking mode.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::io::AsyncWriteExt;
    /// use runtime::net::{TcpListener, TcpStream};
    /// use std::io::Read;
    ///
    /// let listener = TcpListener::bind("127.0.0.1:0").await?;
    /// let mut client = TcpStream::connect(listener.local_addr()?).await?;
    /// let (server, _) = listener.accept().await?;
    ///
    /// let mut server = server.into_std()?;
    /// server.set_nonblocking(false)?;
    /// client.write_all(b"ping").await?;
    /// let mut request = [0; 4];
    /// server.read_exact(&mut request)?;
    /// assert_eq!(&request, b"ping");
    /// # Ok(()) }
    /// ```
    pub fn into_std(self) -> io::Result<std::net::TcpStream> {
        self.stream.into_std()
    }

    /// Splits the stream into a half that reads and one that writes, for as long as it is borrowed.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::io::{AsyncReadExt, AsyncWriteExt};
    /// use runtime::net::{TcpListener, TcpStream};
    ///
    /// let listener = TcpListener::bind("127.0.0.1:0").await?;
    /// let mut client = TcpStream::connect(listener.local_addr()?).await?;
    /// let (mut server, _) = listener.accept().await?;
    ///
    /// client.write_all(b"echo").await?;
    /// let (mut read, mut write) = server.split();
    /// let mut buf = [0; 4];
    /// read.read_exact(&mut buf).await?;
    /// write.write_all(&buf).await?;
    ///
    /// client.read_exact(&mut buf).await?;
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
    /// use runtime::net::{TcpListener, TcpStream};
    ///
    /// let listener = TcpListener::bind("127.0.0.1:0").await?;
    /// let client = TcpStream::connect(listener.local_addr()?).await?;
    /// let (mut server, _) = listener.accept().await?;
    ///
    /// let (mut read, mut write) = client.into_split();
    /// let writer = runtime::spawn(async move { write.write_all(b"request").await });
    /// let mut request = String::new();
    /// server.read_to_string(&mut request).await?;
    /// assert_eq!(request, "request");
    /// writer.await.expect("the writer does not panic")?;
    ///
    /// server.write_all(b"response").await?;
    /// drop(server);
    /// let mut response = String::new();
    /// read.read_to_string(&mut response).await?;
    /// assert_eq!(response, "response");
    /// # Ok(()) }
    /// ```
    pub fn into_split(self) -> (OwnedReadHalf, OwnedWriteHalf) {
        halves::split(self)
    }

    /// Reads what has arrived, or waits for it, and leaves it to be read again.
    ///
    /// # Cancel safety
    ///
    /// This method is cancel safe: nothing is taken from the stream.
    ///
    /// # Errors
    ///
    /// Those of a read.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let listener = runtime::net::TcpListener::bind("127.0.0.1:0").await?;
    /// # let client = runtime::net::TcpStream::connect(listener.local_addr()?).await?;
    /// # let (server, _) = listener.accept().await?;
    /// # server.try_write(b"hi")?;
    /// let mut buf = [0; 16];
    /// assert_eq!(client.peek(&mut buf).await?, 2);
    /// assert_eq!(client.peek(&mut buf).await?, 2);
    /// # Ok(()) }
    /// ```
    pub async fn peek(&self, buf: &mut [u8]) -> io::Result<usize> {
        self.stream.io().async_io(Interest::READABLE, || self.stream.io().peek(buf)).await
    }

    /// Polls to read what has arrived, and leaves it to be read again.
    ///
    /// Only the task of the last call in this direction is woken, `poll_read` included.
    ///
    /// # Errors
    ///
    /// Those of a read.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let listener = runtime::net::TcpListener::bind("127.0.0.1:0").await?;
    /// # let client = runtime::net::TcpStream::connect(listener.local_addr()?).await?;
    /// # let (server, _) = listener.accept().await?;
    /// use runtime::io::ReadBuf;
    /// use std::future::poll_fn;
    ///
    /// # server.try_write(b"hi")?;
    /// let mut space = [0; 16];
    /// let mut buf = ReadBuf::new(&mut space);
    /// assert_eq!(poll_fn(|cx| client.poll_peek(cx, &mut buf)).await?, 2);
    /// assert_eq!(buf.filled(), b"hi");
    /// # Ok(()) }
    /// ```
    pub fn poll_peek(
        &self,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<usize>> {
        let before = buf.filled().len();
        let io = self.stream.io();
        let peeked = io.poll_io(cx, Direction::Read, || sys::recv(&**io, buf, sys::PEEK));
        peeked.map_ok(|()| buf.filled().len() - before)
    }

    /// Closes the writing direction.
    pub(in crate::net) fn close_write(&mut self) -> io::Result<()> {
        self.stream.shutdown_write()
    }
}

impl Streamed for TcpStream {
    type Carrier = std::net::TcpStream;

    fn stream(&self) -> &Stream<std::net::TcpStream> {
        &self.stream
    }
}

//! The halves of a TCP stream.

use crate::io::ReadBuf;
use crate::net::TcpStream;
use crate::net::impl_for::impl_for;
use crate::net::stream::Stream;
use crate::net::watched::Streamed;
use crate::shim::Arc;
use std::io;
use std::net::SocketAddr;
use std::task::{Context, Poll};

/// The half of a [`TcpStream`](crate::net::TcpStream) that reads, borrowed from it.
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// # let listener = runtime::net::TcpListener::bind("127.0.0.1:0").await?;
/// # let client = runtime::net::TcpStream::connect(listener.local_addr()?).await?;
/// # let (server, _) = listener.accept().await?;
/// # let mut client = client;
/// use runtime::io::AsyncReadExt;
///
/// # server.try_write(b"hi")?;
/// let (mut read, _write) = client.split();
/// let mut buf = [0; 2];
/// read.read_exact(&mut buf).await?;
/// assert_eq!(&buf, b"hi");
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct ReadHalf<'a> {
    pub(super) whole: &'a TcpStream,
}

/// The half of a [`TcpStream`](crate::net::TcpStream) that writes, borrowed from it.
///
/// Dropping it leaves the stream as it is; `shutdown` closes the writing direction.
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// # let listener = runtime::net::TcpListener::bind("127.0.0.1:0").await?;
/// # let client = runtime::net::TcpStream::connect(listener.local_addr()?).await?;
/// # let (server, _) = listener.accept().await?;
/// # let mut client = client;
/// use runtime::io::AsyncWriteExt;
///
/// let (_read, mut write) = client.split();
/// write.write_all(b"hi").await?;
/// write.shutdown().await?;
/// # drop(server);
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct WriteHalf<'a> {
    pub(super) whole: &'a TcpStream,
}

/// The half of a [`TcpStream`](crate::net::TcpStream) that reads, for a task to own.
///
/// The stream is closed when both halves are gone.
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// # let listener = runtime::net::TcpListener::bind("127.0.0.1:0").await?;
/// # let client = runtime::net::TcpStream::connect(listener.local_addr()?).await?;
/// # let (server, _) = listener.accept().await?;
/// use runtime::io::AsyncReadExt;
///
/// # server.try_write(b"hi")?;
/// let (mut read, _write) = client.into_split();
/// let reader = runtime::spawn(async move {
///     let mut buf = [0; 2];
///     read.read_exact(&mut buf).await.map(|_| buf)
/// });
/// assert_eq!(&reader.await.expect("the task does not panic")?, b"hi");
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct OwnedReadHalf {
    whole: Arc<TcpStream>,
}

/// The half of a [`TcpStream`](crate::net::TcpStream) that writes, for a task to own.
///
/// Dropping it closes the writing direction, unless with [`forget`](OwnedWriteHalf::forget).
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// # let listener = runtime::net::TcpListener::bind("127.0.0.1:0").await?;
/// # let client = runtime::net::TcpStream::connect(listener.local_addr()?).await?;
/// # let (server, _) = listener.accept().await?;
/// # let mut server = server;
/// use runtime::io::{AsyncReadExt, AsyncWriteExt};
///
/// let (_read, mut write) = client.into_split();
/// runtime::spawn(async move { write.write_all(b"hi").await });
///
/// let mut all = String::new();
/// server.read_to_string(&mut all).await?;
/// assert_eq!(all, "hi");
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct OwnedWriteHalf {
    whole: Arc<TcpStream>,
    pub(in crate::net) close_on_drop: bool,
}

/// Says that two halves are not of the same stream, and gives them back.
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// # let listener = runtime::net::TcpListener::bind("127.0.0.1:0").await?;
/// # let client = runtime::net::TcpStream::connect(listener.local_addr()?).await?;
/// # let (server, _) = listener.accept().await?;
/// let (read, _) = client.into_split();
/// let (_, write) = server.into_split();
/// let error = read.reunite(write).unwrap_err();
/// let (_read, _write) = (error.0, error.1);
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct ReuniteError(pub OwnedReadHalf, pub OwnedWriteHalf);

/// Takes a stream apart.
pub(super) fn split(stream: TcpStream) -> (OwnedReadHalf, OwnedWriteHalf) {
    let whole = Arc::new(stream);
    let read = OwnedReadHalf { whole: whole.clone() };
    (read, OwnedWriteHalf { whole, close_on_drop: true })
}

impl OwnedReadHalf {
    /// Puts the halves of a stream together again.
    ///
    /// # Errors
    ///
    /// If the halves are of different streams.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let listener = runtime::net::TcpListener::bind("127.0.0.1:0").await?;
    /// # let client = runtime::net::TcpStream::connect(listener.local_addr()?).await?;
    /// # let (server, _) = listener.accept().await?;
    /// let (read, write) = client.into_split();
    /// let client = read.reunite(write).expect("they are halves of one stream");
    /// assert_eq!(client.peer_addr()?, server.local_addr()?);
    /// # Ok(()) }
    /// ```
    pub fn reunite(self, write: OwnedWriteHalf) -> Result<TcpStream, ReuniteError> {
        if !Arc::ptr_eq(&self.whole, &write.whole) {
            return Err(ReuniteError(self, write));
        }
        write.forget();
        Ok(Arc::try_unwrap(self.whole).expect("the other half was the only other owner"))
    }
}

impl OwnedWriteHalf {
    /// Puts the halves of a stream together again.
    ///
    /// # Errors
    ///
    /// If the halves are of different streams.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let listener = runtime::net::TcpListener::bind("127.0.0.1:0").await?;
    /// # let client = runtime::net::TcpStream::connect(listener.local_addr()?).await?;
    /// # let (server, _) = listener.accept().await?;
    /// let (read, write) = client.into_split();
    /// let client = write.reunite(read).expect("they are halves of one stream");
    /// assert_eq!(client.peer_addr()?, server.local_addr()?);
    /// # Ok(()) }
    /// ```
    pub fn reunite(self, read: OwnedReadHalf) -> Result<TcpStream, ReuniteError> {
        read.reunite(self)
    }
}

impl_for! { ReadHalf<'_>, OwnedReadHalf => {
    /// Reads what has arrived, or waits for it, and leaves it there; see
    /// [`TcpStream::peek`](crate::net::TcpStream::peek).
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
    /// let (mut read, _write) = client.into_split();
    /// let mut buf = [0; 16];
    /// assert_eq!(read.peek(&mut buf).await?, 2);
    /// assert_eq!(read.peek(&mut buf).await?, 2);
    /// # Ok(()) }
    /// ```
    pub async fn peek(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.whole.peek(buf).await
    }

    /// Polls to read what has arrived and leave it there; see
    /// [`TcpStream::poll_peek`](crate::net::TcpStream::poll_peek).
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
    /// let (mut read, _write) = client.into_split();
    /// let mut space = [0; 16];
    /// let mut buf = ReadBuf::new(&mut space);
    /// assert_eq!(poll_fn(|cx| read.poll_peek(cx, &mut buf)).await?, 2);
    /// assert_eq!(buf.filled(), b"hi");
    /// # Ok(()) }
    /// ```
    pub fn poll_peek(
        &mut self,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<usize>> {
        self.whole.poll_peek(cx, buf)
    }
} }

impl_for! { ReadHalf<'_>, WriteHalf<'_>, OwnedReadHalf, OwnedWriteHalf => {
    /// Returns the address of the other end.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let listener = runtime::net::TcpListener::bind("127.0.0.1:0").await?;
    /// # let client = runtime::net::TcpStream::connect(listener.local_addr()?).await?;
    /// # let (server, _) = listener.accept().await?;
    /// let (read, write) = client.into_split();
    /// assert_eq!(read.peer_addr()?, server.local_addr()?);
    /// assert_eq!(write.peer_addr()?, server.local_addr()?);
    /// # Ok(()) }
    /// ```
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.whole.peer_addr()
    }

    /// Returns the address of this end.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let listener = runtime::net::TcpListener::bind("127.0.0.1:0").await?;
    /// # let client = runtime::net::TcpStream::connect(listener.local_addr()?).await?;
    /// # let (server, _) = listener.accept().await?;
    /// let (read, write) = client.into_split();
    /// assert_eq!(read.local_addr()?, server.peer_addr()?);
    /// assert_eq!(write.local_addr()?, server.peer_addr()?);
    /// # Ok(()) }
    /// ```
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.whole.local_addr()
    }
} }

impl_for! { ReadHalf<'_>, WriteHalf<'_>, OwnedReadHalf, OwnedWriteHalf => impl Streamed {
    type Carrier = std::net::TcpStream;

    fn stream(&self) -> &Stream<Self::Carrier> {
        self.whole.stream()
    }
} }

impl_for! { ReadHalf<'_>, WriteHalf<'_> => impl AsRef<TcpStream> {
    fn as_ref(&self) -> &TcpStream {
        self.whole
    }
} }

impl_for! { OwnedReadHalf, OwnedWriteHalf => impl AsRef<TcpStream> {
    fn as_ref(&self) -> &TcpStream {
        &self.whole
    }
} }

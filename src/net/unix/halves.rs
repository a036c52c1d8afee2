//! The halves of a Unix stream.

use super::SocketAddr;
use crate::net::UnixStream;
use crate::net::impl_for::impl_for;
use crate::net::stream::Stream;
use crate::net::watched::Streamed;
use crate::shim::Arc;
use std::io;

/// The half of a [`UnixStream`](crate::net::UnixStream) that reads, borrowed from it.
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// # let (mut stream, peer) = runtime::net::UnixStream::pair()?;
/// use runtime::io::AsyncReadExt;
///
/// # peer.try_write(b"hi")?;
/// let (mut read, _write) = stream.split();
/// let mut buf = [0; 2];
/// read.read_exact(&mut buf).await?;
/// assert_eq!(&buf, b"hi");
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct ReadHalf<'a> {
    pub(super) whole: &'a UnixStream,
}

/// The half of a [`UnixStream`](crate::net::UnixStream) that writes, borrowed from it.
///
/// Dropping it leaves the stream as it is; `shutdown` closes the writing direction.
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// # let (mut stream, peer) = runtime::net::UnixStream::pair()?;
/// use runtime::io::AsyncWriteExt;
///
/// let (_read, mut write) = stream.split();
/// write.write_all(b"hi").await?;
/// write.shutdown().await?;
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct WriteHalf<'a> {
    pub(super) whole: &'a UnixStream,
}

/// The half of a [`UnixStream`](crate::net::UnixStream) that reads, for a task to own.
///
/// The stream is closed when both halves are gone.
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// # let (stream, peer) = runtime::net::UnixStream::pair()?;
/// use runtime::io::AsyncReadExt;
///
/// # peer.try_write(b"hi")?;
/// let (mut read, _write) = stream.into_split();
/// let reader = runtime::spawn(async move {
///     let mut buf = [0; 2];
///     read.read_exact(&mut buf).await.map(|_| buf)
/// });
/// assert_eq!(&reader.await.expect("the task does not panic")?, b"hi");
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct OwnedReadHalf {
    whole: Arc<UnixStream>,
}

/// The half of a [`UnixStream`](crate::net::UnixStream) that writes, for a task to own.
///
/// Dropping it closes the writing direction, unless with [`forget`](OwnedWriteHalf::forget).
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// # let (stream, mut peer) = runtime::net::UnixStream::pair()?;
/// use runtime::io::{AsyncReadExt, AsyncWriteExt};
///
/// let (_read, mut write) = stream.into_split();
/// runtime::spawn(async move { write.write_all(b"hi").await });
///
/// let mut all = String::new();
/// peer.read_to_string(&mut all).await?;
/// assert_eq!(all, "hi");
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct OwnedWriteHalf {
    whole: Arc<UnixStream>,
    pub(in crate::net) close_on_drop: bool,
}

/// Says that two halves are not of the same stream, and gives them back.
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// # let (stream, peer) = runtime::net::UnixStream::pair()?;
/// let (read, _) = stream.into_split();
/// let (_, write) = peer.into_split();
/// let error = read.reunite(write).unwrap_err();
/// let (_read, _write) = (error.0, error.1);
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct ReuniteError(pub OwnedReadHalf, pub OwnedWriteHalf);

/// Takes a stream apart.
pub(super) fn split(stream: UnixStream) -> (OwnedReadHalf, OwnedWriteHalf) {
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
    /// # let (stream, peer) = runtime::net::UnixStream::pair()?;
    /// let (read, write) = stream.into_split();
    /// let stream = read.reunite(write).expect("they are halves of one stream");
    /// assert!(stream.peer_addr()?.is_unnamed());
    /// # Ok(()) }
    /// ```
    pub fn reunite(self, write: OwnedWriteHalf) -> Result<UnixStream, ReuniteError> {
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
    /// # let (stream, peer) = runtime::net::UnixStream::pair()?;
    /// let (read, write) = stream.into_split();
    /// let stream = write.reunite(read).expect("they are halves of one stream");
    /// assert!(stream.peer_addr()?.is_unnamed());
    /// # Ok(()) }
    /// ```
    pub fn reunite(self, read: OwnedReadHalf) -> Result<UnixStream, ReuniteError> {
        read.reunite(self)
    }
}

impl_for! { ReadHalf<'_>, WriteHalf<'_>, OwnedReadHalf, OwnedWriteHalf => {
    /// Returns the address of the other end.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let (stream, peer) = runtime::net::UnixStream::pair()?;
    /// let (read, write) = stream.into_split();
    /// assert!(read.peer_addr()?.is_unnamed());
    /// assert!(write.peer_addr()?.is_unnamed());
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
    /// # let (stream, peer) = runtime::net::UnixStream::pair()?;
    /// let (read, write) = stream.into_split();
    /// assert!(read.local_addr()?.is_unnamed());
    /// assert!(write.local_addr()?.is_unnamed());
    /// # Ok(()) }
    /// ```
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.whole.local_addr()
    }
} }

impl_for! { ReadHalf<'_>, WriteHalf<'_>, OwnedReadHalf, OwnedWriteHalf => impl Streamed {
    type Carrier = std::os::unix::net::UnixStream;

    fn stream(&self) -> &Stream<Self::Carrier> {
        self.whole.stream()
    }
} }

impl_for! { ReadHalf<'_>, WriteHalf<'_> => impl AsRef<UnixStream> {
    fn as_ref(&self) -> &UnixStream {
        self.whole
    }
} }

impl_for! { OwnedReadHalf, OwnedWriteHalf => impl AsRef<UnixStream> {
    fn as_ref(&self) -> &UnixStream {
        &self.whole
    }
} }

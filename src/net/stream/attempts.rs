//! Single attempts to move bytes through a stream.

use crate::net::impl_for::impl_for;
use crate::net::unix::pipe::{Receiver, Sender};
use crate::net::watched::Streamed;
use crate::net::{TcpStream, UnixStream, tcp, unix};
use bytes::BufMut;
use std::io::{self, IoSlice, IoSliceMut};

impl_for! {
    TcpStream, tcp::ReadHalf<'_>, tcp::OwnedReadHalf,
    UnixStream, unix::ReadHalf<'_>, unix::OwnedReadHalf, Receiver => {
    /// Tries to read, without waiting; 0 bytes mean that there will be no more.
    ///
    /// # Errors
    ///
    /// With `WouldBlock` if nothing has arrived.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let (stream, peer) = runtime::net::UnixStream::pair()?;
    /// # peer.try_write(b"hi")?;
    /// stream.readable().await?;
    /// let mut buf = [0; 16];
    /// assert_eq!(stream.try_read(&mut buf)?, 2);
    /// assert_eq!(&buf[..2], b"hi");
    /// # Ok(()) }
    /// ```
    pub fn try_read(&self, buf: &mut [u8]) -> io::Result<usize> {
        self.stream().try_read(buf)
    }

    /// Tries to read into several buffers in turn, without waiting.
    ///
    /// # Errors
    ///
    /// With `WouldBlock` if nothing has arrived.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let (stream, peer) = runtime::net::UnixStream::pair()?;
    /// use std::io::IoSliceMut;
    ///
    /// # peer.try_write(b"abcd")?;
    /// stream.readable().await?;
    /// let (mut head, mut body) = ([0; 1], [0; 16]);
    /// let mut bufs = [IoSliceMut::new(&mut head), IoSliceMut::new(&mut body)];
    /// assert_eq!(stream.try_read_vectored(&mut bufs)?, 4);
    /// assert_eq!((&head, &body[..3]), (b"a", &b"bcd"[..]));
    /// # Ok(()) }
    /// ```
    pub fn try_read_vectored(&self, bufs: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
        self.stream().try_read_vectored(bufs)
    }

    /// Tries to read into the spare room of `buf`, without waiting, and advances it.
    ///
    /// # Errors
    ///
    /// With `WouldBlock` if nothing has arrived.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let (stream, peer) = runtime::net::UnixStream::pair()?;
    /// # peer.try_write(b"hi")?;
    /// stream.readable().await?;
    /// let mut buf = Vec::with_capacity(16);
    /// assert_eq!(stream.try_read_buf(&mut buf)?, 2);
    /// assert_eq!(buf, b"hi");
    /// # Ok(()) }
    /// ```
    pub fn try_read_buf<B: BufMut>(&self, buf: &mut B) -> io::Result<usize> {
        self.stream().try_read_buf(buf)
    }
    }
}

impl_for! {
    TcpStream, tcp::WriteHalf<'_>, tcp::OwnedWriteHalf,
    UnixStream, unix::WriteHalf<'_>, unix::OwnedWriteHalf, Sender => {
    /// Tries to write, without waiting; fewer bytes than given may be taken.
    ///
    /// # Errors
    ///
    /// With `WouldBlock` if there is no room.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let (stream, peer) = runtime::net::UnixStream::pair()?;
    /// stream.writable().await?;
    /// assert_eq!(stream.try_write(b"hi")?, 2);
    /// # Ok(()) }
    /// ```
    pub fn try_write(&self, buf: &[u8]) -> io::Result<usize> {
        self.stream().try_write(buf)
    }

    /// Tries to write several buffers in turn, without waiting.
    ///
    /// # Errors
    ///
    /// With `WouldBlock` if there is no room.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let (stream, peer) = runtime::net::UnixStream::pair()?;
    /// use std::io::IoSlice;
    ///
    /// stream.writable().await?;
    /// let bufs = [IoSlice::new(b"head"), IoSlice::new(b"body")];
    /// assert_eq!(stream.try_write_vectored(&bufs)?, 8);
    /// # Ok(()) }
    /// ```
    pub fn try_write_vectored(&self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
        self.stream().try_write_vectored(bufs)
    }
    }
}

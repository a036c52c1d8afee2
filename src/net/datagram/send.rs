//! Sending to the address that a datagram socket is connected to.

use crate::engine::reactor::Direction;
use crate::io::Interest;
use crate::net::impl_for::impl_for;
use crate::net::watched::Watched;
use crate::net::{UdpSocket, UnixDatagram};
use std::io;
use std::task::{Context, Poll};

impl_for! { UdpSocket, UnixDatagram => {
    /// Sends a datagram to the address that the socket is connected to, waiting for room.
    ///
    /// # Cancel safety
    ///
    /// This method is cancel safe: a datagram is sent as a whole or not at all.
    ///
    /// # Errors
    ///
    /// If the socket is not connected, the datagram too large, or the peer has refused an earlier
    /// one.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let (socket, peer) = runtime::net::UnixDatagram::pair()?;
    /// assert_eq!(socket.send(b"hi").await?, 2);
    /// # Ok(()) }
    /// ```
    pub async fn send(&self, buf: &[u8]) -> io::Result<usize> {
        self.io().async_io(Interest::WRITABLE, || self.io().send(buf)).await
    }

    /// Polls to send a datagram to the address that the socket is connected to.
    ///
    /// Only the task of the last call to send is woken.
    ///
    /// # Errors
    ///
    /// Those of `send`.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let (socket, peer) = runtime::net::UnixDatagram::pair()?;
    /// use std::future::poll_fn;
    ///
    /// assert_eq!(poll_fn(|cx| socket.poll_send(cx, b"hi")).await?, 2);
    /// # Ok(()) }
    /// ```
    pub fn poll_send(&self, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.io().poll_io(cx, Direction::Write, || self.io().send(buf))
    }

    /// Tries to send a datagram to the address that the socket is connected to.
    ///
    /// # Errors
    ///
    /// Those of `send`; with `WouldBlock` if there is no room.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let (socket, peer) = runtime::net::UnixDatagram::pair()?;
    /// socket.writable().await?;
    /// assert_eq!(socket.try_send(b"hi")?, 2);
    /// # Ok(()) }
    /// ```
    pub fn try_send(&self, buf: &[u8]) -> io::Result<usize> {
        self.io().try_io(Interest::WRITABLE, || self.io().send(buf))
    }

    /// Polls for there to be room for a datagram.
    ///
    /// Only the task of the last call to send is woken; for several tasks there is `writable`.
    ///
    /// # Errors
    ///
    /// If the runtime shuts down.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let (socket, peer) = runtime::net::UnixDatagram::pair()?;
    /// use std::future::poll_fn;
    ///
    /// poll_fn(|cx| socket.poll_send_ready(cx)).await?;
    /// assert_eq!(socket.try_send(b"hi")?, 2);
    /// # Ok(()) }
    /// ```
    pub fn poll_send_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.io().poll_write_ready(cx).map_ok(drop)
    }
} }

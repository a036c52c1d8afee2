//! Operations that a user brings along.

use super::impl_for::impl_for;
use super::watched::Watched;
use super::{TcpStream, UdpSocket, UnixDatagram, UnixStream};
use crate::io::Interest;
use std::io;

impl_for! { TcpStream, UdpSocket, UnixDatagram, UnixStream => {
    /// Tries an operation of the caller's own on the socket, if that is ready for `interest`.
    ///
    /// `io` makes one attempt without waiting, and answers `WouldBlock` only if the socket did:
    /// this is taken as news about its readiness.
    ///
    /// # Errors
    ///
    /// With `WouldBlock` if the socket is not ready, without calling `io`; else with what it says.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let (stream, peer) = runtime::net::UnixStream::pair()?;
    /// use runtime::io::Interest;
    /// use socket2::SockRef;
    ///
    /// stream.writable().await?;
    /// let sent = stream.try_io(Interest::WRITABLE, || SockRef::from(&stream).send(b"hi"))?;
    /// assert_eq!(sent, 2);
    /// # Ok(()) }
    /// ```
    pub fn try_io<R>(
        &self,
        interest: Interest,
        io: impl FnOnce() -> io::Result<R>,
    ) -> io::Result<R> {
        self.own_io()?.try_io(interest, io)
    }

    /// Repeats an operation of the caller's own on the socket until it does not block.
    ///
    /// `io` makes one attempt without waiting. When it answers `WouldBlock`, this method waits for
    /// `interest` and calls it again.
    ///
    /// # Cancel safety
    ///
    /// This method is cancel safe as far as `io` is: it never stops between a call that succeeds
    /// and the return of its result.
    ///
    /// # Errors
    ///
    /// With what `io` says, or if the runtime shuts down.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let (stream, peer) = runtime::net::UnixStream::pair()?;
    /// use runtime::io::Interest;
    /// use socket2::SockRef;
    ///
    /// let sent = stream.async_io(Interest::WRITABLE, || SockRef::from(&stream).send(b"hi")).await?;
    /// assert_eq!(sent, 2);
    /// # Ok(()) }
    /// ```
    pub async fn async_io<R>(
        &self,
        interest: Interest,
        io: impl FnMut() -> io::Result<R>,
    ) -> io::Result<R> {
        self.own_io()?.async_io_of_user(interest, io).await
    }
} }

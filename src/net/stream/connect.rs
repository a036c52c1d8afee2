//! How a socket becomes a connected stream.

use super::{Bytes, Stream};
use crate::io::{Evented, Interest, Ready};
use crate::task::yield_now;
use socket2::{SockRef, Socket};
use std::io;
use std::net::Shutdown;
use std::os::fd::AsRawFd;

impl<S: Bytes + From<Socket>> Stream<S> {
    /// A connection that `listener` has taken. What its peer sent right behind it may be there, so
    /// it counts as readable until a read finds nothing.
    pub(in crate::net) fn accepted(socket: Socket, listener: &Evented<impl AsRawFd>) -> Self {
        Self::over(listener.beside(socket.into(), Self::WATCHED, Ready::READABLE | Ready::WRITABLE))
    }

    /// One end of a pair, whose other end has had no time to send.
    #[track_caller]
    pub(in crate::net) fn paired(socket: Socket) -> io::Result<Self> {
        Self::new(socket.into(), Ready::WRITABLE)
    }

    /// A connection that was there at once.
    pub(in crate::net) async fn connected(socket: Socket) -> io::Result<Self> {
        // Who connects in a loop must let those run who accept: their queue is short.
        yield_now().await;
        Self::new(socket.into(), Ready::WRITABLE)
    }

    /// A connection on the way: it is there, or has failed, when the socket becomes writable.
    pub(in crate::net) async fn connecting(socket: Socket) -> io::Result<Self> {
        let stream = Self::new(socket.into(), Ready::EMPTY)?;
        stream.io.readiness(Interest::WRITABLE).await?;
        match SockRef::from(&**stream.io()).take_error()? {
            Some(error) => Err(error),
            None => Ok(stream),
        }
    }
}

impl<S: Bytes> Stream<S> {
    /// Closes the writing direction; one that is closed already stays so.
    pub(in crate::net) fn shutdown_write(&self) -> io::Result<()> {
        match SockRef::from(&**self.io()).shutdown(Shutdown::Write) {
            Err(error) if error.kind() == io::ErrorKind::NotConnected => Ok(()),
            done => done,
        }
    }
}

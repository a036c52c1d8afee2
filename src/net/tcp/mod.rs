//! TCP: listeners, streams, and the sockets that become one or the other.
//!
//! A [`TcpStream`](super::TcpStream) can be split into a half that reads and a half that writes.
//! [`split`](super::TcpStream::split) borrows the stream and costs nothing;
//! [`into_split`](super::TcpStream::into_split) gives halves that different tasks can own.

mod halves;
mod listener;
#[allow(unsafe_code)]
mod socket;
mod socket_options;
mod stream;

pub use self::halves::{OwnedReadHalf, OwnedWriteHalf, ReadHalf, ReuniteError, WriteHalf};
pub(super) use self::listener::TcpListener;
pub(super) use self::socket::TcpSocket;
pub(super) use self::stream::TcpStream;

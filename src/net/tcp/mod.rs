//! TCP: listeners, streams, or the sockets that become one of them.
//!
//! A [`TcpStream`](super::TcpStream) can be split into a half that reads and a half that writes.
//! [`split`](super::TcpStream::split) borrows the stream and costs nothing;
//! [`into_split`](super::TcpStream::into_split) gives halves that different tasks can own.

mod halves;
pub(super) mod listener;
pub(super) mod socket;
mod socket_options;
pub(super) mod stream;

pub use self::halves::{OwnedReadHalf, OwnedWriteHalf, ReadHalf, ReuniteError, WriteHalf};

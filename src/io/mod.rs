//! Asynchronous I/O over anything that can be polled for bytes.
//!
//! The traits [`AsyncRead`], [`AsyncWrite`], [`AsyncBufRead`] and [`AsyncSeek`] are what a stream
//! implements: their methods are polled and never block. The traits [`AsyncReadExt`],
//! [`AsyncWriteExt`], [`AsyncBufReadExt`] and [`AsyncSeekExt`] are what a program uses: their
//! methods give futures, and every stream has them.
//!
//! Streams in memory ([`duplex`], [`simplex`], byte slices, [`std::io::Cursor`]) behave like
//! sockets in everything but the network, which makes them the first choice in tests.
//!
//! # Examples
//!
//! ```
//! # #[runtime::main(flavor = "current_thread")]
//! # async fn main() -> std::io::Result<()> {
//! use runtime::io::{self, AsyncReadExt, AsyncWriteExt};
//!
//! let (mut client, mut server) = io::duplex(64);
//! client.write_all(b"ping").await?;
//!
//! let mut request = [0; 4];
//! server.read_exact(&mut request).await?;
//! assert_eq!(&request, b"ping");
//! # Ok(())
//! # }
//! ```

mod forward;

mod async_buf_read;
#[allow(unsafe_code)]
mod async_fd;
mod async_fd_guard;
mod async_read;
mod async_seek;
mod async_write;
mod chunk;
mod evented;
mod ferry;
mod interest;
#[cfg(all(test, loom))]
mod loom_tests;
mod offload;
mod operation;
#[allow(unsafe_code)]
mod read_buf;
mod registration;
#[allow(unsafe_code)]
mod split;
mod stdio;
#[cfg(test)]
mod tests;
#[allow(unsafe_code)]
mod turn;
pub mod unix;
mod util;

pub use self::async_buf_read::AsyncBufRead;
pub use self::async_read::AsyncRead;
pub use self::async_seek::AsyncSeek;
pub use self::async_write::AsyncWrite;
pub(crate) use self::chunk::Chunk;
pub(crate) use self::evented::Evented;
pub(crate) use self::ferry::Ferry;
pub(crate) use self::forward::{forward_read, forward_write};
pub use self::interest::Interest;
pub(crate) use self::offload::{offload, offloaded};
pub(crate) use self::operation::Drained;
pub use self::read_buf::ReadBuf;
pub(crate) use self::read_buf::into_spare;
pub(crate) use self::registration::{Registration, runtime_with_io, unless_shutdown};
pub use self::split::{ReadHalf, WriteHalf, split};
pub use self::stdio::{Stderr, Stdin, Stdout, stderr, stdin, stdout};
pub use self::util::{
    AsyncBufReadExt, AsyncReadExt, AsyncSeekExt, AsyncWriteExt, BufReader, BufStream, BufWriter,
    Chain, DuplexStream, Empty, Join, Lines, Repeat, SimplexStream, Sink, Split, Take, copy,
    copy_bidirectional, copy_bidirectional_with_sizes, copy_buf, duplex, empty, join, repeat,
    simplex, sink,
};
pub use crate::engine::reactor::Ready;
pub use std::io::{Error, ErrorKind, Result, SeekFrom};

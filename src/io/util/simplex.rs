//! A stream in memory that gives back what was written to it.

use super::pipe::Pipe;
use crate::io::forward::{forward_read, forward_write};
use crate::io::{AsyncRead, AsyncWrite, ReadHalf, WriteHalf, split};
use std::pin::Pin;
use std::task::{Context, Poll};

/// Makes a pipe in memory: what is written to one half is read from the other.
///
/// It holds up to `max_buf_size` bytes; a writer that finds it full waits for the reader.
///
/// The halves are those of a [`split`]: dropping the writing one does not end the stream, shut it
/// down for that. They can be joined again by [`ReadHalf::unsplit`].
///
/// # Panics
///
/// If `max_buf_size` is zero.
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::io::{AsyncReadExt, AsyncWriteExt, simplex};
///
/// let (mut reader, mut writer) = simplex(64);
/// writer.write_all(b"hello").await?;
/// writer.shutdown().await?;
///
/// let mut all = String::new();
/// reader.read_to_string(&mut all).await?;
/// assert_eq!(all, "hello");
/// # Ok(())
/// # }
/// ```
#[track_caller]
pub fn simplex(max_buf_size: usize) -> (ReadHalf<SimplexStream>, WriteHalf<SimplexStream>) {
    split(SimplexStream::new_unsplit(max_buf_size))
}

/// A pipe in memory with both of its ends in one; see [`simplex`].
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::io::{AsyncReadExt, AsyncWriteExt, SimplexStream};
///
/// let mut queue = SimplexStream::new_unsplit(64);
/// queue.write_u16(500).await?;
/// assert_eq!(queue.read_u16().await?, 500);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct SimplexStream {
    pipe: Pipe,
}

impl SimplexStream {
    /// Makes a pipe that is not split into halves.
    ///
    /// # Panics
    ///
    /// If `max_buf_size` is zero.
    ///
    /// # Examples
    ///
    /// ```
    /// let queue = runtime::io::SimplexStream::new_unsplit(64);
    /// let (reader, writer) = runtime::io::split(queue);
    /// assert!(reader.is_pair_of(&writer));
    /// ```
    #[track_caller]
    pub fn new_unsplit(max_buf_size: usize) -> SimplexStream {
        Self { pipe: Pipe::new(max_buf_size) }
    }
}

impl AsyncRead for SimplexStream {
    forward_read!(self => Pin::new(&mut &self.pipe));
}

impl AsyncWrite for SimplexStream {
    forward_write!(self => Pin::new(&mut &self.pipe), true);
}

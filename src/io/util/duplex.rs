//! Two connected streams in memory.

use super::pipe::Pipe;
use crate::io::forward::{forward_read, forward_write};
use crate::io::{AsyncRead, AsyncWrite};
use crate::shim::Arc;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Makes two streams that are connected: what one writes the other reads.
///
/// Each direction holds up to `max_buf_size` bytes; a writer that finds it full waits for the
/// reader.
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
/// use runtime::io::{AsyncReadExt, AsyncWriteExt, duplex};
///
/// let (mut client, mut server) = duplex(64);
/// client.write_all(b"ping").await?;
/// server.write_all(b"pong").await?;
///
/// let mut answer = [0; 4];
/// client.read_exact(&mut answer).await?;
/// assert_eq!(&answer, b"pong");
/// # Ok(())
/// # }
/// ```
#[track_caller]
pub fn duplex(max_buf_size: usize) -> (DuplexStream, DuplexStream) {
    let there = Arc::new(Pipe::new(max_buf_size));
    let back = Arc::new(Pipe::new(max_buf_size));
    (
        DuplexStream { incoming: back.clone(), outgoing: there.clone() },
        DuplexStream { incoming: there, outgoing: back },
    )
}

/// One of two connected streams in memory; made by [`duplex`].
///
/// When one is shut down or dropped, the other reads what is left and then the end of the stream.
/// When one is dropped, writes to the other fail with [`BrokenPipe`](std::io::ErrorKind::BrokenPipe).
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::io::{AsyncReadExt, AsyncWriteExt, duplex};
///
/// let (mut near, mut far) = duplex(64);
/// far.write_all(b"bye").await?;
/// drop(far);
///
/// let mut rest = String::new();
/// near.read_to_string(&mut rest).await?;
/// assert_eq!(rest, "bye");
/// assert!(near.write_all(b"hello?").await.is_err());
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct DuplexStream {
    incoming: Arc<Pipe>,
    outgoing: Arc<Pipe>,
}

impl AsyncRead for DuplexStream {
    forward_read!(self => Pin::new(&mut &*self.incoming));
}

impl AsyncWrite for DuplexStream {
    forward_write!(self => Pin::new(&mut &*self.outgoing), true);
}

impl Drop for DuplexStream {
    fn drop(&mut self) {
        self.outgoing.close();
        self.incoming.close();
    }
}

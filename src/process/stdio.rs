//! The ends of the pipes to a child.

use crate::io::{AsyncRead, AsyncWrite, forward_read, forward_write};
use crate::net::unix::pipe::{Receiver, Sender};
use socket2::SockRef;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::pin::Pin;
use std::process::{self, Stdio};
use std::task::{Context, Poll};

/// The standard input of a child, to be written to.
///
/// The child sees the end of its input when this is dropped; [`shutdown`] alone does not show.
///
/// [`shutdown`]: crate::io::AsyncWriteExt::shutdown
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::io::AsyncWriteExt;
/// use runtime::process::Command;
/// use std::process::Stdio;
///
/// let mut sort = Command::new("sort").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
/// let mut stdin = sort.stdin.take().expect("a pipe was asked for");
/// stdin.write_all(b"pear\napple\n").await?;
/// drop(stdin);
/// assert_eq!(sort.wait_with_output().await?.stdout, b"apple\npear\n");
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct ChildStdin {
    pipe: Sender,
}

/// The standard output of a child, to be read from.
///
/// It ends when the child, and every process that has inherited its output, has closed it.
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::io::{AsyncBufReadExt, BufReader};
/// use runtime::process::Command;
/// use std::process::Stdio;
///
/// let mut child = Command::new("printf").arg("one\\ntwo\\n").stdout(Stdio::piped()).spawn()?;
/// let stdout = child.stdout.take().expect("a pipe was asked for");
/// let mut lines = BufReader::new(stdout).lines();
/// assert_eq!(lines.next_line().await?.as_deref(), Some("one"));
/// assert_eq!(lines.next_line().await?.as_deref(), Some("two"));
/// assert_eq!(lines.next_line().await?, None);
/// assert!(child.wait().await?.success());
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct ChildStdout {
    pipe: Receiver,
}

/// The standard error of a child, to be read from.
///
/// It ends when the child, and every process that has inherited its output, has closed it.
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::io::AsyncReadExt;
/// use runtime::process::Command;
/// use std::process::Stdio;
///
/// let script = "echo alas >&2";
/// let mut child = Command::new("sh").args(["-c", script]).stderr(Stdio::piped()).spawn()?;
/// let mut said = String::new();
/// child.stderr.take().expect("a pipe was asked for").read_to_string(&mut said).await?;
/// assert_eq!(said, "alas\n");
/// # child.wait().await?;
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct ChildStderr {
    pipe: Receiver,
}

// One row a type: ours, that of the standard library, the end of a pipe inside, and what to call
// in the examples.
macro_rules! pipes {
    ($($of:ident: $pipe:ident, $stream:literal;)*) => {$(
        impl $of {
            /// Takes over a pipe of the standard library, and makes it non-blocking.
            ///
            /// # Errors
            ///
            /// If it cannot be made so, or is nothing that can be waited for, or the runtime shuts
            /// down.
            ///
            /// # Panics
            ///
            /// Outside a runtime with I/O enabled.
            ///
            /// # Examples
            ///
            /// ```
            /// # #[runtime::main(flavor = "current_thread")]
            /// # async fn main() -> std::io::Result<()> {
            /// use std::process::{Command, Stdio};
            ///
            #[doc = concat!("let mut child = Command::new(\"true\").", $stream,
                "(Stdio::piped()).spawn()?;")]
            #[doc = concat!("let pipe = child.", $stream, ".take().expect(\"it was asked for\");")]
            #[doc = concat!("let _pipe = runtime::process::", stringify!($of), "::from_std(pipe)?;")]
            /// child.wait()?;
            /// # Ok(()) }
            /// ```
            #[track_caller]
            pub fn from_std(inner: process::$of) -> io::Result<Self> {
                let fd = OwnedFd::from(inner);
                SockRef::from(&fd).set_nonblocking(true)?;
                Ok(Self { pipe: $pipe::from_owned_fd_unchecked(fd)? })
            }

            /// Gives the descriptor away, in blocking mode, as another child wants it.
            ///
            /// # Errors
            ///
            /// If it cannot be put into blocking mode.
            ///
            /// # Examples
            ///
            /// ```
            /// # #[runtime::main(flavor = "current_thread")]
            /// # async fn main() -> std::io::Result<()> {
            /// use runtime::process::Command;
            /// use std::process::Stdio;
            ///
            #[doc = concat!("let mut child = Command::new(\"true\").", $stream,
                "(Stdio::piped()).spawn()?;")]
            #[doc = concat!("let pipe = child.", $stream, ".take().expect(\"it was asked for\");")]
            /// let _fd = pipe.into_owned_fd()?;
            /// child.wait().await?;
            /// # Ok(()) }
            /// ```
            pub fn into_owned_fd(self) -> io::Result<OwnedFd> {
                self.pipe.into_blocking_fd()
            }
        }

        impl TryInto<Stdio> for $of {
            type Error = io::Error;

            /// Makes the pipe one end of another child's.
            fn try_into(self) -> io::Result<Stdio> {
                self.into_owned_fd().map(Stdio::from)
            }
        }

        impl AsFd for $of {
            fn as_fd(&self) -> BorrowedFd<'_> {
                self.pipe.as_fd()
            }
        }

        impl AsRawFd for $of {
            fn as_raw_fd(&self) -> RawFd {
                self.pipe.as_raw_fd()
            }
        }
    )*};
}

pipes! {
    ChildStdin: Sender, "stdin";
    ChildStdout: Receiver, "stdout";
    ChildStderr: Receiver, "stderr";
}

impl AsyncWrite for ChildStdin {
    forward_write!(self => Pin::new(&mut self.get_mut().pipe), self.pipe.is_write_vectored());
}

impl AsyncRead for ChildStdout {
    forward_read!(self => Pin::new(&mut self.get_mut().pipe));
}

impl AsyncRead for ChildStderr {
    forward_read!(self => Pin::new(&mut self.get_mut().pipe));
}

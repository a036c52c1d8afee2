//! The two ends of a pipe.

use super::options::{expect_access, expect_pipe};
use crate::io::{Interest, Ready};
use crate::net::impl_for::impl_for;
use crate::net::stream::Stream;
use crate::net::watched::{Streamed, Watched};
use socket2::SockRef;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};

/// The writing end of a pipe.
///
/// When no reading end is open any more, writing fails with `BrokenPipe`.
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::io::{AsyncReadExt, AsyncWriteExt};
/// use runtime::net::unix::pipe;
///
/// let (mut sender, mut receiver) = pipe::pipe()?;
/// sender.write_all(b"hi").await?;
/// drop(sender);
/// let mut all = String::new();
/// receiver.read_to_string(&mut all).await?;
/// assert_eq!(all, "hi");
/// # Ok(()) }
/// ```
pub struct Sender {
    stream: Stream<File>,
}

/// The reading end of a pipe.
///
/// When no writing end is open any more, and all is read, a read gives 0 bytes. A named pipe may
/// then be opened for writing again, after which reads give data again.
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::io::{AsyncReadExt, AsyncWriteExt};
/// use runtime::net::unix::pipe;
///
/// let (mut sender, mut receiver) = pipe::pipe()?;
/// sender.write_all(b"hi").await?;
/// let mut buf = [0; 2];
/// receiver.read_exact(&mut buf).await?;
/// assert_eq!(&buf, b"hi");
/// # Ok(()) }
/// ```
pub struct Receiver {
    stream: Stream<File>,
}

/// Makes a pipe without a name.
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
/// use runtime::io::AsyncReadExt;
/// use runtime::net::unix::pipe;
/// use std::process::Command;
///
/// let (sender, mut receiver) = pipe::pipe()?;
/// Command::new("echo").arg("hi").stdout(sender.into_blocking_fd()?).status()?;
/// let mut said = String::new();
/// receiver.read_to_string(&mut said).await?;
/// assert_eq!(said, "hi\n");
/// # Ok(()) }
/// ```
#[track_caller]
pub fn pipe() -> io::Result<(Sender, Receiver)> {
    let (read, write) = io::pipe()?;
    let (read, write) = (OwnedFd::from(read), OwnedFd::from(write));
    set_nonblocking(&read)?;
    set_nonblocking(&write)?;
    // There is room in a pipe that nobody has filled.
    let sender = Stream::one_way(write.into(), Sender::INTEREST, Ready::WRITABLE)?;
    Ok((Sender { stream: sender }, Receiver::from_owned_fd_unchecked(read)?))
}

/// The flag is one of all descriptors, whether sockets or not.
fn set_nonblocking(end: impl AsFd) -> io::Result<()> {
    SockRef::from(&end).set_nonblocking(true)
}

impl Sender {
    const ACCESS: i32 = libc::O_WRONLY;
    const WRONG_ACCESS: &str = "not in O_WRONLY or O_RDWR access mode";
    const INTEREST: Interest = Interest::WRITABLE;

    /// There is nothing to tell the other end before this one is dropped.
    pub(in crate::net) fn close_write(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Receiver {
    const ACCESS: i32 = libc::O_RDONLY;
    const WRONG_ACCESS: &str = "not in O_RDONLY or O_RDWR access mode";
    const INTEREST: Interest = Interest::READABLE;
}

impl_for! { Sender, Receiver => {
    /// Takes over a file that is this end of a pipe, and makes it non-blocking.
    ///
    /// # Panics
    ///
    /// Outside a runtime with I/O enabled.
    ///
    /// # Errors
    ///
    /// With `InvalidInput` if the file is no pipe, or not open in the right direction.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let dir = std::env::temp_dir().join(format!("ringloop-doc-{}", std::process::id()));
    /// # std::fs::create_dir_all(&dir)?;
    /// use runtime::net::unix::pipe::{Receiver, Sender};
    /// use std::fs::File;
    ///
    /// let path = dir.join("from_file.fifo");
    /// # assert!(std::process::Command::new("mkfifo").arg(&path).status()?.success());
    /// // Opened for both directions, since otherwise it would wait for somebody at the other end.
    /// let file = File::options().read(true).write(true).open(&path)?;
    /// let _receiver = Receiver::from_file(file.try_clone()?)?;
    /// let _sender = Sender::from_file(file)?;
    /// # std::fs::remove_dir_all(&dir)?;
    /// # Ok(()) }
    /// ```
    #[track_caller]
    pub fn from_file(file: File) -> io::Result<Self> {
        expect_pipe(&file)?;
        expect_access(&file, Self::ACCESS, Self::WRONG_ACCESS)?;
        set_nonblocking(&file)?;
        Self::from_file_unchecked(file)
    }

    /// Takes over a file without looking at it.
    ///
    /// It has to be this end of a pipe, and in non-blocking mode, or it may stop the whole loop.
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
    /// # let dir = std::env::temp_dir().join(format!("ringloop-doc-{}", std::process::id()));
    /// # std::fs::create_dir_all(&dir)?;
    /// use runtime::net::unix::pipe::Receiver;
    /// use std::fs::File;
    /// use std::os::unix::fs::OpenOptionsExt;
    ///
    /// let path = dir.join("from_file_unchecked.fifo");
    /// # assert!(std::process::Command::new("mkfifo").arg(&path).status()?.success());
    /// let file = File::options().read(true).custom_flags(libc::O_NONBLOCK).open(&path)?;
    /// let _receiver = Receiver::from_file_unchecked(file)?;
    /// # std::fs::remove_dir_all(&dir)?;
    /// # Ok(()) }
    /// ```
    #[track_caller]
    pub fn from_file_unchecked(file: File) -> io::Result<Self> {
        Ok(Self { stream: Stream::one_way(file, Self::INTEREST, Ready::EMPTY)? })
    }

    /// Takes over a descriptor that is this end of a pipe, and makes it non-blocking.
    ///
    /// # Panics
    ///
    /// Outside a runtime with I/O enabled.
    ///
    /// # Errors
    ///
    /// With `InvalidInput` if it is no pipe, or not open in the right direction.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::net::unix::pipe::{Receiver, Sender};
    ///
    /// let (read, write) = std::io::pipe()?;
    /// let _receiver = Receiver::from_owned_fd(read.into())?;
    /// let _sender = Sender::from_owned_fd(write.into())?;
    /// # Ok(()) }
    /// ```
    #[track_caller]
    pub fn from_owned_fd(owned_fd: OwnedFd) -> io::Result<Self> {
        Self::from_file(owned_fd.into())
    }

    /// Takes over a descriptor without looking at it.
    ///
    /// It has to be this end of a pipe, and in non-blocking mode, or it may stop the whole loop.
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
    /// use runtime::net::unix::pipe::{self, Receiver};
    ///
    /// let (_sender, receiver) = pipe::pipe()?;
    /// let receiver = receiver.into_nonblocking_fd()?;
    /// let _receiver = Receiver::from_owned_fd_unchecked(receiver)?;
    /// # Ok(()) }
    /// ```
    #[track_caller]
    pub fn from_owned_fd_unchecked(owned_fd: OwnedFd) -> io::Result<Self> {
        Self::from_file_unchecked(owned_fd.into())
    }

    /// Gives the descriptor away in blocking mode, as a child process wants it.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::io::AsyncReadExt;
    /// use runtime::net::unix::pipe;
    /// use std::process::Command;
    ///
    /// let (sender, mut receiver) = pipe::pipe()?;
    /// Command::new("echo").arg("hi").stdout(sender.into_blocking_fd()?).status()?;
    /// let mut said = String::new();
    /// receiver.read_to_string(&mut said).await?;
    /// assert_eq!(said, "hi\n");
    /// # Ok(()) }
    /// ```
    pub fn into_blocking_fd(self) -> io::Result<OwnedFd> {
        let fd = self.into_nonblocking_fd()?;
        SockRef::from(&fd).set_nonblocking(false)?;
        Ok(fd)
    }

    /// Gives the descriptor away, in non-blocking mode.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::net::unix::pipe;
    /// use std::io::Read;
    ///
    /// let (_sender, receiver) = pipe::pipe()?;
    /// let mut file = std::fs::File::from(receiver.into_nonblocking_fd()?);
    /// let error = file.read(&mut [0; 16]).unwrap_err();
    /// assert_eq!(error.kind(), std::io::ErrorKind::WouldBlock);
    /// # Ok(()) }
    /// ```
    pub fn into_nonblocking_fd(self) -> io::Result<OwnedFd> {
        self.stream.into_std().map(OwnedFd::from)
    }

    /// Tries an operation of the caller's own on this end, if it is ready.
    ///
    /// `io` makes one attempt without waiting, and answers `WouldBlock` only if the pipe did: this
    /// is taken as news about its readiness.
    ///
    /// # Errors
    ///
    /// With `WouldBlock` if the pipe is not ready, without calling `io`; else with what it says.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::net::unix::pipe;
    ///
    /// let (sender, _receiver) = pipe::pipe()?;
    /// sender.writable().await?;
    /// assert_eq!(sender.try_io(|| Ok(7))?, 7);
    /// # Ok(()) }
    /// ```
    pub fn try_io<R>(&self, io: impl FnOnce() -> io::Result<R>) -> io::Result<R> {
        self.io().try_io(Self::INTEREST, io)
    }
} }

impl_for! { Sender, Receiver => impl Streamed {
    type Carrier = File;

    fn stream(&self) -> &Stream<File> {
        &self.stream
    }
} }

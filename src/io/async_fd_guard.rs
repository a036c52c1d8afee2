//! Readiness of a descriptor, in the hands of the program.

use super::Ready;
use super::async_fd::AsyncFd;
use crate::engine::reactor::ReadyEvent;
use std::os::fd::AsRawFd;
use std::{fmt, io};

/// Holds the readiness that [`AsyncFd`] found, until the program says what became of it.
///
/// Dropping it keeps the readiness.
///
/// # Examples
///
/// ```
/// use runtime::io::unix::AsyncFd;
/// use std::{io::Write, os::unix::net::UnixStream};
///
/// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
/// # runtime.block_on(async {
/// let (ours, _theirs) = UnixStream::pair()?;
/// ours.set_nonblocking(true)?;
/// let ours = AsyncFd::new(ours)?;
/// let mut guard = ours.writable().await?;
/// while guard.try_io(|fd| fd.get_ref().write(&[0; 4096])).is_ok() {}
/// assert!(guard.ready().is_empty(), "the socket is full, and the readiness taken back");
/// # std::io::Result::Ok(())
/// # })?;
/// # std::io::Result::Ok(())
/// ```
#[must_use = "say whether the readiness was used up: `clear_ready`, `try_io` or `retain_ready`"]
pub struct AsyncFdReadyGuard<'a, T: AsRawFd> {
    async_fd: &'a AsyncFd<T>,
    seen: ReadyEvent,
}

/// As [`AsyncFdReadyGuard`], with access to change the object.
///
/// # Examples
///
/// ```
/// use runtime::io::unix::AsyncFd;
/// use std::{io::Write, os::unix::net::UnixStream};
///
/// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
/// # runtime.block_on(async {
/// let (ours, _theirs) = UnixStream::pair()?;
/// ours.set_nonblocking(true)?;
/// let mut ours = AsyncFd::new(ours)?;
/// let mut guard = ours.writable_mut().await?;
/// guard.get_inner_mut().write_all(b"ping")?;
/// guard.retain_ready();
/// # std::io::Result::Ok(())
/// # })?;
/// # std::io::Result::Ok(())
/// ```
#[must_use = "say whether the readiness was used up: `clear_ready`, `try_io` or `retain_ready`"]
pub struct AsyncFdReadyMutGuard<'a, T: AsRawFd> {
    async_fd: &'a mut AsyncFd<T>,
    seen: ReadyEvent,
}

/// Says that a descriptor was not ready after all.
///
/// # Examples
///
/// ```
/// use runtime::io::unix::{AsyncFd, TryIoError};
/// use std::io::{Error, ErrorKind};
/// use std::os::unix::net::UnixStream;
///
/// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
/// # runtime.block_on(async {
/// let (ours, _theirs) = UnixStream::pair()?;
/// ours.set_nonblocking(true)?;
/// let ours = AsyncFd::new(ours)?;
/// let mut guard = ours.writable().await?;
/// let tried: Result<std::io::Result<()>, TryIoError> =
///     guard.try_io(|_| Err(Error::from(ErrorKind::WouldBlock)));
/// assert!(tried.is_err());
/// # std::io::Result::Ok(())
/// # })?;
/// # std::io::Result::Ok(())
/// ```
#[derive(Debug)]
pub struct TryIoError(());

/// Takes `used` back, except that a side which has ended stays so.
fn clear<T: AsRawFd>(async_fd: &AsyncFd<T>, seen: &mut ReadyEvent, used: Ready) {
    async_fd.registration().clear(*seen, seen.ready & used);
    *seen = seen.without(used);
}

impl<'a, T: AsRawFd> AsyncFdReadyGuard<'a, T> {
    pub(super) fn new(async_fd: &'a AsyncFd<T>, seen: ReadyEvent) -> AsyncFdReadyGuard<'a, T> {
        AsyncFdReadyGuard { async_fd, seen }
    }

    /// Takes the readiness back, since an operation would have blocked.
    ///
    /// Readiness that has come since it was found stays. So does the end of a side.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::unix::AsyncFd;
    /// use std::os::unix::net::UnixStream;
    ///
    /// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// let (ours, _theirs) = UnixStream::pair()?;
    /// ours.set_nonblocking(true)?;
    /// let ours = AsyncFd::new(ours)?;
    /// let mut guard = ours.writable().await?;
    /// guard.clear_ready();
    /// assert!(guard.ready().is_empty());
    /// # std::io::Result::Ok(())
    /// # })?;
    /// # std::io::Result::Ok(())
    /// ```
    pub fn clear_ready(&mut self) {
        self.clear_ready_matching(Ready::ALL);
    }

    /// Takes some of the readiness back, since an operation would have blocked.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::{Ready, unix::AsyncFd};
    /// use std::os::unix::net::UnixStream;
    ///
    /// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// let (ours, _theirs) = UnixStream::pair()?;
    /// ours.set_nonblocking(true)?;
    /// let ours = AsyncFd::new(ours)?;
    /// let mut guard = ours.writable().await?;
    /// guard.clear_ready_matching(Ready::READABLE);
    /// assert_eq!(guard.ready(), Ready::WRITABLE);
    /// # std::io::Result::Ok(())
    /// # })?;
    /// # std::io::Result::Ok(())
    /// ```
    pub fn clear_ready_matching(&mut self, ready: Ready) {
        clear(self.async_fd, &mut self.seen, ready);
    }

    /// Keeps the readiness, as dropping this does; says so to the reader.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::unix::AsyncFd;
    /// use std::os::unix::net::UnixStream;
    ///
    /// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// let (ours, _theirs) = UnixStream::pair()?;
    /// ours.set_nonblocking(true)?;
    /// let ours = AsyncFd::new(ours)?;
    /// ours.writable().await?.retain_ready();
    /// ours.writable().await?.retain_ready();
    /// # std::io::Result::Ok(())
    /// # })?;
    /// # std::io::Result::Ok(())
    /// ```
    pub fn retain_ready(&mut self) {}

    /// Returns what is left of the readiness that was found.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::{Ready, unix::AsyncFd};
    /// use std::os::unix::net::UnixStream;
    ///
    /// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// let (ours, _theirs) = UnixStream::pair()?;
    /// ours.set_nonblocking(true)?;
    /// assert_eq!(AsyncFd::new(ours)?.writable().await?.ready(), Ready::WRITABLE);
    /// # std::io::Result::Ok(())
    /// # })?;
    /// # std::io::Result::Ok(())
    /// ```
    pub fn ready(&self) -> Ready {
        self.seen.ready
    }

    /// Does `f`, and takes the readiness back if it answers `WouldBlock`.
    ///
    /// # Errors
    ///
    /// [`TryIoError`] if `f` answered `WouldBlock`; other errors of `f` are inside the `Ok`.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::unix::AsyncFd;
    /// use std::{io::Write, os::unix::net::UnixStream};
    ///
    /// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// let (ours, _theirs) = UnixStream::pair()?;
    /// ours.set_nonblocking(true)?;
    /// let ours = AsyncFd::new(ours)?;
    /// let mut guard = ours.writable().await?;
    /// let written = guard.try_io(|fd| fd.get_ref().write(b"ping")).expect("it was writable")?;
    /// assert_eq!(written, 4);
    /// # std::io::Result::Ok(())
    /// # })?;
    /// # std::io::Result::Ok(())
    /// ```
    pub fn try_io<R>(
        &mut self,
        f: impl FnOnce(&'a AsyncFd<T>) -> io::Result<R>,
    ) -> Result<io::Result<R>, TryIoError> {
        tried(f(self.async_fd)).inspect_err(|_| self.clear_ready())
    }

    /// Returns the watched descriptor.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::unix::AsyncFd;
    /// use std::os::unix::net::UnixStream;
    ///
    /// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// let (ours, _theirs) = UnixStream::pair()?;
    /// ours.set_nonblocking(true)?;
    /// let ours = AsyncFd::new(ours)?;
    /// assert!(std::ptr::eq(ours.writable().await?.get_ref(), &ours));
    /// # std::io::Result::Ok(())
    /// # })?;
    /// # std::io::Result::Ok(())
    /// ```
    pub fn get_ref(&self) -> &'a AsyncFd<T> {
        self.async_fd
    }

    /// Returns the object inside the watched descriptor.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::unix::AsyncFd;
    /// use std::{io::Write, os::unix::net::UnixStream};
    ///
    /// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// let (ours, _theirs) = UnixStream::pair()?;
    /// ours.set_nonblocking(true)?;
    /// let ours = AsyncFd::new(ours)?;
    /// let mut stream: &UnixStream = ours.writable().await?.get_inner();
    /// stream.write_all(b"ping")?;
    /// # std::io::Result::Ok(())
    /// # })?;
    /// # std::io::Result::Ok(())
    /// ```
    pub fn get_inner(&self) -> &'a T {
        self.async_fd.get_ref()
    }
}

impl<'a, T: AsRawFd> AsyncFdReadyMutGuard<'a, T> {
    pub(super) fn new(
        async_fd: &'a mut AsyncFd<T>,
        seen: ReadyEvent,
    ) -> AsyncFdReadyMutGuard<'a, T> {
        AsyncFdReadyMutGuard { async_fd, seen }
    }

    /// As [`AsyncFdReadyGuard::clear_ready`].
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::unix::AsyncFd;
    /// use std::os::unix::net::UnixStream;
    ///
    /// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// let (ours, _theirs) = UnixStream::pair()?;
    /// ours.set_nonblocking(true)?;
    /// let mut ours = AsyncFd::new(ours)?;
    /// let mut guard = ours.writable_mut().await?;
    /// guard.clear_ready();
    /// assert!(guard.ready().is_empty());
    /// # std::io::Result::Ok(())
    /// # })?;
    /// # std::io::Result::Ok(())
    /// ```
    pub fn clear_ready(&mut self) {
        self.clear_ready_matching(Ready::ALL);
    }

    /// As [`AsyncFdReadyGuard::clear_ready_matching`].
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::{Ready, unix::AsyncFd};
    /// use std::os::unix::net::UnixStream;
    ///
    /// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// let (ours, _theirs) = UnixStream::pair()?;
    /// ours.set_nonblocking(true)?;
    /// let mut ours = AsyncFd::new(ours)?;
    /// let mut guard = ours.writable_mut().await?;
    /// guard.clear_ready_matching(Ready::WRITABLE);
    /// assert!(guard.ready().is_empty());
    /// # std::io::Result::Ok(())
    /// # })?;
    /// # std::io::Result::Ok(())
    /// ```
    pub fn clear_ready_matching(&mut self, ready: Ready) {
        clear(self.async_fd, &mut self.seen, ready);
    }

    /// As [`AsyncFdReadyGuard::retain_ready`].
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::unix::AsyncFd;
    /// use std::os::unix::net::UnixStream;
    ///
    /// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// let (ours, _theirs) = UnixStream::pair()?;
    /// ours.set_nonblocking(true)?;
    /// AsyncFd::new(ours)?.writable_mut().await?.retain_ready();
    /// # std::io::Result::Ok(())
    /// # })?;
    /// # std::io::Result::Ok(())
    /// ```
    pub fn retain_ready(&mut self) {}

    /// As [`AsyncFdReadyGuard::ready`].
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::{Ready, unix::AsyncFd};
    /// use std::os::unix::net::UnixStream;
    ///
    /// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// let (ours, _theirs) = UnixStream::pair()?;
    /// ours.set_nonblocking(true)?;
    /// assert_eq!(AsyncFd::new(ours)?.writable_mut().await?.ready(), Ready::WRITABLE);
    /// # std::io::Result::Ok(())
    /// # })?;
    /// # std::io::Result::Ok(())
    /// ```
    pub fn ready(&self) -> Ready {
        self.seen.ready
    }

    /// As [`AsyncFdReadyGuard::try_io`].
    ///
    /// # Errors
    ///
    /// As [`AsyncFdReadyGuard::try_io`].
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::unix::AsyncFd;
    /// use std::{io::Write, os::unix::net::UnixStream};
    ///
    /// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// let (ours, _theirs) = UnixStream::pair()?;
    /// ours.set_nonblocking(true)?;
    /// let mut ours = AsyncFd::new(ours)?;
    /// let mut guard = ours.writable_mut().await?;
    /// let written = guard.try_io(|fd| fd.get_mut().write(b"ping")).expect("it was writable")?;
    /// assert_eq!(written, 4);
    /// # std::io::Result::Ok(())
    /// # })?;
    /// # std::io::Result::Ok(())
    /// ```
    pub fn try_io<R>(
        &mut self,
        f: impl FnOnce(&mut AsyncFd<T>) -> io::Result<R>,
    ) -> Result<io::Result<R>, TryIoError> {
        tried(f(self.async_fd)).inspect_err(|_| self.clear_ready())
    }

    /// As [`AsyncFdReadyGuard::get_ref`].
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::unix::AsyncFd;
    /// use std::os::{fd::AsRawFd, unix::net::UnixStream};
    ///
    /// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// let (ours, _theirs) = UnixStream::pair()?;
    /// ours.set_nonblocking(true)?;
    /// let number = ours.as_raw_fd();
    /// assert_eq!(AsyncFd::new(ours)?.writable_mut().await?.get_ref().as_raw_fd(), number);
    /// # std::io::Result::Ok(())
    /// # })?;
    /// # std::io::Result::Ok(())
    /// ```
    pub fn get_ref(&self) -> &AsyncFd<T> {
        self.async_fd
    }

    /// Returns the watched descriptor, to be changed.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::unix::AsyncFd;
    /// use std::{io::Write, os::unix::net::UnixStream};
    ///
    /// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// let (ours, _theirs) = UnixStream::pair()?;
    /// ours.set_nonblocking(true)?;
    /// let mut ours = AsyncFd::new(ours)?;
    /// ours.writable_mut().await?.get_mut().get_mut().write_all(b"ping")?;
    /// # std::io::Result::Ok(())
    /// # })?;
    /// # std::io::Result::Ok(())
    /// ```
    pub fn get_mut(&mut self) -> &mut AsyncFd<T> {
        self.async_fd
    }

    /// As [`AsyncFdReadyGuard::get_inner`].
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::unix::AsyncFd;
    /// use std::os::unix::net::UnixStream;
    ///
    /// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// let (ours, _theirs) = UnixStream::pair()?;
    /// ours.set_nonblocking(true)?;
    /// let mut ours = AsyncFd::new(ours)?;
    /// assert!(ours.writable_mut().await?.get_inner().peer_addr()?.is_unnamed());
    /// # std::io::Result::Ok(())
    /// # })?;
    /// # std::io::Result::Ok(())
    /// ```
    pub fn get_inner(&self) -> &T {
        self.get_ref().get_ref()
    }

    /// Returns the object inside the watched descriptor, to be changed.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::unix::AsyncFd;
    /// use std::{io::Write, os::unix::net::UnixStream};
    ///
    /// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// let (ours, _theirs) = UnixStream::pair()?;
    /// ours.set_nonblocking(true)?;
    /// let mut ours = AsyncFd::new(ours)?;
    /// ours.writable_mut().await?.get_inner_mut().write_all(b"ping")?;
    /// # std::io::Result::Ok(())
    /// # })?;
    /// # std::io::Result::Ok(())
    /// ```
    pub fn get_inner_mut(&mut self) -> &mut T {
        self.get_mut().get_mut()
    }
}

fn tried<R>(result: io::Result<R>) -> Result<io::Result<R>, TryIoError> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Err(TryIoError(())),
        result => Ok(result),
    }
}

impl<T: AsRawFd + fmt::Debug> fmt::Debug for AsyncFdReadyGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncFdReadyGuard").field("async_fd", &self.async_fd).finish()
    }
}

impl<T: AsRawFd + fmt::Debug> fmt::Debug for AsyncFdReadyMutGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncFdReadyMutGuard").field("async_fd", &self.async_fd).finish()
    }
}

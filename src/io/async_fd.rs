//! Any descriptor, with the reactor to say when it is ready.

use super::async_fd_guard::{AsyncFdReadyGuard, AsyncFdReadyMutGuard};
use super::registration::Registration;
use super::{Interest, Ready};
use crate::engine::reactor::Direction;
use std::mem::ManuallyDrop;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};
use std::task::{Context, Poll, ready};
use std::{error, fmt, io, ptr};

/// Watches a descriptor that the program reads and writes by itself.
///
/// This is for what this library has no type for: a device, a socket of another family, a
/// descriptor made by a C library. The object inside has to be in non-blocking mode; the program
/// does the system calls, and this says when they are worth doing.
///
/// Readiness is kept until it is taken back. So the rule is: wait for readiness, try the operation,
/// and if it answers `WouldBlock`, take the readiness back. [`AsyncFdReadyGuard::try_io`] and
/// [`AsyncFd::async_io`] do so by themselves.
///
/// The descriptor is watched from the moment this is made, by the runtime of that context, and must
/// stay the same, and open, until this is dropped.
///
/// # Examples
///
/// ```
/// use runtime::io::{Interest, unix::AsyncFd};
/// use std::io::{Read, Write};
/// use std::os::unix::net::UnixStream;
///
/// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
/// # runtime.block_on(async {
/// let (ours, mut theirs) = UnixStream::pair()?;
/// ours.set_nonblocking(true)?;
/// let ours = AsyncFd::new(ours)?;
///
/// theirs.write_all(b"ping")?;
/// let mut buf = [0; 4];
/// ours.async_io(Interest::READABLE, |mut stream| stream.read(&mut buf)).await?;
/// assert_eq!(&buf, b"ping");
/// # std::io::Result::Ok(())
/// # })?;
/// # std::io::Result::Ok(())
/// ```
pub struct AsyncFd<T: AsRawFd> {
    registration: Registration,
    inner: T,
}

/// What is watched unless the caller says otherwise.
const BOTH: Interest = Interest::READABLE.add(Interest::WRITABLE);

impl<T: AsRawFd> AsyncFd<T> {
    /// Watches `inner` for being readable and writable.
    ///
    /// # Errors
    ///
    /// If the operating system cannot watch such a descriptor, a regular file for instance, or the
    /// runtime is shutting down.
    ///
    /// # Panics
    ///
    /// If there is no runtime in this context, or it was built without I/O.
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
    /// AsyncFd::new(ours)?.writable().await?.retain_ready();
    /// # std::io::Result::Ok(())
    /// # })?;
    /// # std::io::Result::Ok(())
    /// ```
    #[track_caller]
    pub fn new(inner: T) -> io::Result<Self> {
        AsyncFd::with_interest(inner, BOTH)
    }

    /// Watches `inner` for `interest` only.
    ///
    /// # Errors
    ///
    /// As [`AsyncFd::new`].
    ///
    /// # Panics
    ///
    /// If there is no runtime in this context, or it was built without I/O.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::{Interest, unix::AsyncFd};
    /// use std::os::unix::net::UnixDatagram;
    ///
    /// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// let (ours, _theirs) = UnixDatagram::pair()?;
    /// ours.set_nonblocking(true)?;
    /// let sender = AsyncFd::with_interest(ours, Interest::WRITABLE)?;
    /// sender.async_io(Interest::WRITABLE, |socket| socket.send(b"ping")).await?;
    /// # std::io::Result::Ok(())
    /// # })?;
    /// # std::io::Result::Ok(())
    /// ```
    #[track_caller]
    pub fn with_interest(inner: T, interest: Interest) -> io::Result<Self> {
        AsyncFd::try_with_interest(inner, interest).map_err(Into::into)
    }

    /// As [`AsyncFd::new`], but an error gives `inner` back.
    ///
    /// # Errors
    ///
    /// As [`AsyncFd::new`].
    ///
    /// # Panics
    ///
    /// If there is no runtime in this context, or it was built without I/O.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::unix::AsyncFd;
    /// use std::fs::File;
    ///
    /// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// # #[cfg(target_os = "linux")]
    /// # {
    /// let file = File::open("Cargo.toml")?;
    /// let refused = AsyncFd::try_new(file).unwrap_err();
    /// let (file, _error) = refused.into_parts();
    /// assert!(file.metadata()?.is_file());
    /// # }
    /// # std::io::Result::Ok(())
    /// # })?;
    /// # std::io::Result::Ok(())
    /// ```
    #[track_caller]
    pub fn try_new(inner: T) -> Result<Self, AsyncFdRegisterError<T>> {
        AsyncFd::try_with_interest(inner, BOTH)
    }

    /// As [`AsyncFd::with_interest`], but an error gives `inner` back.
    ///
    /// # Errors
    ///
    /// As [`AsyncFd::new`].
    ///
    /// # Panics
    ///
    /// If there is no runtime in this context, or it was built without I/O.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::{Interest, unix::AsyncFd};
    /// use std::os::unix::net::UnixStream;
    ///
    /// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// let (ours, _theirs) = UnixStream::pair()?;
    /// ours.set_nonblocking(true)?;
    /// assert!(AsyncFd::try_with_interest(ours, Interest::READABLE).is_ok());
    /// # std::io::Result::Ok(())
    /// # })?;
    /// # std::io::Result::Ok(())
    /// ```
    #[track_caller]
    pub fn try_with_interest(
        inner: T,
        interest: Interest,
    ) -> Result<Self, AsyncFdRegisterError<T>> {
        let registered = Registration::new(inner.as_raw_fd(), interest, Ready::EMPTY)
            .and_then(|registration| registration.register().map(drop).map(|()| registration));
        match registered {
            Ok(registration) => Ok(AsyncFd { registration, inner }),
            Err(cause) => Err(AsyncFdRegisterError { inner, cause }),
        }
    }

    /// As [`AsyncFd::try_new`], for a caller who vouches for the descriptor.
    ///
    /// # Safety
    ///
    /// The descriptor of `inner` must stay the same, and open, until this is dropped.
    ///
    /// # Errors
    ///
    /// As [`AsyncFd::new`].
    ///
    /// # Panics
    ///
    /// If there is no runtime in this context, or it was built without I/O.
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
    /// // SAFETY: a stream keeps its descriptor until it is dropped.
    /// let ours = unsafe { AsyncFd::register(ours) }?;
    /// ours.writable().await?.retain_ready();
    /// # std::io::Result::Ok(())
    /// # })?;
    /// # std::io::Result::Ok(())
    /// ```
    #[track_caller]
    pub unsafe fn register(inner: T) -> Result<Self, AsyncFdRegisterError<T>> {
        AsyncFd::try_with_interest(inner, BOTH)
    }

    /// As [`AsyncFd::try_with_interest`], for a caller who vouches for the descriptor.
    ///
    /// # Safety
    ///
    /// The descriptor of `inner` must stay the same, and open, until this is dropped.
    ///
    /// # Errors
    ///
    /// As [`AsyncFd::new`].
    ///
    /// # Panics
    ///
    /// If there is no runtime in this context, or it was built without I/O.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::{Interest, unix::AsyncFd};
    /// use std::os::unix::net::UnixStream;
    ///
    /// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// let (ours, _theirs) = UnixStream::pair()?;
    /// ours.set_nonblocking(true)?;
    /// // SAFETY: a stream keeps its descriptor until it is dropped.
    /// let ours = unsafe { AsyncFd::register_with_interest(ours, Interest::WRITABLE) }?;
    /// ours.writable().await?.retain_ready();
    /// # std::io::Result::Ok(())
    /// # })?;
    /// # std::io::Result::Ok(())
    /// ```
    #[track_caller]
    pub unsafe fn register_with_interest(
        inner: T,
        interest: Interest,
    ) -> Result<Self, AsyncFdRegisterError<T>> {
        AsyncFd::try_with_interest(inner, interest)
    }

    /// Returns the object inside.
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
    /// assert!(AsyncFd::new(ours)?.get_ref().peer_addr()?.is_unnamed());
    /// # std::io::Result::Ok(())
    /// # })?;
    /// # std::io::Result::Ok(())
    /// ```
    pub fn get_ref(&self) -> &T {
        &self.inner
    }

    /// Returns the object inside, to be changed; its descriptor must stay the same.
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
    /// ours.get_mut().write_all(b"ping")?;
    /// # std::io::Result::Ok(())
    /// # })?;
    /// # std::io::Result::Ok(())
    /// ```
    pub fn get_mut(&mut self) -> &mut T {
        &mut self.inner
    }

    /// Ends the watch and returns the object, which stays open.
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
    /// let ours: UnixStream = AsyncFd::new(ours)?.into_inner();
    /// ours.set_nonblocking(false)?;
    /// # std::io::Result::Ok(())
    /// # })?;
    /// # std::io::Result::Ok(())
    /// ```
    pub fn into_inner(self) -> T {
        let this = ManuallyDrop::new(self);
        // SAFETY: each field is taken out once, and `this` is never dropped.
        let (inner, registration) =
            unsafe { (ptr::read(&this.inner), ptr::read(&this.registration)) };
        drop(registration);
        inner
    }

    /// Polls for readability; of several tasks that do so, the last is woken.
    ///
    /// # Errors
    ///
    /// If the runtime is shutting down.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::unix::AsyncFd;
    /// use std::future::poll_fn;
    /// use std::os::unix::net::UnixStream;
    ///
    /// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// let (ours, theirs) = UnixStream::pair()?;
    /// ours.set_nonblocking(true)?;
    /// drop(theirs);
    /// let ours = AsyncFd::new(ours)?;
    /// let guard = poll_fn(|cx| ours.poll_read_ready(cx)).await?;
    /// assert!(guard.ready().is_read_closed());
    /// # std::io::Result::Ok(())
    /// # })?;
    /// # std::io::Result::Ok(())
    /// ```
    pub fn poll_read_ready<'a>(
        &'a self,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<AsyncFdReadyGuard<'a, T>>> {
        let seen = ready!(self.registration.poll_readiness(cx, Direction::Read))?;
        Poll::Ready(Ok(AsyncFdReadyGuard::new(self, seen)))
    }

    /// As [`AsyncFd::poll_read_ready`], with access to change the object.
    ///
    /// # Errors
    ///
    /// If the runtime is shutting down.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::unix::AsyncFd;
    /// use std::future::poll_fn;
    /// use std::os::unix::net::UnixStream;
    ///
    /// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// let (ours, theirs) = UnixStream::pair()?;
    /// ours.set_nonblocking(true)?;
    /// drop(theirs);
    /// let mut ours = AsyncFd::new(ours)?;
    /// poll_fn(|cx| ours.poll_read_ready_mut(cx).map_ok(|mut guard| guard.clear_ready())).await?;
    /// # std::io::Result::Ok(())
    /// # })?;
    /// # std::io::Result::Ok(())
    /// ```
    pub fn poll_read_ready_mut<'a>(
        &'a mut self,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<AsyncFdReadyMutGuard<'a, T>>> {
        let seen = ready!(self.registration.poll_readiness(cx, Direction::Read))?;
        Poll::Ready(Ok(AsyncFdReadyMutGuard::new(self, seen)))
    }

    /// Polls for writability; of several tasks that do so, the last is woken.
    ///
    /// # Errors
    ///
    /// If the runtime is shutting down.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::unix::AsyncFd;
    /// use std::future::poll_fn;
    /// use std::os::unix::net::UnixStream;
    ///
    /// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// let (ours, _theirs) = UnixStream::pair()?;
    /// ours.set_nonblocking(true)?;
    /// let ours = AsyncFd::new(ours)?;
    /// poll_fn(|cx| ours.poll_write_ready(cx)).await?.retain_ready();
    /// # std::io::Result::Ok(())
    /// # })?;
    /// # std::io::Result::Ok(())
    /// ```
    pub fn poll_write_ready<'a>(
        &'a self,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<AsyncFdReadyGuard<'a, T>>> {
        let seen = ready!(self.registration.poll_readiness(cx, Direction::Write))?;
        Poll::Ready(Ok(AsyncFdReadyGuard::new(self, seen)))
    }

    /// As [`AsyncFd::poll_write_ready`], with access to change the object.
    ///
    /// # Errors
    ///
    /// If the runtime is shutting down.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::unix::AsyncFd;
    /// use std::future::poll_fn;
    /// use std::os::unix::net::UnixStream;
    ///
    /// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// let (ours, _theirs) = UnixStream::pair()?;
    /// ours.set_nonblocking(true)?;
    /// let mut ours = AsyncFd::new(ours)?;
    /// poll_fn(|cx| ours.poll_write_ready_mut(cx).map_ok(|mut guard| guard.retain_ready())).await?;
    /// # std::io::Result::Ok(())
    /// # })?;
    /// # std::io::Result::Ok(())
    /// ```
    pub fn poll_write_ready_mut<'a>(
        &'a mut self,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<AsyncFdReadyMutGuard<'a, T>>> {
        let seen = ready!(self.registration.poll_readiness(cx, Direction::Write))?;
        Poll::Ready(Ok(AsyncFdReadyMutGuard::new(self, seen)))
    }

    /// Waits for any readiness of `interest`.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses no readiness.
    ///
    /// # Errors
    ///
    /// If the runtime is shutting down.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::{Interest, unix::AsyncFd};
    /// use std::os::unix::net::UnixStream;
    ///
    /// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// let (ours, _theirs) = UnixStream::pair()?;
    /// ours.set_nonblocking(true)?;
    /// let ours = AsyncFd::new(ours)?;
    /// let guard = ours.ready(Interest::READABLE | Interest::WRITABLE).await?;
    /// assert!(guard.ready().is_writable() && !guard.ready().is_readable());
    /// # std::io::Result::Ok(())
    /// # })?;
    /// # std::io::Result::Ok(())
    /// ```
    pub async fn ready(&self, interest: Interest) -> io::Result<AsyncFdReadyGuard<'_, T>> {
        let seen = self.registration.readiness(interest).await?;
        Ok(AsyncFdReadyGuard::new(self, seen))
    }

    /// As [`AsyncFd::ready`], with access to change the object.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses no readiness.
    ///
    /// # Errors
    ///
    /// If the runtime is shutting down.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::{Interest, unix::AsyncFd};
    /// use std::{io::Write, os::unix::net::UnixStream};
    ///
    /// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// let (ours, _theirs) = UnixStream::pair()?;
    /// ours.set_nonblocking(true)?;
    /// let mut ours = AsyncFd::new(ours)?;
    /// let mut guard = ours.ready_mut(Interest::WRITABLE).await?;
    /// guard.get_inner_mut().write_all(b"ping")?;
    /// # std::io::Result::Ok(())
    /// # })?;
    /// # std::io::Result::Ok(())
    /// ```
    pub async fn ready_mut(
        &mut self,
        interest: Interest,
    ) -> io::Result<AsyncFdReadyMutGuard<'_, T>> {
        let seen = self.registration.readiness(interest).await?;
        Ok(AsyncFdReadyMutGuard::new(self, seen))
    }

    /// Waits for readability.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses no readiness.
    ///
    /// # Errors
    ///
    /// If the runtime is shutting down.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::unix::AsyncFd;
    /// use std::io::{Read, Write};
    /// use std::os::unix::net::UnixStream;
    ///
    /// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// let (ours, mut theirs) = UnixStream::pair()?;
    /// ours.set_nonblocking(true)?;
    /// let ours = AsyncFd::new(ours)?;
    /// theirs.write_all(b"ping")?;
    /// let mut buf = [0; 4];
    /// loop {
    ///     let mut guard = ours.readable().await?;
    ///     // An error means: it was not ready after all, and the readiness has been taken back.
    ///     let Ok(read) = guard.try_io(|fd| fd.get_ref().read(&mut buf)) else { continue };
    ///     assert_eq!(read?, 4);
    ///     break;
    /// }
    /// # std::io::Result::Ok(())
    /// # })?;
    /// # std::io::Result::Ok(())
    /// ```
    pub async fn readable(&self) -> io::Result<AsyncFdReadyGuard<'_, T>> {
        self.ready(Interest::READABLE).await
    }

    /// As [`AsyncFd::readable`], with access to change the object.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses no readiness.
    ///
    /// # Errors
    ///
    /// If the runtime is shutting down.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::unix::AsyncFd;
    /// use std::io::{Read, Write};
    /// use std::os::unix::net::UnixStream;
    ///
    /// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// let (ours, mut theirs) = UnixStream::pair()?;
    /// ours.set_nonblocking(true)?;
    /// let mut ours = AsyncFd::new(ours)?;
    /// theirs.write_all(b"ping")?;
    /// let mut guard = ours.readable_mut().await?;
    /// let read = guard.try_io(|fd| fd.get_mut().read(&mut [0; 4])).expect("it was readable")?;
    /// assert_eq!(read, 4);
    /// # std::io::Result::Ok(())
    /// # })?;
    /// # std::io::Result::Ok(())
    /// ```
    pub async fn readable_mut(&mut self) -> io::Result<AsyncFdReadyMutGuard<'_, T>> {
        self.ready_mut(Interest::READABLE).await
    }

    /// Waits for writability.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses no readiness.
    ///
    /// # Errors
    ///
    /// If the runtime is shutting down.
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
    pub async fn writable(&self) -> io::Result<AsyncFdReadyGuard<'_, T>> {
        self.ready(Interest::WRITABLE).await
    }

    /// As [`AsyncFd::writable`], with access to change the object.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses no readiness.
    ///
    /// # Errors
    ///
    /// If the runtime is shutting down.
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
    pub async fn writable_mut(&mut self) -> io::Result<AsyncFdReadyMutGuard<'_, T>> {
        self.ready_mut(Interest::WRITABLE).await
    }

    /// Does `f`, waiting for `interest` as often as `f` answers `WouldBlock`.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing but what `f` itself keeps between its calls.
    ///
    /// # Errors
    ///
    /// Those of `f`, or if the runtime is shutting down.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::{Interest, unix::AsyncFd};
    /// use std::os::unix::net::UnixDatagram;
    ///
    /// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// let (ours, theirs) = UnixDatagram::pair()?;
    /// ours.set_nonblocking(true)?;
    /// let ours = AsyncFd::new(ours)?;
    /// theirs.send(b"ping")?;
    /// let mut buf = [0; 8];
    /// assert_eq!(ours.async_io(Interest::READABLE, |socket| socket.recv(&mut buf)).await?, 4);
    /// # std::io::Result::Ok(())
    /// # })?;
    /// # std::io::Result::Ok(())
    /// ```
    pub async fn async_io<R>(
        &self,
        interest: Interest,
        mut f: impl FnMut(&T) -> io::Result<R>,
    ) -> io::Result<R> {
        self.registration.async_io_of_user(interest, || f(&self.inner)).await
    }

    /// As [`AsyncFd::async_io`], with access to change the object.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing but what `f` itself keeps between its calls.
    ///
    /// # Errors
    ///
    /// Those of `f`, or if the runtime is shutting down.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::{Interest, unix::AsyncFd};
    /// use std::io::{Read, Write};
    /// use std::os::unix::net::UnixStream;
    ///
    /// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// let (ours, mut theirs) = UnixStream::pair()?;
    /// ours.set_nonblocking(true)?;
    /// let mut ours = AsyncFd::new(ours)?;
    /// theirs.write_all(b"ping")?;
    /// let mut buf = [0; 8];
    /// let read = ours.async_io_mut(Interest::READABLE, |stream| stream.read(&mut buf)).await?;
    /// assert_eq!(read, 4);
    /// # std::io::Result::Ok(())
    /// # })?;
    /// # std::io::Result::Ok(())
    /// ```
    pub async fn async_io_mut<R>(
        &mut self,
        interest: Interest,
        mut f: impl FnMut(&mut T) -> io::Result<R>,
    ) -> io::Result<R> {
        self.registration.async_io_of_user(interest, || f(&mut self.inner)).await
    }

    /// Does `f` if the descriptor is known to be ready for `interest`.
    ///
    /// # Errors
    ///
    /// Those of `f`; `WouldBlock` if the descriptor is not known to be ready, without a call of
    /// `f`; or if the runtime is shutting down.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::{Interest, unix::AsyncFd};
    /// use std::{io::Write, os::unix::net::UnixStream};
    ///
    /// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// let (ours, _theirs) = UnixStream::pair()?;
    /// ours.set_nonblocking(true)?;
    /// let ours = AsyncFd::new(ours)?;
    /// ours.writable().await?.retain_ready();
    /// assert_eq!(ours.try_io(Interest::WRITABLE, |mut stream| stream.write(b"ping"))?, 4);
    /// # std::io::Result::Ok(())
    /// # })?;
    /// # std::io::Result::Ok(())
    /// ```
    pub fn try_io<R>(
        &self,
        interest: Interest,
        f: impl FnOnce(&T) -> io::Result<R>,
    ) -> io::Result<R> {
        self.registration.try_io(interest, || f(&self.inner))
    }

    /// As [`AsyncFd::try_io`], with access to change the object.
    ///
    /// # Errors
    ///
    /// As [`AsyncFd::try_io`].
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::{Interest, unix::AsyncFd};
    /// use std::{io::Write, os::unix::net::UnixStream};
    ///
    /// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// let (ours, _theirs) = UnixStream::pair()?;
    /// ours.set_nonblocking(true)?;
    /// let mut ours = AsyncFd::new(ours)?;
    /// ours.writable().await?.retain_ready();
    /// assert_eq!(ours.try_io_mut(Interest::WRITABLE, |stream| stream.write(b"ping"))?, 4);
    /// # std::io::Result::Ok(())
    /// # })?;
    /// # std::io::Result::Ok(())
    /// ```
    pub fn try_io_mut<R>(
        &mut self,
        interest: Interest,
        f: impl FnOnce(&mut T) -> io::Result<R>,
    ) -> io::Result<R> {
        self.registration.try_io(interest, || f(&mut self.inner))
    }

    pub(super) fn registration(&self) -> &Registration {
        &self.registration
    }
}

impl<T: AsRawFd> Drop for AsyncFd<T> {
    fn drop(&mut self) {
        // What is watched must still be open, so this comes before the object is dropped. An error
        // says that it was closed behind our back, and so is watched no more.
        let _ = self.registration.end();
    }
}

impl<T: AsRawFd> AsRawFd for AsyncFd<T> {
    fn as_raw_fd(&self) -> RawFd {
        self.inner.as_raw_fd()
    }
}

impl<T: AsRawFd> AsFd for AsyncFd<T> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        // SAFETY: whoever made this keeps the descriptor open until it is dropped, as `AsyncFd`
        // asks, and the answer borrows it.
        unsafe { BorrowedFd::borrow_raw(self.as_raw_fd()) }
    }
}

impl<T: AsRawFd + fmt::Debug> fmt::Debug for AsyncFd<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncFd").field("inner", &self.inner).finish()
    }
}

/// Says why a descriptor cannot be watched, and gives it back.
///
/// # Examples
///
/// ```
/// use runtime::io::unix::AsyncFd;
///
/// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
/// # runtime.block_on(async {
/// # #[cfg(target_os = "linux")]
/// # {
/// let refused = AsyncFd::try_new(std::fs::File::open("Cargo.toml")?).unwrap_err();
/// let error: std::io::Error = refused.into();
/// assert_eq!(error.kind(), std::io::ErrorKind::PermissionDenied);
/// # }
/// # std::io::Result::Ok(())
/// # })?;
/// # std::io::Result::Ok(())
/// ```
pub struct AsyncFdRegisterError<T> {
    inner: T,
    cause: io::Error,
}

impl<T> AsyncFdRegisterError<T> {
    /// Returns the object and the cause.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::unix::AsyncFd;
    ///
    /// # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// # #[cfg(target_os = "linux")]
    /// # {
    /// let refused = AsyncFd::try_new(std::fs::File::open("Cargo.toml")?).unwrap_err();
    /// let (file, cause) = refused.into_parts();
    /// println!("{file:?} cannot be watched: {cause}");
    /// # }
    /// # std::io::Result::Ok(())
    /// # })?;
    /// # std::io::Result::Ok(())
    /// ```
    pub fn into_parts(self) -> (T, io::Error) {
        (self.inner, self.cause)
    }
}

impl<T> fmt::Debug for AsyncFdRegisterError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.cause, f)
    }
}

impl<T> fmt::Display for AsyncFdRegisterError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.cause, f)
    }
}

impl<T> error::Error for AsyncFdRegisterError<T> {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        Some(&self.cause)
    }
}

impl<T> From<AsyncFdRegisterError<T>> for io::Error {
    fn from(error: AsyncFdRegisterError<T>) -> io::Error {
        error.cause
    }
}

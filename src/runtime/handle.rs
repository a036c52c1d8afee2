//! A counted reference to a runtime.

use super::error::{MISSING, TryCurrentError};
use super::{EnterGuard, Id, RuntimeMetrics};
use crate::engine::scheduler::{Shared, block_on_handle, current};
use crate::engine::task::JoinHandle;
use crate::shim::Arc;
use std::fmt;
use std::future::Future;
use std::panic::{Location, RefUnwindSafe, UnwindSafe};

/// A reference to a runtime, to spawn onto it from anywhere.
///
/// It keeps the memory of the runtime alive but not the runtime: when that is dropped, tasks that
/// are spawned through a handle end as cancelled at once.
///
/// # Examples
///
/// ```
/// use runtime::runtime::Builder;
///
/// let rt = Builder::new_current_thread().build()?;
/// let handle = rt.handle().clone();
/// let task = std::thread::spawn(move || handle.spawn(async { 7 })).join().unwrap();
/// assert_eq!(rt.block_on(task).unwrap(), 7);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone)]
pub struct Handle {
    shared: Arc<Shared>,
}

impl UnwindSafe for Handle {}
impl RefUnwindSafe for Handle {}

/// How many loops a runtime has, and who runs them.
///
/// # Examples
///
/// ```
/// use runtime::runtime::{Builder, RuntimeFlavor};
///
/// let rt = Builder::new_current_thread().build()?;
/// assert_eq!(rt.handle().runtime_flavor(), RuntimeFlavor::CurrentThread);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RuntimeFlavor {
    /// One loop, run by whichever thread is in `block_on`.
    CurrentThread,
    /// Several loops on threads of their own, which take work from each other.
    MultiThread,
}

impl Handle {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// Whether the runtime was built with I/O.
    pub(crate) fn io_enabled(&self) -> bool {
        self.shared.io_enabled()
    }

    /// Enters the runtime: until the guard is dropped, `spawn`, timers and sockets that this
    /// thread makes belong to it.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread().build()?;
    /// let guard = rt.handle().enter();
    /// let task = runtime::spawn(async { 1 });
    /// drop(guard);
    /// assert_eq!(rt.block_on(task).unwrap(), 1);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn enter(&self) -> EnterGuard<'_> {
        EnterGuard::new(self)
    }

    /// Returns the handle of the runtime that this thread is in.
    ///
    /// # Panics
    ///
    /// If it is in none; [`Handle::try_current`] does not panic.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::{Builder, Handle};
    ///
    /// let rt = Builder::new_current_thread().build()?;
    /// rt.block_on(async {
    ///     Handle::current().spawn(async {}).await.unwrap();
    /// });
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn current() -> Self {
        match Self::try_current() {
            Ok(handle) => handle,
            Err(_) => panic!("{MISSING}"),
        }
    }

    /// Returns the handle of the runtime that this thread is in, if any.
    ///
    /// # Errors
    ///
    /// [`TryCurrentError`], if the thread is in none.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Handle;
    ///
    /// assert!(Handle::try_current().is_err());
    /// ```
    pub fn try_current() -> Result<Self, TryCurrentError> {
        current::runtime().map(Self::new).ok_or_else(TryCurrentError::missing_context)
    }

    /// Spawns a future as a task of the runtime; it runs whether or not the handle is awaited.
    ///
    /// After the end of the runtime the task is cancelled at once.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread().build()?;
    /// let task = rt.handle().spawn(async { 3 });
    /// assert_eq!(rt.block_on(task).unwrap(), 3);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        Shared::spawn(&self.shared, future, Location::caller())
    }

    /// Runs a closure that may block on one of the runtime's threads for such code.
    ///
    /// [`task::spawn_blocking`](crate::task::spawn_blocking) says more. After the end of the
    /// runtime the closure is cancelled at once.
    ///
    /// # Panics
    ///
    /// If there is no such thread and the operating system refuses one.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread().build()?;
    /// let sum = rt.handle().spawn_blocking(|| (1..=100).sum::<u32>());
    /// assert_eq!(rt.block_on(sum).unwrap(), 5050);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn spawn_blocking<F, R>(&self, func: F) -> JoinHandle<R>
    where
        F: FnOnce() -> R + Send + 'static,
        R: Send + 'static,
    {
        Shared::spawn_blocking(&self.shared, func, Location::caller())
    }

    /// Runs a future on the calling thread, in the context of the runtime.
    ///
    /// On a current-thread runtime this does not drive the loop: tasks, timers and sockets make
    /// progress only while some thread is in [`Runtime::block_on`](super::Runtime::block_on).
    ///
    /// # Panics
    ///
    /// If the thread drives a runtime already, or the future panics.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread().build()?;
    /// assert_eq!(rt.handle().block_on(async { 4 }), 4);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        block_on_handle(&self.shared, future)
    }

    /// Returns how the runtime runs its tasks.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::{Builder, RuntimeFlavor};
    ///
    /// let rt = Builder::new_current_thread().build()?;
    /// assert_eq!(rt.handle().runtime_flavor(), RuntimeFlavor::CurrentThread);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn runtime_flavor(&self) -> RuntimeFlavor {
        if self.shared.is_multi_thread() {
            RuntimeFlavor::MultiThread
        } else {
            RuntimeFlavor::CurrentThread
        }
    }

    /// Returns a view of what the runtime is doing.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread().build()?;
    /// assert_eq!(rt.handle().metrics().num_alive_tasks(), 0);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn metrics(&self) -> RuntimeMetrics {
        RuntimeMetrics::new(self.clone())
    }

    /// Returns the id of the runtime.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread().build()?;
    /// assert_eq!(rt.handle().id(), rt.handle().clone().id());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn id(&self) -> Id {
        Id(self.shared.id())
    }

    /// Returns the name that the runtime was built with.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread().name("mail").build()?;
    /// assert_eq!(rt.handle().name(), Some("mail"));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn name(&self) -> Option<&str> {
        self.shared.name()
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle").field("id", &self.id()).field("name", &self.name()).finish()
    }
}

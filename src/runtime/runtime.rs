//! The owner of an event loop.

use super::{Builder, EnterGuard, Handle, RuntimeMetrics};
use crate::engine::scheduler::{Config, Shared, block_on};
use crate::engine::task::{JoinHandle, entered};
use std::future::Future;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::time::Duration;

/// An event loop with its tasks, timers and sockets.
///
/// Dropping it ends all of them: every future is dropped, every join handle resolves, every pending
/// operation of a socket or timer fails, and no descriptor stays open. The drop waits for closures of
/// [`spawn_blocking`](Runtime::spawn_blocking), those that have not begun included.
///
/// # Panics
///
/// Dropping it inside a future panics, since the end of a runtime may have to wait;
/// [`Runtime::shutdown_background`] does not wait.
///
/// # Examples
///
/// ```
/// use runtime::runtime::Builder;
///
/// let rt = Builder::new_current_thread().enable_all().build()?;
/// assert_eq!(rt.block_on(async { 6 * 7 }), 42);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Runtime {
    handle: Handle,
}

impl UnwindSafe for Runtime {}
impl RefUnwindSafe for Runtime {}

impl Runtime {
    pub(super) fn from_handle(handle: Handle) -> Self {
        Self { handle }
    }

    /// Builds a multi-thread runtime with everything enabled.
    ///
    /// # Errors
    ///
    /// If the operating system refuses a descriptor or a thread.
    ///
    /// # Examples
    ///
    /// ```
    /// let rt = runtime::runtime::Runtime::new()?;
    /// assert_eq!(rt.block_on(async { 1 + 1 }), 2);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn new() -> std::io::Result<Runtime> {
        Builder::new_multi_thread().enable_all().build()
    }

    /// Returns a handle to the runtime.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread().build()?;
    /// let handle = rt.handle().clone();
    /// # drop(handle);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn handle(&self) -> &Handle {
        &self.handle
    }

    /// Spawns a future as a task of the runtime.
    ///
    /// On a current-thread runtime it runs while some thread is in [`Runtime::block_on`].
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread().build()?;
    /// let task = rt.spawn(async { "done" });
    /// assert_eq!(rt.block_on(task).unwrap(), "done");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.handle.spawn(future)
    }

    /// Runs a closure that may block on one of the runtime's threads for such code.
    ///
    /// [`task::spawn_blocking`](crate::task::spawn_blocking) says more.
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
    /// let sum = rt.spawn_blocking(|| (1..=100).sum::<u32>());
    /// assert_eq!(rt.block_on(sum).unwrap(), 5050);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn spawn_blocking<F, R>(&self, func: F) -> JoinHandle<R>
    where
        F: FnOnce() -> R + Send + 'static,
        R: Send + 'static,
    {
        self.handle.spawn_blocking(func)
    }

    /// Runs a future to its end on the calling thread, and drives the runtime meanwhile.
    ///
    /// Several threads may be in here at once: one drives the loop, and hands it to the next when
    /// its own future has ended. Tasks that are still alive then go on at the next call.
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
    /// assert_eq!(rt.block_on(async { 1 + 1 }), 2);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        block_on(self.handle.shared(), future)
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
    /// let _guard = rt.enter();
    /// runtime::spawn(async {});
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn enter(&self) -> EnterGuard<'_> {
        self.handle.enter()
    }

    /// Returns a view of what the runtime is doing.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread().build()?;
    /// assert_eq!(rt.metrics().num_alive_tasks(), 0);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn metrics(&self) -> RuntimeMetrics {
        RuntimeMetrics::new(self.handle.clone())
    }

    /// Ends the runtime, and waits for closures that block, `timeout` at most.
    ///
    /// A closure that is still running then goes on, since nothing can stop it, and so do those that
    /// wait for a thread. The threads end when none is left.
    ///
    /// # Panics
    ///
    /// Inside a future, unless `timeout` is zero.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    /// use std::time::Duration;
    ///
    /// let rt = Builder::new_current_thread().build()?;
    /// rt.spawn_blocking(|| std::thread::sleep(Duration::from_secs(3600)));
    /// rt.shutdown_timeout(Duration::from_millis(10));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn shutdown_timeout(self, timeout: Duration) {
        self.end(Some(timeout));
    }

    /// Ends the runtime without waiting for anything, so it may be called inside a future.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let outer = Builder::new_current_thread().build()?;
    /// let inner = Builder::new_current_thread().build()?;
    /// outer.block_on(async move { inner.shutdown_background() });
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn shutdown_background(self) {
        self.end(Some(Duration::ZERO));
    }

    /// Ends the runtime once, and waits for its threads, for `timeout` at most.
    #[track_caller]
    fn end(&self, timeout: Option<Duration>) {
        let shared = self.handle.shared();
        if !Shared::shut_down(shared) || timeout == Some(Duration::ZERO) {
            return;
        }
        if entered::is_entered() {
            assert!(
                crate::shim::panicking(),
                "Cannot drop a runtime in a context where blocking is not allowed. This happens \
                 when a runtime is dropped from within an asynchronous context. Drop it outside, \
                 or use `shutdown_background`."
            );
            return;
        }
        shared.pool().join(timeout);
    }
}

impl Drop for Runtime {
    #[track_caller]
    fn drop(&mut self) {
        self.end(None);
    }
}

impl Builder {
    /// Builds the runtime.
    ///
    /// # Errors
    ///
    /// If the operating system refuses a descriptor for a reactor, or a thread for a loop.
    ///
    /// # Panics
    ///
    /// If it is one of several loops whose clock is to [start paused](Builder::start_paused).
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread().build()?;
    /// rt.block_on(async {});
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn build(&mut self) -> std::io::Result<Runtime> {
        assert!(
            self.loops().is_none() || !self.starts_paused(),
            "a clock can start paused on a current-thread runtime only: build one with \
             `Builder::new_current_thread`"
        );
        self.build_with(self.config())
    }

    pub(super) fn build_with(&self, config: Config) -> std::io::Result<Runtime> {
        let shared = match self.loops() {
            None => Shared::current_thread(config)?,
            Some(loops) => Shared::multi_thread(config, loops)?,
        };
        if self.starts_paused() {
            let running = shared.clock().pause();
            debug_assert!(running, "a new clock runs");
        }
        Ok(Runtime::from_handle(Handle::new(shared)))
    }
}

//! A runtime whose tasks stay on its thread.

use super::{Builder, EnterGuard, Handle, Runtime, RuntimeMetrics};
use crate::engine::scheduler::{Config, Home, Shared, local};
use crate::engine::task::JoinHandle;
use std::io;
use std::marker::PhantomData;
use std::panic::{Location, RefUnwindSafe, UnwindSafe};
use std::time::Duration;

/// A runtime that cannot leave the thread that made it, so that its tasks need not be [`Send`].
///
/// It is a [`Runtime`] of one loop on which [`spawn_local`](crate::task::spawn_local) works without
/// a [`LocalSet`](crate::task::LocalSet). Other threads may spawn `Send` futures onto it through its
/// [`Handle`]. Dropping it ends all tasks, on its thread.
///
/// # Panics
///
/// Dropping it inside a future panics, as that of a [`Runtime`] does.
///
/// # Examples
///
/// ```
/// use runtime::runtime::LocalRuntime;
/// use runtime::task::spawn_local;
/// use std::rc::Rc;
///
/// let rt = LocalRuntime::new()?;
/// let words = Rc::new(vec!["to", "be"]);
/// let count = rt.block_on(async { spawn_local(async move { words.len() }).await });
/// assert_eq!(count.unwrap(), 2);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct LocalRuntime {
    /// There until the end of the runtime.
    runtime: Option<Runtime>,
    // Belongs to the thread that made it.
    _local: PhantomData<*mut ()>,
}

impl UnwindSafe for LocalRuntime {}
impl RefUnwindSafe for LocalRuntime {}

/// What is special about a [`LocalRuntime`]; nothing so far.
///
/// # Examples
///
/// ```
/// use runtime::runtime::{Builder, LocalOptions};
///
/// let rt = Builder::new_current_thread().build_local(LocalOptions::default())?;
/// rt.block_on(async {});
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct LocalOptions {
    // Leaves room for options that may not leave their thread.
    _local: PhantomData<*mut ()>,
}

impl LocalRuntime {
    /// Builds a local runtime with sockets and timers enabled.
    ///
    /// # Errors
    ///
    /// If the operating system refuses a descriptor for the reactor.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::LocalRuntime;
    ///
    /// let rt = LocalRuntime::new()?;
    /// assert_eq!(rt.block_on(async { 1 + 1 }), 2);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn new() -> io::Result<LocalRuntime> {
        Builder::new_current_thread().enable_all().build_local(LocalOptions::default())
    }

    fn runtime(&self) -> &Runtime {
        self.runtime.as_ref().expect("the runtime is there until its end")
    }

    /// Returns a handle to the runtime.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::LocalRuntime;
    ///
    /// let rt = LocalRuntime::new()?;
    /// let handle = rt.handle().clone();
    /// let task = std::thread::spawn(move || handle.spawn(async { 7 })).join().unwrap();
    /// assert_eq!(rt.block_on(task).unwrap(), 7);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn handle(&self) -> &Handle {
        self.runtime().handle()
    }

    /// Spawns a future as a task of the runtime, which stays on its thread.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::LocalRuntime;
    /// use std::rc::Rc;
    ///
    /// let rt = LocalRuntime::new()?;
    /// let number = Rc::new(5);
    /// let task = rt.spawn_local(async move { *number + 1 });
    /// assert_eq!(rt.block_on(task).unwrap(), 6);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn spawn_local<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        Shared::spawn_local(self.handle().shared(), future, Location::caller())
    }

    /// Runs a closure on a thread for code that blocks; see
    /// [`spawn_blocking`](crate::task::spawn_blocking).
    ///
    /// # Panics
    ///
    /// If the operating system refuses a thread.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::LocalRuntime;
    ///
    /// let rt = LocalRuntime::new()?;
    /// let task = rt.spawn_blocking(|| 6 * 7);
    /// assert_eq!(rt.block_on(task).unwrap(), 42);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn spawn_blocking<F, R>(&self, func: F) -> JoinHandle<R>
    where
        F: FnOnce() -> R + Send + 'static,
        R: Send + 'static,
    {
        self.runtime().spawn_blocking(func)
    }

    /// Runs a future to its end on the calling thread, and drives the runtime meanwhile.
    ///
    /// # Panics
    ///
    /// If the thread drives a runtime already, or the future panics.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::LocalRuntime;
    ///
    /// let rt = LocalRuntime::new()?;
    /// assert_eq!(rt.block_on(async { 1 + 1 }), 2);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        // A set that the thread has entered lies outside: `spawn_local` means this runtime.
        let _outside = local::enter(None);
        self.runtime().block_on(future)
    }

    /// Enters the runtime: until the guard is dropped, `spawn`, timers and sockets that this
    /// thread makes belong to it.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::LocalRuntime;
    ///
    /// let rt = LocalRuntime::new()?;
    /// let guard = rt.enter();
    /// let task = runtime::task::spawn_local(async { 5 });
    /// drop(guard);
    /// assert_eq!(rt.block_on(task).unwrap(), 5);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn enter(&self) -> EnterGuard<'_> {
        self.runtime().enter()
    }

    /// Returns a view of what the runtime is doing.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::LocalRuntime;
    ///
    /// let rt = LocalRuntime::new()?;
    /// assert_eq!(rt.metrics().num_alive_tasks(), 0);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn metrics(&self) -> RuntimeMetrics {
        self.runtime().metrics()
    }

    /// Ends the runtime, and waits at most `duration` for blocking work that is running.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::LocalRuntime;
    /// use std::time::Duration;
    ///
    /// let rt = LocalRuntime::new()?;
    /// rt.spawn_local(std::future::pending::<()>());
    /// rt.shutdown_timeout(Duration::from_millis(100));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn shutdown_timeout(mut self, duration: Duration) {
        self.end(|runtime| runtime.shutdown_timeout(duration));
    }

    /// Ends the runtime without waiting for anything, so it may be called inside a future.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::LocalRuntime;
    ///
    /// let outer = LocalRuntime::new()?;
    /// let inner = LocalRuntime::new()?;
    /// outer.block_on(async move { inner.shutdown_background() });
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn shutdown_background(mut self) {
        self.end(Runtime::shutdown_background);
    }

    /// Ends the runtime by `end`, outside of whatever set this thread has entered.
    #[track_caller]
    fn end(&mut self, end: impl FnOnce(Runtime)) {
        let _outside = local::enter(None);
        if let Some(runtime) = self.runtime.take() {
            end(runtime);
        }
    }
}

impl Drop for LocalRuntime {
    #[track_caller]
    fn drop(&mut self) {
        self.end(drop);
    }
}

impl Builder {
    /// Builds a runtime that cannot leave this thread, so that its tasks need not be `Send`.
    ///
    /// # Panics
    ///
    /// If the builder is one for several loops, from [`Builder::new_multi_thread`].
    ///
    /// # Errors
    ///
    /// If the operating system refuses a descriptor for the reactor.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::{Builder, LocalOptions};
    ///
    /// let rt = Builder::new_current_thread().enable_time().build_local(LocalOptions::default())?;
    /// rt.block_on(async {});
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn build_local(&mut self, options: LocalOptions) -> io::Result<LocalRuntime> {
        // There are none yet.
        let LocalOptions { _local: PhantomData } = options;
        assert!(
            self.loops().is_none(),
            "a local runtime has one loop: build it with `Builder::new_current_thread`"
        );
        let config = Config { home: Some(Home::here()), ..self.config() };
        let runtime = Some(self.build_with(config)?);
        Ok(LocalRuntime { runtime, _local: PhantomData })
    }
}

//! Figures about a runtime.

use super::Handle;

/// A view of what a runtime is doing.
///
/// The figures are read one by one while the runtime goes on, so they need not fit together.
///
/// # Examples
///
/// ```
/// use runtime::runtime::Builder;
///
/// let rt = Builder::new_current_thread().build()?;
/// let metrics = rt.metrics();
/// let task = rt.spawn(async {});
/// assert_eq!(metrics.num_alive_tasks(), 1);
/// rt.block_on(task).unwrap();
/// assert_eq!(metrics.num_alive_tasks(), 0);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct RuntimeMetrics {
    handle: Handle,
}

impl RuntimeMetrics {
    pub(super) fn new(handle: Handle) -> Self {
        Self { handle }
    }

    /// Returns how many loops the runtime has.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread().build()?;
    /// assert_eq!(rt.metrics().num_workers(), 1);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn num_workers(&self) -> usize {
        self.handle.shared().workers()
    }

    /// Returns how many tasks have been spawned and have not ended.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread().build()?;
    /// rt.spawn(std::future::pending::<()>());
    /// assert_eq!(rt.metrics().num_alive_tasks(), 1);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn num_alive_tasks(&self) -> usize {
        usize::try_from(self.handle.shared().alive_tasks()).unwrap_or(usize::MAX)
    }

    /// Returns how many tasks other threads have queued that the loops have not taken over yet.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread().build()?;
    /// rt.spawn(async {});
    /// assert_eq!(rt.metrics().global_queue_depth(), 1);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn global_queue_depth(&self) -> usize {
        self.handle.shared().ring_depth()
    }

    /// Returns how many threads for closures that block there are, with those that wait.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread().build()?;
    /// assert_eq!(rt.metrics().num_blocking_threads(), 0);
    /// rt.block_on(rt.spawn_blocking(|| {})).unwrap();
    /// assert_eq!(rt.metrics().num_blocking_threads(), 1);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn num_blocking_threads(&self) -> usize {
        self.handle.shared().pool().threads()
    }

    /// Returns how many threads for closures that block wait for something to do.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread().build()?;
    /// assert_eq!(rt.metrics().num_idle_blocking_threads(), 0);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn num_idle_blocking_threads(&self) -> usize {
        self.handle.shared().pool().idle_threads()
    }

    /// Returns how many closures that block wait for a thread.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread().build()?;
    /// assert_eq!(rt.metrics().blocking_queue_depth(), 0);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn blocking_queue_depth(&self) -> usize {
        self.handle.shared().pool().queue_depth()
    }
}

//! Figures about a runtime.

use super::Handle;
use crate::engine::scheduler::LoopFigure;
use crate::shim::thread::ThreadId;
use std::ops::Range;
use std::time::Duration;

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

    /// Returns how many tasks have been spawned and have not ended, as [`RuntimeMetrics::num_alive_tasks`].
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread().build()?;
    /// let metrics = rt.metrics();
    /// # #[allow(deprecated)]
    /// let count = metrics.active_tasks_count();
    /// assert_eq!(count, 0);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[deprecated(note = "use `num_alive_tasks`")]
    pub fn active_tasks_count(&self) -> usize {
        self.num_alive_tasks()
    }

    /// Returns how many tasks have been spawned.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread().build()?;
    /// let metrics = rt.metrics();
    /// println!("{:?}", metrics.spawned_tasks_count());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn spawned_tasks_count(&self) -> u64 {
        self.handle.shared().spawned_tasks()
    }

    /// Returns how many tasks were queued by threads that do not run tasks of this runtime.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread().build()?;
    /// let metrics = rt.metrics();
    /// println!("{:?}", metrics.remote_schedule_count());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn remote_schedule_count(&self) -> u64 {
        self.handle.shared().outside_schedules()
    }

    /// Returns how many polls have ended because the task had used up its budget.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread().build()?;
    /// let metrics = rt.metrics();
    /// println!("{:?}", metrics.budget_forced_yield_count());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn budget_forced_yield_count(&self) -> u64 {
        self.handle.shared().forced_yields()
    }

    /// Returns how many descriptors the runtime has begun to watch.
    ///
    /// A socket is watched from when a task first has to wait for it.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread().build()?;
    /// let metrics = rt.metrics();
    /// println!("{:?}", metrics.io_driver_fd_registered_count());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn io_driver_fd_registered_count(&self) -> u64 {
        self.handle.shared().io_figures()[0]
    }

    /// Returns how many descriptors the runtime has stopped to watch.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread().build()?;
    /// let metrics = rt.metrics();
    /// println!("{:?}", metrics.io_driver_fd_deregistered_count());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn io_driver_fd_deregistered_count(&self) -> u64 {
        self.handle.shared().io_figures()[1]
    }

    /// Returns how many events the operating system has reported.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread().build()?;
    /// let metrics = rt.metrics();
    /// println!("{:?}", metrics.io_driver_ready_count());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn io_driver_ready_count(&self) -> u64 {
        self.handle.shared().io_figures()[2]
    }

    /// Returns whether the times of polls are counted.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread().build()?;
    /// let metrics = rt.metrics();
    /// println!("{:?}", metrics.poll_time_histogram_enabled());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn poll_time_histogram_enabled(&self) -> bool {
        self.handle.shared().poll_times().is_some()
    }

    /// Returns into how many buckets the times of polls are counted; 0 if they are not.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread().build()?;
    /// let metrics = rt.metrics();
    /// println!("{:?}", metrics.poll_time_histogram_num_buckets());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn poll_time_histogram_num_buckets(&self) -> usize {
        self.handle.shared().poll_times().map_or(0, |buckets| buckets.count())
    }

    /// Returns how often a loop has begun to wait.
    ///
    /// # Panics
    ///
    /// If there is no loop of this number.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread().build()?;
    /// let metrics = rt.metrics();
    /// println!("{:?}", metrics.worker_park_count(0));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn worker_park_count(&self, worker: usize) -> u64 {
        self.handle.shared().figure(worker, LoopFigure::Parks)
    }

    /// Returns how often a loop has begun or ceased to wait; an odd number means that it waits right now.
    ///
    /// # Panics
    ///
    /// If there is no loop of this number.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread().build()?;
    /// let metrics = rt.metrics();
    /// println!("{:?}", metrics.worker_park_unpark_count(0));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn worker_park_unpark_count(&self, worker: usize) -> u64 {
        self.handle.shared().figure(worker, LoopFigure::ParkUnparks)
    }

    /// Returns how often a loop had nothing to run between two waits.
    ///
    /// # Panics
    ///
    /// If there is no loop of this number.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread().build()?;
    /// let metrics = rt.metrics();
    /// println!("{:?}", metrics.worker_noop_count(0));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn worker_noop_count(&self, worker: usize) -> u64 {
        self.handle.shared().figure(worker, LoopFigure::Noops)
    }

    /// Returns how many tasks a loop has taken from others.
    ///
    /// # Panics
    ///
    /// If there is no loop of this number.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread().build()?;
    /// let metrics = rt.metrics();
    /// println!("{:?}", metrics.worker_steal_count(0));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn worker_steal_count(&self, worker: usize) -> u64 {
        self.handle.shared().figure(worker, LoopFigure::Stolen)
    }

    /// Returns how often a loop has taken tasks from another.
    ///
    /// # Panics
    ///
    /// If there is no loop of this number.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread().build()?;
    /// let metrics = rt.metrics();
    /// println!("{:?}", metrics.worker_steal_operations(0));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn worker_steal_operations(&self, worker: usize) -> u64 {
        self.handle.shared().figure(worker, LoopFigure::StealOperations)
    }

    /// Returns how many tasks a loop has polled, counting each poll.
    ///
    /// # Panics
    ///
    /// If there is no loop of this number.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread().build()?;
    /// let metrics = rt.metrics();
    /// println!("{:?}", metrics.worker_poll_count(0));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn worker_poll_count(&self, worker: usize) -> u64 {
        self.handle.shared().figure(worker, LoopFigure::Polls)
    }

    /// Returns how many tasks were queued by the loop itself.
    ///
    /// # Panics
    ///
    /// If there is no loop of this number.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread().build()?;
    /// let metrics = rt.metrics();
    /// println!("{:?}", metrics.worker_local_schedule_count(0));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn worker_local_schedule_count(&self, worker: usize) -> u64 {
        self.handle.shared().figure(worker, LoopFigure::LocalSchedules)
    }

    /// Returns how often a loop's own queue was full, and half of it went to the common one.
    ///
    /// # Panics
    ///
    /// If there is no loop of this number.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread().build()?;
    /// let metrics = rt.metrics();
    /// println!("{:?}", metrics.worker_overflow_count(0));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn worker_overflow_count(&self, worker: usize) -> u64 {
        self.handle.shared().figure(worker, LoopFigure::Overflows)
    }

    /// Returns how long a loop has not waited.
    ///
    /// # Panics
    ///
    /// If there is no loop of this number.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread().build()?;
    /// let metrics = rt.metrics();
    /// println!("{:?}", metrics.worker_total_busy_duration(0));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn worker_total_busy_duration(&self, worker: usize) -> Duration {
        self.handle.shared().busy_duration(worker)
    }

    /// Returns how long a poll takes on a loop: a mean over the last spells of work, zero on a current-thread runtime.
    ///
    /// # Panics
    ///
    /// If there is no loop of this number.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread().build()?;
    /// let metrics = rt.metrics();
    /// println!("{:?}", metrics.worker_mean_poll_time(0));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn worker_mean_poll_time(&self, worker: usize) -> Duration {
        self.handle.shared().poll_time_mean(worker)
    }

    /// Returns how many tasks wait in the queue of a loop, without the one woken last.
    ///
    /// # Panics
    ///
    /// If there is no loop of this number.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread().build()?;
    /// let metrics = rt.metrics();
    /// println!("{:?}", metrics.worker_local_queue_depth(0));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn worker_local_queue_depth(&self, worker: usize) -> usize {
        self.handle.shared().lane_depth(worker)
    }

    /// Returns the thread that runs a loop, or ran it last; none before its first.
    ///
    /// # Panics
    ///
    /// If there is no loop of this number.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread().build()?;
    /// let metrics = rt.metrics();
    /// println!("{:?}", metrics.worker_thread_id(0));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn worker_thread_id(&self, worker: usize) -> Option<ThreadId> {
        self.handle.shared().worker_thread(worker)
    }

    /// Returns how many polls of a loop have taken a time of one bucket; 0 if times are not counted.
    ///
    /// # Panics
    ///
    /// If there is no loop of this number.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread().enable_metrics_poll_time_histogram().build()?;
    /// assert_eq!(rt.metrics().poll_time_histogram_bucket_count(0, 0), 0);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn poll_time_histogram_bucket_count(&self, worker: usize, bucket: usize) -> u64 {
        self.handle.shared().polls_in_bucket(worker, bucket)
    }

    /// Returns which times are counted in a bucket; none if times are not counted.
    ///
    /// # Panics
    ///
    /// If times are counted, and there is no bucket of this number.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    /// use std::time::Duration;
    ///
    /// let rt = Builder::new_current_thread().enable_metrics_poll_time_histogram().build()?;
    /// let first = rt.metrics().poll_time_histogram_bucket_range(0);
    /// assert_eq!(first, Duration::ZERO..Duration::from_micros(100));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn poll_time_histogram_bucket_range(&self, bucket: usize) -> Range<Duration> {
        let Some(buckets) = self.handle.shared().poll_times() else {
            return Duration::ZERO..Duration::ZERO;
        };
        let count = buckets.count();
        assert!(bucket < count, "there are {count} buckets, numbered from 0; none is {bucket}");
        let range = buckets.range(bucket);
        Duration::from_nanos(range.start)..Duration::from_nanos(range.end)
    }
}

//! How to build a runtime.

use super::observe::PollTimes;
use super::{RngSeed, RuntimeFlavor};
use crate::engine::blocking;
use crate::engine::scheduler::{Config, TaskHooks};
use crate::shim::Arc;
use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::time::Duration;

/// Builds a [`Runtime`](super::Runtime) with other than the default settings.
///
/// # Examples
///
/// ```
/// use runtime::runtime::Builder;
///
/// let rt = Builder::new_current_thread().enable_all().name("main").build()?;
/// assert_eq!(rt.handle().name(), Some("main"));
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Builder {
    config: Config,
    start_paused: bool,
    flavor: RuntimeFlavor,
    /// How many loops a multi-thread runtime has, if the user says so.
    workers: Option<usize>,
    poll_times: PollTimes,
}

impl UnwindSafe for Builder {}
impl RefUnwindSafe for Builder {}

impl Builder {
    /// Starts from the defaults of a runtime that has one loop, driven by the thread that calls
    /// `block_on`.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread().build()?;
    /// # rt.block_on(async {});
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn new_current_thread() -> Builder {
        Self::new(RuntimeFlavor::CurrentThread)
    }

    /// Starts from the defaults of a runtime that has several loops, each driven by a thread of its
    /// own: as many as the machine has cores.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_multi_thread().worker_threads(2).build()?;
    /// assert_eq!(rt.metrics().num_workers(), 2);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn new_multi_thread() -> Builder {
        Self::new(RuntimeFlavor::MultiThread)
    }

    fn new(flavor: RuntimeFlavor) -> Self {
        let ring_interval = match flavor {
            RuntimeFlavor::CurrentThread => Some(31),
            RuntimeFlavor::MultiThread => None,
        };
        let config = Config {
            event_interval: 61,
            ring_interval,
            io: false,
            time: false,
            name: None,
            seed: None,
            events_max: 1024,
            lifo: true,
            timers_fire_at_end: false,
            before_park: None,
            after_unpark: None,
            home: None,
            on_thread_start: None,
            on_thread_stop: None,
            pool: blocking::Config {
                threads_max: 512,
                keep_alive: Duration::from_secs(10),
                name: Arc::new(Box::new(|| "tokio-rt-worker".to_owned())),
                stack_size: None,
            },
            hooks: TaskHooks::default(),
            end_on_panic: false,
            poll_times: None,
        };
        Self {
            config,
            start_paused: false,
            workers: None,
            flavor,
            poll_times: PollTimes::default(),
        }
    }

    pub(super) fn config(&self) -> Config {
        Config { poll_times: self.poll_times.buckets(), ..self.config.clone() }
    }

    pub(super) fn config_mut(&mut self) -> &mut Config {
        &mut self.config
    }

    pub(super) fn poll_times_mut(&mut self) -> &mut PollTimes {
        &mut self.poll_times
    }

    /// How many loops the runtime has that threads of its own drive.
    pub(super) fn loops(&self) -> Option<usize> {
        match self.flavor {
            RuntimeFlavor::CurrentThread => None,
            RuntimeFlavor::MultiThread => Some(self.workers.unwrap_or_else(default_workers)),
        }
    }

    pub(super) fn starts_paused(&self) -> bool {
        self.start_paused
    }

    /// Enables sockets and timers.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread().enable_all().build()?;
    /// # rt.block_on(async {});
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn enable_all(&mut self) -> &mut Self {
        self.enable_io().enable_time()
    }

    /// Enables sockets, pipes, processes and signals.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread().enable_io().build()?;
    /// # rt.block_on(async {});
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn enable_io(&mut self) -> &mut Self {
        self.config.io = true;
        self
    }

    /// Enables timers.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread().enable_time().build()?;
    /// # rt.block_on(async {});
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn enable_time(&mut self) -> &mut Self {
        self.config.time = true;
        self
    }

    /// Sets how many loops a multi-thread runtime has; as many as the machine has cores unless set,
    /// or as the variable `TOKIO_WORKER_THREADS` says.
    ///
    /// A current-thread runtime has one, whatever is set here.
    ///
    /// # Panics
    ///
    /// If it is zero.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_multi_thread().worker_threads(4).build()?;
    /// assert_eq!(rt.metrics().num_workers(), 4);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn worker_threads(&mut self, count: usize) -> &mut Self {
        assert!(count > 0, "Worker threads cannot be set to 0");
        self.workers = Some(count);
        self
    }

    /// Sets how many events one look at the operating system takes in at most; 1,024 unless set.
    ///
    /// # Panics
    ///
    /// If it is zero.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread().enable_io().max_io_events_per_tick(64).build()?;
    /// # rt.block_on(async {});
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn max_io_events_per_tick(&mut self, count: usize) -> &mut Self {
        assert!(count > 0, "max_io_events_per_tick must be non-zero");
        self.config.events_max = count;
        self
    }

    /// As [`Builder::max_io_events_per_tick`], for looks that a busy loop takes in passing.
    ///
    /// One limit serves both here: the lower of those that were set.
    ///
    /// # Panics
    ///
    /// If it is zero.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread().enable_io().max_io_events_per_busy_tick(64).build()?;
    /// # rt.block_on(async {});
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn max_io_events_per_busy_tick(&mut self, count: usize) -> &mut Self {
        assert!(count > 0, "max_io_events_per_busy_tick must be non-zero");
        self.config.events_max = self.config.events_max.min(count);
        self
    }

    /// Runs tasks in the order in which they were woken, rather than the one woken last first.
    ///
    /// Unless this is set, a loop of a multi-thread runtime runs the task that was woken last before
    /// those in its queue, since its data is warm, but three times in a row at most. So a task waits
    /// for at most four polls of tasks of its loop for each one before it in the queue, and three
    /// more; with this set, as on a current-thread runtime, for one each.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_multi_thread().worker_threads(1).disable_lifo_slot().build()?;
    /// # rt.block_on(async {});
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn disable_lifo_slot(&mut self) -> &mut Self {
        self.config.lifo = false;
        self
    }

    /// Enables timers, and has those fire that are set when a multi-thread runtime ends.
    ///
    /// Without it, to poll a [`Sleep`](crate::time::Sleep) whose runtime is gone panics. Timers belong to
    /// the loop that waits for them in any case.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_multi_thread().worker_threads(1).enable_alt_timer().build()?;
    /// # rt.block_on(async {});
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn enable_alt_timer(&mut self) -> &mut Self {
        self.config.time = true;
        self.config.timers_fire_at_end = true;
        self
    }

    /// Accepted for compatibility: every loop has a reactor of its own, so there is none to hand on.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_multi_thread().worker_threads(1).enable_eager_driver_handoff().build()?;
    /// # rt.block_on(async {});
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn enable_eager_driver_handoff(&mut self) -> &mut Self {
        self
    }

    /// Accepted for compatibility: a job for the pool of threads that block wakes one thread at
    /// most, so its queue needs no shards.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_multi_thread().worker_threads(1).enable_sharded_blocking_queue().build()?;
    /// # rt.block_on(async {});
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn enable_sharded_blocking_queue(&mut self) -> &mut Self {
        self
    }

    /// Sets after how many polls the loop looks at the operating system; 61 unless set.
    ///
    /// So what waits for a socket or a timer is woken after that many polls of others at most. A loop
    /// also looks when it has nothing to run, and in the next round after a task has begun to wait for
    /// a socket.
    ///
    /// # Panics
    ///
    /// If it is zero.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread().event_interval(31).build()?;
    /// # rt.block_on(async {});
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn event_interval(&mut self, polls: u32) -> &mut Self {
        assert!(polls > 0, "event_interval must be greater than 0");
        // Leaves room for the polls that are counted beyond it; nobody can tell the difference.
        self.config.event_interval = polls.min(u32::MAX / 2);
        self
    }

    /// Sets after how many polls a loop looks at what other threads have queued, while it has work
    /// of its own. Unless set, it is 31 on a current-thread runtime; on a multi-thread one, as many as
    /// take about 200 microseconds, from 2 to 127.
    ///
    /// Each look takes one task, so one that another thread has spawned or woken waits for that many
    /// polls at most for itself and for each task before it there. A loop without work of its own takes
    /// many at once.
    ///
    /// # Panics
    ///
    /// If it is zero.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread().global_queue_interval(7).build()?;
    /// # rt.block_on(async {});
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn global_queue_interval(&mut self, polls: u32) -> &mut Self {
        assert!(polls > 0, "global_queue_interval must be greater than 0");
        self.config.ring_interval = Some(polls);
        self
    }

    /// Makes the random choices of the runtime, as of `select!`, repeatable: with the same seed,
    /// and the same order of calls, they come out the same.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::{Builder, RngSeed};
    ///
    /// let seed = RngSeed::from_bytes(b"the same every time");
    /// let rt = Builder::new_current_thread().rng_seed(seed).build()?;
    /// # rt.block_on(async {});
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn rng_seed(&mut self, seed: RngSeed) -> &mut Self {
        self.config.seed = Some(seed.0);
        self
    }

    /// Names the runtime, for diagnosis.
    ///
    /// # Panics
    ///
    /// If the name is empty, or nothing but white space.
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
    #[track_caller]
    pub fn name(&mut self, name: impl Into<String>) -> &mut Self {
        let name = name.into();
        assert!(!name.trim().is_empty(), "runtime name shouldn't be empty");
        self.config.name = Some(name);
        self
    }

    /// Sets what runs just before the loop waits for something to happen.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread().on_thread_park(|| println!("idle")).build()?;
    /// # rt.block_on(async {});
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn on_thread_park<F>(&mut self, hook: F) -> &mut Self
    where
        F: Fn() + Send + Sync + 'static,
    {
        self.config.before_park = Some(Arc::new(Box::new(hook)));
        self
    }

    /// Sets what runs just after the loop has waited.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread().on_thread_unpark(|| println!("busy")).build()?;
    /// # rt.block_on(async {});
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn on_thread_unpark<F>(&mut self, hook: F) -> &mut Self
    where
        F: Fn() + Send + Sync + 'static,
    {
        self.config.after_unpark = Some(Arc::new(Box::new(hook)));
        self
    }

    /// Sets how many threads the runtime makes at most for closures that block; 512 unless set.
    ///
    /// Further closures wait until a thread is done with another one. Closures that wait for each
    /// other need a thread each, and never end if there are fewer.
    ///
    /// # Panics
    ///
    /// If it is zero.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread().max_blocking_threads(4).build()?;
    /// assert_eq!(rt.block_on(rt.spawn_blocking(|| 1)).unwrap(), 1);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn max_blocking_threads(&mut self, threads: usize) -> &mut Self {
        assert!(threads > 0, "Max blocking threads cannot be set to 0");
        self.config.pool.threads_max = threads;
        self
    }

    /// Sets how long a thread for closures that block waits for the next one before it ends; ten
    /// seconds unless set.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    /// use std::time::Duration;
    ///
    /// let rt = Builder::new_current_thread().thread_keep_alive(Duration::from_secs(1)).build()?;
    /// # rt.block_on(async {});
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn thread_keep_alive(&mut self, duration: Duration) -> &mut Self {
        self.config.pool.keep_alive = duration;
        self
    }

    /// Names the threads that the runtime makes; they are called `tokio-rt-worker` unless set.
    ///
    /// # Panics
    ///
    /// No thread can be made if the name contains a zero byte: then the build of a multi-thread
    /// runtime is an error, and `spawn_blocking` panics.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread().thread_name("disk").build()?;
    /// let name = rt.spawn_blocking(|| std::thread::current().name().map(str::to_owned));
    /// assert_eq!(rt.block_on(name).unwrap().as_deref(), Some("disk"));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn thread_name(&mut self, name: impl Into<String>) -> &mut Self {
        let name = name.into();
        self.thread_name_fn(move || name.clone())
    }

    /// Sets a function that names each thread that the runtime makes.
    ///
    /// It is called on the thread that makes the new one. If it panics, or gives a name with a zero
    /// byte, that thread is not made, as if the operating system had refused it.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    /// use std::sync::atomic::{AtomicUsize, Ordering};
    ///
    /// let count = AtomicUsize::new(0);
    /// let name = move || format!("disk-{}", count.fetch_add(1, Ordering::Relaxed));
    /// let rt = Builder::new_current_thread().thread_name_fn(name).build()?;
    /// let name = rt.spawn_blocking(|| std::thread::current().name().map(str::to_owned));
    /// assert_eq!(rt.block_on(name).unwrap().as_deref(), Some("disk-0"));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn thread_name_fn<F>(&mut self, name: F) -> &mut Self
    where
        F: Fn() -> String + Send + Sync + 'static,
    {
        self.config.pool.name = Arc::new(Box::new(name));
        self
    }

    /// Sets the size in bytes of the stacks of threads that the runtime makes; that of
    /// `std::thread` unless set.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread().thread_stack_size(32 * 1024).build()?;
    /// assert_eq!(rt.block_on(rt.spawn_blocking(|| 1)).unwrap(), 1);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn thread_stack_size(&mut self, bytes: usize) -> &mut Self {
        self.config.pool.stack_size = Some(bytes);
        self
    }

    /// Sets what each thread that the runtime makes runs first, in the context of the runtime.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread().on_thread_start(|| println!("hello")).build()?;
    /// rt.block_on(rt.spawn_blocking(|| {})).unwrap();
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn on_thread_start<F>(&mut self, hook: F) -> &mut Self
    where
        F: Fn() + Send + Sync + 'static,
    {
        self.config.on_thread_start = Some(Arc::new(Box::new(hook)));
        self
    }

    /// Sets what each thread that the runtime makes runs last, in the context of the runtime.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread().on_thread_stop(|| println!("bye")).build()?;
    /// rt.block_on(rt.spawn_blocking(|| {})).unwrap();
    /// drop(rt);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn on_thread_stop<F>(&mut self, hook: F) -> &mut Self
    where
        F: Fn() + Send + Sync + 'static,
    {
        self.config.on_thread_stop = Some(Arc::new(Box::new(hook)));
        self
    }

    /// Starts the clock of the runtime paused, as `time::pause` does.
    ///
    /// # Panics
    ///
    /// A multi-thread runtime has no clock that can be paused: its build panics.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    /// use runtime::time::{Duration, Instant, sleep};
    ///
    /// let rt = Builder::new_current_thread().enable_time().start_paused(true).build()?;
    /// rt.block_on(async {
    ///     let start = Instant::now();
    ///     sleep(Duration::from_secs(3600)).await;
    ///     assert!(start.elapsed() >= Duration::from_secs(3600));
    /// });
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn start_paused(&mut self, paused: bool) -> &mut Self {
        self.start_paused = paused;
        self
    }
}

/// How many loops a multi-thread runtime has if nobody says.
fn default_workers() -> usize {
    match std::env::var("TOKIO_WORKER_THREADS") {
        Ok(text) => match text.parse() {
            Ok(count) if count > 0 => count,
            _ => panic!("TOKIO_WORKER_THREADS has to be a number above 0, and is {text:?}"),
        },
        Err(_) => crate::shim::available_parallelism().map_or(1, usize::from),
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("io", &self.config.io)
            .field("time", &self.config.time)
            .field("event_interval", &self.config.event_interval)
            .field("global_queue_interval", &self.config.ring_interval)
            .field("name", &self.config.name)
            .field("max_blocking_threads", &self.config.pool.threads_max)
            .field("thread_keep_alive", &self.config.pool.keep_alive)
            .field("thread_stack_size", &self.config.pool.stack_size)
            .field("start_paused", &self.start_paused)
            .finish_non_exhaustive()
    }
}

//! How to build a runtime.

use super::RngSeed;
use crate::engine::scheduler::{Config, Home};
use crate::shim::Arc;
use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};

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
    pub fn new_current_thread() -> Self {
        let config = Config {
            event_interval: 61,
            ring_interval: 31,
            io: false,
            time: false,
            name: None,
            seed: None,
            before_park: None,
            after_unpark: None,
            home: None,
        };
        Self { config, start_paused: false }
    }

    pub(super) fn config(&self) -> Config {
        self.config.clone()
    }

    /// The same, for a runtime that only this thread drives.
    pub(super) fn at_home(&self) -> Self {
        let config = Config { home: Some(Home::here()), ..self.config() };
        Self { config, ..*self }
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

    /// Sets after how many polls the loop looks at the operating system; 61 unless set.
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
        self.config.event_interval = polls;
        self
    }

    /// Sets after how many polls the loop looks at what other threads have queued, while it has
    /// work of its own; 31 unless set.
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
        self.config.ring_interval = polls;
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
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread().name("mail").build()?;
    /// assert_eq!(rt.handle().name(), Some("mail"));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn name(&mut self, name: impl Into<String>) -> &mut Self {
        self.config.name = Some(name.into());
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

    /// Starts the clock of the runtime paused, as `time::pause` does.
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

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("io", &self.config.io)
            .field("time", &self.config.time)
            .field("event_interval", &self.config.event_interval)
            .field("global_queue_interval", &self.config.ring_interval)
            .field("name", &self.config.name)
            .field("start_paused", &self.start_paused)
            .finish_non_exhaustive()
    }
}

//! What the builder lets a program observe of its tasks.

use super::histogram::nanos;
use super::{Builder, HistogramConfiguration, HistogramScale, TaskMeta, UnhandledPanic};
use crate::engine::scheduler::{Buckets, TaskHook};
use crate::shim::Arc;
use std::time::Duration;

/// Whether and how the times of polls are counted.
#[derive(Clone, Debug)]
pub(super) struct PollTimes {
    pub(super) enabled: bool,
    configuration: Option<HistogramConfiguration>,
    /// What the older methods of the builder say.
    scale: HistogramScale,
    resolution: u64,
    buckets: usize,
}

impl Default for PollTimes {
    fn default() -> Self {
        Self {
            enabled: false,
            configuration: None,
            scale: HistogramScale::Linear,
            resolution: 100_000,
            buckets: 10,
        }
    }
}

impl PollTimes {
    /// The buckets to count into, if times are to be counted.
    pub(super) fn buckets(&self) -> Option<Buckets> {
        if !self.enabled {
            return None;
        }
        let (width, count) = (self.resolution, self.buckets);
        Some(match (&self.configuration, self.scale) {
            (Some(configuration), _) => configuration.buckets,
            (None, HistogramScale::Linear) => Buckets::Linear { width, count },
            (None, HistogramScale::Log) => {
                Buckets::Doubling { first: width.next_power_of_two(), count }
            }
        })
    }
}

/// A hook as the engine calls it.
fn hook<F>(hook: F) -> Option<TaskHook>
where
    F: Fn(&TaskMeta<'_>) + Send + Sync + 'static,
{
    Some(Arc::new(Box::new(move |id, at| hook(&TaskMeta::new(id, at)))))
}

impl Builder {
    /// Sets what runs when a task is spawned, on the thread that spawns it.
    ///
    /// If it panics, the panic hook tells of it, and the task is spawned all the same.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread()
    ///     .on_task_spawn(|task| println!("spawned at {}", task.spawned_at()))
    ///     .build()?;
    /// rt.block_on(rt.spawn(async {})).unwrap();
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn on_task_spawn<F>(&mut self, f: F) -> &mut Self
    where
        F: Fn(&TaskMeta<'_>) + Send + Sync + 'static,
    {
        self.config_mut().hooks.spawn = hook(f);
        self
    }

    /// Sets what runs just before each poll of a task.
    ///
    /// If it panics, the panic hook tells of it, and the task is polled all the same.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread()
    ///     .on_before_task_poll(|task| println!("poll of {}", task.id()))
    ///     .build()?;
    /// rt.block_on(rt.spawn(async {})).unwrap();
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn on_before_task_poll<F>(&mut self, f: F) -> &mut Self
    where
        F: Fn(&TaskMeta<'_>) + Send + Sync + 'static,
    {
        self.config_mut().hooks.before_poll = hook(f);
        self
    }

    /// Sets what runs just after each poll of a task.
    ///
    /// If it panics, the panic hook tells of it, and the task goes on.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread()
    ///     .on_after_task_poll(|task| println!("polled {}", task.id()))
    ///     .build()?;
    /// rt.block_on(rt.spawn(async {})).unwrap();
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn on_after_task_poll<F>(&mut self, f: F) -> &mut Self
    where
        F: Fn(&TaskMeta<'_>) + Send + Sync + 'static,
    {
        self.config_mut().hooks.after_poll = hook(f);
        self
    }

    /// Sets what runs when a task has ended, however it did.
    ///
    /// If it panics, the panic hook tells of it, and the outcome of the task stays what it was.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread()
    ///     .on_task_terminate(|task| println!("{} is gone", task.id()))
    ///     .build()?;
    /// rt.block_on(rt.spawn(async {})).unwrap();
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn on_task_terminate<F>(&mut self, f: F) -> &mut Self
    where
        F: Fn(&TaskMeta<'_>) + Send + Sync + 'static,
    {
        self.config_mut().hooks.end = hook(f);
        self
    }

    /// Sets what a panic in a task does; it is ignored unless set.
    ///
    /// # Panics
    ///
    /// If it is to end a multi-thread runtime.
    ///
    /// # Examples
    ///
    /// ```should_panic
    /// use runtime::runtime::{Builder, UnhandledPanic};
    ///
    /// let rt = Builder::new_current_thread()
    ///     .unhandled_panic(UnhandledPanic::ShutdownRuntime)
    ///     .build()
    ///     .unwrap();
    /// rt.block_on(async {
    ///     runtime::spawn(async { panic!("this ends the runtime") });
    ///     std::future::pending::<()>().await;
    /// });
    /// ```
    #[track_caller]
    pub fn unhandled_panic(&mut self, behavior: UnhandledPanic) -> &mut Self {
        let ends = matches!(behavior, UnhandledPanic::ShutdownRuntime);
        assert!(
            !ends || self.loops().is_none(),
            "UnhandledPanic::ShutdownRuntime is only supported in current thread runtime"
        );
        self.config_mut().end_on_panic = ends;
        self
    }

    /// Counts how long polls take, at the price of two readings of the clock each.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread().enable_metrics_poll_time_histogram().build()?;
    /// rt.block_on(rt.spawn(async {})).unwrap();
    /// let metrics = rt.metrics();
    /// let buckets = 0..metrics.poll_time_histogram_num_buckets();
    /// let polls: u64 = buckets.map(|n| metrics.poll_time_histogram_bucket_count(0, n)).sum();
    /// assert_eq!(polls, 1);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn enable_metrics_poll_time_histogram(&mut self) -> &mut Self {
        self.poll_times_mut().enabled = true;
        self
    }

    /// Sets into which buckets the times of polls are counted: ten of 100 µs each unless set.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::{Builder, HistogramConfiguration, LogHistogram};
    ///
    /// let rt = Builder::new_current_thread()
    ///     .enable_metrics_poll_time_histogram()
    ///     .metrics_poll_time_histogram_configuration(HistogramConfiguration::log(
    ///         LogHistogram::default(),
    ///     ))
    ///     .build()?;
    /// # rt.block_on(async {});
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn metrics_poll_time_histogram_configuration(
        &mut self,
        configuration: HistogramConfiguration,
    ) -> &mut Self {
        self.poll_times_mut().configuration = Some(configuration);
        self
    }

    /// Sets how the width of the buckets for the times of polls grows; not at all unless set.
    ///
    /// [`Builder::metrics_poll_time_histogram_configuration`] says more, and goes first.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::{Builder, HistogramScale};
    ///
    /// # #[allow(deprecated)]
    /// let rt = Builder::new_current_thread()
    ///     .enable_metrics_poll_time_histogram()
    ///     .metrics_poll_count_histogram_scale(HistogramScale::Log)
    ///     .build()?;
    /// # rt.block_on(async {});
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[deprecated(note = "use `metrics_poll_time_histogram_configuration`")]
    pub fn metrics_poll_count_histogram_scale(&mut self, scale: HistogramScale) -> &mut Self {
        self.poll_times_mut().scale = scale;
        self
    }

    /// Sets how wide the first bucket for the times of polls is; 100 µs unless set.
    ///
    /// Where buckets grow, the next power of two in nanoseconds is taken.
    /// [`Builder::metrics_poll_time_histogram_configuration`] says more, and goes first.
    ///
    /// # Panics
    ///
    /// If it is zero.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    /// use std::time::Duration;
    ///
    /// # #[allow(deprecated)]
    /// let rt = Builder::new_current_thread()
    ///     .enable_metrics_poll_time_histogram()
    ///     .metrics_poll_count_histogram_resolution(Duration::from_micros(50))
    ///     .build()?;
    /// # rt.block_on(async {});
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[deprecated(note = "use `metrics_poll_time_histogram_configuration`")]
    #[track_caller]
    pub fn metrics_poll_count_histogram_resolution(&mut self, resolution: Duration) -> &mut Self {
        assert!(!resolution.is_zero(), "the resolution must be at least a nanosecond");
        self.poll_times_mut().resolution = nanos(resolution);
        self
    }

    /// Sets how many buckets there are for the times of polls; ten unless set.
    ///
    /// [`Builder::metrics_poll_time_histogram_configuration`] says more, and goes first.
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
    /// # #[allow(deprecated)]
    /// let rt = Builder::new_current_thread()
    ///     .enable_metrics_poll_time_histogram()
    ///     .metrics_poll_count_histogram_buckets(15)
    ///     .build()?;
    /// assert_eq!(rt.metrics().poll_time_histogram_num_buckets(), 15);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[deprecated(note = "use `metrics_poll_time_histogram_configuration`")]
    #[track_caller]
    pub fn metrics_poll_count_histogram_buckets(&mut self, buckets: usize) -> &mut Self {
        assert!(buckets > 0, "there must be at least one bucket");
        self.poll_times_mut().buckets = buckets;
        self
    }
}

//! Runtimes: how to build one, enter it, run futures on it, end it.
//!
//! A [`Runtime`] owns an event loop. [`Runtime::block_on`] runs a future on it, together with every
//! task that was spawned; a [`Handle`] lets other threads spawn onto it.
//!
//! ```
//! use runtime::runtime::Builder;
//!
//! let rt = Builder::new_current_thread().enable_all().build()?;
//! let sum = rt.block_on(async {
//!     let task = runtime::spawn(async { 1 + 2 });
//!     task.await.unwrap()
//! });
//! assert_eq!(sum, 3);
//! # Ok::<(), std::io::Error>(())
//! ```

mod builder;
mod enter;
mod error;
mod handle;
mod histogram;
mod id;
mod local;
mod metrics;
mod observe;
#[allow(clippy::module_inception)]
mod runtime;
mod seed;
mod task_meta;
mod worker_index;

pub use builder::Builder;
pub use enter::EnterGuard;
pub(crate) use error::MISSING;
pub use error::{TryCurrentError, is_rt_shutdown_err};
pub use handle::{Handle, RuntimeFlavor};
pub use histogram::{
    HistogramConfiguration, HistogramScale, InvalidHistogramConfiguration, LogHistogram,
    LogHistogramBuilder,
};
pub use id::Id;
pub use local::{LocalOptions, LocalRuntime};
pub use metrics::RuntimeMetrics;
pub use runtime::Runtime;
pub use seed::RngSeed;
pub use task_meta::{TaskMeta, UnhandledPanic};
pub use worker_index::worker_index;

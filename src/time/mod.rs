//! Waiting for time to pass, or limiting how long one waits for something else.
//!
//! - [`sleep`] and [`sleep_until`] wait.
//! - [`timeout`] and [`timeout_at`] stop waiting for a future after a while.
//! - [`interval`] and [`interval_at`] tick again and again.
//! - [`pause`], [`advance`] and [`resume`] give a test its own time.
//!
//! A timer never fires early, and on a machine that is not busy fires within 100 microseconds of
//! its deadline. All of it needs a runtime that was built with
//! [`enable_time`](crate::runtime::Builder::enable_time).
//!
//! # Examples
//!
//! ```
//! use runtime::time::{Duration, Instant, sleep};
//!
//! # let runtime = runtime::runtime::Builder::new_current_thread().enable_all().build()?;
//! # runtime.block_on(async {
//! let start = Instant::now();
//! sleep(Duration::from_millis(2)).await;
//! assert!(start.elapsed() >= Duration::from_millis(2));
//! # });
//! # std::io::Result::Ok(())
//! ```

pub mod error;
mod instant;
mod interval;
mod pause;
mod send_timeout;
mod sleep;
mod timeout;

pub use self::instant::Instant;
pub use self::interval::{Interval, MissedTickBehavior, interval, interval_at};
pub use self::pause::{advance, pause, resume};
pub use self::sleep::{Sleep, sleep, sleep_until};
pub use self::timeout::{Timeout, timeout, timeout_at};
#[doc(no_inline)]
pub use std::time::Duration;

//! The facade: every path of tokio 1.54, served by ringloop.
//!
//! There is no logic in here. A program or crate that asks for tokio runs on ringloop, unmodified,
//! once its workspace says:
//!
//! ```toml
//! [patch.crates-io]
//! tokio = { path = ".../ringloop/tokio" }
//! ```
//!
//! All features of tokio are accepted and none is needed: everything is always there, also what
//! tokio hides behind `--cfg tokio_unstable`. What this crate lacks, the runtime lacks.
//!
//! The attribute macros are its own, since they have to name a crate that the program knows.
#![deny(missing_docs)]
#![deny(unsafe_code)]

pub use ::runtime::*;

/// Runs an `async fn` on a runtime of its own, as `runtime::main` does.
///
/// # Examples
///
/// ```
/// #[tokio::main]
/// async fn main() {
///     assert_eq!(tokio::spawn(async { 6 * 7 }).await.unwrap(), 42);
/// }
/// ```
#[cfg(feature = "rt-multi-thread")]
pub use ringloop_macros::tokio_main as main;

/// Runs an `async fn` on a runtime of its own, as `runtime::main` does, on the calling thread unless
/// the feature `rt-multi-thread` is enabled.
///
/// # Examples
///
/// ```
/// #[tokio::main]
/// async fn main() {
///     assert_eq!(tokio::spawn(async { 6 * 7 }).await.unwrap(), 42);
/// }
/// ```
#[cfg(not(feature = "rt-multi-thread"))]
pub use ringloop_macros::tokio_main_without_threads as main;

/// Runs an `async fn` as a test on a runtime of its own, as `runtime::test` does.
///
/// # Examples
///
/// ```
/// #[tokio::test]
/// async fn tasks_give_their_output() {
///     assert_eq!(tokio::spawn(async { 6 * 7 }).await.unwrap(), 42);
/// }
/// ```
pub use ringloop_macros::tokio_test as test;

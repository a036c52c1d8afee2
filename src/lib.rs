//! An async runtime whose every worker is an event loop.
#![deny(unsafe_code)]
#![deny(missing_docs)]

mod engine;
pub mod fs;
pub mod io;
#[doc(hidden)]
pub mod macros;
pub mod net;
pub mod process;
pub mod runtime;
#[allow(unsafe_code)]
mod shim;
pub mod signal;
/// Nothing: streams and their adapters are in crates of their own, such as `futures` and
/// `tokio-stream`.
pub mod stream {}
#[allow(unsafe_code)]
pub mod sync;
pub mod task;
pub mod time;
#[allow(unsafe_code)]
mod util;

pub use macros::{main, test};
pub use task::spawn;

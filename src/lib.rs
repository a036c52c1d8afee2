//! An async runtime whose every worker is an event loop.
#![deny(unsafe_code)]
#![deny(missing_docs)]

mod engine;
#[doc(hidden)]
pub mod macros;
#[allow(unsafe_code)]
mod shim;
#[allow(unsafe_code)]
mod util;

pub use macros::{main, test};

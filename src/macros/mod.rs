//! Syntax for running several futures at once and for starting a runtime.

mod chain;
mod join;
mod live;
mod maybe_done;
mod pin;
mod select;
#[doc(hidden)]
pub mod support;
mod try_join;

pub use ringloop_macros::{main, test};

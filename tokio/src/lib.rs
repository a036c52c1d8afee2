//! The facade: every path of tokio 1.54, served by ringloop.
pub use ::runtime::*;

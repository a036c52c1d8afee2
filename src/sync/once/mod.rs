//! Values that are set once, with tasks that wait for them.

mod cell;
mod error;
#[cfg(all(test, loom))]
mod loom_tests;
mod set_once;
mod slot;

pub use cell::OnceCell;
pub use error::{SetError, SetOnceError};
pub use set_once::SetOnce;

//! Asynchronous input and output.

mod evented;
mod interest;
mod registration;

pub use self::interest::Interest;
pub(crate) use self::evented::{Drained, Evented};
pub use crate::engine::reactor::Ready;

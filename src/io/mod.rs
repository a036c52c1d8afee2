//! Asynchronous input and output.

mod evented;
mod interest;
mod registration;

pub(crate) use self::evented::{Drained, Evented};
pub use self::interest::Interest;
pub use crate::engine::reactor::Ready;

//! Pipes: bytes in one direction, with or without a name.
//!
//! [`pipe`] makes the two ends of a pipe without a name, mostly to hand one of them to a child
//! process. [`OpenOptions`] opens one end of a named pipe, a file made by `mkfifo`.

mod ends;
mod options;

pub use self::ends::{Receiver, Sender, pipe};
pub use self::options::OpenOptions;

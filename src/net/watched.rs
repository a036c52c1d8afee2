//! How the methods that many types share reach what the reactor watches.

use super::stream::{Bytes, Stream};
use crate::io::Evented;
use std::io;
use std::os::fd::AsRawFd;

/// A type of this room around an object that the reactor watches.
pub(super) trait Watched {
    /// The object.
    type Object: AsRawFd;

    /// The object with its place in the reactor.
    fn io(&self) -> &Evented<Self::Object>;

    /// The same for calls that a user brings, who may not expect an option of ours.
    fn own_io(&self) -> io::Result<&Evented<Self::Object>> {
        Ok(self.io())
    }
}

/// A type of this room around a stream of bytes: all of it, or a half.
pub(super) trait Streamed {
    /// What carries the bytes.
    type Carrier: Bytes;

    /// The stream.
    fn stream(&self) -> &Stream<Self::Carrier>;
}

impl<T: Streamed> Watched for T {
    type Object = T::Carrier;

    fn io(&self) -> &Evented<T::Carrier> {
        self.stream().io()
    }

    fn own_io(&self) -> io::Result<&Evented<T::Carrier>> {
        self.stream().own_io()
    }
}

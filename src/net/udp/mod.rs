//! UDP sockets.

mod options;
mod peek;
mod recv_from;
pub(super) mod socket;

//! UDP sockets.

mod options;
mod peek;
mod recv_from;
mod socket;

pub(super) use self::socket::UdpSocket;

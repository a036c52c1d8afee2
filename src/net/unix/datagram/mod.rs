//! Datagrams within the machine.

mod recv_from;
mod socket;

pub(in crate::net) use self::socket::UnixDatagram;

//! Datagrams within the machine.

mod recv_from;
pub(in crate::net) mod socket;

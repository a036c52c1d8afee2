//! What datagram sockets have in common, whatever carries the datagrams.

mod recv;
mod send;

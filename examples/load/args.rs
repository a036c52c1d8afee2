//! What the command line may say.

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};
use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

/// The most bytes that fit a UDP datagram over IPv4.
const DATAGRAM_MAX: u32 = 65_507;

/// Puts echo servers under load, and says how fast the answers came.
#[derive(Debug, Parser)]
#[command(name = "load")]
pub struct Args {
    /// Clients that send and wait for the echo, all at once
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub connections: u32,
    /// How long each protocol is driven
    #[arg(long, value_name = "S", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=86_400))]
    seconds: u32,
    /// How much each round trip carries
    #[arg(long, value_name = "BYTES", default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=16_777_216))]
    size: u32,
    /// TCP only
    #[arg(long, conflicts_with = "udp")]
    tcp: bool,
    /// UDP only
    #[arg(long)]
    udp: bool,
    /// An echo server elsewhere, in place of one of our own
    #[arg(long, value_name = "ADDR")]
    pub connect: Option<SocketAddr>,
}

/// What carries the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    Tcp,
    Udp,
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Protocol::Tcp => "TCP",
            Protocol::Udp => "UDP",
        })
    }
}

impl Args {
    /// Reads the command line; ends the program with a message if it makes no sense.
    pub fn from_command_line() -> Self {
        let args = Self::parse();
        if args.size > DATAGRAM_MAX && !args.tcp {
            let message = format!(
                "--size {} does not fit a datagram, which carries {DATAGRAM_MAX} bytes at most; \
                 add --tcp to leave UDP out",
                args.size
            );
            Self::command().error(ErrorKind::ValueValidation, message).exit();
        }
        args
    }

    pub fn protocols(&self) -> impl Iterator<Item = Protocol> + use<> {
        let (tcp, udp) = (!self.udp, !self.tcp);
        [(tcp, Protocol::Tcp), (udp, Protocol::Udp)]
            .into_iter()
            .filter_map(|(wanted, protocol)| wanted.then_some(protocol))
    }

    pub fn duration(&self) -> Duration {
        Duration::from_secs(self.seconds.into())
    }

    pub fn size(&self) -> usize {
        self.size as usize
    }
}

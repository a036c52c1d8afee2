//! Puts TCP echo, UDP echo or both under load, and says how fast the answers came.
//!
//! ```text
//! cargo run --release --example load
//! cargo run --release --example load -- --connections 1000 --seconds 10 --size 1024
//! ```
//!
//! Every byte that comes back is compared with what was sent. Ctrl-C ends the run early, with the
//! table of what was measured so far. The exit status says whether all bytes were right and
//! anything got through at all.

mod args;
mod client;
mod pattern;
mod phase;
mod report;
mod server;
mod tally;

use args::{Args, Protocol};
use phase::{Ended, Phase};
use report::Row;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::process::ExitCode;

#[runtime::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(&Args::from_command_line()).await {
        Ok(rows) => {
            print!("{}", report::table(&rows));
            if rows.iter().all(Row::passed) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            eprintln!("load: {error}");
            ExitCode::FAILURE
        }
    }
}

/// One phase a protocol, until all are done or Ctrl-C ends them.
async fn run(args: &Args) -> io::Result<Vec<Row>> {
    let mut interrupt = pin!(runtime::signal::ctrl_c());
    let mut rows = Vec::new();
    for protocol in args.protocols() {
        let addr = target(args, protocol).await?;
        let (row, ended) = Phase::run(args, protocol, addr, interrupt.as_mut()).await?;
        rows.push(row);
        if ended == Ended::Interrupted {
            break;
        }
    }
    Ok(rows)
}

/// The address to send to: the one that was asked for, or that of a server of our own.
async fn target(args: &Args, protocol: Protocol) -> io::Result<SocketAddr> {
    match (args.connect, protocol) {
        (Some(addr), _) => Ok(addr),
        (None, Protocol::Tcp) => server::tcp().await,
        (None, Protocol::Udp) => server::udp().await,
    }
}

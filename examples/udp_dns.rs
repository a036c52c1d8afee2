//! Asks a DNS server for the IPv4 addresses of a name, and asks again if the answer is lost.
//!
//! ```text
//! cargo run --example udp_dns -- 192.0.2.53:53 example.com
//! ```

use runtime::io;
use runtime::net::UdpSocket;
use runtime::time::{Duration, timeout};
use std::net::{Ipv4Addr, SocketAddr};

/// How often to ask, and how long to wait each time.
const TRIES: u16 = 3;
const PATIENCE: Duration = Duration::from_millis(500);

#[runtime::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [server, name] = arguments.as_slice() else {
        return Err(io::Error::other("usage: udp_dns SERVER:PORT NAME"));
    };
    let server = server.parse().map_err(io::Error::other)?;
    for address in resolve(server, name).await? {
        println!("{name} has address {address}");
    }
    Ok(())
}

async fn resolve(server: SocketAddr, name: &str) -> io::Result<Vec<Ipv4Addr>> {
    let any: SocketAddr =
        if server.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" }.parse().expect("both are addresses");
    let socket = UdpSocket::bind(any).await?;
    // From now on the socket takes datagrams of this server only.
    socket.connect(server).await?;
    for id in 1..=TRIES {
        socket.send(&question(id, name)?).await?;
        match timeout(PATIENCE, answer(&socket, id)).await {
            Ok(addresses) => return addresses,
            Err(_) => println!("no answer to question {id}"),
        }
    }
    Err(io::Error::new(io::ErrorKind::TimedOut, "the server does not answer"))
}

/// Waits for the answer to question `id`; what comes late for an earlier one is not taken for it.
async fn answer(socket: &UdpSocket, id: u16) -> io::Result<Vec<Ipv4Addr>> {
    let mut buffer = [0; 512];
    loop {
        let length = socket.recv(&mut buffer).await?;
        if length >= 12 && buffer[..2] == id.to_be_bytes() {
            return addresses(&buffer[..length])
                .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "the answer is cut"));
        }
    }
}

/// A question for A records: a header, the name label by label, type and class.
fn question(id: u16, name: &str) -> io::Result<Vec<u8>> {
    let mut message = id.to_be_bytes().to_vec();
    // Recursion desired; one question, no answers.
    message.extend([1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    for label in name.trim_end_matches('.').split('.') {
        let length = u8::try_from(label.len()).ok().filter(|length| (1..64).contains(length));
        message.push(length.ok_or_else(|| io::Error::other("not a domain name"))?);
        message.extend(label.bytes());
    }
    message.extend([0, 0, 1, 0, 1]);
    Ok(message)
}

/// The A records of a whole answer; `None` if it ends too soon.
fn addresses(message: &[u8]) -> Option<Vec<Ipv4Addr>> {
    let records = u16::from_be_bytes([*message.get(6)?, *message.get(7)?]);
    let mut rest = skip_name(message.get(12..)?)?.get(4..)?;
    let mut found = Vec::new();
    for _ in 0..records {
        rest = skip_name(rest)?;
        let length = u16::from_be_bytes([*rest.get(8)?, *rest.get(9)?]).into();
        let data = rest.get(10..)?.get(..length)?;
        if let (&[0, 1], &[a, b, c, d]) = (rest.get(..2)?, data) {
            found.push(Ipv4Addr::new(a, b, c, d));
        }
        rest = &rest[10 + length..];
    }
    Some(found)
}

/// What follows a name: labels up to an empty one, or up to a pointer to the rest of the name.
fn skip_name(mut rest: &[u8]) -> Option<&[u8]> {
    loop {
        match *rest.first()? {
            0 => return rest.get(1..),
            192.. => return rest.get(2..),
            length => rest = rest.get(1 + usize::from(length)..)?,
        }
    }
}

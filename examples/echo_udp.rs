//! A UDP server that sends back what it gets. Ctrl-C stops it.
//!
//! ```text
//! cargo run --example echo_udp -- 127.0.0.1:7777
//! nc -u 127.0.0.1 7777
//! ```

use runtime::io;
use runtime::net::UdpSocket;
use runtime::signal::ctrl_c;

#[runtime::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let addr = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:7777".into());
    let socket = UdpSocket::bind(addr).await?;
    println!("listening on {}", socket.local_addr()?);
    runtime::select! {
        // Listens for Ctrl-C before the first answer goes out.
        biased;
        result = ctrl_c() => result,
        result = serve(socket) => result,
    }
}

async fn serve(socket: UdpSocket) -> io::Result<()> {
    // One buffer for all, large enough for any datagram: what does not fit is lost.
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let (length, from) = socket.recv_from(&mut buffer).await?;
        socket.send_to(&buffer[..length], from).await?;
    }
}

//! Echo servers on loopback.

use runtime::io::{AsyncReadExt, AsyncWriteExt};
use runtime::net::{TcpListener, TcpStream, UdpSocket};
use runtime::time::sleep;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

/// How long to let connections end before accepting more, when the process is out of descriptors.
const BACK_OFF: Duration = Duration::from_millis(10);

/// Starts a TCP server; answers where it listens.
pub async fn tcp() -> io::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let addr = listener.local_addr()?;
    runtime::spawn(async move {
        loop {
            match listener.accept().await {
                // A connection that breaks is the client's to report.
                Ok((stream, _)) => drop(runtime::spawn(echo(stream))),
                Err(_) => sleep(BACK_OFF).await,
            }
        }
    });
    Ok(addr)
}

async fn echo(mut stream: TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut buffer = vec![0; 16 * 1024];
    loop {
        match stream.read(&mut buffer).await? {
            0 => return Ok(()),
            read => stream.write_all(&buffer[..read]).await?,
        }
    }
}

/// Starts a UDP server; answers where it listens.
pub async fn udp() -> io::Result<SocketAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let addr = socket.local_addr()?;
    runtime::spawn(async move {
        let mut buffer = vec![0; 64 * 1024];
        loop {
            // A datagram that is lost, on its way here or back, is the client's to report.
            if let Ok((read, from)) = socket.recv_from(&mut buffer).await {
                let _ = socket.send_to(&buffer[..read], from).await;
            }
        }
    });
    Ok(addr)
}

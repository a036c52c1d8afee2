//! One client: sends, waits for the echo, compares.

use crate::args::Protocol;
use crate::pattern::Pattern;
use crate::phase::Phase;
use runtime::io::{AsyncReadExt, AsyncWriteExt};
use runtime::net::{TcpStream, UdpSocket};
use runtime::time::{sleep, timeout};
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long a connect or a round trip may take before it counts as an error.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long to wait before a broken connection is made anew.
const BACK_OFF: Duration = Duration::from_millis(10);

/// Works until the phase ends; connects again after an error.
pub async fn work(phase: Arc<Phase>, protocol: Protocol, addr: SocketAddr, mut echo: Exchange) {
    while !phase.is_over() {
        let result = match protocol {
            Protocol::Tcp => over_tcp(&phase, addr, &mut echo).await,
            Protocol::Udp => over_udp(&phase, addr, &mut echo).await,
        };
        if let Err(error) = result {
            phase.failed(&error);
            sleep(BACK_OFF).await;
        }
    }
}

/// Round trips on one connection, until it fails or the phase ends.
async fn over_tcp(phase: &Phase, addr: SocketAddr, echo: &mut Exchange) -> io::Result<()> {
    let mut stream = in_time(TcpStream::connect(addr)).await?;
    stream.set_nodelay(true)?;
    while !phase.is_over() {
        let sent_at = echo.next();
        // Reading while writing: a payload larger than the socket buffers would stop both ends.
        let (mut reader, mut writer) = stream.split();
        in_time(async {
            let write = writer.write_all(&echo.sent);
            runtime::try_join!(write, reader.read_exact(&mut echo.received)).map(drop)
        })
        .await?;
        phase.returned(sent_at.elapsed(), echo.received.len(), echo.matches(echo.received.len()));
    }
    Ok(())
}

/// Round trips on one socket, until a datagram is lost or the phase ends. A new socket takes over
/// then, so that a late echo cannot be taken for a wrong one.
async fn over_udp(phase: &Phase, addr: SocketAddr, echo: &mut Exchange) -> io::Result<()> {
    let local: SocketAddr = match addr {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(local).await?;
    socket.connect(addr).await?;
    while !phase.is_over() {
        let sent_at = echo.next();
        let read = in_time(async {
            socket.send(&echo.sent).await?;
            socket.recv(&mut echo.received).await
        })
        .await?;
        phase.returned(sent_at.elapsed(), read, echo.matches(read));
    }
    Ok(())
}

/// Turns running out of patience into an error like any other.
async fn in_time<T>(operation: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    match timeout(PATIENCE, operation).await {
        Ok(result) => result,
        Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, "no answer in time")),
    }
}

/// What one client sends and gets back.
#[derive(Debug)]
pub struct Exchange {
    pattern: Pattern,
    sent: Vec<u8>,
    received: Vec<u8>,
}

impl Exchange {
    pub fn new(client: u32, size: usize) -> Self {
        Self { pattern: Pattern::new(client), sent: vec![0; size], received: vec![0; size] }
    }

    /// Prepares the next payload; answers when it is taken to be sent.
    fn next(&mut self) -> Instant {
        self.pattern.fill(&mut self.sent);
        Instant::now()
    }

    /// Whether the first `read` bytes that came back are all that was sent.
    fn matches(&self, read: usize) -> bool {
        self.received[..read] == self.sent
    }
}

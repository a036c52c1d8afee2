//! Sockets, pipes in memory, files.

use super::{Outcome, Path, one_loop};
use runtime::fs;
use runtime::io::{self, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use runtime::net::{TcpListener, TcpStream, UdpSocket, UnixStream};
use std::hint::black_box;
use std::net::Ipv4Addr;

/// The paths of this file.
pub const PATHS: &[Path] = &[
    Path { name: "tcp_echo", run: tcp_echo },
    Path { name: "unix_echo", run: unix_echo },
    Path { name: "duplex_echo", run: duplex_echo },
    Path { name: "udp_ping", run: udp_ping },
    Path { name: "fs_read", run: fs_read },
];

const MESSAGE: usize = 64;
const HERE: (Ipv4Addr, u16) = (Ipv4Addr::LOCALHOST, 0);

/// Round trips between two tasks.
async fn echo<S>(mut near: S, mut far: S, times: u32) -> Outcome
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let peer = runtime::spawn(async move {
        let mut bytes = [0; MESSAGE];
        for _ in 0..times {
            far.read_exact(&mut bytes).await?;
            far.write_all(&bytes).await?;
        }
        Ok::<_, io::Error>(())
    });
    let mut bytes = [7; MESSAGE];
    for _ in 0..times {
        near.write_all(&bytes).await?;
        near.read_exact(&mut bytes).await?;
    }
    Ok(peer.await??)
}

fn tcp_echo(times: u32) -> Outcome {
    one_loop()?.block_on(async {
        let listener = TcpListener::bind(HERE).await?;
        let near = TcpStream::connect(listener.local_addr()?).await?;
        let (far, _) = listener.accept().await?;
        near.set_nodelay(true)?;
        far.set_nodelay(true)?;
        echo(near, far, times).await
    })
}

fn unix_echo(times: u32) -> Outcome {
    one_loop()?.block_on(async {
        let (near, far) = UnixStream::pair()?;
        echo(near, far, times).await
    })
}

fn duplex_echo(times: u32) -> Outcome {
    one_loop()?.block_on(async {
        let (near, far) = io::duplex(MESSAGE);
        echo(near, far, times).await
    })
}

fn udp_ping(times: u32) -> Outcome {
    one_loop()?.block_on(async {
        let (near, far) = (UdpSocket::bind(HERE).await?, UdpSocket::bind(HERE).await?);
        near.connect(far.local_addr()?).await?;
        far.connect(near.local_addr()?).await?;
        let peer = runtime::spawn(async move {
            let mut bytes = [0; MESSAGE];
            for _ in 0..times {
                let size = far.recv(&mut bytes).await?;
                far.send(&bytes[..size]).await?;
            }
            Ok::<_, io::Error>(())
        });
        let mut bytes = [7; MESSAGE];
        for _ in 0..times {
            near.send(&bytes).await?;
            black_box(near.recv(&mut bytes).await?);
        }
        Ok(peer.await??)
    })
}

fn fs_read(times: u32) -> Outcome {
    let path = std::env::temp_dir().join(format!("ringloop-paths-{}", std::process::id()));
    std::fs::write(&path, [7; 4096])?;
    let done = one_loop()?.block_on(async {
        for _ in 0..times {
            black_box(fs::read(&path).await?);
        }
        Ok(())
    });
    std::fs::remove_file(&path)?;
    done
}

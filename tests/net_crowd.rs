//! Ten thousand connections at once.

#[path = "support/limit.rs"]
mod limit;
#[path = "support/net.rs"]
mod support;

use limit::open_descriptors;
use runtime::io::{AsyncReadExt, AsyncWriteExt};
use runtime::net::{TcpListener, TcpStream};
use runtime::runtime::Builder;
use runtime::time::{Duration, timeout};
use std::net::SocketAddr;
use std::process::{Command, Stdio};

const CHILD: &str = "RINGLOOP_TEST_CROWD";
const CROWD: usize = 10_000;
const ROUNDS: u64 = 2;
const LIMIT: Duration = Duration::from_secs(120);

/// Lets this process have as many descriptors as the system allows; answers how many those are.
fn raise_limit() -> usize {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the pointer is to a live value of the type that the call writes.
    assert_eq!(unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) }, 0);
    limit.rlim_cur = limit.rlim_max;
    // SAFETY: as above, for a call that reads.
    assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) }, 0);
    usize::try_from(limit.rlim_cur).unwrap_or(usize::MAX)
}

/// Each end has a process to itself, since one may have too few descriptors for both.
#[test]
fn ten_thousand_connections_at_once_lose_no_byte() {
    let allowed = raise_limit();
    assert!(allowed > CROWD + 100, "the system allows {allowed} descriptors only");
    if let Ok(addr) = std::env::var(CHILD) {
        let rt = Builder::new_current_thread().enable_all().build().unwrap();
        return rt.block_on(clients(addr.parse().unwrap()));
    }
    let before = open_descriptors();
    let rt = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let child = rt.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["ten_thousand_connections_at_once_lose_no_byte", "--exact", "--nocapture"])
            .env(CHILD, listener.local_addr().unwrap().to_string())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let tasks = timeout(LIMIT, async {
            let mut tasks = Vec::with_capacity(CROWD);
            for _ in 0..CROWD {
                let (stream, _) = listener.accept().await.unwrap();
                tasks.push(runtime::spawn(echo(stream)));
            }
            tasks
        });
        for task in tasks.await.expect("all are accepted") {
            timeout(LIMIT, task).await.expect("all are answered").unwrap();
        }
        child
    });
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    drop(rt);
    assert_eq!(open_descriptors(), before);
}

/// Ends the connection first, so that no port of a client is left to wait for stray segments.
async fn echo(mut stream: TcpStream) {
    for _ in 0..ROUNDS {
        let mut buf = [0; 8];
        stream.read_exact(&mut buf).await.unwrap();
        stream.write_all(&buf).await.unwrap();
    }
}

/// All connect before any of them speaks, and all speak before any of them leaves.
async fn clients(addr: SocketAddr) {
    let mut streams = Vec::with_capacity(CROWD);
    for _ in 0..CROWD {
        streams.push(TcpStream::connect(addr).await.unwrap());
    }
    for round in 0..ROUNDS {
        let mut tasks = Vec::with_capacity(CROWD);
        for (n, mut stream) in streams.drain(..).enumerate() {
            let sent = (n as u64 * ROUNDS + round).to_be_bytes();
            tasks.push(runtime::spawn(async move {
                stream.write_all(&sent).await.unwrap();
                let mut back = [0; 8];
                stream.read_exact(&mut back).await.unwrap();
                assert_eq!(back, sent);
                stream
            }));
        }
        for task in tasks {
            streams.push(timeout(LIMIT, task).await.expect("all are answered").unwrap());
        }
    }
    for mut stream in streams {
        assert_eq!(stream.read(&mut [0; 8]).await.unwrap(), 0);
    }
}

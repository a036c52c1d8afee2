//! How far is a round trip from what the kernel alone takes?
//!
//! Two ends talk on one thread: once by bare system calls, and once as two tasks of a current-thread
//! runtime. The bare side does what no runtime can leave out where an answer may come late: each end
//! sends, waits with epoll and receives, which makes six calls for a round trip. Rounds alternate, and
//! the ratio is the median of theirs.
//!
//! ```text
//! cargo bench --bench floor
//! ```

use runtime::io::{AsyncReadExt, AsyncWriteExt};
use runtime::runtime::{Builder, Runtime};
use std::future::Future;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::time::Instant;

const SIZE: usize = 64;
const TRIPS: u32 = 5_000;
const ROUNDS: usize = 21;

/// A socket that does not block.
trait End: AsRawFd {
    fn send(&mut self, bytes: &[u8]) -> io::Result<usize>;
    fn receive(&mut self, bytes: &mut [u8]) -> io::Result<usize>;
}

macro_rules! stream_ends {
    ($($stream:ty),*) => {$(
        impl End for $stream {
            fn send(&mut self, bytes: &[u8]) -> io::Result<usize> {
                self.write(bytes)
            }
            fn receive(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
                self.read(bytes)
            }
        }
    )*};
}

stream_ends!(TcpStream, UnixStream);

impl End for UdpSocket {
    fn send(&mut self, bytes: &[u8]) -> io::Result<usize> {
        UdpSocket::send(self, bytes)
    }
    fn receive(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.recv(bytes)
    }
}

fn tcp() -> io::Result<(TcpStream, TcpStream)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let one = TcpStream::connect(listener.local_addr()?)?;
    let other = listener.accept()?.0;
    for end in [&one, &other] {
        end.set_nodelay(true)?;
        end.set_nonblocking(true)?;
    }
    Ok((one, other))
}

fn unix() -> io::Result<(UnixStream, UnixStream)> {
    let (one, other) = UnixStream::pair()?;
    for end in [&one, &other] {
        end.set_nonblocking(true)?;
    }
    Ok((one, other))
}

fn udp() -> io::Result<(UdpSocket, UdpSocket)> {
    let (one, other) = (UdpSocket::bind("127.0.0.1:0")?, UdpSocket::bind("127.0.0.1:0")?);
    one.connect(other.local_addr()?)?;
    other.connect(one.local_addr()?)?;
    for end in [&one, &other] {
        end.set_nonblocking(true)?;
    }
    Ok((one, other))
}

/// Nanoseconds of a round trip by system calls alone.
fn bare<E: End>((mut one, mut other): (E, E)) -> io::Result<f64> {
    let mut poll = mio::Poll::new()?;
    let mut events = mio::Events::with_capacity(64);
    for (token, end) in [&one, &other].into_iter().enumerate() {
        let fd = end.as_raw_fd();
        let interest = mio::Interest::READABLE | mio::Interest::WRITABLE;
        poll.registry().register(&mut mio::unix::SourceFd(&fd), mio::Token(token), interest)?;
    }
    poll.poll(&mut events, None)?;
    let mut bytes = [7; SIZE];
    let mut hand_over = |from: &mut E, to: &mut E| -> io::Result<()> {
        assert_eq!(from.send(&bytes)?, SIZE);
        poll.poll(&mut events, None)?;
        assert_eq!(to.receive(&mut bytes)?, SIZE);
        Ok(())
    };
    let start = Instant::now();
    for _ in 0..TRIPS {
        hand_over(&mut one, &mut other)?;
        hand_over(&mut other, &mut one)?;
    }
    Ok(start.elapsed().as_nanos() as f64 / f64::from(TRIPS))
}

/// Nanoseconds of a round trip of two tasks, of which `asks` does all trips.
fn ours<A, B>(rt: &Runtime, asks: A, answers: B) -> io::Result<f64>
where
    A: Future<Output = io::Result<f64>> + Send + 'static,
    B: Future<Output = io::Result<()>> + Send + 'static,
{
    rt.block_on(async {
        let answers = runtime::spawn(answers);
        let took = runtime::spawn(asks).await?;
        answers.await??;
        took
    })
}

/// Both sides of a stream as tasks.
macro_rules! stream_tasks {
    ($rt:expr, $stream:ty, $pair:expr) => {{
        let (one, other) = $pair?;
        let _entered = $rt.enter();
        let (mut one, mut other) = (<$stream>::from_std(one)?, <$stream>::from_std(other)?);
        let asks = async move {
            let mut bytes = [7; SIZE];
            let start = Instant::now();
            for _ in 0..TRIPS {
                one.write_all(&bytes).await?;
                one.read_exact(&mut bytes).await?;
            }
            Ok(start.elapsed().as_nanos() as f64 / f64::from(TRIPS))
        };
        let answers = async move {
            let mut bytes = [0; SIZE];
            for _ in 0..TRIPS {
                other.read_exact(&mut bytes).await?;
                other.write_all(&bytes).await?;
            }
            Ok(())
        };
        ours($rt, asks, answers)
    }};
}

fn udp_tasks(rt: &Runtime) -> io::Result<f64> {
    let (one, other) = udp()?;
    let _entered = rt.enter();
    let one = runtime::net::UdpSocket::from_std(one)?;
    let other = runtime::net::UdpSocket::from_std(other)?;
    let asks = async move {
        let mut bytes = [7; SIZE];
        let start = Instant::now();
        for _ in 0..TRIPS {
            one.send(&bytes).await?;
            one.recv(&mut bytes).await?;
        }
        Ok(start.elapsed().as_nanos() as f64 / f64::from(TRIPS))
    };
    let answers = async move {
        let mut bytes = [0; SIZE];
        for _ in 0..TRIPS {
            let size = other.recv(&mut bytes).await?;
            other.send(&bytes[..size]).await?;
        }
        Ok(())
    };
    ours(rt, asks, answers)
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

/// Prints one row: both sides in alternating rounds.
fn row(
    name: &str,
    floor: impl Fn() -> io::Result<f64>,
    ours: impl Fn() -> io::Result<f64>,
) -> io::Result<()> {
    let mut pairs = Vec::new();
    for round in 0..ROUNDS {
        pairs.push(if round % 2 == 0 {
            let floor = floor()?;
            (floor, ours()?)
        } else {
            let ours = ours()?;
            (floor()?, ours)
        });
    }
    let of = |pick: fn(&(f64, f64)) -> f64| median(pairs.iter().map(pick).collect());
    let (floor, ours, ratio) = (of(|pair| pair.0), of(|pair| pair.1), of(|pair| pair.1 / pair.0));
    println!("{name:<6} {floor:>12.0} {ours:>12.0} {ratio:>8.2}");
    Ok(())
}

fn main() -> io::Result<()> {
    let rt = Builder::new_current_thread().enable_all().build()?;
    println!("64 bytes there and back, ns; the ratio is ours to the floor\n");
    println!("{:<6} {:>12} {:>12} {:>8}", "", "system calls", "two tasks", "ratio");
    row("tcp", || bare(tcp()?), || stream_tasks!(&rt, runtime::net::TcpStream, tcp()))?;
    row("unix", || bare(unix()?), || stream_tasks!(&rt, runtime::net::UnixStream, unix()))?;
    row("udp", || bare(udp()?), || udp_tasks(&rt))
}

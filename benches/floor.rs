//! How far is a round trip from what the kernel alone takes?
//!
//! Two ends talk on one thread: once by bare system calls, and once as two tasks of a current-thread
//! runtime. The bare side does what no runtime can leave out where an answer may come late: each end
//! sends, waits with epoll and receives, which makes six calls for a round trip. Who receives from a
//! stream, and does not know what was sent, has to learn whether that was all: it asks the kernel
//! along with the bytes, which costs less than a seventh and an eighth call in vain. Rows that do not
//! ask show what that is. Rounds alternate, and the ratio is the median of theirs.
//!
//! ```text
//! cargo bench --bench floor
//! ```

use libc::c_int;
use runtime::io::{AsyncReadExt, AsyncWriteExt};
use runtime::runtime::{Builder, Runtime};
use socket2::{MaybeUninitSlice, MsgHdrMut, SockRef};
use std::future::Future;
use std::io::{self, Read, Write};
use std::mem::MaybeUninit;
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::fd::{AsFd, AsRawFd, RawFd};
use std::os::unix::net::UnixStream;
use std::time::Instant;

const SIZE: usize = 64;
/// The option of Unix streams, known since Linux 6.17.
const SO_INQ: c_int = 84;
const TRIPS: u32 = 5_000;
const ROUNDS: usize = 21;

/// A socket that does not block.
trait End: AsRawFd {
    fn send(&mut self, bytes: &[u8]) -> io::Result<usize>;
    fn receive(&mut self, bytes: &mut [u8]) -> io::Result<usize>;
}

macro_rules! stream_ends {
    ($($stream:ty = $level:expr, $inq:expr;)*) => {$(
        impl End for $stream {
            fn send(&mut self, bytes: &[u8]) -> io::Result<usize> {
                self.write(bytes)
            }
            fn receive(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
                self.read(bytes)
            }
        }

        impl Asking<$stream> {
            fn pair((one, other): ($stream, $stream)) -> io::Result<(Self, Self)> {
                Ok((Self::new(one, $level, $inq)?, Self::new(other, $level, $inq)?))
            }
        }
    )*};
}

/// A stream that asks with each receive how many bytes are left.
struct Asking<S>(S);

impl<S: AsRawFd> Asking<S> {
    fn new(stream: S, level: c_int, option: c_int) -> io::Result<Self> {
        let (on, size) = (1, size_of::<c_int>() as libc::socklen_t);
        // SAFETY: the pointer is to a live number of that size.
        let done = unsafe {
            libc::setsockopt(stream.as_raw_fd(), level, option, (&raw const on).cast(), size)
        };
        if done == 0 { Ok(Self(stream)) } else { Err(io::Error::last_os_error()) }
    }
}

impl<S: AsRawFd> AsRawFd for Asking<S> {
    fn as_raw_fd(&self) -> RawFd {
        self.0.as_raw_fd()
    }
}

impl<S: End + AsFd> End for Asking<S> {
    fn send(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.send(bytes)
    }
    fn receive(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        // SAFETY: the kernel, which alone gets to see it so, takes no initialised byte away.
        let bytes = unsafe { &mut *(&raw mut *bytes as *mut [MaybeUninit<u8>]) };
        let (mut bytes, mut note) = ([MaybeUninitSlice::new(bytes)], [MaybeUninit::uninit(); 24]);
        let mut message = MsgHdrMut::new().with_buffers(&mut bytes).with_control(&mut note);
        let size = SockRef::from(&self.0).recvmsg(&mut message, 0)?;
        assert!(message.control_len() > 0, "the kernel does not say how much is left");
        Ok(size)
    }
}

stream_ends! {
    TcpStream = libc::SOL_TCP, libc::TCP_INQ;
    UnixStream = libc::SOL_SOCKET, SO_INQ;
}

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
    println!("{name:<16} {floor:>12.0} {ours:>12.0} {ratio:>8.2}");
    Ok(())
}

fn main() -> io::Result<()> {
    let rt = Builder::new_current_thread().enable_all().build()?;
    println!("64 bytes there and back, ns; the ratio is ours to the floor\n");
    println!("{:<16} {:>12} {:>12} {:>8}", "", "system calls", "two tasks", "ratio");
    let tcp_tasks = || stream_tasks!(&rt, runtime::net::TcpStream, tcp());
    row("tcp", || bare(Asking::<TcpStream>::pair(tcp()?)?), tcp_tasks)?;
    row("tcp, not asked", || bare(tcp()?), tcp_tasks)?;
    let unix_tasks = || stream_tasks!(&rt, runtime::net::UnixStream, unix());
    row("unix", || bare(Asking::<UnixStream>::pair(unix()?)?), unix_tasks)?;
    row("unix, not asked", || bare(unix()?), unix_tasks)?;
    row("udp", || bare(udp()?), || udp_tasks(&rt))
}

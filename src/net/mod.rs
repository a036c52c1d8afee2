//! Networking over TCP, UDP, Unix sockets or pipes.
//!
//! [`TcpListener`] and [`TcpStream`] talk over TCP, [`UdpSocket`] over UDP; [`UnixListener`],
//! [`UnixStream`] and [`UnixDatagram`] do the same within the machine. A [`TcpSocket`] or a
//! [`UnixSocket`] sets options before it becomes one of them. [`unix::pipe`] has pipes.
//!
//! # Waiting
//!
//! Every operation is tried first; only when it would block is the socket handed to the reactor of
//! the loop, and the task waits. So a socket that never has to wait is never registered, and an
//! accepted connection is watched by the loop that works on it, not by the one that accepted it.
//!
//! The methods whose names begin with `poll_` keep one task for reading and one for writing: that
//! of the last call. All others let any number of tasks wait.
//!
//! # Examples
//!
//! A server that echoes what it is sent:
//!
//! ```
//! use runtime::io;
//! use runtime::net::{TcpListener, TcpStream};
//!
//! async fn echo(mut stream: TcpStream) -> io::Result<u64> {
//!     let (mut read, mut write) = stream.split();
//!     io::copy(&mut read, &mut write).await
//! }
//!
//! # #[runtime::main(flavor = "current_thread")]
//! # async fn main() -> io::Result<()> {
//! let listener = TcpListener::bind("127.0.0.1:0").await?;
//! # let addr = listener.local_addr()?;
//! # let server = runtime::spawn(async move {
//! loop {
//!     let (stream, _from) = listener.accept().await?;
//!     runtime::spawn(echo(stream));
//! #   break io::Result::Ok(());
//! }
//! # });
//! # use runtime::io::{AsyncReadExt, AsyncWriteExt};
//! # let mut client = TcpStream::connect(addr).await?;
//! # client.write_all(b"hello").await?;
//! # client.shutdown().await?;
//! # let mut back = String::new();
//! # client.read_to_string(&mut back).await?;
//! # assert_eq!(back, "hello");
//! # server.await.expect("the server does not panic")?;
//! # Ok(()) }
//! ```

mod addr;
mod datagram;
#[allow(unsafe_code)]
mod fd;
mod impl_for;
mod options;
mod own_io;
mod ready;
mod stream;
#[allow(unsafe_code)]
mod sys;
pub mod tcp;
mod udp;
pub mod unix;
mod watched;

#[cfg(any(target_os = "linux", target_os = "android"))]
mod linux_options;
#[cfg(any(target_os = "linux", target_os = "android"))]
#[allow(unsafe_code)]
#[path = "linux.rs"]
mod platform;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
#[allow(unsafe_code)]
#[path = "bsd.rs"]
mod platform;

pub use self::addr::{ToSocketAddrs, lookup_host};
pub use self::tcp::listener::TcpListener;
pub use self::tcp::socket::TcpSocket;
pub use self::tcp::stream::TcpStream;
pub use self::udp::socket::UdpSocket;
pub use self::unix::datagram::socket::UnixDatagram;
pub use self::unix::listener::UnixListener;
pub use self::unix::socket::UnixSocket;
pub use self::unix::stream::UnixStream;

//! Sockets and the runtime that they belong to.

#[path = "support/dir.rs"]
mod dir;

use dir::Dir;
use futures::executor;
use runtime::io::AsyncReadExt;
use runtime::net::{TcpListener, TcpSocket, TcpStream, UdpSocket};
use runtime::net::{UnixDatagram, UnixListener, UnixStream, unix::pipe};
use runtime::runtime::{Builder, Runtime, is_rt_shutdown_err};
use std::fmt::Debug;
use std::io::{self, Write};
use std::net::Ipv4Addr;
use std::panic::catch_unwind;

/// A runtime that a thread of its own drives.
fn driven() -> Runtime {
    Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}

#[test]
fn a_listener_accepts_outside_of_a_runtime() {
    let (rt, dir) = (driven(), Dir::new());
    let tcp = rt.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).unwrap();
    let mut client = std::net::TcpStream::connect(tcp.local_addr().unwrap()).unwrap();
    executor::block_on(async {
        let (mut server, _) = tcp.accept().await.unwrap();
        client.write_all(b"x").unwrap();
        assert_eq!(server.read_u8().await.unwrap(), b'x');
    });
    let path = dir.join("socket");
    let unix = rt.block_on(async { UnixListener::bind(&path) }).unwrap();
    let mut client = std::os::unix::net::UnixStream::connect(&path).unwrap();
    executor::block_on(async {
        let (mut server, _) = std::future::poll_fn(|cx| unix.poll_accept(cx)).await.unwrap();
        client.write_all(b"x").unwrap();
        assert_eq!(server.read_u8().await.unwrap(), b'x');
    });
}

#[test]
fn a_runtime_that_has_shut_down_takes_no_socket() {
    #[track_caller]
    fn refused<T: Debug>(result: io::Result<T>) {
        let error = result.unwrap_err();
        assert!(is_rt_shutdown_err(&error), "{error}");
        assert_eq!(error.kind(), io::ErrorKind::Other);
    }
    fn nonblocking(socket: impl Into<socket2::Socket>) -> socket2::Socket {
        let socket = socket.into();
        socket.set_nonblocking(true).unwrap();
        socket
    }
    let (rt, dir) = (driven(), Dir::new());
    let handle = rt.handle().clone();
    drop(rt);
    let any = (Ipv4Addr::LOCALHOST, 0);
    let there = std::net::TcpListener::bind(any).unwrap();
    let addr = there.local_addr().unwrap();
    refused(handle.block_on(TcpListener::bind(any)));
    refused(handle.block_on(TcpStream::connect(addr)));
    refused(handle.block_on(UdpSocket::bind(any)));
    let _context = handle.enter();
    for path in [dir.join("stream"), dir.join("datagram")] {
        refused(UnixListener::bind(&path));
        refused(UnixDatagram::bind(&path));
        assert!(!path.exists(), "nothing is left in the way of the next");
    }
    refused(UnixDatagram::unbound());
    refused(UnixDatagram::pair());
    refused(UnixStream::pair());
    refused(pipe::pipe());
    refused(TcpSocket::new_v4().and_then(|socket| {
        socket.bind("127.0.0.1:0".parse().unwrap())?;
        socket.listen(1)
    }));
    refused(TcpStream::from_std(nonblocking(std::net::TcpStream::connect(addr).unwrap()).into()));
    refused(TcpListener::from_std(nonblocking(there).into()));
    refused(UdpSocket::from_std(nonblocking(std::net::UdpSocket::bind(any).unwrap()).into()));
}

#[test]
fn a_name_is_bound_before_it_shows_that_io_is_disabled() {
    let (rt, dir) = (Builder::new_current_thread().build().unwrap(), Dir::new());
    let _context = rt.enter();
    let (stream, datagram) = (dir.join("stream"), dir.join("datagram"));
    assert!(catch_unwind(|| UnixListener::bind(&stream)).is_err());
    assert!(catch_unwind(|| UnixDatagram::bind(&datagram)).is_err());
    // Programs on tokio that catch the panic find the name, and remove it.
    assert!(stream.exists() && datagram.exists());
}

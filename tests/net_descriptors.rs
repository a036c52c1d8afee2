//! Descriptors: none is left open, none is closed twice, and running out of them is survived.
//!
//! What is counted belongs to the whole process, so these tests run one at a time.

#[path = "support/dir.rs"]
mod dir;
#[path = "support/limit.rs"]
mod limit;
#[path = "support/net.rs"]
mod support;

use dir::Dir;
use limit::{Limit, alone, open_descriptors};
use runtime::io::AsyncReadExt;
use runtime::net::unix::pipe;
use runtime::net::{
    TcpListener, TcpSocket, TcpStream, UdpSocket, UnixDatagram, UnixListener, UnixStream,
};
use runtime::runtime::Builder;
use std::io::Write;
use std::pin::pin;
use support::{poll_once, soon, tcp_pair};

fn block_on<R>(future: impl Future<Output = R>) -> R {
    Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// Runs `future` on a runtime of its own and checks that it leaves no descriptor behind.
fn leaves_nothing_open(future: impl Future<Output = ()>) {
    let _alone = alone();
    let before = open_descriptors();
    block_on(future);
    assert_eq!(open_descriptors(), before);
}

/// Has `stream` wait for a byte from `peer`, so that the reactor knows it.
async fn wait_once(stream: &mut TcpStream, peer: &TcpStream) {
    let mut buf = [0];
    let mut read = pin!(stream.read_exact(&mut buf));
    assert!(poll_once(read.as_mut()).is_pending());
    peer.try_write(b"!").unwrap();
    soon(read).await.unwrap();
}

#[test]
fn streams_close_what_they_opened() {
    leaves_nothing_open(async {
        let (mut a, b) = tcp_pair().await;
        wait_once(&mut a, &b).await;
        let (read, write) = a.into_split();
        drop(read.reunite(write).unwrap());

        let (a, b) = UnixStream::pair().unwrap();
        assert!(poll_once(pin!(a.readable())).is_pending());
        let (read, write) = a.into_split();
        drop((write, b, read));
    });
}

#[test]
fn sockets_of_every_kind_close_what_they_opened() {
    leaves_nothing_open(async {
        let dir = Dir::new();
        let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
        assert!(poll_once(pin!(tcp.accept())).is_pending());
        let unix = UnixListener::bind(dir.join("s")).unwrap();
        assert!(poll_once(pin!(unix.accept())).is_pending());
        let udp = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        assert!(poll_once(pin!(udp.recv(&mut [0; 8]))).is_pending());
        let (datagram, _) = UnixDatagram::pair().unwrap();
        assert!(poll_once(pin!(datagram.recv(&mut [0; 8]))).is_pending());
        let (_sender, receiver) = pipe::pipe().unwrap();
        assert!(poll_once(pin!(receiver.readable())).is_pending());
        drop(TcpSocket::new_v4().unwrap());
    });
}

#[test]
fn attempts_that_fail_or_are_given_up_close_what_they_opened() {
    leaves_nothing_open(async {
        let dir = Dir::new();
        let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        TcpStream::connect(nobody).await.unwrap_err();
        UnixStream::connect(dir.join("nothing")).await.unwrap_err();
        TcpListener::bind("192.0.2.1:0").await.unwrap_err();
        std::fs::write(dir.join("file"), "").unwrap();
        pipe::OpenOptions::new().open_receiver(dir.join("file")).unwrap_err();

        let listener = UnixListener::bind(dir.join("s")).unwrap();
        let given_up = poll_once(pin!(UnixStream::connect(dir.join("s"))));
        assert!(given_up.is_pending());
        drop(listener);
    });
}

#[test]
fn what_is_given_away_stays_open() {
    let _alone = alone();
    let before = open_descriptors();
    let given: Vec<std::net::TcpStream> = block_on(async {
        let (mut a, b) = tcp_pair().await;
        wait_once(&mut a, &b).await;
        vec![a.into_std().unwrap(), b.into_std().unwrap()]
    });
    assert_eq!(open_descriptors(), before + 2);
    (&given[0]).write_all(b"still connected").unwrap();
    drop(given);
    assert_eq!(open_descriptors(), before);
}

#[test]
fn streams_that_outlive_their_runtime_are_closed_all_the_same() {
    let _alone = alone();
    let before = open_descriptors();
    let (mut a, b) = {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (mut a, b) = tcp_pair().await;
            wait_once(&mut a, &b).await;
            (a, b)
        })
    };
    let read = block_on(async { a.read(&mut [0; 8]).await });
    assert!(read.is_err());
    drop((a, b));
    assert_eq!(open_descriptors(), before);
}

#[test]
fn running_out_of_descriptors_is_an_error_that_passes() {
    let _alone = alone();
    block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        // It waits in the queue of the listener, which is where it stays while nobody can take it.
        let client = TcpStream::connect(addr).await.unwrap();

        let limit = Limit::use_up();
        for _ in 0..3 {
            let error = soon(listener.accept()).await.unwrap_err();
            assert_eq!(error.raw_os_error(), Some(libc::EMFILE));
        }
        let error = TcpStream::connect(addr).await.unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::EMFILE));
        drop(limit);

        let (_server, from) = soon(listener.accept()).await.unwrap();
        assert_eq!(from, client.local_addr().unwrap());
    });
}

#[test]
fn a_listener_that_waits_goes_on_when_there_are_descriptors_again() {
    let _alone = alone();
    let dir = Dir::new();
    block_on(async {
        let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = tcp.local_addr().unwrap();
        let path = dir.join("listener");
        let unix = UnixListener::bind(&path).unwrap();
        // Both wait, so that each connection comes as an event, of which there is one.
        let (mut tcp_accept, mut unix_accept) = (pin!(tcp.accept()), pin!(unix.accept()));
        assert!(poll_once(tcp_accept.as_mut()).is_pending());
        assert!(poll_once(unix_accept.as_mut()).is_pending());

        let clients =
            (std::net::TcpStream::connect(addr), std::os::unix::net::UnixStream::connect(&path));
        let limit = Limit::use_up();
        let error = soon(tcp_accept).await.unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::EMFILE));
        let error = soon(unix_accept).await.unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::EMFILE));
        drop(limit);

        soon(tcp.accept()).await.unwrap();
        soon(unix.accept()).await.unwrap();
        drop(clients);
    });
}

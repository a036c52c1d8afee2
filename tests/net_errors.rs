//! Connections that cannot be made: what a program is told, and that it can go on.
#![cfg(target_os = "linux")]

#[path = "support/filter.rs"]
mod filter;
#[path = "support/net.rs"]
mod support;

use filter::refuse;
use runtime::io::{AsyncReadExt, AsyncWriteExt};
use runtime::net::{TcpListener, TcpSocket, TcpStream, UdpSocket, UnixStream, lookup_host};
use runtime::runtime::Builder;
use runtime::time::{Duration, timeout};
use std::io::{self, ErrorKind};
use std::os::fd::AsRawFd;
use support::soon;

fn block_on<R>(future: impl Future<Output = R>) -> R {
    Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

#[runtime::test]
async fn what_is_no_address_is_an_error_before_anything_is_asked() {
    for text in ["", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536", "localhost:-1"] {
        let kinds = [
            TcpStream::connect(text).await.unwrap_err().kind(),
            TcpListener::bind(text).await.unwrap_err().kind(),
            UdpSocket::bind(text).await.unwrap_err().kind(),
            lookup_host(text).await.map(drop).unwrap_err().kind(),
        ];
        assert_eq!(kinds, [ErrorKind::InvalidInput; 4], "{text:?}");
    }
}

/// A listener whose queue is full, so that nobody answers; and what fills it.
fn deaf_listener() -> (socket2::Socket, Vec<std::net::TcpStream>) {
    let listener =
        socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    listener.bind(&std::net::SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    listener.listen(0).unwrap();
    let addr = listener.local_addr().unwrap().as_socket().unwrap();
    let mut queue = Vec::new();
    while let Ok(stream) = std::net::TcpStream::connect_timeout(&addr, Duration::from_millis(50)) {
        queue.push(stream);
        assert!(queue.len() < 20, "the queue is never full");
    }
    (listener, queue)
}

#[runtime::test]
async fn a_connection_that_nobody_answers_can_be_given_up() {
    let (listener, _queue) = deaf_listener();
    let addr = listener.local_addr().unwrap().as_socket().unwrap();
    let connect = TcpStream::connect(addr);
    assert!(timeout(Duration::from_millis(5), connect).await.is_err());
    // Whoever gave up is gone, and others can still be connected to.
    let other = TcpListener::bind("127.0.0.1:0").await.unwrap();
    soon(TcpStream::connect(other.local_addr().unwrap())).await.unwrap();
}

#[runtime::test]
async fn a_connection_that_nobody_answers_times_out() {
    let (listener, _queue) = deaf_listener();
    let addr = listener.local_addr().unwrap().as_socket().unwrap();
    let socket = TcpSocket::new_v4().unwrap();
    let limit: libc::c_uint = 10;
    // SAFETY: the option is a number, which lives through the call.
    let set = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            libc::IPPROTO_TCP,
            libc::TCP_USER_TIMEOUT,
            (&raw const limit).cast(),
            size_of_val(&limit) as libc::socklen_t,
        )
    };
    assert_eq!(set, 0, "{}", io::Error::last_os_error());
    let error = soon(socket.connect(addr)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
}

/// A thread is refused the call from then on, so each of these has one of its own.
fn strict(claim: impl FnOnce() + Send + 'static) {
    std::thread::spawn(claim).join().unwrap();
}

#[test]
fn a_system_without_descriptors_is_an_error_of_each_call() {
    strict(|| {
        refuse(libc::SYS_socket, libc::ENFILE);
        block_on(async {
            let refused = [
                TcpStream::connect("127.0.0.1:9").await.map(drop),
                TcpListener::bind("127.0.0.1:0").await.map(drop),
                UdpSocket::bind("127.0.0.1:0").await.map(drop),
                TcpSocket::new_v4().map(drop),
                UnixStream::connect("/nowhere").await.map(drop),
            ];
            for error in refused {
                assert_eq!(error.unwrap_err().raw_os_error(), Some(libc::ENFILE));
            }
            let (mut one, mut other) = UnixStream::pair().unwrap();
            one.write_u8(1).await.unwrap();
            assert_eq!(other.read_u8().await.unwrap(), 1, "what is open still works");
        });
    });
}

#[test]
fn a_listener_that_is_refused_descriptors_serves_another_thread() {
    let listener = block_on(async { TcpListener::bind("127.0.0.1:0").await?.into_std() }).unwrap();
    let _client = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let refused = listener.try_clone().unwrap();
    strict(move || {
        refuse(libc::SYS_accept4, libc::ENFILE);
        block_on(async {
            let listener = TcpListener::from_std(refused).unwrap();
            for _ in 0..3 {
                let error = soon(listener.accept()).await.unwrap_err();
                assert_eq!(error.raw_os_error(), Some(libc::ENFILE));
            }
        });
    });
    block_on(async {
        soon(TcpListener::from_std(listener).unwrap().accept()).await.unwrap();
    });
}

#[test]
fn a_refused_registration_is_an_error_of_the_call_that_has_to_wait() {
    strict(|| {
        let rt = Builder::new_current_thread().enable_all().build().unwrap();
        refuse(libc::SYS_epoll_ctl, libc::ENOSPC);
        rt.block_on(async {
            let (mut one, mut other) = UnixStream::pair().unwrap();
            for n in 0..3 {
                let error = one.read_u8().await.unwrap_err();
                assert_eq!(error.raw_os_error(), Some(libc::ENOSPC));
                other.write_u8(n).await.unwrap();
                assert_eq!(one.read_u8().await.unwrap(), n, "what need not wait still works");
            }
        });
    });
}

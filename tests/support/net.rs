//! Connected sockets, and polling one step at a time.
// Each test takes what it needs.
#![allow(dead_code)]

use runtime::net::{TcpListener, TcpStream};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

/// Both ends of a TCP connection, the one that connected first.
pub async fn tcp_pair() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let (server, _) = listener.accept().await.unwrap();
    client.set_nodelay(true).unwrap();
    server.set_nodelay(true).unwrap();
    (client, server)
}

/// Polls once, for nobody.
pub fn poll_once<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Bytes that differ enough to notice one that is lost, doubled or moved.
pub fn pattern(len: usize) -> Vec<u8> {
    (0..len as u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect()
}

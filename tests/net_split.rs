//! The halves of a TCP stream, borrowed and owned.

#[path = "support/net.rs"]
mod support;

use runtime::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, Interest, ReadBuf};
use runtime::net::TcpStream;
use runtime::time::timeout;
use std::future::poll_fn;
use std::io::ErrorKind;
use std::pin::pin;
use std::time::Duration;
use support::{pattern, poll_once, tcp_pair};

const SOON: Duration = Duration::from_secs(20);
const LEN: usize = 1 << 20;

/// Sends and receives at the same time, more than fits into the buffers between the ends.
async fn both_ways(read: impl AsyncRead + Unpin, write: impl AsyncWrite + Unpin) {
    let (mut read, mut write) = (read, write);
    let sent = pattern(LEN);
    let (mut sending, mut receiving) = (pin!(write.write_all(&sent)), {
        pin!(async {
            let mut back = vec![0; LEN];
            read.read_exact(&mut back).await.map(|_| back)
        })
    });
    let mut is_sent = false;
    let back = poll_fn(|cx| {
        if !is_sent && let std::task::Poll::Ready(done) = sending.as_mut().poll(cx) {
            done.unwrap();
            is_sent = true;
        }
        receiving.as_mut().poll(cx)
    });
    let back = timeout(SOON, back).await.expect("neither direction stops the other").unwrap();
    assert!(back == sent);
}

fn echo(mut stream: TcpStream) {
    runtime::spawn(async move {
        let (mut read, mut write) = stream.split();
        runtime::io::copy(&mut read, &mut write).await
    });
}

#[runtime::test]
async fn borrowed_halves_work_at_the_same_time() {
    let (mut client, server) = tcp_pair().await;
    echo(server);
    for _ in 0..2 {
        let (read, write) = client.split();
        both_ways(read, write).await;
    }
}

#[runtime::test]
async fn owned_halves_work_in_tasks_of_their_own() {
    let (client, server) = tcp_pair().await;
    echo(server);
    let (mut read, mut write) = client.into_split();
    let writer =
        runtime::spawn(async move { write.write_all(&pattern(LEN)).await.map(|()| write) });
    let reader = runtime::spawn(async move {
        let mut back = vec![0; LEN];
        read.read_exact(&mut back).await.map(|_| (read, back))
    });
    let write = writer.await.unwrap().unwrap();
    let (read, back) = reader.await.unwrap().unwrap();
    assert!(back == pattern(LEN));
    let mut whole = read.reunite(write).unwrap();
    let (read, write) = whole.split();
    both_ways(read, write).await;
}

#[runtime::test]
async fn halves_of_different_streams_do_not_come_together() {
    let (a, b) = tcp_pair().await;
    let addr = a.local_addr().unwrap();
    let (a_read, _a_write) = a.into_split();
    let (_b_read, b_write) = b.into_split();
    let error = b_write.reunite(a_read).unwrap_err();
    assert_eq!(error.to_string(), "tried to reunite halves that are not from the same socket");
    assert_eq!(error.0.local_addr().unwrap(), addr);
    assert_eq!(error.1.peer_addr().unwrap(), addr);
}

#[runtime::test]
async fn dropping_the_owned_writing_half_ends_the_stream_for_the_peer() {
    let (client, mut server) = tcp_pair().await;
    let (mut read, mut write) = client.into_split();
    write.write_all(b"last words").await.unwrap();
    drop(write);
    let mut all = String::new();
    timeout(SOON, server.read_to_string(&mut all)).await.unwrap().unwrap();
    assert_eq!(all, "last words");
    server.write_all(b"heard").await.unwrap();
    read.read_exact(&mut [0; 5]).await.unwrap();
}

#[runtime::test]
async fn dropping_a_borrowed_writing_half_or_forgetting_an_owned_one_ends_nothing() {
    let (mut client, mut server) = tcp_pair().await;
    let _ = client.split();
    let (read, write) = client.into_split();
    write.forget();
    assert!(poll_once(pin!(server.read(&mut [0; 8]))).is_pending());
    drop(read);
    assert_eq!(timeout(SOON, server.read(&mut [0; 8])).await.unwrap().unwrap(), 0);
}

#[runtime::test]
async fn shutting_a_half_down_twice_is_fine() {
    let (mut client, mut server) = tcp_pair().await;
    {
        let (_, mut write) = client.split();
        write.shutdown().await.unwrap();
        write.shutdown().await.unwrap();
    }
    let (_read, mut write) = client.into_split();
    write.shutdown().await.unwrap();
    drop(write);
    assert_eq!(server.read(&mut [0; 8]).await.unwrap(), 0);
}

#[runtime::test]
async fn halves_try_what_the_stream_can() {
    let (a, b) = tcp_pair().await;
    let (mut a_read, a_write) = a.into_split();
    let (b_read, b_write) = b.into_split();
    b_write.writable().await.unwrap();
    assert!(b_write.ready(Interest::WRITABLE).await.unwrap().is_writable());
    assert_eq!(b_write.try_write(b"abcd").unwrap(), 4);

    assert!(a_read.ready(Interest::READABLE).await.unwrap().is_readable());
    let mut space = [0; 8];
    let mut buf = ReadBuf::new(&mut space);
    buf.put_slice(b">");
    assert_eq!(poll_fn(|cx| a_read.poll_peek(cx, &mut buf)).await.unwrap(), 4);
    assert_eq!(buf.filled(), b">abcd");
    assert_eq!(a_read.peek(&mut [0; 2]).await.unwrap(), 2);

    let mut grown = Vec::with_capacity(2);
    assert_eq!(a_read.try_read_buf(&mut grown).unwrap(), 2);
    let mut rest = [0; 8];
    assert_eq!(a_read.try_read(&mut rest).unwrap(), 2);
    assert_eq!((&grown[..], &rest[..2]), (&b"ab"[..], &b"cd"[..]));
    assert_eq!(a_read.try_read(&mut rest).unwrap_err().kind(), ErrorKind::WouldBlock);
    assert_eq!(a_write.peer_addr().unwrap(), b_read.local_addr().unwrap());
    assert_eq!(a_write.as_ref().peer_addr().unwrap(), b_write.local_addr().unwrap());
}

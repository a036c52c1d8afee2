//! UDP as a program sees it: whole datagrams, who sent them, and what is lost.

#[path = "support/net.rs"]
mod support;

use bytes::BytesMut;
use runtime::io::{Interest, ReadBuf};
use runtime::net::UdpSocket;
use runtime::time::timeout;
use std::cell::Cell;
use std::future::poll_fn;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use support::{pattern, poll_once};

const SOON: Duration = Duration::from_secs(20);

/// Two sockets, connected to each other.
async fn pair() -> (UdpSocket, UdpSocket) {
    let a = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let b = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    a.connect(b.local_addr().unwrap()).await.unwrap();
    b.connect(a.local_addr().unwrap()).await.unwrap();
    (a, b)
}

#[runtime::test]
async fn datagrams_go_back_and_forth() {
    let (a, b) = pair().await;
    let other = runtime::spawn(async move {
        let mut buf = [0; 64];
        for _ in 0..500 {
            let count = b.recv(&mut buf).await.unwrap();
            b.send(&buf[..count]).await.unwrap();
        }
    });
    for i in 0..500_u32 {
        a.send(&i.to_be_bytes()).await.unwrap();
        let mut buf = [0; 64];
        assert_eq!(timeout(SOON, a.recv(&mut buf)).await.unwrap().unwrap(), 4);
        assert_eq!(buf[..4], i.to_be_bytes());
    }
    other.await.unwrap();
}

#[runtime::test]
async fn a_datagram_says_who_sent_it() {
    let server = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let to = server.local_addr().unwrap();
    let mut buf = [0; 8];
    for _ in 0..3 {
        let client = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        client.send_to(b"hi", to).await.unwrap();
        let (count, from) = server.recv_from(&mut buf).await.unwrap();
        assert_eq!((count, from), (2, client.local_addr().unwrap()));
    }
}

#[runtime::test]
async fn what_does_not_fit_is_cut_off_and_the_next_datagram_is_whole() {
    let (a, b) = pair().await;
    a.send(b"long datagram").await.unwrap();
    a.send(b"next").await.unwrap();
    let mut buf = [0; 4];
    assert_eq!(b.recv(&mut buf).await.unwrap(), 4);
    assert_eq!(&buf, b"long");
    assert_eq!(b.recv(&mut buf).await.unwrap(), 4);
    assert_eq!(&buf, b"next");
}

#[runtime::test]
async fn the_largest_datagram_arrives_and_a_larger_one_is_refused() {
    let (a, b) = pair().await;
    let largest = pattern(65_507);
    assert_eq!(a.send(&largest).await.unwrap(), 65_507);
    let mut buf = Vec::with_capacity(1 << 16);
    assert_eq!(b.recv_buf(&mut buf).await.unwrap(), 65_507);
    assert!(buf == largest);

    let error = a.send(&pattern(65_508)).await.unwrap_err();
    assert_eq!(error.raw_os_error(), Some(libc::EMSGSIZE));
}

#[runtime::test]
async fn an_empty_datagram_is_one() {
    let (a, b) = pair().await;
    assert_eq!(a.send(&[]).await.unwrap(), 0);
    a.send(b"next").await.unwrap();
    let mut buf = [0; 8];
    assert_eq!(b.recv(&mut buf).await.unwrap(), 0);
    assert_eq!(b.recv(&mut buf).await.unwrap(), 4);
}

#[runtime::test]
async fn a_receive_without_room_takes_the_datagram() {
    let (a, b) = pair().await;
    a.send(b"first").await.unwrap();
    a.send(b"second").await.unwrap();
    assert_eq!(b.recv(&mut []).await.unwrap(), 0);
    let mut buf = [0; 8];
    assert_eq!(b.recv(&mut buf).await.unwrap(), 6);
}

#[runtime::test]
async fn buffers_grow_by_what_is_received() {
    let (a, b) = pair().await;
    let from = a.local_addr().unwrap();
    let mut buf = BytesMut::with_capacity(64);
    for (i, part) in [&b"one"[..], b"two", b"three", b"four"].into_iter().enumerate() {
        a.send(part).await.unwrap();
        b.readable().await.unwrap();
        let count = match i {
            0 => b.recv_buf(&mut buf).await.unwrap(),
            1 => b.try_recv_buf(&mut buf).unwrap(),
            2 => check(b.recv_buf_from(&mut buf).await.unwrap(), from),
            _ => check(b.try_recv_buf_from(&mut buf).unwrap(), from),
        };
        assert_eq!(count, part.len());
    }
    assert_eq!(&buf[..], b"onetwothreefour");
}

fn check((count, from): (usize, SocketAddr), expected: SocketAddr) -> usize {
    assert_eq!(from, expected);
    count
}

#[runtime::test]
async fn polled_receives_fill_behind_what_is_there() {
    let (a, b) = pair().await;
    let mut space = [0; 16];
    let mut buf = ReadBuf::new(&mut space);
    buf.put_slice(b">");
    a.send(b"one").await.unwrap();
    poll_fn(|cx| b.poll_peek(cx, &mut buf)).await.unwrap();
    poll_fn(|cx| b.poll_recv(cx, &mut buf)).await.unwrap();
    a.send(b"two").await.unwrap();
    let from = poll_fn(|cx| b.poll_recv_from(cx, &mut buf)).await.unwrap();
    assert_eq!(from, a.local_addr().unwrap());
    assert_eq!(buf.filled(), b">oneonetwo");
}

#[runtime::test]
async fn a_look_takes_nothing() {
    let (a, b) = pair().await;
    let from = a.local_addr().unwrap();
    a.send(b"look").await.unwrap();
    let mut buf = [0; 8];
    assert_eq!(b.peek(&mut buf[..2]).await.unwrap(), 2);
    assert_eq!(b.peek_from(&mut buf).await.unwrap(), (4, from));
    assert_eq!(b.peek_sender().await.unwrap(), from);
    assert_eq!(b.try_peek(&mut buf).unwrap(), 4);
    assert_eq!(b.try_peek_from(&mut buf).unwrap(), (4, from));
    assert_eq!(b.try_peek_sender().unwrap(), from);
    assert_eq!(b.try_recv(&mut buf).unwrap(), 4);
    assert_eq!(b.try_peek_sender().unwrap_err().kind(), ErrorKind::WouldBlock);
}

#[runtime::test]
async fn a_connected_socket_hears_that_nobody_is_there() {
    let (a, b) = pair().await;
    drop(b);
    a.send(b"hello?").await.unwrap();
    let error = timeout(SOON, a.recv(&mut [0; 8])).await.expect("the refusal wakes").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
}

#[runtime::test]
async fn a_connected_socket_does_not_hear_others() {
    let (a, b) = pair().await;
    let stranger = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    stranger.send_to(b"psst", b.local_addr().unwrap()).await.unwrap();
    a.send(b"friend").await.unwrap();
    let mut buf = [0; 8];
    let count = b.recv(&mut buf).await.unwrap();
    assert_eq!(&buf[..count], b"friend");
}

#[runtime::test]
async fn receives_that_are_dropped_lose_nothing() {
    let (a, b) = pair().await;
    let mut buf = [0; 8];
    for i in 0..100_u32 {
        {
            let mut recv = pin!(b.recv(&mut buf));
            assert!(poll_once(recv.as_mut()).is_pending());
            a.send(&i.to_be_bytes()).await.unwrap();
            // Woken or not, the future goes.
            runtime::task::yield_now().await;
        }
        assert_eq!(timeout(SOON, b.recv(&mut buf)).await.unwrap().unwrap(), 4);
        assert_eq!(buf[..4], i.to_be_bytes());
    }
}

#[runtime::test]
async fn tasks_share_a_socket() {
    let socket = Arc::new(UdpSocket::bind("127.0.0.1:0").await.unwrap());
    let to = socket.local_addr().unwrap();
    let receivers: Vec<_> = (0..8)
        .map(|_| {
            let socket = socket.clone();
            runtime::spawn(async move {
                let mut buf = [0; 8];
                socket.recv_from(&mut buf).await.unwrap();
                buf[0]
            })
        })
        .collect();
    runtime::task::yield_now().await;
    for i in 0..8 {
        socket.send_to(&[i], to).await.unwrap();
    }
    let mut seen = Vec::new();
    for receiver in receivers {
        seen.push(timeout(SOON, receiver).await.expect("each gets one").unwrap());
    }
    seen.sort_unstable();
    assert_eq!(seen, [0, 1, 2, 3, 4, 5, 6, 7]);
}

#[runtime::test]
async fn nowhere_to_send_is_an_error() {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let none: &[SocketAddr] = &[];
    assert_eq!(socket.send_to(b"x", none).await.unwrap_err().kind(), ErrorKind::InvalidInput);
    assert_eq!(socket.send(b"x").await.unwrap_err().raw_os_error(), Some(libc::EDESTADDRREQ));
}

#[runtime::test]
async fn a_group_is_heard_until_it_is_left() {
    let group = Ipv4Addr::new(239, 255, 17, 4);
    let socket = UdpSocket::bind("0.0.0.0:0").await.unwrap();
    socket.join_multicast_v4(group, Ipv4Addr::LOCALHOST).unwrap();
    socket2::SockRef::from(&socket).set_multicast_if_v4(&Ipv4Addr::LOCALHOST).unwrap();
    let to = (group, socket.local_addr().unwrap().port());
    let mut buf = [0; 8];

    assert!(socket.multicast_loop_v4().unwrap());
    socket.send_to(b"all", to).await.unwrap();
    let (count, _) = timeout(SOON, socket.recv_from(&mut buf)).await.expect("heard").unwrap();
    assert_eq!(&buf[..count], b"all");

    socket.leave_multicast_v4(group, Ipv4Addr::LOCALHOST).unwrap();
    let again = socket.leave_multicast_v4(group, Ipv4Addr::LOCALHOST).unwrap_err();
    assert_eq!(again.kind(), ErrorKind::AddrNotAvailable);
    socket.send_to(b"nobody", to).await.unwrap();
    socket.send_to(b"me", (Ipv4Addr::LOCALHOST, to.1)).await.unwrap();
    assert_eq!(socket.recv(&mut buf).await.unwrap(), 2);
}

#[runtime::test]
async fn a_socket_goes_to_the_standard_library_and_back() {
    let (a, b) = pair().await;
    let mut buf = [0; 8];
    {
        let mut recv = pin!(b.recv(&mut buf));
        assert!(poll_once(recv.as_mut()).is_pending());
    }
    let plain = b.into_std().unwrap();
    plain.set_nonblocking(false).unwrap();
    a.send(b"one").await.unwrap();
    assert_eq!(plain.recv(&mut buf).unwrap(), 3);

    plain.set_nonblocking(true).unwrap();
    let b = UdpSocket::from_std(plain).unwrap();
    a.send(b"again").await.unwrap();
    assert_eq!(timeout(SOON, b.recv(&mut buf)).await.unwrap().unwrap(), 5);
}

#[runtime::test]
async fn operations_of_the_users_own_wait_like_ours() {
    let (a, b) = pair().await;
    let calls = Cell::new(0);
    let mut recv = pin!(b.async_io(Interest::READABLE, || {
        calls.set(calls.get() + 1);
        socket2::SockRef::from(&b).recv(&mut [std::mem::MaybeUninit::uninit(); 8])
    }));
    assert!(poll_once(recv.as_mut()).is_pending());
    a.send(b"hi").await.unwrap();
    assert_eq!(timeout(SOON, recv).await.unwrap().unwrap(), 2);
    assert!(calls.get() >= 2);

    let refused = b.try_io(Interest::READABLE, || b.try_recv(&mut [0; 8])).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::WouldBlock);
    let never = b.try_io(Interest::READABLE, || -> std::io::Result<()> { panic!("not ready") });
    assert_eq!(never.unwrap_err().kind(), ErrorKind::WouldBlock);
}

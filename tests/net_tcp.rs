//! TCP as a program sees it: bytes, ends, resets and errors.

#[path = "support/net.rs"]
mod support;

use runtime::io::{AsyncReadExt, AsyncWriteExt};
use runtime::net::{TcpListener, TcpSocket, TcpStream};
use std::io::{ErrorKind, IoSlice, IoSliceMut, Read, Write};
use std::net::SocketAddr;
use std::pin::pin;
use std::task::Poll;
use support::{pattern, poll_once, soon, tcp_pair};

/// Waits for data once, after which the kernel is asked to tell what is left of it.
async fn wait_once(reader: &mut TcpStream, writer: &mut TcpStream) {
    let mut byte = [0];
    {
        let mut read = pin!(reader.read_exact(&mut byte));
        assert!(poll_once(read.as_mut()).is_pending());
        writer.write_all(b"!").await.unwrap();
        read.await.unwrap();
    }
    assert_eq!(&byte, b"!");
}

#[runtime::test]
async fn every_byte_comes_back_in_order() {
    let (client, mut server) = tcp_pair().await;
    let echo = runtime::spawn(async move {
        let (mut read, mut write) = server.split();
        let mut buf = [0; 1013];
        loop {
            match read.read(&mut buf).await.unwrap() {
                0 => return write.shutdown().await.unwrap(),
                count => write.write_all(&buf[..count]).await.unwrap(),
            }
        }
    });

    let sent = pattern(3 << 20);
    let (mut read, mut write) = client.into_split();
    let to_send = sent.clone();
    let writer = runtime::spawn(async move { write.write_all(&to_send).await });
    let mut back = Vec::new();
    soon(read.read_to_end(&mut back)).await.unwrap();

    assert!(back == sent, "{} of {} bytes, or not the same", back.len(), sent.len());
    writer.await.unwrap().unwrap();
    echo.await.unwrap();
}

#[runtime::test]
async fn messages_of_all_sizes_alternate_with_answers() {
    let (mut client, mut server) = tcp_pair().await;
    let echo = runtime::spawn(async move {
        let mut buf = vec![0; 1 << 16];
        while let Ok(len) = server.read_u32().await {
            let message = &mut buf[..len as usize];
            server.read_exact(message).await.unwrap();
            server.write_all(message).await.unwrap();
        }
    });
    let mut back = vec![0; 1 << 16];
    for len in [1, 2, 3, 63, 64, 65, 1000, 4096, 16_384, 65_536].repeat(20) {
        let message = pattern(len);
        client.write_u32(len as u32).await.unwrap();
        client.write_all(&message).await.unwrap();
        soon(client.read_exact(&mut back[..len])).await.unwrap();
        assert!(back[..len] == message, "a message of {len} bytes");
    }
    drop(client);
    echo.await.unwrap();
}

#[runtime::test]
async fn a_closed_direction_leaves_the_other_open() {
    let (mut client, mut server) = tcp_pair().await;
    client.shutdown().await.unwrap();
    assert_eq!(server.read(&mut [0; 8]).await.unwrap(), 0);
    assert_eq!(client.write(b"x").await.unwrap_err().kind(), ErrorKind::BrokenPipe);

    server.write_all(b"still here").await.unwrap();
    drop(server);
    let mut all = String::new();
    client.read_to_string(&mut all).await.unwrap();
    assert_eq!(all, "still here");
}

#[runtime::test]
async fn the_end_is_seen_when_it_comes_with_the_last_data() {
    // One buffer is filled exactly by the data, one is larger.
    for size in [5, 64] {
        let (mut client, mut server) = tcp_pair().await;
        wait_once(&mut client, &mut server).await;

        let mut buf = vec![0; size];
        let mut read = pin!(client.read(&mut buf));
        assert!(poll_once(read.as_mut()).is_pending());
        // Both before the loop looks again, so that they are one event.
        assert_eq!(server.try_write(b"final").unwrap(), 5);
        drop(server);

        assert_eq!(soon(read).await.unwrap(), 5);
        assert_eq!(&buf[..5], b"final");
        let end = soon(client.read(&mut buf)).await;
        assert_eq!(end.unwrap(), 0);
    }
}

#[runtime::test]
async fn what_is_left_after_a_read_is_read_without_another_event() {
    let (mut client, mut server) = tcp_pair().await;
    wait_once(&mut client, &mut server).await;
    let sent = pattern(100);
    for step in [1, 7, 99, 100] {
        server.write_all(&sent).await.unwrap();
        let mut back: Vec<u8> = Vec::new();
        while back.len() < sent.len() {
            let mut buf = vec![0; step];
            let count = soon(client.read(&mut buf)).await.unwrap();
            back.extend(&buf[..count]);
        }
        assert_eq!(back, sent, "in steps of {step}");
    }
}

#[runtime::test]
async fn urgent_data_does_not_hide_what_comes_after_it() {
    let (mut client, mut server) = tcp_pair().await;
    wait_once(&mut client, &mut server).await;

    let peer = socket2::SockRef::from(&server);
    peer.send(b"ab").unwrap();
    peer.send_out_of_band(b"!").unwrap();
    peer.send(b"cd").unwrap();
    drop(server);

    let mut all = Vec::new();
    soon(client.read_to_end(&mut all)).await.unwrap();
    assert_eq!(all, b"abcd");
}

#[runtime::test]
async fn a_read_that_urgent_data_cut_short_is_not_taken_for_the_last() {
    let (mut client, server) = tcp_pair().await;
    let peer = socket2::SockRef::from(&server);
    let mut buf = [0; 64];
    peer.send(b"!").unwrap();
    assert_eq!(soon(client.read(&mut buf)).await.unwrap(), 1);
    assert!(poll_once(pin!(client.read(&mut buf))).is_pending());

    peer.send(b"ab").unwrap();
    peer.send_out_of_band(b"!").unwrap();
    peer.send(b"cd").unwrap();
    assert_eq!(soon(client.read(&mut buf)).await.unwrap(), 2);
    assert_eq!(soon(client.read(&mut buf)).await.unwrap(), 2);
    assert_eq!(&buf[..2], b"cd");
}

#[runtime::test]
async fn a_reset_ends_a_waiting_read() {
    let (mut client, server) = tcp_pair().await;
    let reader = runtime::spawn(async move { client.read(&mut [0; 8]).await });
    runtime::task::yield_now().await;
    server.set_zero_linger().unwrap();
    drop(server);
    let error = soon(reader).await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
}

#[runtime::test]
async fn a_reset_ends_a_waiting_write() {
    let (mut client, server) = tcp_pair().await;
    let writer = runtime::spawn(async move {
        loop {
            if let Err(error) = client.write_all(&[0; 65_536]).await {
                return error;
            }
        }
    });
    runtime::task::yield_now().await;
    server.set_zero_linger().unwrap();
    drop(server);
    let error = soon(writer).await.unwrap();
    assert!(
        matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe),
        "{error:?}"
    );
}

#[runtime::test]
async fn a_refused_connection_is_an_error() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = TcpStream::connect(nobody).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
}

#[runtime::test]
async fn the_first_address_that_accepts_is_connected_to() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addrs = [nobody, listener.local_addr().unwrap()];
    let stream = TcpStream::connect(&addrs[..]).await.unwrap();
    assert_eq!(stream.peer_addr().unwrap(), addrs[1]);
}

#[runtime::test]
async fn no_address_is_an_error() {
    let none: &[SocketAddr] = &[];
    assert_eq!(TcpStream::connect(none).await.unwrap_err().kind(), ErrorKind::InvalidInput);
    assert_eq!(TcpListener::bind(none).await.unwrap_err().kind(), ErrorKind::InvalidInput);
    for malformed in ["127.0.0.1", "127.0.0.1:http", "127.0.0.1:70000"] {
        let error = TcpStream::connect(malformed).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{malformed}");
    }
}

#[runtime::test]
async fn a_port_in_use_is_an_error() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let error = TcpListener::bind(listener.local_addr().unwrap()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AddrInUse);
}

#[runtime::test]
async fn a_port_is_free_again_when_its_listener_is_gone() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    let client = TcpStream::connect(addr).await.unwrap();
    // The server closes first, so its end of the connection lingers on the port.
    drop(listener.accept().await.unwrap());
    drop((client, listener));
    TcpListener::bind(addr).await.unwrap();
}

#[runtime::test]
async fn connecting_in_a_loop_lets_the_acceptor_run() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    let acceptor = runtime::spawn(async move { listener.accept().await.unwrap() });
    let connector = runtime::spawn(async move {
        let mut open = Vec::new();
        while !acceptor.is_finished() {
            open.push(TcpStream::connect(addr).await.unwrap());
            assert!(open.len() < 100, "the acceptor is kept from running");
        }
    });
    connector.await.unwrap();
}

#[runtime::test]
async fn a_connection_that_nobody_takes_is_there_for_the_next_call() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    {
        let mut accept = pin!(listener.accept());
        assert!(poll_once(accept.as_mut()).is_pending());
        TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        // The event is there, and the future that was to see it is dropped.
        runtime::task::yield_now().await;
    }
    soon(listener.accept()).await.unwrap();
}

#[runtime::test]
async fn reads_that_are_dropped_lose_nothing() {
    let (mut client, mut server) = tcp_pair().await;
    let sent = pattern(20_000);
    let to_send = sent.clone();
    let writer = runtime::spawn(async move {
        for chunk in to_send.chunks(77) {
            server.write_all(chunk).await.unwrap();
            runtime::task::yield_now().await;
        }
    });
    let mut back: Vec<u8> = Vec::new();
    while back.len() < sent.len() {
        let mut buf = [0; 50];
        // Every future is polled once; most are dropped while they wait.
        let polled = poll_once(pin!(client.read(&mut buf)));
        match polled {
            Poll::Ready(count) => back.extend(&buf[..count.unwrap()]),
            Poll::Pending => runtime::task::yield_now().await,
        }
    }
    assert!(back == sent);
    writer.await.unwrap();
}

#[runtime::test]
async fn writes_that_are_dropped_are_whole_or_nothing() {
    let (mut client, mut server) = tcp_pair().await;
    let reader = runtime::spawn(async move {
        let mut all = Vec::new();
        server.read_to_end(&mut all).await.unwrap();
        all
    });
    let mut accepted = Vec::new();
    for i in 0..3000_u32 {
        let chunk = vec![i as u8; 4096];
        let polled = poll_once(pin!(client.write(&chunk)));
        match polled {
            Poll::Ready(count) => accepted.extend(&chunk[..count.unwrap()]),
            Poll::Pending => runtime::task::yield_now().await,
        }
    }
    drop(client);
    assert!(reader.await.unwrap() == accepted, "what write has counted, and only that, arrives");
}

#[runtime::test]
async fn nothing_is_read_or_written_at_once() {
    let (mut client, _server) = tcp_pair().await;
    assert!(matches!(poll_once(pin!(client.read(&mut []))), Poll::Ready(Ok(0))));
    assert!(matches!(poll_once(pin!(client.write(&[]))), Poll::Ready(Ok(0))));
    let empty = [IoSlice::new(&[]), IoSlice::new(&[])];
    assert!(matches!(poll_once(pin!(client.write_vectored(&empty))), Poll::Ready(Ok(0))));
}

#[runtime::test]
async fn several_buffers_are_read_and_written_in_turn() {
    let (mut client, server) = tcp_pair().await;
    let bufs = [IoSlice::new(b"ab"), IoSlice::new(b"cde")];
    assert_eq!(client.write_vectored(&bufs).await.unwrap(), 5);
    server.readable().await.unwrap();
    let (mut head, mut tail) = ([0; 1], [0; 8]);
    let mut bufs = [IoSliceMut::new(&mut head), IoSliceMut::new(&mut tail)];
    assert_eq!(server.try_read_vectored(&mut bufs).unwrap(), 5);
    assert_eq!((&head, &tail[..4]), (b"a", &b"bcde"[..]));
}

#[runtime::test]
async fn a_look_takes_nothing() {
    let (mut client, mut server) = tcp_pair().await;
    wait_once(&mut client, &mut server).await;
    server.write_all(b"look").await.unwrap();
    let mut buf = [0; 8];
    for _ in 0..3 {
        assert_eq!(client.peek(&mut buf).await.unwrap(), 4);
        assert_eq!(&buf[..4], b"look");
    }
    assert_eq!(client.read(&mut buf).await.unwrap(), 4);
}

#[runtime::test]
async fn all_tasks_that_wait_for_one_stream_are_told() {
    let (client, server) = tcp_pair().await;
    let client = std::sync::Arc::new(client);
    let waiting: Vec<_> = (0..40)
        .map(|_| {
            let client = client.clone();
            runtime::spawn(async move { client.readable().await })
        })
        .collect();
    runtime::task::yield_now().await;
    server.try_write(b"!").unwrap();
    for task in waiting {
        soon(task).await.unwrap().unwrap();
    }
}

#[runtime::test]
async fn a_full_stream_is_writable_again_when_it_is_read() {
    let (client, mut server) = tcp_pair().await;
    let mut written = 0;
    let full = loop {
        match client.try_write(&[7; 65_536]) {
            Ok(count) => written += count,
            Err(error) => break error,
        }
    };
    assert_eq!(full.kind(), ErrorKind::WouldBlock);
    assert!(poll_once(pin!(client.writable())).is_pending());

    let reader = runtime::spawn(async move {
        server.read_exact(&mut vec![0; written]).await.unwrap();
        server
    });
    soon(client.writable()).await.unwrap();
    let _server = reader.await.unwrap();
}

#[runtime::test]
async fn a_stream_goes_to_the_standard_library_and_back() {
    let (mut client, mut server) = tcp_pair().await;
    wait_once(&mut client, &mut server).await;

    let mut plain = client.into_std().unwrap();
    plain.set_nonblocking(false).unwrap();
    server.write_all(b"one").await.unwrap();
    let mut buf = [0; 3];
    plain.read_exact(&mut buf).unwrap();
    assert_eq!(&buf, b"one");
    plain.write_all(b"two").unwrap();

    plain.set_nonblocking(true).unwrap();
    let mut client = TcpStream::from_std(plain).unwrap();
    server.read_exact(&mut buf).await.unwrap();
    assert_eq!(&buf, b"two");
    wait_once(&mut client, &mut server).await;
}

#[runtime::test]
async fn a_bound_socket_connects_from_its_address() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let bound = socket.local_addr().unwrap();
    let stream = socket.connect(listener.local_addr().unwrap()).await.unwrap();
    assert_eq!(stream.local_addr().unwrap(), bound);
    assert_eq!(listener.accept().await.unwrap().1, bound);
}

#[runtime::test]
async fn ipv6_works_like_ipv4() {
    let listener = TcpListener::bind("[::1]:0").await.unwrap();
    let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let (mut server, from) = listener.accept().await.unwrap();
    assert_eq!(from, client.local_addr().unwrap());
    wait_once(&mut client, &mut server).await;
}

#[runtime::test]
async fn a_name_is_looked_up() {
    let listener = TcpListener::bind("localhost:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    TcpStream::connect(("localhost", port)).await.unwrap();
    TcpStream::connect(format!("localhost:{port}")).await.unwrap();
}

#[test]
fn a_stream_outlives_its_runtime_with_an_error() {
    let builder = || {
        let mut builder = runtime::runtime::Builder::new_current_thread();
        builder.enable_all();
        builder.build().unwrap()
    };
    let gone = builder();
    let (mut client, server) = gone.block_on(tcp_pair());
    let waits = gone.block_on(async { poll_once(pin!(client.read(&mut [0; 8]))).is_pending() });
    assert!(waits);
    drop(gone);
    builder().block_on(async {
        let read = soon(client.read(&mut [0; 8])).await;
        assert!(read.is_err());
        let write = soon(client.write(b"x")).await;
        assert!(write.is_err());
    });
    drop(server);
}

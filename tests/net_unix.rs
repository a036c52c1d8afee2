//! Unix sockets as a program sees them: names, credentials, streams and datagrams.

#[path = "support/dir.rs"]
mod dir;
#[path = "support/net.rs"]
mod support;

use dir::Dir;
use runtime::io::{AsyncReadExt, AsyncWriteExt};
use runtime::net::unix::SocketAddr;
use runtime::net::{UnixDatagram, UnixListener, UnixSocket, UnixStream};
use std::io::{ErrorKind, Read, Write};
use std::net::Shutdown;
use std::pin::pin;
use std::task::Poll;
use support::{pattern, poll_once, soon};

#[runtime::test]
async fn every_byte_comes_back_in_order() {
    let (ours, mut theirs) = UnixStream::pair().unwrap();
    let echo = runtime::spawn(async move {
        let (mut read, mut write) = theirs.split();
        let mut buf = [0; 1013];
        loop {
            match read.read(&mut buf).await.unwrap() {
                0 => return write.shutdown().await.unwrap(),
                count => write.write_all(&buf[..count]).await.unwrap(),
            }
        }
    });
    let sent = pattern(1 << 20);
    let (mut read, mut write) = ours.into_split();
    let to_send = sent.clone();
    let writer = runtime::spawn(async move { write.write_all(&to_send).await });
    let mut back = Vec::new();
    soon(read.read_to_end(&mut back)).await.unwrap();
    assert!(back == sent, "{} of {} bytes, or not the same", back.len(), sent.len());
    writer.await.unwrap().unwrap();
    echo.await.unwrap();
}

#[runtime::test]
async fn the_end_is_seen_when_it_comes_with_the_last_data() {
    for size in [5, 64] {
        let (mut ours, theirs) = UnixStream::pair().unwrap();
        // Twice, since the first wait changes how the stream is read.
        for _ in 0..2 {
            let mut buf = [0];
            let mut read = pin!(ours.read_exact(&mut buf));
            assert!(poll_once(read.as_mut()).is_pending());
            theirs.try_write(b"!").unwrap();
            read.await.unwrap();
        }
        let mut buf = vec![0; size];
        let mut read = pin!(ours.read(&mut buf));
        assert!(poll_once(read.as_mut()).is_pending());
        assert_eq!(theirs.try_write(b"final").unwrap(), 5);
        drop(theirs);
        assert_eq!(soon(read).await.unwrap(), 5);
        let end = soon(ours.read(&mut buf)).await;
        assert_eq!(end.unwrap(), 0);
    }
}

#[runtime::test]
async fn the_end_alone_is_seen_again_and_again() {
    let (mut ours, theirs) = UnixStream::pair().unwrap();
    {
        let mut buf = [0];
        let mut read = pin!(ours.read(&mut buf));
        assert!(poll_once(read.as_mut()).is_pending());
        drop(theirs);
        assert_eq!(soon(read).await.unwrap(), 0);
    }
    for _ in 0..3 {
        assert!(matches!(poll_once(pin!(ours.read(&mut [0; 8]))), Poll::Ready(Ok(0))));
    }
}

#[runtime::test]
async fn reads_that_are_dropped_lose_nothing() {
    let (mut ours, mut theirs) = UnixStream::pair().unwrap();
    let sent = pattern(20_000);
    let to_send = sent.clone();
    runtime::spawn(async move {
        for chunk in to_send.chunks(77) {
            theirs.write_all(chunk).await.unwrap();
            runtime::task::yield_now().await;
        }
    });
    let mut back: Vec<u8> = Vec::new();
    while back.len() < sent.len() {
        let mut buf = [0; 50];
        let polled = poll_once(pin!(ours.read(&mut buf)));
        match polled {
            Poll::Ready(count) => back.extend(&buf[..count.unwrap()]),
            Poll::Pending => runtime::task::yield_now().await,
        }
    }
    assert!(back == sent);
}

#[runtime::test]
async fn a_closed_direction_leaves_the_other_open() {
    let (mut ours, mut theirs) = UnixStream::pair().unwrap();
    ours.shutdown().await.unwrap();
    assert_eq!(theirs.read(&mut [0; 8]).await.unwrap(), 0);
    assert_eq!(ours.write(b"x").await.unwrap_err().kind(), ErrorKind::BrokenPipe);
    theirs.write_all(b"still here").await.unwrap();
    drop(theirs);
    let mut all = String::new();
    ours.read_to_string(&mut all).await.unwrap();
    assert_eq!(all, "still here");
}

#[runtime::test]
async fn a_listener_is_found_by_its_path() {
    let dir = Dir::new();
    let path = dir.join("listener.sock");
    assert_eq!(UnixStream::connect(&path).await.unwrap_err().kind(), ErrorKind::NotFound);

    let listener = UnixListener::bind(&path).unwrap();
    assert_eq!(UnixListener::bind(&path).unwrap_err().kind(), ErrorKind::AddrInUse);
    assert_eq!(listener.local_addr().unwrap().as_pathname(), Some(path.as_path()));

    let client = UnixStream::connect(&path).await.unwrap();
    let (server, from) = listener.accept().await.unwrap();
    assert!(from.is_unnamed());
    assert_eq!(client.peer_addr().unwrap().as_pathname(), Some(path.as_path()));
    assert!(server.peer_addr().unwrap().is_unnamed());

    drop(listener);
    let error = UnixStream::connect(&path).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused, "the file stays, nobody listens");
}

#[cfg(target_os = "linux")]
#[runtime::test]
async fn a_name_without_a_file_goes_with_its_listener() {
    let name = format!("\0ringloop-test-{}-\0-inside", std::process::id());
    let listener = UnixListener::bind(&name).unwrap();
    let addr = listener.local_addr().unwrap();
    assert_eq!(addr.as_abstract_name(), Some(&name.as_bytes()[1..]));
    assert_eq!((addr.as_pathname(), addr.is_unnamed()), (None, false));

    UnixStream::connect(&name).await.unwrap();
    UnixStream::connect_addr(&addr).await.unwrap();
    assert_eq!(UnixListener::bind_addr(&addr).unwrap_err().kind(), ErrorKind::AddrInUse);
    drop(listener);
    let error = UnixStream::connect(&name).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
    UnixListener::bind_addr(&addr).unwrap();
}

#[cfg(target_os = "linux")]
#[runtime::test]
async fn datagrams_reach_a_name_without_a_file() {
    let name = format!("\0ringloop-test-dgram-{}", std::process::id());
    let receiver = UnixDatagram::bind(&name).unwrap();
    let sender = UnixDatagram::unbound().unwrap();
    sender.send_to(b"hi", &name).await.unwrap();
    let (count, from) = receiver.recv_from(&mut [0; 8]).await.unwrap();
    assert!(count == 2 && from.is_unnamed());
}

#[test]
fn addresses_survive_the_standard_library() {
    let plain = std::os::unix::net::SocketAddr::from_pathname("/run/x.sock").unwrap();
    let ours = SocketAddr::from(plain.clone());
    assert_eq!(format!("{ours:?}"), format!("{plain:?}"));
    let plain_again = std::os::unix::net::SocketAddr::from(ours.clone());
    assert_eq!(plain_again.as_pathname(), ours.as_pathname());
}

#[runtime::test]
async fn paths_that_cannot_be_are_refused() {
    let long = "x".repeat(200);
    for path in ["a\0b", &long] {
        assert_eq!(UnixListener::bind(path).unwrap_err().kind(), ErrorKind::InvalidInput);
        assert_eq!(UnixStream::connect(path).await.unwrap_err().kind(), ErrorKind::InvalidInput);
        let socket = UnixDatagram::unbound().unwrap();
        assert_eq!(socket.send_to(b"", path).await.unwrap_err().kind(), ErrorKind::InvalidInput);
    }
}

#[runtime::test]
async fn the_peer_is_this_process() {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let cred = ours.peer_cred().unwrap();
    assert_eq!(cred, theirs.peer_cred().unwrap());
    // SAFETY: these calls have no preconditions.
    let (uid, gid) = unsafe { (libc::geteuid(), libc::getegid()) };
    assert_eq!((cred.uid(), cred.gid()), (uid, gid));
    #[cfg(target_os = "linux")]
    assert_eq!(cred.pid().map(|pid| pid as u32), Some(std::process::id()));
}

#[runtime::test]
async fn a_connection_lost_before_it_is_accepted_is_an_error() {
    let dir = Dir::new();
    let listener = UnixListener::bind(dir.join("s")).unwrap();
    let mut connect = pin!(UnixStream::connect(dir.join("s")));
    assert!(poll_once(connect.as_mut()).is_pending());
    drop(listener);
    let error = soon(connect).await.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::ConnectionRefused),
        "{error:?}"
    );
}

#[runtime::test]
async fn a_stream_can_have_a_name_of_its_own() {
    let dir = Dir::new();
    let listener = {
        let socket = UnixSocket::new_stream().unwrap();
        socket.bind(dir.join("listener")).unwrap();
        socket.listen(4).unwrap()
    };
    let socket = UnixSocket::new_stream().unwrap();
    socket.bind(dir.join("client")).unwrap();
    let _client = socket.connect(dir.join("listener")).await.unwrap();
    let (_server, from) = listener.accept().await.unwrap();
    assert_eq!(from.as_pathname(), Some(dir.join("client").as_path()));
}

#[runtime::test]
async fn a_socket_of_the_wrong_kind_says_so() {
    let datagram = || UnixSocket::new_datagram().unwrap();
    let error = datagram().connect("nowhere").await.unwrap_err();
    assert_eq!(error.to_string(), "connect cannot be called on a datagram socket");
    let error = datagram().listen(1).unwrap_err();
    assert_eq!(error.to_string(), "listen cannot be called on a datagram socket");
    let error = UnixSocket::new_stream().unwrap().datagram().unwrap_err();
    assert_eq!(error.to_string(), "datagram cannot be called on a stream socket");
}

#[runtime::test]
async fn halves_come_together_only_with_their_own() {
    let (a, b) = UnixStream::pair().unwrap();
    let (a_read, a_write) = a.into_split();
    let (b_read, b_write) = b.into_split();
    let error = a_read.reunite(b_write).unwrap_err();
    assert_eq!(error.to_string(), "tried to reunite halves that are not from the same socket");
    let (a_read, b_write) = (error.0, error.1);
    let mut a = a_write.reunite(a_read).unwrap();
    let mut b = b_read.reunite(b_write).unwrap();
    // Neither was closed on the way.
    a.write_all(b"whole").await.unwrap();
    b.read_exact(&mut [0; 5]).await.unwrap();
}

#[runtime::test]
async fn a_dropped_writing_half_closes_and_a_forgotten_one_does_not() {
    let (ours, mut theirs) = UnixStream::pair().unwrap();
    let (read, write) = ours.into_split();
    drop(write);
    assert_eq!(theirs.read(&mut [0; 8]).await.unwrap(), 0);
    drop(read);

    let (ours, mut theirs) = UnixStream::pair().unwrap();
    let (read, write) = ours.into_split();
    write.forget();
    assert!(poll_once(pin!(theirs.read(&mut [0; 8]))).is_pending());
    drop(read);
    assert_eq!(soon(theirs.read(&mut [0; 8])).await.unwrap(), 0);
}

#[runtime::test]
async fn a_stream_goes_to_the_standard_library_and_back() {
    let (mut ours, mut theirs) = UnixStream::pair().unwrap();
    let mut buf = [0; 3];
    assert!(poll_once(pin!(ours.read(&mut buf))).is_pending());

    let mut plain = ours.into_std().unwrap();
    plain.set_nonblocking(false).unwrap();
    theirs.write_all(b"one").await.unwrap();
    plain.read_exact(&mut buf).unwrap();
    plain.write_all(b"two").unwrap();
    theirs.read_exact(&mut buf).await.unwrap();
    assert_eq!(&buf, b"two");

    plain.set_nonblocking(true).unwrap();
    let mut ours = UnixStream::from_std(plain).unwrap();
    theirs.write_all(b"end").await.unwrap();
    soon(ours.read_exact(&mut buf)).await.unwrap();
    assert_eq!(&buf, b"end");
}

#[runtime::test]
async fn datagrams_keep_their_order_and_their_ends() {
    let (a, b) = UnixDatagram::pair().unwrap();
    let sender = runtime::spawn(async move {
        for len in 0..200 {
            a.send(&pattern(len)).await.unwrap();
        }
    });
    let mut buf = vec![0; 256];
    for len in 0..200 {
        let count = soon(b.recv(&mut buf)).await.unwrap();
        assert_eq!(buf[..count], pattern(len));
    }
    sender.await.unwrap();
}

#[runtime::test]
async fn what_does_not_fit_is_cut_off_and_the_next_datagram_is_whole() {
    let (a, b) = UnixDatagram::pair().unwrap();
    a.send(b"long datagram").await.unwrap();
    a.send(b"").await.unwrap();
    a.send(b"next").await.unwrap();
    let mut buf = [0; 4];
    assert_eq!(soon(b.recv(&mut buf)).await.unwrap(), 4);
    assert_eq!(&buf, b"long");
    assert_eq!(soon(b.recv(&mut buf)).await.unwrap(), 0, "an empty datagram is one");
    assert_eq!(soon(b.recv(&mut buf)).await.unwrap(), 4);
    assert_eq!(&buf, b"next");
}

#[runtime::test]
async fn nothing_is_read_or_written_at_once() {
    let (mut a, _b) = UnixStream::pair().unwrap();
    assert!(matches!(poll_once(pin!(a.read(&mut []))), Poll::Ready(Ok(0))));
    assert!(matches!(poll_once(pin!(a.write(&[]))), Poll::Ready(Ok(0))));
}

#[runtime::test]
async fn a_datagram_is_answered_by_its_address() {
    let dir = Dir::new();
    let (server_path, client_path) = (dir.join("server"), dir.join("client"));
    let server = UnixDatagram::bind(&server_path).unwrap();
    let client = UnixDatagram::bind(&client_path).unwrap();
    client.send_to(b"ping", &server_path).await.unwrap();
    let mut buf = [0; 8];
    let (_, from) = server.recv_from(&mut buf).await.unwrap();
    server.send_to(b"pong", from.as_pathname().unwrap()).await.unwrap();
    let (count, from) = client.recv_from(&mut buf).await.unwrap();
    assert_eq!(&buf[..count], b"pong");
    assert_eq!(from.as_pathname(), Some(server_path.as_path()));
}

#[runtime::test]
async fn a_datagram_socket_can_be_closed_in_one_direction() {
    let (a, b) = UnixDatagram::pair().unwrap();
    a.send(b"before").await.unwrap();
    a.shutdown(Shutdown::Write).unwrap();
    assert_eq!(a.send(b"after").await.unwrap_err().kind(), ErrorKind::BrokenPipe);
    assert_eq!(b.recv(&mut [0; 8]).await.unwrap(), 6);
}

#[runtime::test]
async fn sending_waits_until_the_receiver_has_room() {
    let (a, b) = UnixDatagram::pair().unwrap();
    let mut sent = 0;
    while a.try_send(&[7; 1000]).is_ok() {
        sent += 1;
    }
    let mut send = pin!(a.send(&[8; 1000]));
    assert!(poll_once(send.as_mut()).is_pending());
    for _ in 0..sent {
        assert_eq!(b.recv(&mut [0; 1000]).await.unwrap(), 1000);
    }
    assert_eq!(soon(send).await.unwrap(), 1000);
}

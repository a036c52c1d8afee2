//! Descriptors that somebody closes behind our back, and numbers that are somebody else's by now.
//!
//! What is closed belongs to the whole process, so these tests run one at a time.

#[path = "support/limit.rs"]
mod limit;
#[path = "support/net.rs"]
mod support;

use limit::{alone, open_descriptors};
use runtime::fs::File;
use runtime::io::{AsyncReadExt, AsyncWriteExt, Interest};
use runtime::net::{TcpListener, UdpSocket, UnixDatagram, UnixListener, UnixStream, unix::pipe};
use runtime::runtime::Builder;
use runtime::task::yield_now;
use std::fmt::Debug;
use std::io::{Read, Write};
use std::os::fd::AsRawFd;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use support::{poll_once, soon, tcp_pair};

fn block_on<R>(future: impl Future<Output = R>) -> R {
    Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// Closes the descriptor of an object that does not know of it.
fn close_behind(object: &impl AsRawFd) {
    // SAFETY: the number is that of an open descriptor, and what is left of the object is asked for
    // nothing but errors.
    assert_eq!(unsafe { libc::close(object.as_raw_fd()) }, 0);
}

/// Fills the number again before the object goes, which the standard library insists on.
fn drop_filled(object: impl AsRawFd) {
    let (null, number) = (std::fs::File::open("/dev/null").unwrap(), object.as_raw_fd());
    if null.as_raw_fd() == number {
        // It was the lowest that was free.
        std::mem::forget(null);
    } else {
        // SAFETY: the number is free, since these tests run one at a time.
        assert_eq!(unsafe { libc::dup2(null.as_raw_fd(), number) }, number);
    }
    drop(object);
}

#[track_caller]
fn is_bad<R: Debug>(result: std::io::Result<R>) {
    assert_eq!(result.unwrap_err().raw_os_error(), Some(libc::EBADF));
}

#[test]
fn every_call_on_a_closed_number_is_an_error() {
    let _alone = alone();
    let dir = std::env::temp_dir().join(format!("ringloop-closed-{}", std::process::id()));
    block_on(async {
        let (mut stream, _peer) = tcp_pair().await;
        close_behind(&stream);
        is_bad(stream.read(&mut [0; 8]).await);
        is_bad(stream.write(b"x").await);
        is_bad(stream.peek(&mut [0; 8]).await);
        is_bad(stream.try_read(&mut [0; 8]));
        is_bad(stream.local_addr());
        drop_filled(stream);

        let (mut stream, _peer) = UnixStream::pair().unwrap();
        close_behind(&stream);
        is_bad(stream.read(&mut [0; 8]).await);
        is_bad(stream.write(b"x").await);
        is_bad(stream.readable().await.and(stream.try_read(&mut [0; 8])));
        drop_filled(stream);

        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        close_behind(&listener);
        is_bad(listener.accept().await.map(drop));
        drop_filled(listener);

        let listener = UnixListener::bind(&dir).unwrap();
        std::fs::remove_file(&dir).unwrap();
        close_behind(&listener);
        is_bad(listener.accept().await.map(drop));
        drop_filled(listener);

        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        close_behind(&socket);
        is_bad(socket.recv_from(&mut [0; 8]).await);
        is_bad(socket.send_to(b"x", "127.0.0.1:9").await);
        drop_filled(socket);

        let (socket, _peer) = UnixDatagram::pair().unwrap();
        close_behind(&socket);
        is_bad(socket.recv(&mut [0; 8]).await);
        is_bad(socket.send(b"x").await);
        drop_filled(socket);

        let mut file = File::open("Cargo.toml").await.unwrap();
        close_behind(&file);
        is_bad(file.read(&mut [0; 8]).await);
        is_bad(file.metadata().await.map(drop));
        drop_filled(file);
    });
}

#[test]
fn an_object_that_waited_on_a_number_that_was_closed_can_be_asked_and_dropped() {
    let _alone = alone();
    let before = open_descriptors();
    block_on(async {
        let (mut stream, peer) = tcp_pair().await;
        assert!(poll_once(pin!(stream.read(&mut [0; 8]))).is_pending());
        let (ours, theirs) = UnixStream::pair().unwrap();
        assert!(poll_once(pin!(ours.readable())).is_pending());
        let (sender, mut receiver) = pipe::pipe().unwrap();
        assert!(poll_once(pin!(receiver.read(&mut [0; 8]))).is_pending());
        close_behind(&stream);
        close_behind(&ours);
        close_behind(&receiver);
        drop((peer, theirs, sender));
        // The loop goes on, and knows nothing of them.
        for _ in 0..3 {
            yield_now().await;
        }
        is_bad(stream.write(b"x").await);
        is_bad(ours.try_io(Interest::WRITABLE, || socket2::SockRef::from(&ours).send(b"x")));
        drop_filled(stream);
        drop_filled(ours);
        drop_filled(receiver);

        let (mut a, mut b) = tcp_pair().await;
        a.write_all(b"goes on").await.unwrap();
        soon(b.read_exact(&mut [0; 7])).await.unwrap();
    });
    assert_eq!(open_descriptors(), before);
}

#[test]
fn a_number_is_left_alone_once_it_is_closed() {
    let _alone = alone();
    let is_over = Arc::new(AtomicBool::new(false));
    // Whoever takes the numbers that become free holds them for a moment, and looks whether anybody
    // else closes them, reads from them or writes to them.
    let others: Vec<_> = (0..2_u8)
        .map(|own| {
            let is_over = is_over.clone();
            std::thread::spawn(move || {
                while !is_over.load(Ordering::Relaxed) {
                    let (mut read, mut write) = std::io::pipe().unwrap();
                    std::thread::yield_now();
                    write.write_all(&[own; 3]).unwrap();
                    drop(write);
                    let mut bytes = Vec::new();
                    read.read_to_end(&mut bytes).unwrap();
                    assert_eq!(bytes, [own; 3]);
                }
            })
        })
        .collect();
    let rt = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    rt.block_on(async {
        let tasks: Vec<_> = (0..4)
            .map(|_| {
                runtime::spawn(async {
                    for _ in 0..100 {
                        let (mut a, b) = tcp_pair().await;
                        assert!(poll_once(pin!(a.read(&mut [0; 8]))).is_pending());
                        b.try_write(b"!").unwrap();
                        soon(a.read_exact(&mut [0; 1])).await.unwrap();
                        let (read, mut write) = a.into_split();
                        soon(write.shutdown()).await.unwrap();
                        drop((write, b.into_std().unwrap(), read));
                        let (c, d) = UnixStream::pair().unwrap();
                        assert!(poll_once(pin!(c.readable())).is_pending());
                        drop((d, c));
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
    });
    is_over.store(true, Ordering::Relaxed);
    others.into_iter().for_each(|other| other.join().unwrap());
}

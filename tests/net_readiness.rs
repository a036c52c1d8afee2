//! What a socket is known to be ready for.

#[path = "support/net.rs"]
mod support;

use runtime::io::{AsyncRead, AsyncWrite, AsyncWriteExt, Interest, ReadBuf};
use runtime::net::{TcpStream, UnixStream};
use std::future::poll_fn;
use std::io::{self, ErrorKind, IoSlice};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use support::{poll_once, soon, tcp_pair};

#[runtime::test]
async fn an_accepted_stream_counts_as_readable_until_a_read_finds_nothing() {
    let (mut client, server) = tcp_pair().await;
    assert!(poll_once(pin!(server.readable())).is_ready());
    assert!(poll_once(pin!(server.writable())).is_ready());
    assert_eq!(server.try_read(&mut [0; 8]).unwrap_err().kind(), ErrorKind::WouldBlock);
    assert!(poll_once(pin!(server.readable())).is_pending());
    assert!(poll_once(pin!(server.writable())).is_ready());
    client.write_all(b"x").await.unwrap();
    soon(server.readable()).await.unwrap();
    assert_eq!(server.try_read(&mut [0; 8]).unwrap(), 1);
    assert_eq!(server.try_read(&mut [0; 8]).unwrap_err().kind(), ErrorKind::WouldBlock);
    assert!(poll_once(pin!(server.readable())).is_pending());
    assert!(poll_once(pin!(server.writable())).is_ready());
}

/// Writes until that would block.
fn fill(stream: &UnixStream) {
    while stream.try_write(&[0; 4096]).is_ok() {}
}

#[runtime::test]
async fn a_write_that_blocks_says_nothing_of_reads() {
    let (ours, _theirs) = UnixStream::pair().unwrap();
    fill(&ours);
    assert!(poll_once(pin!(ours.readable())).is_pending());
    assert!(poll_once(pin!(ours.writable())).is_pending());
}

#[runtime::test]
async fn a_write_that_blocks_does_not_hide_the_end_of_what_comes_in() {
    let (ours, mut theirs) = UnixStream::pair().unwrap();
    theirs.shutdown().await.unwrap();
    soon(ours.readable()).await.unwrap();
    fill(&ours);
    let both = Interest::READABLE | Interest::WRITABLE;
    let blocked = ours.try_io(both, || socket2::SockRef::from(&ours).send(&[0; 4096]));
    assert_eq!(blocked.unwrap_err().kind(), ErrorKind::WouldBlock);
    soon(ours.readable()).await.unwrap();
    assert_eq!(ours.try_read(&mut [0; 8]).unwrap(), 0);
}

#[runtime::test]
async fn a_descriptor_that_could_not_be_watched_once_is_watched_the_next_time() {
    use std::os::fd::{AsRawFd, RawFd};

    fn put(file: &impl AsRawFd, at: RawFd) {
        // SAFETY: both are open; what `at` was is a duplicate, or is not wanted any more.
        let put = unsafe { libc::dup2(file.as_raw_fd(), at) };
        assert_eq!(put, at, "{}", io::Error::last_os_error());
    }
    let (ours, theirs) = std::os::unix::net::UnixStream::pair().unwrap();
    ours.set_nonblocking(true).unwrap();
    let (spare, refuses) = (ours.try_clone().unwrap(), std::fs::File::open("/dev/null").unwrap());
    let ours = UnixStream::from_std(ours).unwrap();
    let blocks = || Err::<(), _>(io::Error::from(ErrorKind::WouldBlock));
    put(&refuses, ours.as_raw_fd());
    for _ in 0..2 {
        let refused = soon(ours.async_io(Interest::READABLE, blocks)).await.unwrap_err();
        assert_eq!(refused.raw_os_error(), Some(libc::EPERM), "{refused}");
    }
    put(&spare, ours.as_raw_fd());
    assert!(poll_once(pin!(ours.readable())).is_pending());
    drop((spare, theirs));
    let ready = soon(ours.ready(Interest::READABLE)).await.unwrap();
    assert!(ready.is_read_closed());
}

/// Does `act` again and again within one poll; answers how often it was let.
async fn let_how_often(mut act: impl FnMut(&mut Context<'_>) -> Poll<io::Result<()>>) -> u32 {
    poll_fn(|cx| {
        let done = (0..1000).take_while(|_| act(cx).is_ready()).count();
        Poll::Ready(done as u32)
    })
    .await
}

#[runtime::test]
async fn who_moves_nothing_again_and_again_lets_others_run() {
    let (mut ours, _theirs): (TcpStream, TcpStream) = tcp_pair().await;
    let mut ours = Pin::new(&mut ours);
    let writes = let_how_often(|cx| ours.as_mut().poll_write(cx, &[]).map_ok(drop)).await;
    runtime::task::yield_now().await;
    let empty = [IoSlice::new(&[])];
    let lists =
        let_how_often(|cx| ours.as_mut().poll_write_vectored(cx, &empty).map_ok(drop)).await;
    runtime::task::yield_now().await;
    let reads = let_how_often(|cx| ours.as_mut().poll_read(cx, &mut ReadBuf::new(&mut []))).await;
    for count in [writes, lists, reads] {
        assert!((1..=128).contains(&count), "{count} times");
    }
}

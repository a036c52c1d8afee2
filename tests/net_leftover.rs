//! What the streams ask the kernel for behind the user's back does not show.
#![cfg(target_os = "linux")]

#[path = "support/net.rs"]
mod support;

use runtime::io::{AsyncRead, AsyncReadExt, Interest};
use runtime::net::{TcpStream, UnixStream};
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, AsRawFd};
use std::pin::pin;
use support::{poll_once, soon, tcp_pair};

/// Has `stream` wait for the byte that `send` sends.
async fn wait_once(
    stream: &mut (impl AsyncRead + Unpin),
    send: impl FnOnce() -> io::Result<usize>,
) {
    let mut buf = [0];
    let mut read = pin!(stream.read_exact(&mut buf));
    assert!(poll_once(read.as_mut()).is_pending());
    assert_eq!(send().unwrap(), 1);
    soon(read).await.unwrap();
}

/// Receives with room for control messages; says how much of it was used and what was flagged.
fn control_messages(socket: impl AsFd) -> io::Result<(usize, bool)> {
    let (mut data, mut control) = ([MaybeUninit::uninit(); 16], [MaybeUninit::uninit(); 64]);
    let mut bufs = [socket2::MaybeUninitSlice::new(&mut data)];
    let mut message = socket2::MsgHdrMut::new().with_buffers(&mut bufs).with_control(&mut control);
    socket2::SockRef::from(&socket).recvmsg(&mut message, libc::MSG_DONTWAIT)?;
    Ok((message.control_len(), message.flags().is_truncated()))
}

async fn tcp_that_has_waited() -> (TcpStream, TcpStream) {
    let (mut a, b) = tcp_pair().await;
    // The second wait is the first in vain.
    for _ in 0..2 {
        wait_once(&mut a, || b.try_write(b"!")).await;
    }
    (a, b)
}

async fn unix_that_has_waited() -> (UnixStream, UnixStream) {
    let (mut a, b) = UnixStream::pair().unwrap();
    for _ in 0..2 {
        wait_once(&mut a, || b.try_write(b"!")).await;
    }
    (a, b)
}

#[runtime::test]
async fn the_standard_library_gets_streams_as_they_came() {
    let (a, b) = tcp_that_has_waited().await;
    let a = a.into_std().unwrap();
    b.try_write(b"hi").unwrap();
    wait_for_data(&a);
    assert_eq!(control_messages(&a).unwrap(), (0, false));

    let (a, b) = unix_that_has_waited().await;
    let a = a.into_std().unwrap();
    b.try_write(b"hi").unwrap();
    assert_eq!(control_messages(&a).unwrap(), (0, false));
}

/// Blocks until something has arrived; loopback delivers at once, or nearly.
fn wait_for_data(socket: impl AsFd) {
    let fd = socket.as_fd().as_raw_fd();
    let mut poll = libc::pollfd { fd, events: libc::POLLIN, revents: 0 };
    // SAFETY: the pointer is to one live value, as the count says.
    assert_eq!(unsafe { libc::poll(&raw mut poll, 1, 20_000) }, 1);
}

#[runtime::test]
async fn operations_of_the_users_own_see_no_message_of_ours() {
    let (a, b) = tcp_that_has_waited().await;
    b.try_write(b"hi").unwrap();
    let seen = a.async_io(Interest::READABLE, || control_messages(&a));
    assert_eq!(soon(seen).await.unwrap(), (0, false));

    let (a, b) = unix_that_has_waited().await;
    b.try_write(b"hi").unwrap();
    a.readable().await.unwrap();
    let seen = a.try_io(Interest::READABLE, || control_messages(&a));
    assert_eq!(seen.unwrap(), (0, false));
}

#[runtime::test]
async fn reading_goes_on_as_well_after_an_operation_of_the_users_own() {
    let (mut a, b) = tcp_that_has_waited().await;
    a.try_io(Interest::WRITABLE, || Ok(())).unwrap();
    for _ in 0..3 {
        wait_once(&mut a, || b.try_write(b"!")).await;
    }
}

#[runtime::test]
async fn descriptors_that_come_along_unasked_are_closed() {
    let (mut a, b) = unix_that_has_waited().await;
    let (watched, passed) = UnixStream::pair().unwrap();
    // Two of them, with data before, along and after.
    b.try_write(b"before").unwrap();
    pass_descriptors(&b, &[passed.as_raw_fd(), passed.as_raw_fd()], b"along");
    b.try_write(b"after").unwrap();
    drop((passed, b));

    let mut all = String::new();
    soon(a.read_to_string(&mut all)).await.unwrap();
    assert_eq!(all, "beforealongafter");
    // The other end of what was passed is closed only when the last copy is.
    soon(watched.readable()).await.unwrap();
    assert_eq!(watched.try_read(&mut [0; 8]).unwrap(), 0);
}

/// Sends `data` with copies of descriptors.
fn pass_descriptors(socket: &UnixStream, fds: &[i32; 2], data: &[u8]) {
    #[repr(C)]
    struct Passed {
        header: libc::cmsghdr,
        fds: [i32; 2],
    }
    let passed = Passed {
        header: libc::cmsghdr {
            cmsg_len: size_of::<Passed>() as _,
            cmsg_level: libc::SOL_SOCKET,
            cmsg_type: libc::SCM_RIGHTS,
        },
        fds: *fds,
    };
    // SAFETY: the bytes of a live value without padding.
    let control = unsafe {
        std::slice::from_raw_parts((&raw const passed).cast::<u8>(), size_of::<Passed>())
    };
    let bufs = [io::IoSlice::new(data)];
    let message = socket2::MsgHdr::new().with_buffers(&bufs).with_control(control);
    let sent = socket2::SockRef::from(socket).sendmsg(&message, 0).unwrap();
    assert_eq!(sent, data.len());
}

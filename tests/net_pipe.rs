//! Pipes with and without a name.

#[path = "support/dir.rs"]
mod dir;
#[path = "support/net.rs"]
mod support;

use dir::Dir;
use runtime::io::{AsyncReadExt, AsyncWriteExt, Interest};
use runtime::net::unix::pipe::{self, OpenOptions, Receiver, Sender};
use runtime::time::timeout;
use std::ffi::CString;
use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::time::Duration;
use support::{pattern, poll_once};

const SOON: Duration = Duration::from_secs(20);

fn named_pipe(dir: &Dir) -> PathBuf {
    let path = dir.join("pipe");
    let name = CString::new(path.as_os_str().as_bytes()).unwrap();
    // SAFETY: the name is a string that ends in NUL.
    assert_eq!(unsafe { libc::mkfifo(name.as_ptr(), 0o600) }, 0);
    path
}

fn open(path: &Path) -> (Sender, Receiver) {
    let receiver = OpenOptions::new().open_receiver(path).unwrap();
    (OpenOptions::new().open_sender(path).unwrap(), receiver)
}

fn is_nonblocking(end: impl AsFd) -> bool {
    socket2::SockRef::from(&end).nonblocking().unwrap()
}

#[runtime::test]
async fn every_byte_arrives_in_order() {
    let (mut sender, mut receiver) = pipe::pipe().unwrap();
    let sent = pattern(1 << 20);
    let to_send = sent.clone();
    let writer = runtime::spawn(async move { sender.write_all(&to_send).await });
    let mut back = Vec::new();
    receiver.read_to_end(&mut back).await.unwrap();
    assert!(back == sent);
    writer.await.unwrap().unwrap();
}

#[runtime::test]
async fn a_read_waits_for_a_write() {
    let (mut sender, mut receiver) = pipe::pipe().unwrap();
    let mut buf = [0; 2];
    {
        let mut read = pin!(receiver.read_exact(&mut buf));
        assert!(poll_once(read.as_mut()).is_pending());
        sender.write_all(b"hi").await.unwrap();
        timeout(SOON, read).await.unwrap().unwrap();
    }
    assert_eq!(&buf, b"hi");
}

#[runtime::test]
async fn a_write_waits_for_a_read() {
    let (mut sender, mut receiver) = pipe::pipe().unwrap();
    let mut filled = 0;
    while let Ok(count) = sender.try_write(&[7; 4096]) {
        filled += count;
    }
    let mut write = pin!(sender.write_all(&[8; 4096]));
    assert!(poll_once(write.as_mut()).is_pending());
    receiver.read_exact(&mut vec![0; filled]).await.unwrap();
    timeout(SOON, write).await.expect("there is room").unwrap();
}

#[runtime::test]
async fn writing_to_nobody_is_an_error() {
    let (mut sender, receiver) = pipe::pipe().unwrap();
    drop(receiver);
    assert_eq!(sender.write(b"x").await.unwrap_err().kind(), ErrorKind::BrokenPipe);
}

#[runtime::test]
async fn shutting_a_sender_down_closes_nothing() {
    let (mut sender, mut receiver) = pipe::pipe().unwrap();
    sender.shutdown().await.unwrap();
    sender.write_all(b"hi").await.unwrap();
    receiver.read_exact(&mut [0; 2]).await.unwrap();
}

#[runtime::test]
async fn a_named_pipe_ends_with_each_writer_and_goes_on_with_the_next() {
    let dir = Dir::new();
    let path = named_pipe(&dir);
    let mut receiver = OpenOptions::new().open_receiver(&path).unwrap();
    for text in ["first", "second", "third"] {
        let mut sender = OpenOptions::new().open_sender(&path).unwrap();
        sender.write_all(text.as_bytes()).await.unwrap();
        drop(sender);
        let mut all = String::new();
        timeout(SOON, receiver.read_to_string(&mut all)).await.unwrap().unwrap();
        assert_eq!(all, text);
    }
}

#[runtime::test]
async fn a_named_pipe_needs_a_reader_before_a_writer() {
    let dir = Dir::new();
    let path = named_pipe(&dir);
    let error = OpenOptions::new().open_sender(&path).unwrap_err();
    assert_eq!(error.raw_os_error(), Some(libc::ENXIO));
    let (mut sender, mut receiver) = open(&path);
    sender.write_all(b"hi").await.unwrap();
    receiver.read_exact(&mut [0; 2]).await.unwrap();
}

#[cfg(target_os = "linux")]
#[runtime::test]
async fn a_named_pipe_open_for_both_has_no_end() {
    let dir = Dir::new();
    let path = named_pipe(&dir);
    let mut sender = OpenOptions::new().read_write(true).open_sender(&path).unwrap();
    sender.write_all(b"one").await.unwrap();
    let mut receiver = OpenOptions::new().read_write(true).open_receiver(&path).unwrap();
    drop(sender);
    let mut buf = [0; 3];
    receiver.read_exact(&mut buf).await.unwrap();
    let mut read = pin!(receiver.read_exact(&mut buf));
    assert!(poll_once(read.as_mut()).is_pending());
    OpenOptions::new().open_sender(&path).unwrap().write_all(b"two").await.unwrap();
    timeout(SOON, read).await.unwrap().unwrap();
    assert_eq!(&buf, b"two");
}

#[runtime::test]
async fn what_is_no_pipe_is_refused() {
    let dir = Dir::new();
    let path = dir.join("file");
    File::create(&path).unwrap();
    let kind = ErrorKind::InvalidInput;
    assert_eq!(OpenOptions::new().open_sender(&path).unwrap_err().kind(), kind);
    assert_eq!(OpenOptions::new().open_receiver(&path).unwrap_err().kind(), kind);
    assert_eq!(Receiver::from_file(File::open(&path).unwrap()).unwrap_err().kind(), kind);
    // Nobody looked, but the reactor cannot watch a file.
    assert!(OpenOptions::new().unchecked(true).open_receiver(&path).is_err());
}

#[runtime::test]
async fn the_wrong_end_is_refused() {
    let (read, write) = std::io::pipe().unwrap();
    let error = Sender::from_owned_fd(read.into()).unwrap_err();
    assert_eq!(error.to_string(), "not in O_WRONLY or O_RDWR access mode");
    let error = Receiver::from_owned_fd(write.into()).unwrap_err();
    assert_eq!(error.to_string(), "not in O_RDONLY or O_RDWR access mode");
}

#[runtime::test]
async fn an_end_changes_between_blocking_and_not() {
    let (read, write) = std::io::pipe().unwrap();
    let receiver = Receiver::from_owned_fd(read.into()).unwrap();
    let sender = Sender::from_owned_fd(write.into()).unwrap();
    assert!(is_nonblocking(&receiver) && is_nonblocking(&sender));

    let receiver: OwnedFd = receiver.into_nonblocking_fd().unwrap();
    let sender: OwnedFd = sender.into_blocking_fd().unwrap();
    assert!(is_nonblocking(&receiver) && !is_nonblocking(&sender));
    File::from(sender).write_all(b"hi").unwrap();
    let mut buf = [0; 2];
    File::from(receiver).read_exact(&mut buf).unwrap();
    assert_eq!(&buf, b"hi");
}

#[runtime::test]
async fn an_own_operation_runs_only_when_it_is_worth_it() {
    let (sender, receiver) = pipe::pipe().unwrap();
    let would_block = || std::io::Result::<()>::Err(ErrorKind::WouldBlock.into());

    assert!(receiver.try_io(|| -> std::io::Result<()> { panic!("nothing to read") }).is_err());
    assert_eq!(sender.try_io(|| Ok(7)).unwrap(), 7);
    assert!(sender.try_io(would_block).is_err());
    assert!(sender.try_io(|| -> std::io::Result<()> { panic!("said to be full") }).is_err());

    sender.into_blocking_fd().map(File::from).unwrap().write_all(b"hi").unwrap();
    let ready = receiver.ready(Interest::READABLE).await.unwrap();
    assert!(ready.is_readable() && ready.is_read_closed());
    assert_eq!(receiver.try_io(|| Ok(8)).unwrap(), 8);
    assert_eq!(receiver.try_read(&mut [0; 8]).unwrap(), 2);
}

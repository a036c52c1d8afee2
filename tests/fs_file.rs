//! Open files.

use runtime::fs::{File, FileTimes, OpenOptions};
use runtime::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};
use runtime::runtime::{Builder, Handle, Runtime};
use runtime::task::spawn_blocking;
use runtime::time::timeout;
use std::future::Future;
use std::io::{ErrorKind, IoSlice, Read, SeekFrom, Write};
use std::os::fd::{AsRawFd, FromRawFd, IntoRawFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::pin::pin;
use std::sync::mpsc::channel;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime};
use support::Dir;

#[path = "support/dir.rs"]
mod support;

fn poll_once<F: Future>(future: F) -> Poll<F::Output> {
    pin!(future).poll(&mut Context::from_waker(Waker::noop()))
}

/// Polls a future once while no thread is free for its call, then drops it.
async fn leave_alone<F: Future>(future: F) {
    let (release, released) = channel::<()>();
    let busy = spawn_blocking(move || released.recv().is_err());
    assert!(poll_once(future).is_pending());
    drop(release);
    drop(busy);
}

/// Runs a test on a runtime with a single thread for code that blocks.
fn on_one_thread(test: impl Future<Output = ()>) {
    one_thread().block_on(test);
}

fn one_thread() -> Runtime {
    Builder::new_current_thread().max_blocking_threads(1).build().unwrap()
}

/// Lets the call that a dropped future has left behind end.
async fn settle(file: &mut File) {
    file.flush().await.unwrap();
}

/// A file with the digits, of which six were read and not taken.
async fn read_ahead(path: &Path) -> File {
    std::fs::write(path, "0123456789").unwrap();
    let mut file = OpenOptions::new().read(true).write(true).open(path).await.unwrap();
    leave_alone(file.read(&mut [0; 6])).await;
    settle(&mut file).await;
    file
}

/// A runtime to which the operating system gives no thread.
fn without_threads() -> Runtime {
    Builder::new_current_thread().thread_stack_size(1 << 50).build().unwrap()
}

#[runtime::test]
async fn bytes_come_back_as_they_were_written() {
    let dir = Dir::new();
    let bytes: Vec<u8> = (0..300_000_u32).map(|i| (i % 251) as u8).collect();
    let mut file = File::create(dir.join("a")).await.unwrap();
    file.write_all(&bytes).await.unwrap();
    file.flush().await.unwrap();
    let mut back = Vec::new();
    File::open(dir.join("a")).await.unwrap().read_to_end(&mut back).await.unwrap();
    assert!(back == bytes);
}

#[runtime::test]
async fn a_position_is_shared_by_reads_writes_and_seeks() {
    let dir = Dir::new();
    let path = dir.join("a");
    std::fs::write(&path, "0123456789").unwrap();
    let mut file = OpenOptions::new().read(true).write(true).open(&path).await.unwrap();
    let mut two = [0; 2];
    file.read_exact(&mut two).await.unwrap();
    assert_eq!(&two, b"01");
    file.write_all(b"ab").await.unwrap();
    file.read_exact(&mut two).await.unwrap();
    assert_eq!(&two, b"45");
    assert_eq!(file.seek(SeekFrom::Current(-1)).await.unwrap(), 5);
    assert_eq!(file.seek(SeekFrom::End(-1)).await.unwrap(), 9);
    assert_eq!(file.stream_position().await.unwrap(), 9);
    assert!(file.seek(SeekFrom::Current(-100)).await.is_err());
    assert_eq!(file.read_u8().await.unwrap(), b'9');
    assert_eq!(file.read(&mut two).await.unwrap(), 0);
    assert_eq!(std::fs::read(&path).unwrap(), b"01ab456789");
}

#[test]
fn what_a_dropped_read_brought_goes_to_the_next() {
    on_one_thread(async {
        let dir = Dir::new();
        std::fs::write(dir.join("a"), "0123456789").unwrap();
        let mut file = File::open(dir.join("a")).await.unwrap();
        let mut six = [0; 6];
        leave_alone(file.read(&mut six)).await;
        settle(&mut file).await;
        let mut two = [0; 2];
        assert_eq!((file.read(&mut two).await.unwrap(), &two), (2, b"01"));
        assert_eq!((file.read(&mut six).await.unwrap(), &six[..4]), (4, &b"2345"[..]));
        assert_eq!((file.read(&mut six).await.unwrap(), &six[..4]), (4, &b"6789"[..]));
    });
}

#[test]
fn what_a_dropped_read_brought_is_put_back_for_others() {
    on_one_thread(async {
        let dir = Dir::new();
        let path = dir.join("a");
        let open = async || read_ahead(&path).await;
        let mut file = open().await;
        assert_eq!(file.seek(SeekFrom::Current(1)).await.unwrap(), 1);
        let mut file = open().await;
        file.write_all(b"a").await.unwrap();
        assert_eq!(file.stream_position().await.unwrap(), 1);
        assert_eq!(std::fs::read(&path).unwrap(), b"a123456789");
        let file = open().await;
        assert_eq!(file.try_clone().await.unwrap().read_u8().await.unwrap(), b'0');
        let mut file = open().await;
        file.set_len(3).await.unwrap();
        let mut left = Vec::new();
        file.read_to_end(&mut left).await.unwrap();
        assert_eq!(left, b"012");
        let mut std = open().await.into_std().await;
        assert_eq!(std::io::Seek::stream_position(&mut std).unwrap(), 0);
        let mut std = open().await.try_into_std().unwrap();
        assert_eq!(std::io::Seek::stream_position(&mut std).unwrap(), 0);
    });
}

#[test]
fn a_call_that_is_never_made_does_not_move_the_position() {
    let dir = Dir::new();
    let rt = one_thread();
    let file = rt.block_on(read_ahead(&dir.join("a")));
    drop(rt);
    let handle = ended();
    let _entered = handle.enter();
    assert!(matches!(poll_once(file.set_len(3)), Poll::Ready(Err(_))));
    let mut std = file.try_into_std().unwrap();
    assert_eq!(std::io::Seek::stream_position(&mut std).unwrap(), 0);
}

#[test]
fn a_call_that_finds_no_thread_loses_no_bytes() {
    let dir = Dir::new();
    let (rt, strict) = (one_thread(), without_threads());
    let mut file = rt.block_on(read_ahead(&dir.join("a")));
    strict.block_on(async {
        assert!(file.write(b"x").await.is_err());
        assert!(file.seek(SeekFrom::Start(9)).await.is_err());
        assert!(file.set_len(3).await.is_err());
        assert!(file.try_clone().await.is_err());
    });
    let mut all = String::new();
    rt.block_on(file.read_to_string(&mut all)).unwrap();
    assert_eq!(all, "0123456789");
}

#[test]
fn bytes_of_a_pipe_stay_where_they_cannot_be_put_back() {
    on_one_thread(async {
        let (near, mut far) = UnixStream::pair().unwrap();
        let mut file = File::from_std(std::fs::File::from(OwnedFd::from(near)));
        far.write_all(b"0123456789").unwrap();
        leave_alone(file.read(&mut [0; 6])).await;
        settle(&mut file).await;
        let mut twin = file.try_clone().await.unwrap();
        assert_eq!(twin.read_u8().await.unwrap(), b'6', "what the first has not read");
        assert!(file.seek(SeekFrom::Start(0)).await.is_err());
        file.write_all(b"answer").await.unwrap();
        file.flush().await.unwrap();
        far.read_exact(&mut [0; 6]).unwrap();
        let mut file = file.try_into_std().unwrap_err();
        let mut six = [0; 6];
        assert_eq!((file.read(&mut six).await.unwrap(), &six), (6, b"012345"));
        file.try_into_std().unwrap();
    });
}

#[runtime::test]
async fn a_read_that_waits_does_not_hold_up_calls_about_the_file() {
    let (near, far) = UnixStream::pair().unwrap();
    let mut file = File::from_std(std::fs::File::from(OwnedFd::from(near)));
    assert!(timeout(Duration::from_millis(10), file.read(&mut [0; 1])).await.is_err());
    let about = async {
        let permissions = file.metadata().await.unwrap().permissions();
        file.set_permissions(permissions).await.unwrap();
        file.set_times(FileTimes::new()).await.unwrap();
        file.set_modified(SystemTime::now()).await.unwrap();
        // A socket is on no disk.
        file.sync_all().await.unwrap_err();
    };
    let answered = timeout(Duration::from_secs(20), about).await;
    // The read ends before the runtime, which would wait for it.
    drop(far);
    answered.unwrap();
}

#[test]
fn a_write_whose_future_is_dropped_is_made_all_the_same() {
    on_one_thread(async {
        let dir = Dir::new();
        let mut file = File::create(dir.join("a")).await.unwrap();
        assert!(poll_once(file.write_all(b"kept")).is_ready());
        leave_alone(file.metadata()).await;
        file.write_all(b" too").await.unwrap();
        file.flush().await.unwrap();
        assert_eq!(std::fs::read(dir.join("a")).unwrap(), b"kept too");
    });
}

#[test]
fn a_write_before_the_end_of_the_runtime_is_made() {
    let dir = Dir::new();
    let rt = one_thread();
    rt.block_on(async {
        let mut file = File::create(dir.join("a")).await.unwrap();
        runtime::task::spawn_blocking(|| std::thread::sleep(Duration::from_millis(1)));
        file.write_all(b"kept").await.unwrap();
    });
    drop(rt);
    assert_eq!(std::fs::read(dir.join("a")).unwrap(), b"kept");
}

#[runtime::test]
async fn a_seek_while_a_call_is_under_way_is_refused() {
    let dir = Dir::new();
    let mut file = File::create(dir.join("a")).await.unwrap();
    assert!(poll_once(file.write(b"x")).is_ready());
    let error =
        runtime::io::AsyncSeek::start_seek(std::pin::Pin::new(&mut file), SeekFrom::Start(0));
    assert!(error.unwrap_err().to_string().contains("call poll_complete before start_seek"));
    assert_eq!(file.seek(SeekFrom::Start(0)).await.unwrap(), 0);
}

#[runtime::test]
async fn slices_are_written_in_one_go() {
    let dir = Dir::new();
    let mut file = File::create(dir.join("a")).await.unwrap();
    let slices = [IoSlice::new(b"ab"), IoSlice::new(b""), IoSlice::new(b"cd")];
    assert_eq!(file.write_vectored(&slices).await.unwrap(), 4);
    file.set_max_buf_size(3);
    assert_eq!(file.write_vectored(&slices).await.unwrap(), 3);
    assert_eq!(file.write_vectored(&[]).await.unwrap(), 0);
    file.shutdown().await.unwrap();
    assert_eq!(std::fs::read(dir.join("a")).unwrap(), b"abcdabc");
}

#[runtime::test]
async fn the_largest_piece_can_be_set() {
    let dir = Dir::new();
    std::fs::write(dir.join("a"), "0123456789").unwrap();
    let mut file = File::open(dir.join("a")).await.unwrap();
    file.set_max_buf_size(4);
    assert_eq!(file.read(&mut [0; 9]).await.unwrap(), 4);
    assert_eq!(file.try_clone().await.unwrap().max_buf_size(), 4);
}

#[runtime::test]
#[should_panic(expected = "`max_buf_size` must be greater than 0")]
async fn the_largest_piece_is_not_nothing() {
    File::open("Cargo.toml").await.unwrap().set_max_buf_size(0);
}

#[runtime::test]
async fn an_empty_read_takes_nothing_and_means_no_end() {
    let mut file = File::open("Cargo.toml").await.unwrap();
    assert!(matches!(poll_once(file.read(&mut [])), Poll::Ready(Ok(0))));
    assert_eq!(file.read_u8().await.unwrap(), b'[');
}

#[runtime::test]
async fn shared_files_answer_several_at_once() {
    let dir = Dir::new();
    let mut file = File::create(dir.join("a")).await.unwrap();
    file.write_all(b"abc").await.unwrap();
    let (a, b, c, d) =
        runtime::join!(file.metadata(), file.sync_all(), file.sync_data(), file.try_clone());
    assert_eq!(a.unwrap().len(), 3, "after the write");
    b.unwrap();
    c.unwrap();
    d.unwrap();
}

#[runtime::test]
async fn size_times_and_permissions_are_set() {
    let dir = Dir::new();
    let file = File::create_new(dir.join("a")).await.unwrap();
    file.set_len(7).await.unwrap();
    let (one, two) = (SystemTime::UNIX_EPOCH, SystemTime::UNIX_EPOCH + Duration::from_secs(1000));
    file.set_times(FileTimes::new().set_accessed(one).set_modified(one)).await.unwrap();
    file.set_modified(two).await.unwrap();
    let mut permissions = file.metadata().await.unwrap().permissions();
    permissions.set_readonly(true);
    file.set_permissions(permissions).await.unwrap();
    let metadata = file.metadata().await.unwrap();
    assert_eq!((metadata.len(), metadata.permissions().readonly()), (7, true));
    assert_eq!((metadata.accessed().unwrap(), metadata.modified().unwrap()), (one, two));
    let again = File::create_new(dir.join("a")).await.unwrap_err();
    assert_eq!(again.kind(), ErrorKind::AlreadyExists);
}

#[test]
fn a_file_goes_back_to_the_standard_library_and_returns() {
    on_one_thread(async {
        let file = File::open("Cargo.toml").await.unwrap();
        assert!(format!("{file:?}").starts_with("tokio::fs::File { std: File { fd:"));
        let std = file.try_into_std().unwrap();
        let fd = std.as_raw_fd();
        let mut file = File::from_std(std);
        assert_eq!(file.as_raw_fd(), fd);
        let (release, released) = channel::<()>();
        let busy = spawn_blocking(move || released.recv().is_err());
        assert!(poll_once(file.read(&mut [0; 1])).is_pending());
        let file = file.try_into_std().unwrap_err();
        drop((release, busy));
        let fd = file.into_std().await.into_raw_fd();
        // SAFETY: the descriptor was just given up by its owner.
        let file = unsafe { File::from_raw_fd(fd) };
        assert!(file.metadata().await.unwrap().is_file());
    });
}

#[test]
fn a_file_whose_call_was_left_alone_still_goes_back() {
    on_one_thread(async {
        for _ in 0..100 {
            let file = File::open("Cargo.toml").await.unwrap();
            leave_alone(file.metadata()).await;
            file.into_std().await;
        }
    });
}

#[runtime::test]
async fn a_full_disk_is_reported_by_the_next_write_or_flush_or_sync() {
    let open = async || OpenOptions::new().write(true).open("/dev/full").await.unwrap();
    let mut file = open().await;
    file.write_all(b"x").await.unwrap();
    assert_eq!(file.flush().await.unwrap_err().kind(), ErrorKind::StorageFull);
    file.flush().await.unwrap();
    let mut file = open().await;
    file.write_all(b"x").await.unwrap();
    assert_eq!(file.write(b"y").await.unwrap_err().kind(), ErrorKind::StorageFull);
    let mut file = open().await;
    file.write_all(b"x").await.unwrap();
    file.metadata().await.unwrap();
    assert_eq!(file.sync_all().await.unwrap_err().kind(), ErrorKind::StorageFull);
}

#[runtime::test]
async fn what_may_not_be_done_is_an_error_and_leaves_the_file_usable() {
    let dir = Dir::new();
    let mut file = File::create(dir.join("a")).await.unwrap();
    assert!(file.read(&mut [0; 4]).await.is_err(), "not open for reading");
    file.write_all(b"x").await.unwrap();
    file.flush().await.unwrap();
    let mut file = File::open(dir.join("a")).await.unwrap();
    file.write_all(b"y").await.unwrap();
    assert!(file.flush().await.is_err(), "not open for writing");
    assert_eq!(file.read_u8().await.unwrap(), b'x');
    assert!(File::open(&*dir).await.unwrap().read(&mut [0; 4]).await.is_err(), "a folder");
    assert_eq!(File::open(dir.join("b")).await.unwrap_err().kind(), ErrorKind::NotFound);
}

/// A handle to a runtime that has ended.
fn ended() -> Handle {
    let rt: Runtime = Builder::new_current_thread().build().unwrap();
    rt.handle().clone()
}

#[test]
fn after_the_end_of_the_runtime_calls_fail_and_do_not_panic() {
    let handle = ended();
    let _entered = handle.enter();
    let mut file = File::from_std(std::fs::File::open("Cargo.toml").unwrap());
    for _ in 0..2 {
        assert!(matches!(poll_once(file.read(&mut [0; 4])), Poll::Ready(Err(_))));
        assert!(matches!(poll_once(file.seek(SeekFrom::Start(0))), Poll::Ready(Err(_))));
        assert!(matches!(poll_once(file.metadata()), Poll::Ready(Err(_))));
        assert!(matches!(poll_once(file.write(b"x")), Poll::Ready(Err(_))));
        assert!(matches!(poll_once(file.flush()), Poll::Ready(Ok(()))));
    }
    let Poll::Ready(Err(error)) = poll_once(runtime::fs::read("Cargo.toml")) else {
        panic!("it waits, or reads");
    };
    assert_eq!(
        (error.kind(), error.to_string().as_str()),
        (ErrorKind::Other, "background task failed")
    );
}

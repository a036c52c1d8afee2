//! Descriptors: none is left open, none is closed twice, and running out of them is survived.
//!
//! What is counted belongs to the whole process, so these tests run one at a time.

#[path = "support/dir.rs"]
mod dir;
#[path = "support/net.rs"]
mod support;

use dir::Dir;
use runtime::io::AsyncReadExt;
use runtime::net::unix::pipe;
use runtime::net::{
    TcpListener, TcpSocket, TcpStream, UdpSocket, UnixDatagram, UnixListener, UnixStream,
};
use runtime::runtime::Builder;
use runtime::time::timeout;
use std::fs::File;
use std::io::Write;
use std::os::fd::AsRawFd;
use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use support::{poll_once, tcp_pair};

const SOON: Duration = Duration::from_secs(20);

fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn open_descriptors() -> usize {
    // Leaves out the one that the listing itself has open.
    std::fs::read_dir("/proc/self/fd").unwrap().count() - 1
}

fn block_on<R>(future: impl Future<Output = R>) -> R {
    Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// Runs `future` on a runtime of its own and checks that it leaves no descriptor behind.
fn leaves_nothing_open(future: impl Future<Output = ()>) {
    let _alone = alone();
    let before = open_descriptors();
    block_on(future);
    assert_eq!(open_descriptors(), before);
}

/// Has `stream` wait for a byte from `peer`, so that the reactor knows it.
async fn wait_once(stream: &mut TcpStream, peer: &TcpStream) {
    let mut buf = [0];
    let mut read = pin!(stream.read_exact(&mut buf));
    assert!(poll_once(read.as_mut()).is_pending());
    peer.try_write(b"!").unwrap();
    timeout(SOON, read).await.unwrap().unwrap();
}

#[test]
fn streams_close_what_they_opened() {
    leaves_nothing_open(async {
        let (mut a, b) = tcp_pair().await;
        wait_once(&mut a, &b).await;
        let (read, write) = a.into_split();
        drop(read.reunite(write).unwrap());

        let (a, b) = UnixStream::pair().unwrap();
        assert!(poll_once(pin!(a.readable())).is_pending());
        let (read, write) = a.into_split();
        drop((write, b, read));
    });
}

#[test]
fn sockets_of_every_kind_close_what_they_opened() {
    leaves_nothing_open(async {
        let dir = Dir::new();
        let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
        assert!(poll_once(pin!(tcp.accept())).is_pending());
        let unix = UnixListener::bind(dir.join("s")).unwrap();
        assert!(poll_once(pin!(unix.accept())).is_pending());
        let udp = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        assert!(poll_once(pin!(udp.recv(&mut [0; 8]))).is_pending());
        let (datagram, _) = UnixDatagram::pair().unwrap();
        assert!(poll_once(pin!(datagram.recv(&mut [0; 8]))).is_pending());
        let (_sender, receiver) = pipe::pipe().unwrap();
        assert!(poll_once(pin!(receiver.readable())).is_pending());
        drop(TcpSocket::new_v4().unwrap());
    });
}

#[test]
fn attempts_that_fail_or_are_given_up_close_what_they_opened() {
    leaves_nothing_open(async {
        let dir = Dir::new();
        let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        TcpStream::connect(nobody).await.unwrap_err();
        UnixStream::connect(dir.join("nothing")).await.unwrap_err();
        TcpListener::bind("192.0.2.1:0").await.unwrap_err();
        std::fs::write(dir.join("file"), "").unwrap();
        pipe::OpenOptions::new().open_receiver(dir.join("file")).unwrap_err();

        let listener = UnixListener::bind(dir.join("s")).unwrap();
        let given_up = poll_once(pin!(UnixStream::connect(dir.join("s"))));
        assert!(given_up.is_pending());
        drop(listener);
    });
}

#[test]
fn what_is_given_away_stays_open() {
    let _alone = alone();
    let before = open_descriptors();
    let given: Vec<std::net::TcpStream> = block_on(async {
        let (mut a, b) = tcp_pair().await;
        wait_once(&mut a, &b).await;
        vec![a.into_std().unwrap(), b.into_std().unwrap()]
    });
    assert_eq!(open_descriptors(), before + 2);
    (&given[0]).write_all(b"still connected").unwrap();
    drop(given);
    assert_eq!(open_descriptors(), before);
}

#[test]
fn streams_that_outlive_their_runtime_are_closed_all_the_same() {
    let _alone = alone();
    let before = open_descriptors();
    let (mut a, b) = {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (mut a, b) = tcp_pair().await;
            wait_once(&mut a, &b).await;
            (a, b)
        })
    };
    let read = block_on(async { a.read(&mut [0; 8]).await });
    assert!(read.is_err());
    drop((a, b));
    assert_eq!(open_descriptors(), before);
}

#[test]
fn running_out_of_descriptors_is_an_error_that_passes() {
    let _alone = alone();
    block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        // It waits in the queue of the listener, which is where it stays while nobody can take it.
        let client = TcpStream::connect(addr).await.unwrap();

        let limit = Limit::use_up();
        for _ in 0..3 {
            let error = timeout(SOON, listener.accept()).await.unwrap().unwrap_err();
            assert_eq!(error.raw_os_error(), Some(libc::EMFILE));
        }
        let error = TcpStream::connect(addr).await.unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::EMFILE));
        drop(limit);

        let (_server, from) = timeout(SOON, listener.accept()).await.unwrap().unwrap();
        assert_eq!(from, client.local_addr().unwrap());
    });
}

/// Holds all descriptors that may be opened, and lowers their number, until it is dropped.
struct Limit {
    _held: Vec<File>,
    old: libc::rlimit,
}

impl Limit {
    fn use_up() -> Limit {
        let mut old = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        // SAFETY: the pointer is to a live value of the type that the call writes.
        assert_eq!(unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut old) }, 0);
        let largest = File::open("/dev/null").unwrap().as_raw_fd() + 20;
        set_limit(&libc::rlimit { rlim_cur: largest as libc::rlim_t, ..old });
        let held = std::iter::from_fn(|| File::open("/dev/null").ok()).collect();
        Limit { _held: held, old }
    }
}

impl Drop for Limit {
    fn drop(&mut self) {
        set_limit(&self.old);
    }
}

fn set_limit(limit: &libc::rlimit) {
    // SAFETY: the pointer is to a live value of the type that the call reads.
    assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, limit) }, 0);
}

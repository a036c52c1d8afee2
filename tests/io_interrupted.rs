//! Signals that interrupt system calls all the time: nobody notices, and nothing is lost.
//!
//! The handler and the signals belong to the whole process, so there is one test.
#![cfg(target_os = "linux")]

#[path = "support/dir.rs"]
mod dir;
#[path = "support/net.rs"]
mod support;

use dir::Dir;
use runtime::fs::{self, File};
use runtime::io::{AsyncReadExt, AsyncWriteExt};
use runtime::net::{TcpListener, TcpStream, UdpSocket, UnixStream, unix::pipe};
use runtime::process::Command;
use runtime::runtime::Builder;
use runtime::task::{JoinSet, spawn_blocking};
use runtime::time::{Duration, Instant, sleep};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use support::{pattern, soon};

static HANDLED: AtomicUsize = AtomicUsize::new(0);

extern "C" fn count(_: libc::c_int) {
    HANDLED.fetch_add(1, Ordering::Relaxed);
}

/// Sends every thread but its own a signal, again and again, until it is dropped.
struct Storm {
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Storm {
    fn begin() -> Storm {
        // SAFETY: the action is all zero but for the handler, which adds to a number. Without
        // `SA_RESTART`, system calls that wait end with `EINTR`.
        unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = count as *const () as usize;
            assert_eq!(libc::sigaction(libc::SIGURG, &raw const action, std::ptr::null_mut()), 0);
        }
        let is_over = Arc::new(AtomicBool::new(false));
        let ended = is_over.clone();
        let thread = std::thread::spawn(move || {
            while !ended.load(Ordering::Relaxed) {
                disturb_all();
                std::thread::sleep(Duration::from_micros(100));
            }
        });
        Storm { is_over, thread: Some(thread) }
    }
}

fn disturb_all() {
    // SAFETY: the calls take numbers; a thread that is gone is an error without consequences.
    let (process, own) = unsafe { (libc::getpid(), libc::gettid()) };
    for task in std::fs::read_dir("/proc/self/task").unwrap().flatten() {
        let thread: libc::pid_t = task.file_name().to_str().unwrap().parse().unwrap();
        if thread != own {
            // SAFETY: as above.
            unsafe { libc::syscall(libc::SYS_tgkill, process, thread, libc::SIGURG) };
        }
    }
}

impl Drop for Storm {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        let ended = self.thread.take().map(JoinHandle::join);
        assert!(std::thread::panicking() || ended.is_some_and(|ended| ended.is_ok()));
    }
}

#[test]
fn signals_interrupt_nothing_that_a_program_sees() {
    let storm = Storm::begin();
    for threads in [None, Some(2)] {
        let mut builder = match threads {
            None => Builder::new_current_thread(),
            Some(_) => Builder::new_multi_thread(),
        };
        let rt = builder.worker_threads(threads.unwrap_or(1)).enable_all().build().unwrap();
        rt.block_on(async {
            let mut all = JoinSet::new();
            all.spawn(streams());
            all.spawn(datagrams());
            all.spawn(pipes());
            all.spawn(files());
            all.spawn(named_pipes());
            all.spawn(children());
            all.spawn(naps());
            while let Some(one) = soon(all.join_next()).await {
                one.unwrap();
            }
        });
    }
    drop(storm);
    assert!(HANDLED.load(Ordering::Relaxed) > 100, "hardly a signal came");
}

async fn streams() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    for _ in 0..20 {
        let (client, server) = runtime::join!(TcpStream::connect(addr), listener.accept());
        echo(client.unwrap(), server.unwrap().0).await;
        let (one, other) = UnixStream::pair().unwrap();
        echo(one, other).await;
    }
}

async fn echo<S>(mut client: S, mut server: S)
where
    S: runtime::io::AsyncRead + runtime::io::AsyncWrite + Unpin + Send + 'static,
{
    let bytes = pattern(100_000);
    let sent = bytes.clone();
    let send = runtime::spawn(async move {
        client.write_all(&sent).await.unwrap();
        client.shutdown().await.unwrap();
    });
    let mut received = Vec::new();
    server.read_to_end(&mut received).await.unwrap();
    send.await.unwrap();
    assert!(received == bytes);
}

async fn datagrams() {
    let (a, b) = (UdpSocket::bind("127.0.0.1:0").await, UdpSocket::bind("127.0.0.1:0").await);
    let (a, b) = (a.unwrap(), b.unwrap());
    let to = b.local_addr().unwrap();
    for n in 0..500_u32 {
        let mut buf = [0; 8];
        let receive = b.recv_from(&mut buf);
        let send = async {
            sleep(Duration::from_micros(50)).await;
            a.send_to(&n.to_be_bytes(), to).await
        };
        let (received, sent) = runtime::join!(receive, send);
        assert_eq!((received.unwrap().0, sent.unwrap()), (4, 4));
        assert_eq!(buf[..4], n.to_be_bytes());
    }
}

async fn pipes() {
    for _ in 0..20 {
        let (mut sender, mut receiver) = pipe::pipe().unwrap();
        let bytes = pattern(200_000);
        let sent = bytes.clone();
        let send = runtime::spawn(async move { sender.write_all(&sent).await });
        let mut received = Vec::new();
        receiver.read_to_end(&mut received).await.unwrap();
        send.await.unwrap().unwrap();
        assert!(received == bytes);
    }
}

async fn files() {
    let dir = Dir::new();
    let (path, bytes) = (dir.join("a"), pattern(3_000_000));
    for _ in 0..5 {
        fs::write(&path, &bytes).await.unwrap();
        assert!(fs::read(&path).await.unwrap() == bytes);
        fs::copy(&path, dir.join("b")).await.unwrap();
        let mut file = File::open(dir.join("b")).await.unwrap();
        let mut back = Vec::new();
        file.read_to_end(&mut back).await.unwrap();
        file.sync_all().await.unwrap();
        assert!(back == bytes);
    }
}

/// Threads that wait in `open` and `read`, where a signal does end the system call.
async fn named_pipes() {
    let dir = Dir::new();
    let path = dir.join("pipe");
    let name = std::ffi::CString::new(path.to_str().unwrap()).unwrap();
    // SAFETY: the name is a string that lives through the call.
    assert_eq!(unsafe { libc::mkfifo(name.as_ptr(), 0o600) }, 0);
    let reader = runtime::spawn({
        let path = path.clone();
        async move {
            let mut received = Vec::new();
            let mut file = File::open(path).await.unwrap();
            file.read_to_end(&mut received).await.unwrap();
            received
        }
    });
    let bytes = pattern(500_000);
    sleep(Duration::from_millis(5)).await;
    let mut file = fs::OpenOptions::new().write(true).open(&path).await.unwrap();
    for part in bytes.chunks(100_000) {
        sleep(Duration::from_millis(5)).await;
        file.write_all(part).await.unwrap();
        file.flush().await.unwrap();
    }
    drop(file);
    assert!(reader.await.unwrap() == bytes);
}

async fn children() {
    for code in 0..5 {
        let mut child = Command::new("sh")
            .args(["-c", &format!("cat; sleep 0.01; exit {code}")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let bytes = pattern(100_000);
        let (mut stdin, sent) = (child.stdin.take().unwrap(), bytes.clone());
        let send = runtime::spawn(async move { stdin.write_all(&sent).await });
        let output = child.wait_with_output().await.unwrap();
        send.await.unwrap().unwrap();
        assert_eq!(output.status.code(), Some(code));
        assert!(output.stdout == bytes);
    }
}

async fn naps() {
    for n in 0..50 {
        let (start, span) = (Instant::now(), Duration::from_micros(n * 50));
        sleep(span).await;
        assert!(start.elapsed() >= span);
    }
    let waited = spawn_blocking(|| {
        let start = std::time::Instant::now();
        std::thread::sleep(Duration::from_millis(10));
        start.elapsed()
    });
    assert!(waited.await.unwrap() >= Duration::from_millis(10));
}

//! How much memory tasks take that wait, and that a burst of them gives it back.
#![allow(clippy::async_yields_async)] // tasks that wait are kept, and not awaited

use runtime::io::AsyncReadExt;
use runtime::net::{TcpListener, TcpStream};
use runtime::runtime::{Builder, Runtime};
use runtime::sync::{Mutex, Notify, RwLock, Semaphore, mpsc, oneshot};
use runtime::task::{JoinHandle, yield_now};
use runtime::time::{Duration, Instant, sleep};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::future::pending;
use std::sync::atomic::{AtomicIsize, Ordering};
use std::sync::{MutexGuard, PoisonError};

/// Counts what each thread has allocated, and all of them together.
struct Counting;

static TOTAL: AtomicIsize = AtomicIsize::new(0);

thread_local! {
    static BYTES: Cell<isize> = const { Cell::new(0) };
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

fn count(bytes: isize) {
    TOTAL.fetch_add(bytes, Ordering::Relaxed);
    BYTES.set(BYTES.get() + bytes);
}

// SAFETY: passes everything on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        // SAFETY: passed on.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Keeps the other tests of this process from allocating meanwhile.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: std::sync::Mutex<()> = std::sync::Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn rt() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

const TASKS: isize = 1_000;

/// The bytes that each of many tasks takes once it waits for what `spawn` has it wait for.
fn bytes_each(mut spawn: impl AsyncFnMut() -> JoinHandle<()>) -> isize {
    let _alone = alone();
    rt().block_on(async {
        let warm = spawn().await;
        yield_now().await;
        let mut tasks = Vec::with_capacity(TASKS as usize);
        let before = BYTES.get();
        for _ in 0..TASKS {
            tasks.push(spawn().await);
        }
        yield_now().await;
        sleep(Duration::from_millis(1)).await;
        let taken = BYTES.get() - before;
        assert!(tasks.iter().all(|task| !task.is_finished()) && !warm.is_finished());
        taken / TASKS
    })
}

#[test]
fn a_task_that_waits_takes_200_bytes_at_most() {
    let bytes = bytes_each(async || runtime::spawn(pending()));
    assert!((1..=200).contains(&bytes), "{bytes} bytes");
}

#[test]
fn a_task_that_sleeps_takes_300_bytes_at_most() {
    let bytes = bytes_each(async || runtime::spawn(sleep(Duration::from_secs(3600))));
    assert!((1..=300).contains(&bytes), "{bytes} bytes");
}

#[test]
fn a_task_that_waits_for_a_channel_of_its_own_takes_600_bytes_at_most() {
    let mut senders = Vec::with_capacity(TASKS as usize + 1);
    let bytes = bytes_each(async || {
        let (send, mut recv) = mpsc::channel::<u64>(16);
        senders.push(send);
        runtime::spawn(async move { assert_eq!(recv.recv().await, None) })
    });
    assert!((1..=600).contains(&bytes), "{bytes} bytes");
}

#[test]
fn a_task_that_waits_for_a_connection_takes_500_bytes_at_most() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    let mut peers = Vec::with_capacity(TASKS as usize + 1);
    let bytes = bytes_each(async || {
        let mut stream = TcpStream::connect(addr).await.unwrap();
        peers.push(listener.accept().unwrap());
        runtime::spawn(async move { drop(stream.read_u8().await) })
    });
    assert!((1..=500).contains(&bytes), "{bytes} bytes");
}

#[test]
fn a_timer_that_is_set_and_cancelled_allocates_nothing() {
    let _alone = alone();
    rt().block_on(async {
        let set_and_cancel = async || {
            let mut nap = std::pin::pin!(sleep(Duration::from_secs(3600)));
            let polled = std::future::poll_fn(|cx| std::task::Poll::Ready(nap.as_mut().poll(cx)));
            assert!(polled.await.is_pending());
        };
        for _ in 0..100 {
            assert_eq!(allocations(set_and_cancel).await, 0);
        }
    });
}

/// How often `step` allocates, once it was done before.
async fn allocations(mut step: impl AsyncFnMut()) -> usize {
    step().await;
    let before = ALLOCATIONS.get();
    step().await;
    ALLOCATIONS.get() - before
}

#[test]
fn what_nobody_waits_for_allocates_nothing() {
    rt().block_on(async {
        let (mutex, lock) = (Mutex::new(0), RwLock::new(0));
        let (semaphore, notify) = (Semaphore::new(3), Notify::new());
        let locks = allocations(async || {
            *mutex.lock().await += 1;
            *lock.write().await += 1;
            drop(lock.read().await);
            drop(semaphore.acquire_many(2).await.unwrap());
            notify.notify_one();
            notify.notified().await;
        });
        assert_eq!(locks.await, 0);
        let selected = allocations(async || {
            for _ in 0..10 {
                runtime::select! {
                    guard = mutex.lock() => drop(guard),
                    () = yield_now() => {}
                    () = pending() => unreachable!("it never ends"),
                }
            }
            let _: ((), ()) = runtime::join!(yield_now(), async {});
        });
        assert_eq!(selected.await, 0);
    });
}

#[test]
fn a_oneshot_is_a_single_allocation() {
    rt().block_on(async {
        let once = allocations(async || {
            let (send, recv) = oneshot::channel();
            send.send([1_u64; 8]).unwrap();
            assert_eq!(recv.await.unwrap(), [1; 8]);
        });
        assert_eq!(once.await, 1);
    });
}

#[test]
#[cfg_attr(sanitized, ignore = "a sanitizer is to see all memory given back")]
fn a_task_is_a_single_allocation_and_its_memory_serves_the_next() {
    rt().block_on(async {
        let task = allocations(async || runtime::spawn(yield_now()).await.unwrap());
        assert_eq!(task.await, 0, "the one of the task before");
        let two = allocations(async || {
            let tasks: [JoinHandle<()>; 2] = [(); 2].map(|()| runtime::spawn(yield_now()));
            for task in tasks {
                task.await.unwrap();
            }
        });
        assert_eq!(two.await, 0, "those of the tasks before");
        let before = ALLOCATIONS.get();
        let tasks: [JoinHandle<()>; 8] = [(); 8].map(|()| runtime::spawn(yield_now()));
        assert_eq!(ALLOCATIONS.get() - before, 8 - 2);
        for task in tasks {
            task.await.unwrap();
        }
    });
}

/// Tasks, timers and channels, many at once.
async fn burst() {
    let (send, mut recv) = mpsc::unbounded_channel();
    let tasks: Vec<_> = (0..20_000_u64)
        .map(|n| {
            let send = send.clone();
            runtime::spawn(async move {
                sleep(Duration::from_micros(n % 1_000)).await;
                send.send([n; 8]).unwrap();
            })
        })
        .collect();
    drop(send);
    let mut count = 0;
    while recv.recv().await.is_some() {
        count += 1;
    }
    assert_eq!(count, 20_000);
    for task in tasks {
        task.await.unwrap();
    }
}

/// Wants no more than so many bytes to be left of a burst, once every loop has lain down and given
/// back what it had kept.
fn burst_leaves_at_most(rt: &Runtime, bytes: isize) {
    rt.block_on(async {
        runtime::spawn(async {}).await.unwrap();
        sleep(Duration::from_millis(20)).await;
        let before = TOTAL.load(Ordering::Relaxed);
        runtime::spawn(burst()).await.unwrap();
        let end = Instant::now() + Duration::from_secs(20);
        loop {
            sleep(Duration::from_millis(5)).await;
            let left = TOTAL.load(Ordering::Relaxed) - before;
            if left <= bytes {
                return;
            }
            assert!(Instant::now() < end, "{left} bytes are left");
        }
    });
}

#[test]
fn a_burst_of_tasks_is_given_back() {
    let _alone = alone();
    burst_leaves_at_most(&rt(), 64 * 1024);
}

#[test]
fn a_burst_of_tasks_on_several_loops_is_given_back() {
    let _alone = alone();
    let rt = Builder::new_multi_thread().worker_threads(3).enable_all().build().unwrap();
    burst_leaves_at_most(&rt, 128 * 1024);
}

#[test]
fn a_crowd_of_connections_is_given_back() {
    let _alone = alone();
    let rt = rt();
    let crowd = async || {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let mut tasks = Vec::new();
        for _ in 0..200 {
            let mut client = TcpStream::connect(addr).await.unwrap();
            let (server, _) = listener.accept().await.unwrap();
            let read = runtime::spawn(async move { client.read(&mut [0; 8]).await.unwrap() });
            yield_now().await;
            tasks.push((read, server));
        }
        for (read, server) in tasks {
            drop(server);
            assert_eq!(read.await.unwrap(), 0);
        }
        sleep(Duration::from_millis(1)).await;
    };
    rt.block_on(async {
        crowd().await;
        let before = BYTES.get();
        crowd().await;
        let left = BYTES.get() - before;
        assert!(left <= 4 * 1024, "{left} bytes are left");
    });
}

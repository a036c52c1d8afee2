//! Threads that come and go around a runtime of several loops.

use runtime::runtime::{Builder, Handle, Runtime};
use runtime::sync::Notify;
use runtime::task::{self, yield_now};
use runtime::time::{Duration, sleep};
use std::cell::RefCell;
use std::future::pending;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::task::{Context, Wake};
use std::thread;

const PATIENCE: std::time::Duration = std::time::Duration::from_secs(20);

fn workers(count: usize) -> Runtime {
    Builder::new_multi_thread().worker_threads(count).enable_all().build().unwrap()
}

/// How many threads this process has that carry `name`.
fn threads_named(name: &str) -> usize {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    let names =
        tasks.filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("comm")).ok());
    names.filter(|comm| comm.trim() == name).count()
}

struct Count(Arc<AtomicUsize>);

impl Drop for Count {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[test]
fn no_thread_stays_after_the_end() {
    let alive = Arc::new(AtomicUsize::new(0));
    let (started, stopped) = (alive.clone(), alive.clone());
    let rt = Builder::new_multi_thread()
        .worker_threads(3)
        .thread_name("stays-not")
        .on_thread_start(move || _ = started.fetch_add(1, Ordering::SeqCst))
        .on_thread_stop(move || _ = stopped.fetch_sub(1, Ordering::SeqCst))
        .enable_all()
        .build()
        .unwrap();
    rt.block_on(async {
        task::spawn_blocking(|| ()).await.unwrap();
        runtime::spawn(async { task::block_in_place(|| ()) }).await.unwrap();
    });
    assert!(threads_named("stays-not") >= 3);
    drop(rt);
    assert_eq!(alive.load(Ordering::SeqCst), 0, "all have done their last");
    // The kernel lists a thread for a moment after it has told whoever joins it.
    let start = std::time::Instant::now();
    while threads_named("stays-not") > 0 {
        assert!(start.elapsed() < Duration::from_secs(10), "a thread stays");
        thread::yield_now();
    }
}

#[test]
fn tasks_that_spawn_while_they_are_dropped_end_too() {
    struct Spawner(Arc<AtomicUsize>);
    impl Drop for Spawner {
        fn drop(&mut self) {
            let count = Count(self.0.clone());
            let late = runtime::spawn(async move {
                let _count = count;
                pending::<()>().await;
            });
            drop(late);
        }
    }
    let dropped = Arc::new(AtomicUsize::new(0));
    let rt = workers(2);
    for _ in 0..20 {
        let spawner = Spawner(dropped.clone());
        rt.spawn(async move {
            let _spawner = spawner;
            pending::<()>().await;
        });
    }
    rt.block_on(yield_now());
    drop(rt);
    assert_eq!(dropped.load(Ordering::SeqCst), 20);
}

#[test]
fn dropped_on_one_of_its_own_threads_it_panics_with_a_remedy_and_ends() {
    let rt = workers(2);
    let dropped = Arc::new(AtomicUsize::new(0));
    let count = Count(dropped.clone());
    rt.spawn(async move {
        let _count = count;
        pending::<()>().await;
    });
    let handle = rt.handle().clone();
    let (send, recv) = mpsc::channel();
    handle.spawn(async move {
        let panicked = catch_unwind(AssertUnwindSafe(|| drop(rt))).unwrap_err();
        send.send(panicked.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap();
    });
    let text = recv.recv_timeout(PATIENCE).unwrap().expect("a text");
    assert!(text.contains("shutdown_background"), "{text}");
    let end = std::time::Instant::now() + PATIENCE;
    while dropped.load(Ordering::SeqCst) == 0 {
        assert!(std::time::Instant::now() < end, "its tasks live on");
        thread::yield_now();
    }
}

#[test]
fn in_the_background_it_ends_without_waiting_for_a_stuck_task() {
    let rt = workers(1);
    let (release, stuck) = mpsc::channel::<()>();
    let (begun, started) = mpsc::channel();
    rt.spawn(async move {
        begun.send(()).unwrap();
        let _ = stuck.recv();
    });
    started.recv_timeout(PATIENCE).unwrap();
    rt.shutdown_background();
    drop(release);
}

#[test]
fn a_timeout_bounds_the_wait_for_a_stuck_task() {
    let rt = workers(1);
    let (release, stuck) = mpsc::channel::<()>();
    let (begun, started) = mpsc::channel();
    rt.spawn(async move {
        begun.send(()).unwrap();
        let _ = stuck.recv();
    });
    started.recv_timeout(PATIENCE).unwrap();
    let start = std::time::Instant::now();
    rt.shutdown_timeout(Duration::from_millis(50));
    assert!(start.elapsed() >= Duration::from_millis(50));
    assert!(start.elapsed() < PATIENCE);
    drop(release);
}

#[test]
fn a_spawn_after_the_end_is_cancelled_at_once() {
    let rt = workers(2);
    let handle = rt.handle().clone();
    drop(rt);
    let late = handle.spawn(async {});
    assert!(late.is_finished());
    assert!(futures::executor::block_on(late).unwrap_err().is_cancelled());
}

#[test]
fn timers_and_sockets_of_a_dead_runtime_end_for_tasks_of_another() {
    let ended = workers(2);
    let guard = ended.enter();
    let listener = runtime::net::UnixDatagram::unbound().unwrap();
    drop(guard);
    let (begun, started) = mpsc::channel();
    let other = workers(1);
    let waiting = other.spawn(async move {
        begun.send(()).unwrap();
        listener.recv(&mut [0; 8]).await.map(drop)
    });
    started.recv_timeout(PATIENCE).unwrap();
    drop(ended);
    let error = other.block_on(waiting).unwrap().unwrap_err();
    assert!(runtime::runtime::is_rt_shutdown_err(&error), "{error}");
}

#[test]
fn thread_locals_may_spawn_and_wake_when_a_thread_ends() {
    struct Late(Handle, Arc<Notify>, mpsc::Sender<()>);
    impl Drop for Late {
        fn drop(&mut self) {
            let send = self.2.clone();
            self.0.spawn(async move { send.send(()).unwrap() });
            self.1.notify_one();
        }
    }
    thread_local! {
        static LATE: RefCell<Option<Late>> = const { RefCell::new(None) };
    }
    let rt = workers(2);
    let (send, recv) = mpsc::channel();
    let wake = Arc::new(Notify::new());
    let (woken, told) = (wake.clone(), send.clone());
    rt.spawn(async move {
        woken.notified().await;
        told.send(()).unwrap();
    });
    let late = Late(rt.handle().clone(), wake.clone(), send.clone());
    // On a foreign thread that was in the runtime before it ends.
    let handle = rt.handle().clone();
    thread::spawn(move || {
        handle.block_on(async { LATE.with(|slot| *slot.borrow_mut() = Some(late)) });
    })
    .join()
    .unwrap();
    recv.recv_timeout(PATIENCE).unwrap();
    recv.recv_timeout(PATIENCE).unwrap();
    // On a thread of the runtime itself, whose loop has ended by then: refused, and nothing hangs.
    let late = Late(rt.handle().clone(), wake.clone(), send);
    rt.spawn(async move {
        loop {
            wake.notified().await;
        }
    });
    rt.block_on(rt.spawn(async { LATE.with(|slot| *slot.borrow_mut() = Some(late)) })).unwrap();
    drop(rt);
}

#[test]
fn guards_nest_between_runtimes() {
    let (one, two) = (workers(1), Builder::new_current_thread().build().unwrap());
    let outer = one.enter();
    let inner = two.enter();
    assert_eq!(Handle::current().id(), two.handle().id());
    drop(inner);
    assert_eq!(Handle::current().id(), one.handle().id());
    drop(outer);
    assert!(Handle::try_current().is_err());
}

#[test]
fn runtimes_in_many_threads_know_nothing_of_each_other() {
    let threads: Vec<_> = (0..8_u64)
        .map(|n| {
            thread::spawn(move || {
                let rt = workers(2);
                rt.block_on(async move {
                    let tasks: Vec<_> = (0..50)
                        .map(|m| {
                            runtime::spawn(async move {
                                sleep(Duration::from_micros(m * 10)).await;
                                n
                            })
                        })
                        .collect();
                    for task in tasks {
                        assert_eq!(task.await.unwrap(), n);
                    }
                });
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
}

#[test]
fn a_panic_of_a_waker_that_panics_again_when_dropped_ends_no_loop() {
    struct Bad;
    impl Drop for Bad {
        fn drop(&mut self) {
            panic!("when dropped");
        }
    }
    struct Panics(mpsc::Sender<()>);
    impl Wake for Panics {
        fn wake(self: Arc<Self>) {
            self.0.send(()).unwrap();
            std::panic::panic_any(Bad);
        }
    }
    let rt = workers(1);
    let (called, calls) = mpsc::channel();
    rt.spawn(async move {
        let mut nap = Box::pin(sleep(Duration::from_millis(1)));
        let waker = Arc::new(Panics(called)).into();
        assert!(nap.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        pending::<()>().await;
    });
    calls.recv_timeout(PATIENCE).unwrap();
    let (send, recv) = mpsc::channel();
    rt.spawn(async move { send.send(3).unwrap() });
    assert_eq!(recv.recv_timeout(PATIENCE), Ok(3));
}

/// A child of a program with a runtime has none of its threads. It may end, and build its own.
#[test]
#[cfg_attr(sanitized, ignore = "a sanitizer lets no forked child make threads")]
fn a_forked_child_may_end_or_build_a_runtime_of_its_own() {
    const CHILD: &str = "RINGLOOP_TEST_FORK";
    if std::env::var_os(CHILD).is_none() {
        // Forked from a program with a single test thread, so that no lock of the harness is held.
        let program = std::env::current_exe().unwrap();
        let name = "a_forked_child_may_end_or_build_a_runtime_of_its_own";
        let mut command = std::process::Command::new(program);
        let output = command.args([name, "--exact", "--nocapture"]).env(CHILD, "1").output();
        let output = output.unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        return;
    }
    let rt = workers(2);
    rt.block_on(async { yield_now().await });
    // SAFETY: the child calls nothing that another thread of the parent may hold a lock of but the
    // allocator, which the C library keeps usable across `fork`.
    match unsafe { libc::fork() } {
        0 => {
            let own = Builder::new_current_thread().enable_all().build().unwrap();
            let lives = async || {
                sleep(Duration::from_millis(1)).await;
                let blocking = task::spawn_blocking(|| 3);
                runtime::spawn(async { 4 }).await.unwrap() + blocking.await.unwrap() == 7
            };
            let fine = own.block_on(lives()) && workers(2).block_on(lives());
            // SAFETY: ends the child without its destructors, as a fork must.
            unsafe { libc::_exit(i32::from(!fine)) }
        }
        child => {
            let mut status = 0;
            // SAFETY: `status` lives through the call.
            assert_eq!(unsafe { libc::waitpid(child, &mut status, 0) }, child);
            assert_eq!(status, 0, "the child's own runtime works");
            assert_eq!(rt.block_on(rt.spawn(async { 5 })).unwrap(), 5, "so does the parent's");
        }
    }
}

//! Tasks that stay on one thread.

use runtime::runtime::{Builder, LocalOptions, LocalRuntime, Runtime, UnhandledPanic};
use runtime::sync::oneshot;
use runtime::task::{LocalSet, spawn_local, yield_now};
use std::cell::{Cell, RefCell};
use std::future::{Future, pending, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;

fn rt() -> Runtime {
    Builder::new_current_thread().build().unwrap()
}

/// Counts wake-ups.
struct Bell(AtomicUsize);

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

fn bell() -> (impl Fn() -> usize, Waker) {
    let bell = Arc::new(Bell(AtomicUsize::new(0)));
    let waker = Waker::from(bell.clone());
    (move || bell.0.load(Ordering::SeqCst), waker)
}

/// Notes on which thread it is dropped.
struct Dropped(std::sync::mpsc::Sender<thread::ThreadId>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.send(thread::current().id()).unwrap();
    }
}

#[test]
fn the_set_is_ready_when_all_tasks_have_ended() {
    let done = Rc::new(Cell::new(0));
    let set = LocalSet::new();
    for _ in 0..200 {
        let done = done.clone();
        set.spawn_local(async move {
            yield_now().await;
            spawn_local(async move { done.set(done.get() + 1) });
        });
    }
    rt().block_on(set);
    assert_eq!(done.get(), 200);
}

#[test]
fn tasks_run_in_the_order_they_were_spawned() {
    let order = Rc::new(RefCell::new(Vec::new()));
    let set = LocalSet::new();
    for number in 0..5 {
        let order = order.clone();
        set.spawn_local(async move { order.borrow_mut().push(number) });
    }
    rt().block_on(set);
    assert_eq!(*order.borrow(), [0, 1, 2, 3, 4]);
}

#[test]
fn a_wake_from_another_thread_leads_to_a_poll() {
    let (tx, rx) = oneshot::channel();
    let set = LocalSet::new();
    let task = set.spawn_local(async move { rx.await.unwrap() });
    let mut set = pin!(set);
    let (rings, waker) = bell();
    let mut cx = Context::from_waker(&waker);
    assert!(set.as_mut().poll(&mut cx).is_pending());
    assert_eq!(rings(), 0);
    thread::spawn(move || tx.send(5).unwrap()).join().unwrap();
    assert_eq!(rings(), 1);
    assert!(set.as_mut().poll(&mut cx).is_ready());
    assert_eq!(rt().block_on(task).unwrap(), 5);
}

#[test]
fn a_wake_at_home_outside_of_a_poll_leads_to_a_poll() {
    let (tx, rx) = oneshot::channel::<()>();
    let set = LocalSet::new();
    set.spawn_local(async move { rx.await.unwrap() });
    let mut set = pin!(set);
    let (rings, waker) = bell();
    let mut cx = Context::from_waker(&waker);
    assert!(set.as_mut().poll(&mut cx).is_pending());
    tx.send(()).unwrap();
    assert_eq!(rings(), 1);
    assert!(set.as_mut().poll(&mut cx).is_ready());
}

#[test]
fn a_spawn_inside_of_a_poll_wakes_nobody() {
    let set = LocalSet::new();
    let mut root = pin!(set.run_until(async {
        spawn_local(async {});
        pending::<()>().await;
    }));
    let (rings, waker) = bell();
    assert!(root.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    assert_eq!(rings(), 0);
}

#[test]
fn a_future_that_ends_leaves_its_tasks_to_the_next_who_polls() {
    let set = LocalSet::new();
    let (rings, waker) = bell();
    let mut other = pin!(set.run_until(pending::<()>()));
    assert!(other.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    let task = futures::executor::block_on(
        set.run_until(poll_fn(|_| Poll::Ready(spawn_local(async { 5 })))),
    );
    assert_eq!(rings(), 1);
    assert!(other.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    assert!(task.is_finished());
}

#[test]
fn one_poll_runs_a_bounded_number_of_tasks() {
    let set = LocalSet::new();
    let tasks: Vec<_> = (0..1_000).map(|_| set.spawn_local(async {})).collect();
    let mut set = pin!(set);
    let (rings, waker) = bell();
    assert!(set.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    let ended = tasks.iter().filter(|task| task.is_finished()).count();
    assert!(ended > 0 && ended < 200, "{ended}");
    assert_eq!(rings(), 1, "the rest is for the next poll");
}

#[test]
fn a_task_that_yields_lets_tasks_of_the_runtime_run() {
    rt().block_on(async {
        let set = LocalSet::new();
        let (tx, mut rx) = oneshot::channel();
        set.run_until(async {
            runtime::spawn(async move { tx.send(()).unwrap() });
            spawn_local(async move {
                yield_now().await;
                rx.try_recv().expect("the other task ran meanwhile");
            })
            .await
            .unwrap();
        })
        .await;
    });
}

#[test]
fn futures_are_dropped_at_home_by_the_end_of_the_set() {
    let (tx, dropped) = std::sync::mpsc::channel();
    let slot = Arc::new(std::sync::Mutex::new(None));
    let set = LocalSet::new();
    let task = set.spawn_local({
        let (slot, guard) = (slot.clone(), Dropped(tx));
        async move {
            poll_fn(|cx| {
                *slot.lock().unwrap() = Some(cx.waker().clone());
                Poll::<()>::Pending
            })
            .await;
            drop(guard);
        }
    });
    let abort = task.abort_handle();
    futures::executor::block_on(set.run_until(yield_now()));
    drop(task);
    let waker = slot.lock().unwrap().take().unwrap();
    drop(set);
    assert_eq!(dropped.try_recv(), Ok(thread::current().id()));
    // The last references go elsewhere.
    thread::spawn(move || {
        waker.wake();
        abort.abort();
    })
    .join()
    .unwrap();
}

#[test]
fn an_abort_from_another_thread_drops_the_future_at_home() {
    let (tx, dropped) = std::sync::mpsc::channel();
    let set = LocalSet::new();
    let guard = Dropped(tx);
    let task = set.spawn_local(async move {
        pending::<()>().await;
        drop(guard);
    });
    futures::executor::block_on(set.run_until(yield_now()));
    let abort = task.abort_handle();
    thread::spawn(move || abort.abort()).join().unwrap();
    assert!(dropped.try_recv().is_err(), "not yet");
    assert!(rt().block_on(set.run_until(task)).unwrap_err().is_cancelled());
    assert_eq!(dropped.try_recv(), Ok(thread::current().id()));
}

/// Spawns another task of the set when dropped, a number of times.
struct SpawnOnDrop(u32, Rc<Cell<u32>>);

impl Drop for SpawnOnDrop {
    fn drop(&mut self) {
        self.1.set(self.1.get() + 1);
        if self.0 > 0 {
            let next = SpawnOnDrop(self.0 - 1, self.1.clone());
            let task = spawn_local(async move {
                pending::<()>().await;
                drop(next);
            });
            assert!(task.is_finished(), "a set at its end runs nothing new");
        }
    }
}

#[test]
fn tasks_may_spawn_while_the_set_is_dropped() {
    let drops = Rc::new(Cell::new(0));
    let set = LocalSet::new();
    let first = SpawnOnDrop(3, drops.clone());
    set.spawn_local(async move {
        pending::<()>().await;
        drop(first);
    });
    rt().block_on(set.run_until(yield_now()));
    drop(set);
    assert_eq!(drops.get(), 4);
}

#[test]
fn tasks_that_wake_each_other_while_the_set_is_dropped_end() {
    let set = LocalSet::new();
    let (tx, rx) = oneshot::channel::<()>();
    let first = set.spawn_local(async move {
        pending::<()>().await;
        drop(tx);
    });
    let second = set.spawn_local(async move {
        let _ = rx.await;
    });
    rt().block_on(set.run_until(yield_now()));
    drop(set);
    assert!(first.is_finished() && second.is_finished());
}

#[test]
fn a_panic_of_a_task_is_its_error() {
    rt().block_on(LocalSet::new().run_until(async {
        let task = spawn_local(async { panic!("boom") });
        assert!(task.await.unwrap_err().is_panic());
        assert_eq!(spawn_local(async { 1 }).await.unwrap(), 1);
    }));
}

#[test]
fn a_panic_of_a_task_ends_the_set_if_so_configured() {
    let mut set = LocalSet::new();
    set.unhandled_panic(UnhandledPanic::ShutdownRuntime);
    let other = set.spawn_local(pending::<()>());
    let root = set.run_until(async {
        spawn_local(async { panic!("boom") });
        pending::<()>().await;
    });
    let panic = catch_unwind(AssertUnwindSafe(|| rt().block_on(root))).unwrap_err();
    assert!(panic.downcast_ref::<&str>().unwrap().contains("shutdown on unhandled panic"));
    assert!(other.is_finished());
    assert!(catch_unwind(AssertUnwindSafe(|| rt().block_on(set))).is_err(), "and again");
}

#[test]
fn spawning_outside_panics() {
    let panic = catch_unwind(|| spawn_local(async {})).unwrap_err();
    let text = panic.downcast_ref::<&str>().copied().map(String::from);
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap();
    assert!(text.contains("`spawn_local` called from outside of a `task::LocalSet`"), "{text}");
}

#[test]
fn a_task_of_the_runtime_is_outside_of_the_set() {
    rt().block_on(LocalSet::new().run_until(async {
        let task = runtime::spawn(async { drop(spawn_local(async {})) });
        assert!(task.await.unwrap_err().is_panic());
    }));
}

#[test]
fn a_guard_may_outlive_its_set() {
    let set = LocalSet::new();
    let outer = set.enter();
    let inner = set.enter();
    drop(set);
    drop(outer);
    drop(inner);
    assert!(spawn_local(async {}).is_finished(), "the last guard dropped says which set counts");
}

#[test]
fn a_task_may_poll_its_own_set() {
    let set = Rc::new(LocalSet::new());
    let inner = set.clone();
    let sum = rt().block_on(set.run_until(async move {
        let task = spawn_local(async move {
            inner.run_until(async { spawn_local(async { 3 }).await.unwrap() }).await
        });
        task.await.unwrap() + 1
    }));
    assert_eq!(sum, 4);
}

#[test]
fn a_set_may_lie_in_a_thread_local() {
    thread::spawn(|| {
        std::thread_local! {
            static SET: LocalSet = LocalSet::new();
        }
        let (tx, dropped) = std::sync::mpsc::channel();
        SET.with(|set| {
            let guard = Dropped(tx);
            set.spawn_local(async move {
                pending::<()>().await;
                drop(guard);
            });
            rt().block_on(set.run_until(yield_now()));
        });
        dropped
    })
    .join()
    .unwrap()
    .recv()
    .expect("dropped at the end of its thread");
}

#[test]
fn stopped_time_jumps_for_local_tasks() {
    let rt = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let hours = std::time::Duration::from_secs(7200);
    let took = LocalSet::new().block_on(&rt, async {
        let start = runtime::time::Instant::now();
        spawn_local(async move { runtime::time::sleep(hours).await }).await.unwrap();
        start.elapsed()
    });
    assert!(took >= hours && took < hours * 2);
}

#[test]
fn a_waker_that_panics_leaves_the_set_whole() {
    struct Panics;
    impl Wake for Panics {
        fn wake(self: Arc<Self>) {
            panic!("woken");
        }
    }
    let (tx, rx) = oneshot::channel::<()>();
    let set = LocalSet::new();
    let task = set.spawn_local(async move { rx.await.unwrap() });
    let mut root = Box::pin(set.run_until(pending::<()>()));
    let waker = Waker::from(Arc::new(Panics));
    assert!(root.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    assert!(catch_unwind(AssertUnwindSafe(|| tx.send(()))).is_err());
    drop(root);
    rt().block_on(set.run_until(task)).unwrap();
}

#[test]
fn a_local_runtime_needs_no_set() {
    let rt = LocalRuntime::new().unwrap();
    let shared = Rc::new(Cell::new(1));
    let copy = shared.clone();
    let task = rt.spawn_local(async move {
        copy.set(2);
        spawn_local(async move { copy.set(copy.get() + 1) }).await.unwrap();
    });
    rt.block_on(task).unwrap();
    assert_eq!((shared.get(), Rc::strong_count(&shared)), (3, 1));
}

#[test]
fn a_local_runtime_drops_its_futures_at_home() {
    let (tx, dropped) = std::sync::mpsc::channel();
    let rt = Builder::new_current_thread().build_local(LocalOptions::default()).unwrap();
    let guard = Dropped(tx);
    let task = rt.spawn_local(async move {
        pending::<()>().await;
        drop(guard);
    });
    rt.block_on(yield_now());
    let abort = task.abort_handle();
    thread::spawn(move || abort.abort()).join().unwrap();
    assert!(dropped.try_recv().is_err(), "not yet");
    drop(rt);
    assert_eq!(dropped.try_recv(), Ok(thread::current().id()));
}

#[test]
fn a_handle_of_a_local_runtime_spawns_local_tasks_at_home_only() {
    let rt = LocalRuntime::new().unwrap();
    let handle = rt.handle().clone();
    let panic = thread::spawn(move || {
        let _guard = handle.enter();
        handle.spawn(async {});
        spawn_local(async {});
    });
    let panic = panic.join().unwrap_err();
    let text = panic.downcast_ref::<&str>().unwrap();
    assert!(text.contains("from the thread the runtime was created on"), "{text}");
}

#[test]
fn a_local_runtime_hides_a_set_around_it() {
    let set = LocalSet::new();
    let _guard = set.enter();
    let rt = LocalRuntime::new().unwrap();
    assert_eq!(rt.block_on(async { spawn_local(async { 1 }).await.unwrap() }), 1);
}

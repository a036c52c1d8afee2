//! Closures on threads for code that blocks.

use runtime::runtime::{Builder, Handle, Runtime};
use runtime::task::spawn_blocking;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

fn built(configure: impl FnOnce(&mut Builder) -> &mut Builder) -> Runtime {
    configure(Builder::new_current_thread().enable_all()).build().unwrap()
}

fn plain() -> Runtime {
    built(|builder| builder)
}

/// Occupies a thread of the runtime until the sender is dropped.
fn occupy(rt: &Runtime) -> Sender<()> {
    let (release, released): (_, Receiver<()>) = channel();
    let (begin, begun) = channel();
    rt.spawn_blocking(move || {
        begin.send(()).unwrap();
        let _ = released.recv();
    });
    begun.recv().unwrap();
    release
}

/// Waits for something that another thread does, without bound but that of the test.
fn until(mut is_so: impl FnMut() -> bool) {
    while !is_so() {
        thread::yield_now();
    }
}

#[test]
fn the_handle_gives_what_the_closure_returns() {
    let rt = plain();
    let me = thread::current().id();
    let other = rt.block_on(async { spawn_blocking(|| thread::current().id()).await.unwrap() });
    assert_ne!(me, other);
}

#[test]
fn a_panic_goes_to_the_handle_and_the_thread_goes_on() {
    let rt = built(|builder| builder.max_blocking_threads(1));
    let error = rt.block_on(rt.spawn_blocking(|| panic!("on purpose"))).unwrap_err();
    assert_eq!(*error.into_panic().downcast::<&str>().unwrap(), "on purpose");
    assert_eq!(rt.block_on(rt.spawn_blocking(|| 5)).unwrap(), 5);
    assert_eq!(rt.metrics().num_blocking_threads(), 1);
}

#[test]
fn an_unwanted_output_that_panics_when_dropped_takes_no_thread_along() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("on purpose");
        }
    }
    let rt = built(|builder| builder.max_blocking_threads(1));
    drop(rt.spawn_blocking(|| Bomb));
    assert_eq!(rt.block_on(rt.spawn_blocking(|| 5)).unwrap(), 5);
}

#[test]
fn a_closure_that_is_aborted_while_it_waits_never_runs() {
    let rt = built(|builder| builder.max_blocking_threads(1));
    let release = occupy(&rt);
    let waiting = rt.spawn_blocking(|| panic!("it runs"));
    waiting.abort();
    drop(release);
    assert!(rt.block_on(waiting).unwrap_err().is_cancelled());
}

#[test]
fn an_abort_does_not_stop_a_closure_that_runs() {
    let rt = plain();
    let (release, released) = channel();
    let (begin, begun) = channel();
    let closure = rt.spawn_blocking(move || {
        begin.send(()).unwrap();
        released.recv().unwrap()
    });
    begun.recv().unwrap();
    closure.abort();
    release.send(3).unwrap();
    assert_eq!(rt.block_on(closure).unwrap(), 3);
}

#[test]
fn closures_that_wait_for_each_other_all_get_a_thread() {
    let rt = built(|builder| builder.max_blocking_threads(20));
    for _ in 0..3 {
        let barrier = Arc::new(Barrier::new(20));
        let closures: Vec<_> = (0..20)
            .map(|_| {
                let barrier = barrier.clone();
                rt.spawn_blocking(move || barrier.wait().is_leader())
            })
            .collect();
        rt.block_on(async {
            for closure in closures {
                closure.await.unwrap();
            }
        });
    }
    assert_eq!(rt.metrics().num_blocking_threads(), 20);
}

#[test]
fn there_are_no_more_threads_than_allowed() {
    let rt = built(|builder| builder.max_blocking_threads(3));
    let running = Arc::new(AtomicUsize::new(0));
    let closures: Vec<_> = (0..100)
        .map(|_| {
            let running = running.clone();
            rt.spawn_blocking(move || {
                let now = running.fetch_add(1, Ordering::Relaxed) + 1;
                thread::yield_now();
                running.fetch_sub(1, Ordering::Relaxed);
                now
            })
        })
        .collect();
    rt.block_on(async {
        for closure in closures {
            assert!(closure.await.unwrap() <= 3);
        }
    });
    assert!(rt.metrics().num_blocking_threads() <= 3);
}

#[test]
fn an_idle_thread_serves_again() {
    let rt = plain();
    for _ in 0..50 {
        rt.block_on(rt.spawn_blocking(|| {})).unwrap();
        until(|| rt.metrics().num_idle_blocking_threads() == 1);
    }
    assert_eq!(rt.metrics().num_blocking_threads(), 1);
}

#[test]
fn a_thread_with_nothing_to_do_leaves_in_the_end() {
    let rt = built(|builder| builder.thread_keep_alive(Duration::from_millis(1)));
    rt.block_on(rt.spawn_blocking(|| {})).unwrap();
    until(|| rt.metrics().num_blocking_threads() == 0);
    rt.block_on(rt.spawn_blocking(|| {})).unwrap();
}

#[test]
fn figures_tell_of_waiting_closures() {
    let rt = built(|builder| builder.max_blocking_threads(1));
    let release = occupy(&rt);
    let waiting = rt.spawn_blocking(|| {});
    assert_eq!(rt.metrics().blocking_queue_depth(), 1);
    drop(release);
    rt.block_on(waiting).unwrap();
    assert_eq!(rt.metrics().blocking_queue_depth(), 0);
}

#[test]
fn a_closure_is_inside_the_runtime_and_may_block_on_it() {
    let rt = plain();
    let id = rt.handle().id();
    let closure = rt.spawn_blocking(move || {
        assert_eq!(Handle::current().id(), id);
        let task = runtime::spawn(async { 7 });
        Handle::current().block_on(task).unwrap()
    });
    assert_eq!(rt.block_on(closure).unwrap(), 7);
}

#[test]
fn a_closure_has_no_budget() {
    let rt = plain();
    let closure = rt.spawn_blocking(|| {
        let (sender, mut receiver) = runtime::sync::mpsc::unbounded_channel();
        (0..1000).for_each(|i| sender.send(i).unwrap());
        drop(sender);
        let mut count = 0;
        while let Some(i) = futures::executor::block_on(receiver.recv()) {
            assert_eq!(i, count);
            count += 1;
        }
        count
    });
    assert_eq!(rt.block_on(closure).unwrap(), 1000);
}

#[test]
fn threads_have_names_stacks_and_hooks() {
    let (tell, told) = channel();
    let tell_too = tell.clone();
    let rt = built(|builder| {
        builder
            .thread_name("with-a-name")
            .thread_stack_size(256 * 1024)
            .on_thread_start(move || {
                tell.send(("start", Handle::current().id())).unwrap();
                panic!("on purpose")
            })
            .on_thread_stop(move || tell_too.send(("stop", Handle::current().id())).unwrap())
    });
    let id = rt.handle().id();
    let name = rt.spawn_blocking(|| thread::current().name().unwrap().to_owned());
    assert_eq!(rt.block_on(name).unwrap(), "with-a-name");
    drop(rt);
    assert_eq!(told.try_iter().collect::<Vec<_>>(), [("start", id), ("stop", id)]);
}

#[test]
fn a_drop_waits_for_what_runs_and_for_what_is_queued() {
    let rt = built(|builder| builder.max_blocking_threads(1));
    let release = occupy(&rt);
    let queued = rt.spawn_blocking(|| 5);
    let dropper = thread::spawn(move || drop(rt));
    assert!(!dropper.is_finished() && !queued.is_finished());
    drop(release);
    dropper.join().unwrap();
    assert!(queued.is_finished());
    assert_eq!(futures::executor::block_on(queued).unwrap(), 5);
}

#[test]
fn a_closure_spawned_right_before_the_end_runs() {
    for _ in 0..100 {
        let rt = plain();
        let closure = rt.spawn_blocking(|| 5);
        rt.shutdown_timeout(Duration::from_secs(1000));
        assert_eq!(futures::executor::block_on(closure).unwrap(), 5);
    }
}

#[test]
fn a_shutdown_with_a_limit_leaves_what_runs_behind() {
    for timeout in [Duration::ZERO, Duration::from_millis(5)] {
        let rt = plain();
        let release = occupy(&rt);
        rt.shutdown_timeout(timeout);
        drop(release);
    }
}

#[test]
fn a_shutdown_that_would_wait_inside_a_future_panics() {
    let outer = plain();
    for end in [drop, |rt: Runtime| rt.shutdown_timeout(Duration::from_secs(1))] {
        let inner = plain();
        let release = occupy(&inner);
        let ended = catch_unwind(AssertUnwindSafe(|| outer.block_on(async { end(inner) })));
        let text = *ended.unwrap_err().downcast::<&str>().unwrap();
        assert!(text.contains("Cannot drop a runtime"), "{text}");
        drop(release);
    }
    let inner = plain();
    let release = occupy(&inner);
    outer.block_on(async { inner.shutdown_background() });
    drop(release);
}

#[test]
fn a_runtime_may_end_inside_its_own_closure() {
    let rt = plain();
    let handle = rt.handle().clone();
    let closure = handle.spawn_blocking(move || drop(rt));
    futures::executor::block_on(closure).unwrap();
}

#[test]
fn a_closure_after_the_end_is_dropped_where_it_may_spawn_another() {
    struct Spawns(Handle);
    impl Drop for Spawns {
        fn drop(&mut self) {
            drop(self.0.spawn_blocking(|| {}));
        }
    }
    let rt = plain();
    let handle = rt.handle().clone();
    drop(rt);
    let spawns = Spawns(handle.clone());
    let late = handle.spawn_blocking(move || drop(spawns));
    assert!(futures::executor::block_on(late).unwrap_err().is_cancelled());
}

#[test]
fn stopped_time_waits_for_closures_and_jumps_when_they_are_done() {
    let rt = built(|builder| builder.start_paused(true));
    rt.block_on(async {
        let (release, released) = channel::<()>();
        let closure = spawn_blocking(move || released.recv().is_err());
        let late = async {
            runtime::time::sleep(Duration::from_secs(5)).await;
        };
        let mut late = Box::pin(late);
        // Time stands still, so only a wake-up from outside ends this.
        let (wake, woken) = runtime::sync::oneshot::channel();
        let waker = thread::spawn(move || wake.send(()).unwrap());
        runtime::select! {
            () = &mut late => panic!("time went on"),
            woken = woken => woken.unwrap(),
        }
        waker.join().unwrap();
        drop(release);
        late.await;
        closure.await.unwrap();
    });
}

#[test]
#[should_panic(expected = "there is no reactor running")]
fn outside_a_runtime_it_panics() {
    drop(spawn_blocking(|| {}));
}

#[test]
fn stress_bursts_of_closures_all_run() {
    let end = std::time::Instant::now()
        + Duration::from_secs(std::env::var("STRESS_SECONDS").map_or(0, |s| s.parse().unwrap()));
    let rt = built(|builder| builder.max_blocking_threads(8));
    let mut round = 0;
    while round < 50 || std::time::Instant::now() < end {
        round += 1;
        let count = Arc::new(AtomicUsize::new(0));
        let closures: Vec<_> = (0..round % 97)
            .map(|_| {
                let count = count.clone();
                rt.spawn_blocking(move || count.fetch_add(1, Ordering::Relaxed))
            })
            .collect();
        rt.block_on(async {
            for closure in closures {
                closure.await.unwrap();
            }
        });
        assert_eq!(count.load(Ordering::Relaxed), round % 97);
    }
}

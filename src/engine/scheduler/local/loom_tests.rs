//! Models of local tasks that other threads wake.

use super::LocalTasks;
use crate::engine::task::JoinHandle;
use crate::shim::atomic::{AtomicBool, AtomicUsize, Ordering};
use crate::shim::{Arc, Mutex, thread};
use crate::util::arc_wake::{self, ArcWake};
use std::future::poll_fn;
use std::panic::Location;
use std::task::{Context, Poll, Waker};

/// Counts wake-ups.
struct Bell(AtomicUsize);

impl ArcWake for Bell {
    fn wake(this: &Arc<Self>) {
        this.0.fetch_add(1, Ordering::SeqCst);
    }
}

fn bell() -> (Arc<Bell>, Waker) {
    let bell = Arc::new(Bell(AtomicUsize::from(0)));
    let waker = Waker::clone(&arc_wake::borrowed(&bell));
    (bell, waker)
}

/// One poll of the set.
fn run(tasks: &Arc<LocalTasks>, waker: &Waker) {
    LocalTasks::polled(tasks, || LocalTasks::run(tasks, &mut Context::from_waker(waker)));
}

/// Adds one to a count when dropped.
struct Tally(Arc<AtomicUsize>);

impl Drop for Tally {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// A set with a task that has been polled and waits for a flag, whose waker is there to take.
struct Waiting {
    tasks: Arc<LocalTasks>,
    task: JoinHandle<()>,
    flag: Arc<AtomicBool>,
    waker: Waker,
    drops: Arc<AtomicUsize>,
}

impl Waiting {
    fn new() -> Self {
        let tasks = LocalTasks::new();
        let flag = Arc::new(AtomicBool::from(false));
        let drops = Arc::new(AtomicUsize::from(0));
        let slot = Arc::new(Mutex::new(None));
        let future = {
            let (flag, slot, tally) = (flag.clone(), slot.clone(), Tally(drops.clone()));
            poll_fn(move |cx| {
                let _kept = &tally;
                *slot.lock() = Some(cx.waker().clone());
                if flag.load(Ordering::SeqCst) { Poll::Ready(()) } else { Poll::Pending }
            })
        };
        let task = LocalTasks::spawn(&tasks, future, Location::caller());
        run(&tasks, Waker::noop());
        let waker = slot.lock().take().expect("the task was polled");
        Self { tasks, task, flag, waker, drops }
    }
}

#[test]
fn a_wake_from_another_thread_and_the_sleep_of_the_set_cannot_both_miss() {
    loom::model(|| {
        let Waiting { tasks, task, flag, waker, drops: _ } = Waiting::new();
        let thread = thread::spawn(move || {
            flag.store(true, Ordering::SeqCst);
            waker.wake();
        });
        let (bell, waker) = bell();
        run(&tasks, &waker);
        thread.join().unwrap();
        assert!(task.is_finished() || bell.0.load(Ordering::SeqCst) > 0, "asleep beside work");
        run(&tasks, &waker);
        assert!(task.is_finished());
        LocalTasks::shut_down(&tasks);
    });
}

#[test]
fn a_wake_from_another_thread_at_the_end_of_the_set_leaves_the_future_at_home() {
    loom::model(|| {
        let Waiting { tasks, task, flag: _, waker, drops } = Waiting::new();
        let thread = thread::spawn(move || waker.wake());
        LocalTasks::shut_down(&tasks);
        assert_eq!(drops.load(Ordering::SeqCst), 1, "dropped here and now");
        assert!(task.is_finished());
        thread.join().unwrap();
    });
}

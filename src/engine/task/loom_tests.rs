//! Models of one task shared by threads.

use super::{AbortHandle, JoinError, JoinHandle, Members, Owner, OwnerRef, Task, spawn_cell};
use crate::shim::atomic::{AtomicBool, AtomicUsize, Ordering};
use crate::shim::{Arc, Mutex, thread};
use crate::util::arc_wake::{self, ArcWake};
use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

/// An owner whose queue the model drains by hand.
struct Queue(Mutex<VecDeque<Task>>);

impl Owner for Queue {
    fn schedule(this: &Arc<Self>, task: Task) {
        this.0.lock().push_back(task);
    }

    fn release(_this: &Arc<Self>, _task: &Task) -> bool {
        true
    }
}

impl Queue {
    fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(VecDeque::new())))
    }

    /// Runs one queued task, if there is one.
    fn run_one(&self) -> bool {
        let task = self.0.lock().pop_front();
        let Some(task) = task else { return false };
        if !task.is_adopted() {
            // The set's reference is given back by `release` when the task ends.
            std::mem::forget(task.adopt());
        }
        task.run();
        true
    }

    fn run_all(&self) {
        while self.run_one() {}
    }
}

fn spawn<F: Future + Send + 'static>(owner: &Arc<Queue>, future: F) -> (Task, JoinHandle<F::Output>)
where
    F::Output: Send,
{
    // SAFETY: the future and its output are `Send` and `'static`.
    let spawned = unsafe { spawn_cell(future, OwnerRef::new(owner.clone()), Location::caller()) };
    assert!(!spawned.1.is_finished());
    spawned
}

// What a `const fn` makes is touched before it is shared, as loom wants.

fn flag() -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    flag.store(false, Ordering::Relaxed);
    flag
}

fn count() -> Arc<AtomicUsize> {
    let count = Arc::new(AtomicUsize::new(0));
    count.store(0, Ordering::Relaxed);
    count
}

/// Counts wake-ups.
struct Bell(AtomicUsize);

impl ArcWake for Bell {
    fn wake(this: &Arc<Self>) {
        this.0.fetch_add(1, Ordering::SeqCst);
    }
}

fn bell() -> (Arc<Bell>, Waker) {
    let bell = Arc::new(Bell(AtomicUsize::new(0)));
    bell.0.store(0, Ordering::Relaxed);
    let waker = Waker::clone(&arc_wake::borrowed(&bell));
    (bell, waker)
}

fn poll<T>(handle: &mut JoinHandle<T>, waker: &Waker) -> Poll<Result<T, JoinError>> {
    Pin::new(handle).poll(&mut Context::from_waker(waker))
}

/// Adds one to a count when dropped.
struct Tally(Arc<AtomicUsize>);

impl Drop for Tally {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// A future that is ready once the flag is set, and leaves its waker in the slot until then.
fn flagged(
    flag: Arc<AtomicBool>,
    slot: Arc<Mutex<Option<Waker>>>,
) -> impl Future<Output = ()> + Send {
    poll_fn(move |cx| {
        *slot.lock() = Some(cx.waker().clone());
        if flag.load(Ordering::SeqCst) { Poll::Ready(()) } else { Poll::Pending }
    })
}

#[test]
fn a_wake_during_a_poll_is_not_lost() {
    loom::model(|| {
        let queue = Queue::new();
        let flag = flag();
        let slot = Arc::new(Mutex::new(None));
        let (task, handle) = spawn(&queue, flagged(flag.clone(), slot.clone()));
        queue.0.lock().push_back(task);
        let waker = {
            let (flag, slot) = (flag.clone(), slot.clone());
            thread::spawn(move || {
                flag.store(true, Ordering::SeqCst);
                let waker: Option<Waker> = slot.lock().take();
                if let Some(waker) = waker {
                    waker.wake();
                }
            })
        };
        queue.run_all();
        waker.join().unwrap();
        queue.run_all();
        assert!(handle.is_finished(), "the flag was set before the last wake");
    });
}

#[test]
fn a_poll_sees_what_was_done_before_a_wake_that_found_the_task_queued() {
    loom::model(|| {
        let queue = Queue::new();
        let flag = flag();
        let slot = Arc::new(Mutex::new(None));
        let (task, handle) = spawn(&queue, flagged(flag.clone(), slot.clone()));
        queue.0.lock().push_back(task);
        queue.run_all();
        let waker: Waker = slot.lock().take().unwrap();
        waker.wake_by_ref();
        let other = thread::spawn(move || {
            flag.store(true, Ordering::Release);
            waker.wake_by_ref();
        });
        queue.run_all();
        other.join().unwrap();
        queue.run_all();
        assert!(handle.is_finished(), "the flag was set before the last wake");
    });
}

#[test]
fn two_wakes_queue_a_task_once() {
    loom::model(|| {
        let queue = Queue::new();
        let slot = Arc::new(Mutex::new(None));
        let flag = flag();
        let (task, handle) = spawn(&queue, flagged(flag.clone(), slot.clone()));
        queue.0.lock().push_back(task);
        queue.run_all();
        let waker: Waker = slot.lock().take().unwrap();
        let other = waker.clone();
        let thread = thread::spawn(move || other.wake());
        waker.wake_by_ref();
        drop(waker);
        thread.join().unwrap();
        assert_eq!(queue.0.lock().len(), 1);
        flag.store(true, Ordering::SeqCst);
        queue.run_all();
        assert!(handle.is_finished());
    });
}

#[test]
fn completion_and_join_waker_cannot_both_miss() {
    loom::model(|| {
        let queue = Queue::new();
        let (task, mut handle) = spawn(&queue, async { 5 });
        queue.0.lock().push_back(task);
        let joiner = thread::spawn(move || {
            let (bell, waker) = bell();
            let first = poll(&mut handle, &waker);
            (first.is_ready(), bell, handle)
        });
        queue.run_all();
        let (ready, bell, mut handle) = joiner.join().unwrap();
        if !ready {
            assert_eq!(bell.0.load(Ordering::SeqCst), 1, "told once that it is done");
            let (_, waker) = self::bell();
            assert!(matches!(poll(&mut handle, &waker), Poll::Ready(Ok(5))));
        }
    });
}

#[test]
fn a_join_waker_replaced_during_completion_is_woken_or_sees_the_output() {
    loom::model(|| {
        let queue = Queue::new();
        let (task, mut handle) = spawn(&queue, async { 5 });
        queue.0.lock().push_back(task);
        let (_, stale) = bell();
        assert!(poll(&mut handle, &stale).is_pending());
        let joiner = thread::spawn(move || {
            let (bell, waker) = bell();
            let second = poll(&mut handle, &waker);
            (second.is_ready(), bell, handle)
        });
        queue.run_all();
        let (ready, bell, handle) = joiner.join().unwrap();
        assert!(ready || bell.0.load(Ordering::SeqCst) == 1);
        drop(handle);
    });
}

#[test]
fn a_handle_dropped_during_completion_leaves_the_output_to_one_side() {
    loom::model(|| {
        let queue = Queue::new();
        let drops = count();
        let tally = Tally(drops.clone());
        let (task, mut handle) = spawn(&queue, async move { tally });
        queue.0.lock().push_back(task);
        let (_, waker) = bell();
        assert!(poll(&mut handle, &waker).is_pending());
        let joiner = thread::spawn(move || drop(handle));
        queue.run_all();
        joiner.join().unwrap();
        assert_eq!(drops.load(Ordering::SeqCst), 1);
    });
}

#[test]
fn an_abort_during_a_poll_ends_the_task_once() {
    loom::model(|| {
        let queue = Queue::new();
        let drops = count();
        let tally = Tally(drops.clone());
        let (task, mut handle) = spawn(&queue, async move {
            let _tally = tally;
            std::future::pending::<()>().await;
        });
        queue.0.lock().push_back(task);
        let abort: AbortHandle = handle.abort_handle();
        let thread = thread::spawn(move || abort.abort());
        queue.run_all();
        thread.join().unwrap();
        queue.run_all();
        let (_, waker) = bell();
        let Poll::Ready(Err(error)) = poll(&mut handle, &waker) else { panic!("not aborted") };
        assert!(error.is_cancelled());
        assert_eq!(drops.load(Ordering::SeqCst), 1);
    });
}

#[test]
fn a_shutdown_and_a_wake_end_the_task_once() {
    loom::model(|| {
        let queue = Queue::new();
        let slot = Arc::new(Mutex::new(None));
        let drops = count();
        let tally = Tally(drops.clone());
        let flagged = flagged(flag(), slot.clone());
        let (task, handle) = spawn(&queue, async move {
            let _tally = tally;
            flagged.await;
        });
        let end = task.clone();
        queue.0.lock().push_back(task);
        queue.run_all();
        let waker: Waker = slot.lock().take().unwrap();
        let thread = thread::spawn(move || waker.wake());
        end.shut_down();
        thread.join().unwrap();
        // What the wake queued, if it came first, is stale.
        queue.run_all();
        assert!(handle.is_finished());
        assert_eq!(drops.load(Ordering::SeqCst), 1);
    });
}

#[test]
fn a_waker_outlives_its_task() {
    loom::model(|| {
        let queue = Queue::new();
        let slot = Arc::new(Mutex::new(None));
        let flag = flag();
        let (task, handle) = spawn(&queue, flagged(flag.clone(), slot.clone()));
        drop(handle);
        queue.0.lock().push_back(task);
        queue.run_all();
        let waker: Waker = slot.lock().take().unwrap();
        let last = waker.clone();
        flag.store(true, Ordering::SeqCst);
        waker.wake();
        let thread = thread::spawn(move || {
            let copy = last.clone();
            last.wake();
            drop(copy);
        });
        queue.run_all();
        thread.join().unwrap();
        queue.run_all();
    });
}

/// A set adds a queue and a waker to what a task does: too much for all interleavings, so at most
/// two preemptions in each.
fn bounded(claim: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(2);
    builder.check(claim);
}

/// Polls the set until it has to wait; answers how many have ended.
fn pop_all(set: &mut Members<u32>, waker: &Waker) -> usize {
    let mut cx = Context::from_waker(waker);
    std::iter::from_fn(|| match set.poll_pop(&mut cx) {
        Poll::Ready(next) => next,
        Poll::Pending => None,
    })
    .map(|(_, output)| assert_eq!(output.unwrap(), 5))
    .count()
}

/// A set of `count` tasks, each on a queue of its own.
fn set_of(count: usize) -> (Members<u32>, Vec<Arc<Queue>>) {
    let mut set = Members::new();
    let queues = std::iter::repeat_with(Queue::new).take(count).collect::<Vec<_>>();
    for queue in &queues {
        let (task, handle) = spawn(queue, async { 5 });
        set.insert(handle);
        queue.0.lock().push_back(task);
    }
    (set, queues)
}

/// Runs each queue on a thread of its own.
fn run_each(queues: Vec<Arc<Queue>>) -> Vec<thread::JoinHandle<()>> {
    queues.into_iter().map(|queue| thread::spawn(move || queue.run_all())).collect()
}

#[test]
fn members_that_end_and_a_set_that_waits_cannot_both_miss() {
    bounded(|| {
        let (mut set, queues) = set_of(2);
        let threads = run_each(queues);
        let (bell, waker) = bell();
        let popped = pop_all(&mut set, &waker);
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        assert!(popped == 2 || bell.0.load(Ordering::SeqCst) > 0, "told that there is more");
        assert_eq!(popped + pop_all(&mut set, &waker), 2);
    });
}

#[test]
fn a_task_that_ends_before_it_becomes_a_member_is_seen() {
    bounded(|| {
        let queue = Queue::new();
        let (task, handle) = spawn(&queue, async { 5 });
        queue.0.lock().push_back(task);
        let thread = thread::spawn(move || queue.run_all());
        let (bell, waker) = bell();
        let mut set = Members::new();
        set.insert(handle);
        let popped = pop_all(&mut set, &waker);
        thread.join().unwrap();
        assert!(popped == 1 || bell.0.load(Ordering::SeqCst) > 0);
        assert_eq!(popped + pop_all(&mut set, &waker), 1);
    });
}

#[test]
fn a_set_dropped_while_a_member_ends_leaves_it_to_one_side() {
    bounded(|| {
        let drops = count();
        let tally = Tally(drops.clone());
        let queue = Queue::new();
        let (task, handle) = spawn(&queue, async move { tally });
        queue.0.lock().push_back(task);
        // The queue of those that have ended is an `Arc` that each member has a count of: a
        // member that nobody frees is a leak that the model finds.
        let mut set = Members::new();
        set.insert(handle);
        let thread = thread::spawn({
            let queue = queue.clone();
            move || queue.run_all()
        });
        drop(set);
        thread.join().unwrap();
        queue.run_all();
        assert_eq!(drops.load(Ordering::SeqCst), 1);
    });
}

#[test]
fn a_member_let_go_while_it_ends_is_not_given_out() {
    bounded(|| {
        let (mut set, queues) = set_of(1);
        let threads = run_each(queues);
        set.let_go(|_| {});
        let (_, waker) = bell();
        assert_eq!(pop_all(&mut set, &waker), 0);
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        assert_eq!(pop_all(&mut set, &waker), 0);
    });
}

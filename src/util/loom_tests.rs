//! Models of what may not be missed between a waiter on one side, news on the other.

use super::atomic_waker::AtomicWaker;
use super::block_on::block_on as block_thread_on;
use super::wait_queue::{Home, Phase, WaitQueue, Waiter};
use super::wakers::Wakers;
use crate::shim::atomic::{AtomicBool, AtomicUsize, Ordering};
use crate::shim::{Arc, thread};
use loom::future::block_on;
use std::future::poll_fn;
use std::pin::pin;
use std::task::{Context, Poll, Wake, Waker};

/// Counts how often it was woken, without being part of the model.
struct Count(std::sync::atomic::AtomicUsize);

impl Wake for Count {
    fn wake(self: std::sync::Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

fn counter() -> (std::sync::Arc<Count>, Waker) {
    let count = std::sync::Arc::new(Count(std::sync::atomic::AtomicUsize::new(0)));
    (count.clone(), count.into())
}

/// With three threads all interleavings are too many: at most two preemptions in each.
fn bounded(model: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(2);
    builder.check(model);
}

struct News {
    seen: AtomicBool,
    waker: AtomicWaker,
}

impl News {
    fn new() -> Arc<Self> {
        Arc::new(Self { seen: AtomicBool::from(false), waker: AtomicWaker::new() })
    }

    /// Relaxed: only the waker's fences order the two sides.
    fn publish(&self) {
        self.seen.store(true, Ordering::Relaxed);
        self.waker.wake();
    }
}

#[test]
fn register_and_wake_cannot_both_miss() {
    loom::model(|| {
        let news = News::new();
        let other = thread::spawn({
            let news = news.clone();
            move || news.publish()
        });
        block_on(poll_fn(|cx| {
            news.waker.register(cx.waker());
            if news.seen.load(Ordering::Relaxed) { Poll::Ready(()) } else { Poll::Pending }
        }));
        other.join().unwrap();
    });
}

#[test]
fn two_wakes_and_a_changing_waker_cannot_miss() {
    bounded(|| {
        let news = News::new();
        let others = [(); 2].map(|()| {
            let news = news.clone();
            thread::spawn(move || news.publish())
        });
        let (count, waker) = counter();
        news.waker.register(&waker);
        let mut looks = 0;
        block_on(poll_fn(|cx| {
            looks += 1;
            news.waker.register(cx.waker());
            if news.seen.load(Ordering::Relaxed) { Poll::Ready(()) } else { Poll::Pending }
        }));
        for other in others {
            other.join().unwrap();
        }
        drop(news);
        drop(waker);
        assert_eq!(std::sync::Arc::strong_count(&count), 1, "no waker is leaked");
    });
}

#[test]
fn concurrent_registers_leave_one_waker_or_wake() {
    loom::model(|| {
        let news = News::new();
        let other = thread::spawn({
            let news = news.clone();
            move || {
                let (count, waker) = counter();
                news.waker.register(&waker);
                count
            }
        });
        let (mine, waker) = counter();
        news.waker.register(&waker);
        let theirs = other.join().unwrap();
        news.waker.wake();
        let woken = |count: &Count| count.0.load(Ordering::Relaxed);
        assert!(woken(&mine) + woken(&theirs) >= 1, "the wake or a register woke somebody");
    });
}

#[test]
fn a_parked_thread_is_woken() {
    loom::model(|| {
        let news = News::new();
        let other = thread::spawn({
            let news = news.clone();
            move || news.publish()
        });
        block_thread_on(poll_fn(|cx| {
            news.waker.register(cx.waker());
            if news.seen.load(Ordering::Relaxed) { Poll::Ready(()) } else { Poll::Pending }
        }));
        other.join().unwrap();
    });
}

struct Line {
    queue: WaitQueue<u32>,
    served: AtomicUsize,
}

// SAFETY: a loom `Arc` leads to the same place wherever it is moved.
unsafe impl Home for Arc<Line> {
    type Note = u32;
    fn queue(&self) -> &WaitQueue<u32> {
        &self.queue
    }
}

impl Line {
    fn new() -> Arc<Self> {
        Arc::new(Self { queue: WaitQueue::new(), served: AtomicUsize::from(0) })
    }

    fn serve(&self, verdict: u32) {
        let mut wakers = Wakers::new();
        let mut locked = self.queue.lock();
        if let Some(note) = locked.front() {
            *note = verdict;
            locked.pop_front(&mut wakers);
            // Relaxed: read after the threads are joined.
            self.served.fetch_add(1, Ordering::Relaxed);
        }
        drop(locked);
        wakers.wake_all();
    }
}

#[test]
fn a_waiter_that_gives_up_is_served_or_leaves() {
    loom::model(|| {
        let line = Line::new();
        let other = thread::spawn({
            let line = line.clone();
            move || line.serve(9)
        });
        let verdict = {
            let waiter = pin!(Waiter::new(line.clone(), 0));
            waiter.as_ref().link(&mut line.queue.lock(), 1, None);
            waiter.as_ref().refresh(&Context::from_waker(Waker::noop()));
            waiter.verdict()
        };
        other.join().unwrap();
        assert!(line.queue.lock().is_empty());
        if let Some(verdict) = verdict {
            assert_eq!(verdict, 9);
            assert_eq!(line.served.load(Ordering::Relaxed), 1);
        }
    });
}

#[test]
fn a_waiter_that_stays_is_woken_with_its_verdict() {
    loom::model(|| {
        let line = Line::new();
        let waiter = pin!(Waiter::new(line.clone(), 0));
        waiter.as_ref().link(&mut line.queue.lock(), 1, None);
        let other = thread::spawn({
            let line = line.clone();
            move || line.serve(9)
        });
        block_on(poll_fn(|cx| {
            if waiter.as_ref().refresh(cx) { Poll::Pending } else { Poll::Ready(()) }
        }));
        assert_eq!((waiter.phase(), waiter.verdict()), (Phase::Done, Some(9)));
        other.join().unwrap();
    });
}

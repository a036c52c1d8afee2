//! The loop to compare with: a mutexed queue where ours has its ring.

use crate::workloads::Spawn;
use async_task::Runnable;
use mio::{Events, Poll, Token, Waker};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering, fence};
use std::sync::{Arc, Mutex};
use std::thread;

/// What producers and the loop share.
struct Shared {
    queue: Mutex<VecDeque<Runnable>>,
    /// Whether the loop sleeps, or is about to.
    asleep: AtomicBool,
    waker: Waker,
}

/// A loop with a mutexed queue, run by a thread of its own.
pub struct MutexedLoop(Arc<Shared>);

impl MutexedLoop {
    pub fn start() -> Self {
        let poll = Poll::new().expect("the system has descriptors left");
        let waker = Waker::new(poll.registry(), Token(0)).expect("as above");
        let queue = Mutex::new(VecDeque::new());
        let shared = Arc::new(Shared { queue, asleep: AtomicBool::new(false), waker });
        let own = shared.clone();
        thread::spawn(move || own.run(poll));
        Self(shared)
    }
}

impl Spawn for MutexedLoop {
    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let shared = self.0.clone();
        let (runnable, handle) = async_task::spawn(task, move |task| shared.push(task));
        runnable.schedule();
        handle.detach();
    }
}

impl Shared {
    fn push(&self, task: Runnable) {
        self.queue.lock().expect("nobody panics under it").push_back(task);
        // Pairs with the fence in `run`: of push-then-look and announce-then-look, one side sees
        // the other.
        fence(Ordering::SeqCst);
        // Relaxed: the fences order it, and it publishes nothing.
        if self.asleep.load(Ordering::Relaxed) && self.asleep.swap(false, Ordering::Relaxed) {
            self.waker.wake().expect("an eventfd takes a write");
        }
    }

    /// Takes all there is with one lock, as the ring is taken with one swap.
    fn run(&self, mut poll: Poll) -> ! {
        let mut events = Events::with_capacity(16);
        let mut ready = VecDeque::new();
        loop {
            self.take(&mut ready);
            if ready.is_empty() {
                // Relaxed: ordered by the fence, which pairs with the one in `push`.
                self.asleep.store(true, Ordering::Relaxed);
                fence(Ordering::SeqCst);
                self.take(&mut ready);
                if ready.is_empty() {
                    poll.poll(&mut events, None).expect("no signal handlers here");
                }
                // Relaxed: who still finds it set sends a wake-up too many.
                self.asleep.store(false, Ordering::Relaxed);
            }
            while let Some(task) = ready.pop_front() {
                task.run();
            }
        }
    }

    fn take(&self, into: &mut VecDeque<Runnable>) {
        std::mem::swap(into, &mut *self.queue.lock().expect("nobody panics under it"));
    }
}

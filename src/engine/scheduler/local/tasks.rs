//! The owner itself.

use super::enter;
use crate::engine::ring::{Fifo, Stack};
use crate::engine::scheduler::home::Home;
use crate::engine::scheduler::worker::discard;
use crate::engine::task::{Id, JoinHandle, OwnedTasks, Owner, OwnerRef, Task, spawn_cell};
use crate::shim::{Arc, UnsafeCell};
use crate::util::atomic_waker::AtomicWaker;
use std::cell::Cell;
use std::panic::Location;
use std::task::Context;

/// The most tasks that one poll runs, so that its executor gets to others.
const POLLS: usize = 61;

/// Tasks of one thread.
pub(crate) struct LocalTasks {
    home: Home,
    /// What only the home thread touches.
    inside: UnsafeCell<Inside>,
    /// How many polls are under way; more than one if a task polls its own owner.
    polled: Cell<usize>,
    /// The task that runs now.
    running: Cell<Option<Id>>,
    closed: Cell<bool>,
    /// Whether a panic of a task ends all of them.
    end_on_panic: Cell<bool>,
    /// Whether that has happened.
    panicked: Cell<bool>,
    /// Tasks woken by other threads.
    arrivals: Stack<Task>,
    /// Who polls next.
    waker: AtomicWaker,
}

struct Inside {
    /// Tasks ready to run, in the order they were woken.
    lane: Fifo<Task>,
    /// Tasks that woke themselves, which so let others run: those of the executor, too.
    yielded: Fifo<Task>,
    /// All that have not ended.
    live: OwnedTasks,
}

// SAFETY: other threads touch the stack, the waker and the home, which are made for it; all else is
// behind `assert_home` or `Home::is_here`.
unsafe impl Send for LocalTasks {}
// SAFETY: as above.
unsafe impl Sync for LocalTasks {}

impl LocalTasks {
    /// Makes an owner whose home is the calling thread.
    pub(crate) fn new() -> Arc<Self> {
        let inside = Inside { lane: Fifo::new(), yielded: Fifo::new(), live: OwnedTasks::new() };
        Arc::new(Self {
            home: Home::here(),
            inside: UnsafeCell::new(inside),
            polled: Cell::new(0),
            running: Cell::new(None),
            closed: Cell::new(false),
            end_on_panic: Cell::new(false),
            panicked: Cell::new(false),
            arrivals: Stack::new(),
            waker: AtomicWaker::new(),
        })
    }

    fn assert_home(&self) {
        assert!(self.home.is_here(), "local tasks are spawned, run and ended by their own thread");
    }

    fn with<R>(&self, access: impl FnOnce(&mut Inside) -> R) -> R {
        debug_assert!(self.home.is_here());
        // SAFETY: only the home thread comes here, and nothing that is done to queues and lists
        // calls foreign code, which could come here again.
        self.inside.with_mut(|inside| access(unsafe { &mut *inside }))
    }

    /// Spawns `future` as a task of this owner, for the source line `at`.
    ///
    /// # Panics
    ///
    /// On another thread.
    pub(crate) fn spawn<F>(
        this: &Arc<Self>,
        future: F,
        at: &'static Location<'static>,
    ) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
    {
        this.assert_home();
        let owner = OwnerRef::new(this.clone());
        // SAFETY: this is the home thread, and none other runs or ends tasks of this owner.
        let (task, handle) = unsafe { spawn_cell(future, owner, at) };
        if this.closed.get() {
            discard(task);
        } else {
            let kept = task.adopt();
            this.with(|inside| inside.live.insert(kept));
            Self::schedule(this, task);
        }
        handle
    }

    /// Says whether a panic of a task ends all of them, and whoever polls.
    pub(crate) fn end_on_panic(&self, ends: bool) {
        self.end_on_panic.set(ends);
    }

    fn assert_sound(&self) {
        assert!(
            !self.panicked.get(),
            "a spawned task panicked and the LocalSet is configured to shutdown on unhandled panic"
        );
    }

    /// Whether all tasks have ended.
    pub(crate) fn is_empty(&self) -> bool {
        self.with(|inside| inside.live.is_empty())
    }

    fn has_work(&self) -> bool {
        !self.with(|inside| inside.lane.is_empty()) || !self.arrivals.is_empty()
    }

    /// Polls with `poll` from inside the owner: what becomes ready meanwhile wakes nobody.
    ///
    /// # Panics
    ///
    /// On another thread, and once a panic of a task has ended all.
    pub(crate) fn polled<R>(this: &Arc<Self>, poll: impl FnOnce() -> R) -> R {
        struct Polled<'a>(&'a LocalTasks);
        impl Drop for Polled<'_> {
            fn drop(&mut self) {
                self.0.polled.set(self.0.polled.get() - 1);
            }
        }
        this.assert_home();
        this.assert_sound();
        let _entered = enter(Some(this.clone()));
        this.polled.set(this.polled.get() + 1);
        let _polled = Polled(this);
        poll()
    }

    /// Runs what is ready, within bounds; then `cx` is woken for what is ready next.
    ///
    /// To be called inside of [`LocalTasks::polled`].
    ///
    /// # Panics
    ///
    /// If a panic of a task has ended all.
    pub(crate) fn run(this: &Arc<Self>, cx: &mut Context<'_>) {
        Self::run_some(this);
        this.assert_sound();
        if !this.has_work() {
            this.waker.register(cx.waker());
            // Again, for what other threads woke before the waker was there, and what the drop of
            // the waker before has woken.
            if !this.has_work() {
                return;
            }
        }
        cx.waker().wake_by_ref();
    }

    /// Leaves what is ready to whoever polls next; for a poll that ends without [`LocalTasks::run`].
    pub(crate) fn pass_on(&self) {
        if self.has_work() {
            self.waker.wake();
        }
    }

    fn run_some(this: &Arc<Self>) {
        /// Puts the task that ran before back, also on unwind.
        struct Running<'a>(&'a Cell<Option<Id>>, Option<Id>);
        impl Drop for Running<'_> {
            fn drop(&mut self) {
                self.0.set(self.1);
            }
        }
        let running = Running(&this.running, this.running.get());
        this.take_arrivals();
        for _ in 0..POLLS {
            let Some(task) = this.next() else { break };
            running.0.set(Some(task.id()));
            if task.run() && this.end_on_panic.get() {
                this.panicked.set(true);
                Self::shut_down(this);
            }
        }
        this.with(|inside| inside.lane.append(&mut inside.yielded));
    }

    fn next(&self) -> Option<Task> {
        self.with(|inside| inside.lane.pop_front()).or_else(|| {
            self.take_arrivals();
            self.with(|inside| inside.lane.pop_front())
        })
    }

    fn take_arrivals(&self) {
        let mut arrivals = self.arrivals.take();
        self.with(|inside| inside.lane.append(&mut arrivals));
    }

    /// Drops the futures of all tasks, and of those to come.
    ///
    /// # Panics
    ///
    /// On another thread.
    pub(crate) fn shut_down(this: &Arc<Self>) {
        this.assert_home();
        let _entered = enter(Some(this.clone()));
        this.closed.set(true);
        let late = this.arrivals.close();
        while let Some(task) = this.with(|inside| inside.live.pop()) {
            task.shut_down();
        }
        // What is left in the queues is complete, or running further up this very stack.
        drop(late);
        while let Some(task) = this.with(|inside| inside.lane.pop_front()) {
            drop(task);
        }
        while let Some(task) = this.with(|inside| inside.yielded.pop_front()) {
            drop(task);
        }
    }
}

impl Owner for LocalTasks {
    fn schedule(this: &Arc<Self>, task: Task) {
        if this.home.is_here() {
            if this.closed.get() {
                // It is complete or about to be; the reference that the wake counted ends here.
                return drop(task);
            }
            let yields = this.running.get() == Some(task.id());
            this.with(|inside| {
                if yields { &mut inside.yielded } else { &mut inside.lane }.push_back(task);
            });
            if this.polled.get() == 0 {
                this.waker.wake();
            }
        } else {
            // Once it can be taken it may run, end and give up the last other count.
            let this = this.clone();
            // Refused after the end: as above. Not the first to arrive: whoever was wakes.
            if let Ok(true) = this.arrivals.push(task) {
                this.waker.wake();
            }
        }
    }

    fn release(this: &Arc<Self>, task: &Task) -> bool {
        this.with(|inside| inside.live.remove(task))
    }
}

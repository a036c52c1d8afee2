//! What any thread may reach of a runtime.

use super::counters::Counters;
use super::current;
use super::doze::Doze;
use super::home::Home;
use super::host::Inside;
use super::slot::Slot;
use super::worker::Core;
use crate::engine::blocking::{self, Pool};
use crate::engine::clock::AnchoredClock;
use crate::engine::reactor::{self, Port};
use crate::engine::ring::MicrotaskRing;
use crate::engine::task::{Owner, Task};
use crate::shim::atomic::{AtomicBool, Ordering};
use crate::shim::{Arc, Counter};
use crate::util::arc_wake::ArcWake;
use crate::util::rng::Seed;
use std::io;

/// A user's callback.
pub(crate) type Hook = Arc<Box<dyn Fn() + Send + Sync>>;

/// What the builder decides.
#[derive(Clone)]
pub(crate) struct Config {
    /// Polls between two looks at the operating system.
    pub(crate) event_interval: u32,
    /// Polls between two looks at the ring while the lane has work.
    pub(crate) ring_interval: u32,
    pub(crate) io: bool,
    pub(crate) time: bool,
    pub(crate) name: Option<String>,
    /// What all random choices of the runtime follow from, if they are to be repeatable.
    pub(crate) seed: Option<Seed>,
    pub(crate) before_park: Option<Hook>,
    pub(crate) after_unpark: Option<Hook>,
    /// The one thread that drives the runtime, if its tasks may not leave that.
    pub(crate) home: Option<Home>,
    pub(crate) on_thread_start: Option<Hook>,
    pub(crate) on_thread_stop: Option<Hook>,
    /// The pool of threads for code that blocks, whose threads are named and made as all are.
    pub(crate) pool: blocking::Config,
}

/// The part of a loop that any thread may reach.
pub(super) struct Outside {
    /// Tasks woken or spawned by threads that do not hold the loop.
    pub(super) ring: MicrotaskRing<Task>,
    pub(super) doze: Doze,
    pub(super) port: Port,
    pub(super) counters: Counters,
    /// Whether the root future was woken by a thread that does not hold the loop. The swap that
    /// sets it publishes what the waker did before.
    root_woken: AtomicBool,
}

/// One runtime, as far as all threads share it.
pub(crate) struct Shared {
    pub(super) loops: Box<[Outside]>,
    /// The loop of a current-thread runtime while nobody drives it.
    pub(super) slot: Slot<Core>,
    pub(super) pool: Arc<Pool>,
    clock: AnchoredClock,
    pub(super) config: Config,
    id: u64,
    /// How many seeds have been taken.
    seeds: Counter,
}

impl Shared {
    /// Builds a runtime of one loop.
    pub(crate) fn current_thread(config: Config) -> io::Result<Arc<Self>> {
        let (reactor, port) = reactor::pair(1024)?;
        let outside = Outside {
            ring: MicrotaskRing::new(),
            doze: Doze::new(),
            port,
            counters: Counters::new(),
            root_woken: AtomicBool::new(false),
        };
        let shared = Arc::new(Self {
            loops: Box::new([outside]),
            slot: Slot::empty(),
            pool: Pool::new(config.pool.clone()),
            clock: AnchoredClock::new(),
            config,
            id: next_id(),
            seeds: Counter::new(0),
        });
        shared.slot.put(Box::new(Core::new(shared.clone(), 0, reactor)));
        shared.pool.open(Box::new(Inside(shared.clone())));
        Ok(shared)
    }

    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    pub(crate) fn name(&self) -> Option<&str> {
        self.config.name.as_deref()
    }

    pub(crate) fn clock(&self) -> &AnchoredClock {
        &self.clock
    }

    pub(crate) fn io_enabled(&self) -> bool {
        self.config.io
    }

    pub(crate) fn time_enabled(&self) -> bool {
        self.config.time
    }

    /// The threads for code that blocks.
    pub(crate) fn pool(&self) -> &Arc<Pool> {
        &self.pool
    }

    /// The way into the reactor of a loop.
    pub(crate) fn port(&self, index: usize) -> &Port {
        &self.loops[index].port
    }

    /// The loop that what this thread polls should live on.
    pub(crate) fn home(&self) -> usize {
        current::with_core(self, |core| core.map_or(0, Core::index))
    }

    /// The seed of the next run of a root future, if random choices are to be repeatable.
    pub(super) fn next_seed(&self) -> Option<Seed> {
        self.config.seed.map(|seed| seed.child(self.seeds.take(1)))
    }

    pub(crate) fn workers(&self) -> usize {
        self.loops.len()
    }

    /// How many tasks have been spawned and have not ended.
    pub(crate) fn alive_tasks(&self) -> u64 {
        self.loops.iter().map(|outside| outside.counters.alive()).sum()
    }

    /// How many tasks wait in the rings.
    pub(crate) fn ring_depth(&self) -> usize {
        self.loops.iter().map(|outside| outside.ring.len()).sum()
    }

    /// Makes a loop look at its queues and timers again, if it sleeps.
    pub(crate) fn unpark(&self, index: usize) {
        let outside = &self.loops[index];
        if outside.doze.rouse() {
            outside.port.unpark();
        }
    }

    /// Hands a task to the loop from a thread that does not hold it; gives it back after shutdown.
    pub(super) fn inject(this: &Arc<Self>, task: Task) -> Result<(), Task> {
        // Once the task is in the ring it may run, end and give up the last other count.
        let this = this.clone();
        this.loops[0].ring.push(task)?;
        this.unpark(0);
        Ok(())
    }

    /// Whether the root future was woken from outside since the last call.
    pub(super) fn take_root_wake(&self) -> bool {
        let woken = &self.loops[0].root_woken;
        // Relaxed: only a first look. AcqRel pairs with the swap in `wake`, which publishes.
        woken.load(Ordering::Relaxed) && woken.swap(false, Ordering::AcqRel)
    }

    /// Whether the root future was woken from outside.
    pub(super) fn is_root_woken(&self) -> bool {
        // Relaxed: follows the fence of the announcement; who takes it synchronises.
        self.loops[0].root_woken.load(Ordering::Relaxed)
    }
}

/// An id that no other runtime has.
pub(crate) fn next_id() -> u64 {
    static NEXT_ID: Counter = Counter::new(1);
    NEXT_ID.take(1)
}

impl Owner for Shared {
    #[inline]
    fn schedule(this: &Arc<Self>, task: Task) {
        current::with_core(this, |core| match core {
            Some(core) => core.schedule(task),
            None => {
                // Refused after shutdown: the task is complete or about to be, and the reference
                // that the wake counted ends here.
                drop(Shared::inject(this, task));
            }
        });
    }

    #[inline]
    fn release(this: &Arc<Self>, task: &Task) -> bool {
        current::with_core(this, |core| match core {
            Some(core) => core.release(task),
            None => {
                this.loops[0].counters.count_end_outside();
                false
            }
        })
    }
}

/// Wakes the root future of the thread that drives the loop.
impl ArcWake for Shared {
    fn wake(this: &Arc<Self>) {
        let own = current::with_core(this, |core| core.map(Core::wake_root).is_some());
        // AcqRel pairs with the swap in `take_root_wake`: publishes what the waker did before.
        if !own && !this.loops[0].root_woken.swap(true, Ordering::AcqRel) {
            this.unpark(0);
        }
    }
}

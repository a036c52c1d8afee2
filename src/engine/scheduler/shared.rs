//! What any thread may reach of a runtime.

use super::claim::Claim;
use super::config::Config;
use super::counters::{Counters, Figure, OutsideCounters};
use super::current;
use super::doze::{Doze, Purpose};
use super::histogram::{Buckets, Histogram};
use super::host::Inside;
use super::idle::Idle;
use super::queue::{Loot, Queue};
use super::slot::Slot;
use super::watch::Watch;
use super::worker::{Core, Held};
use crate::engine::blocking::Pool;
use crate::engine::clock::AnchoredClock;
use crate::engine::reactor::{self, Port, Reactor};
use crate::engine::ring::MicrotaskRing;
use crate::engine::task::{Owner, Task};
use crate::shim::atomic::{AtomicBool, AtomicUsize, Ordering};
use crate::shim::thread::ThreadId;
use crate::shim::{Arc, Counter, Mutex};
use crate::util::arc_wake::ArcWake;
use crate::util::core_id;
use crate::util::rng::Seed;
use std::io;

/// How many tasks may have ended elsewhere before the loop that they belong to is woken for them.
const RELEASED_MAX: u64 = 256;

/// So many descriptors live together on one loop before others are used as well.
///
/// One wait then learns of all that has come meanwhile; the fewer a loop watches, the more often it
/// falls asleep between two of them.
const SOURCES_TOGETHER: u64 = 256;

/// The part of a loop that any thread may reach.
pub(super) struct Outside {
    pub(super) doze: Doze,
    pub(super) port: Arc<Port>,
    /// For the holder; for moments, for who watches over it. Gone after shutdown.
    pub(super) reactor: Claim<Option<Reactor>>,
    /// What others may take; none if the loop is by itself.
    pub(super) loot: Option<Arc<Loot>>,
    /// Tasks of this loop's set of live ones that have ended elsewhere.
    pub(super) released: MicrotaskRing<Task>,
    released_count: Figure,
    pub(super) counters: Counters,
    /// None unless the user wants it.
    pub(super) histogram: Option<Histogram>,
    /// What `polls` was when somebody last looked whether the loop is stuck.
    pub(super) polls_seen: Figure,
    /// The core that its thread last fell asleep on.
    slept_on: Figure,
    /// Where the loop is while nobody holds it.
    pub(super) core: Slot<Held>,
    /// The thread that drives the loop, where that is one of the runtime's own.
    thread: Mutex<Option<ThreadId>>,
}

/// One runtime, as far as all threads share it.
pub(crate) struct Shared {
    pub(super) loops: Box<[Outside]>,
    /// Tasks woken or spawned by threads that hold no loop, and what the lanes shed.
    pub(super) ring: MicrotaskRing<Task>,
    pub(super) idle: Idle,
    /// None where there is nobody to watch.
    pub(super) watch: Option<Watch>,
    /// Whether the root future of a current-thread runtime was woken by a thread that does not hold
    /// the loop. The swap that sets it publishes what the waker did before.
    root_woken: AtomicBool,
    /// Set once, at the start of the shutdown.
    ending: AtomicBool,
    /// How many loops have not ended yet.
    pub(super) loops_left: AtomicUsize,
    pub(super) outside_counters: OutsideCounters,
    pub(super) pool: Arc<Pool>,
    clock: Arc<AnchoredClock>,
    pub(super) config: Config,
    id: u64,
    /// How many seeds have been taken.
    seeds: Counter,
}

impl Shared {
    /// Builds a runtime of one loop, which whoever calls `block_on` drives.
    pub(crate) fn current_thread(config: Config) -> io::Result<Arc<Self>> {
        let clock = Arc::new(AnchoredClock::new());
        let (reactor, port) = reactor::pair(clock.clone())?;
        let outside = Outside::new(reactor, port, None, config.poll_times);
        Ok(Self::with_loops(config, clock, Box::new([outside]), [Queue::alone()].into(), None))
    }

    /// Builds a runtime of `loops` loops, which threads of its own are to drive.
    pub(super) fn of_loops(config: Config, loops: usize) -> io::Result<Arc<Self>> {
        let clock = Arc::new(AnchoredClock::new());
        let watch = if loops > 1 { Some(Watch::new()?) } else { None };
        let mut outsides = Vec::with_capacity(loops);
        let mut queues = Vec::with_capacity(loops);
        for _ in 0..loops {
            let (reactor, port) = reactor::pair(clock.clone())?;
            if let Some(watch) = &watch {
                watch.timer().join(&reactor)?;
            }
            if config.timers_fire_at_end {
                port.timers().fire_at_end();
            }
            let (queue, loot) = Queue::open(config.lifo);
            outsides.push(Outside::new(reactor, port, Some(loot), config.poll_times));
            queues.push(queue);
        }
        Ok(Self::with_loops(config, clock, outsides.into(), queues, watch))
    }

    fn with_loops(
        config: Config,
        clock: Arc<AnchoredClock>,
        loops: Box<[Outside]>,
        queues: Vec<Queue>,
        watch: Option<Watch>,
    ) -> Arc<Self> {
        let shared = Arc::new(Self {
            ring: MicrotaskRing::new(),
            idle: Idle::new(loops.len()),
            watch,
            loops_left: AtomicUsize::new(loops.len()),
            loops,
            root_woken: AtomicBool::new(false),
            ending: AtomicBool::new(false),
            outside_counters: OutsideCounters::new(),
            pool: Pool::new(config.pool.clone()),
            clock,
            config,
            id: next_id(),
            seeds: Counter::new(0),
        });
        for (index, queue) in queues.into_iter().enumerate() {
            let core = Arc::new(Core::new(shared.clone(), index, queue));
            shared.loops[index].put_core(core);
        }
        shared.pool.open(Box::new(Inside(shared.clone())));
        shared
    }

    /// The threads for code that blocks.
    pub(crate) fn pool(&self) -> &Arc<Pool> {
        &self.pool
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

    /// Whether threads of the runtime's own drive its loops.
    #[inline]
    pub(crate) fn is_multi_thread(&self) -> bool {
        self.loops[0].loot.is_some()
    }

    /// The way into the reactor of a loop.
    pub(crate) fn port(&self, index: usize) -> &Arc<Port> {
        &self.loops[index].port
    }

    /// The loop that this thread holds.
    pub(crate) fn held_index(&self) -> Option<usize> {
        current::with_core(self, |core| core.map(Core::index))
    }

    /// The loop that what this thread polls should live on.
    pub(crate) fn home(&self) -> usize {
        self.held_index().unwrap_or(0)
    }

    /// The loop that a descriptor should live on for which this thread is about to wait: the first
    /// before its own that has room for more, or else this thread's own.
    ///
    /// So descriptors live together, and the tasks behind them, which may talk to each other, are
    /// woken on one thread; where they come to too much for it, others take tasks over. Very many
    /// spread over all loops.
    pub(crate) fn home_of_source(&self) -> usize {
        let own = self.home();
        let has_room = |other: &usize| self.loops[*other].port.watched() < SOURCES_TOGETHER;
        (0..own).find(has_room).unwrap_or(own)
    }

    /// The seed of the next run of a root future, if random choices are to be repeatable.
    pub(super) fn next_seed(&self) -> Option<Seed> {
        self.config.seed.map(|seed| seed.child(self.seeds.take(1)))
    }

    /// Makes a loop look at its queues and timers again, if it sleeps.
    pub(crate) fn unpark(&self, index: usize) {
        let outside = &self.loops[index];
        if self.idle.rouse(&outside.doze) {
            outside.port.unpark();
        }
    }

    /// Wakes a loop for work that any of them may do, if one sleeps and none searches: one that fell
    /// asleep on this core, if `here`, or else on another.
    pub(super) fn unpark_any(&self, here: bool) {
        let rouse = || {
            let core = core_id::current();
            let rouse = |here| {
                self.loops.iter().position(|outside| {
                    (outside.slept_on() == core) == here && outside.doze.rouse(Purpose::Search)
                })
            };
            rouse(here).or_else(|| rouse(!here))
        };
        if let Some(index) = self.idle.choose(rouse) {
            self.loops[index].port.unpark();
        }
    }

    /// Hands a task to the loops from a thread that holds none; gives it back after shutdown.
    pub(super) fn inject(this: &Arc<Self>, task: Task) -> Result<(), Task> {
        // Once the task is in the ring it may run, end and give up the last other count.
        let this = this.clone();
        this.ring.push(task)?;
        this.outside_counters.schedules.add_shared(1);
        // Who hands work over mostly waits for it next: then a loop on the same core starts as the
        // caller stops, which saves an interrupt to another core there and back.
        this.unpark_any(true);
        Ok(())
    }

    /// Has the loop `home` forget a task that has ended elsewhere.
    fn release_to(&self, home: usize, task: &Task) {
        let outside = &self.loops[home];
        // Refused after shutdown, when the loop has forgotten all its tasks.
        if outside.released.push(task.clone()).is_ok() {
            outside.released_count.add_shared(1);
            // A figure that is a little off wakes the loop a little later.
            if outside.released_count.get().is_multiple_of(RELEASED_MAX) {
                self.unpark(home);
            }
        }
    }

    /// Whether the root future was woken from outside since the last call.
    pub(super) fn take_root_wake(&self) -> bool {
        let woken = &self.root_woken;
        // Relaxed: only a first look. AcqRel pairs with the swap in `wake`, which publishes.
        woken.load(Ordering::Relaxed) && woken.swap(false, Ordering::AcqRel)
    }

    /// Whether the root future was woken from outside.
    pub(super) fn is_root_woken(&self) -> bool {
        // Relaxed: follows the fence of the announcement; who takes it synchronises.
        self.root_woken.load(Ordering::Relaxed)
    }

    /// Begins the shutdown; `false` if somebody has begun it before.
    pub(super) fn begin_end(&self) -> bool {
        // AcqRel pairs with itself, so that one caller gets `true`, and with `is_ending`.
        !self.ending.swap(true, Ordering::AcqRel)
    }

    /// Whether the shutdown has begun.
    #[inline]
    pub(super) fn is_ending(&self) -> bool {
        // Acquire pairs with the swap in `begin_end`.
        self.ending.load(Ordering::Acquire)
    }
}

impl Outside {
    fn new(
        reactor: Reactor,
        port: Arc<Port>,
        loot: Option<Arc<Loot>>,
        buckets: Option<Buckets>,
    ) -> Self {
        Self {
            doze: Doze::new(),
            port,
            reactor: Claim::new(Some(reactor)),
            loot,
            released: MicrotaskRing::new(),
            released_count: Figure::new(),
            counters: Counters::new(),
            polls_seen: Figure::new(),
            slept_on: Figure::new(),
            histogram: buckets.map(Histogram::new),
            core: Slot::empty(),
            thread: Mutex::new(None),
        }
    }

    /// How many tasks wait in the loop's own queue.
    pub(super) fn depth(&self) -> usize {
        match &self.loot {
            Some(loot) => loot.lane.len(),
            // Nobody else can see into the queue of a loop by itself: what went in, and has not
            // come out.
            None => {
                let counters = &self.counters;
                let polls = counters.polls.get();
                (counters.local_schedules.get() + counters.taken_over.get()).saturating_sub(polls)
                    as usize
            }
        }
    }

    /// Notes that the calling thread, which drives the loop, is about to sleep.
    pub(super) fn note_sleep(&self) {
        self.slept_on.set(core_id::current().map_or(u64::MAX, u64::from));
    }

    /// The core that the loop's thread last fell asleep on.
    fn slept_on(&self) -> Option<u32> {
        u32::try_from(self.slept_on.get()).ok()
    }

    /// Notes which thread drives the loop.
    pub(super) fn set_thread(&self, thread: ThreadId) {
        *self.thread.lock() = Some(thread);
    }

    /// The thread that drives the loop.
    pub(super) fn thread(&self) -> Option<ThreadId> {
        *self.thread.lock()
    }

    /// Puts the loop where the next thread that drives it finds it.
    pub(super) fn put_core(&self, core: Arc<Core>) {
        self.core.put(Box::new(Held(core)));
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
        this.config.hooks.ended(task);
        current::with_core(this, |core| {
            match core {
                Some(core) => core.counters().ended.add(1),
                None => this.outside_counters.ended.add_shared(1),
            }
            match (core, task.home()) {
                (Some(core), Some(home)) if core.index() == home => core.release(task),
                (_, Some(home)) => {
                    this.release_to(home, task);
                    false
                }
                (_, None) => false,
            }
        })
    }
}

/// Wakes the root future of the thread that drives the loop of a current-thread runtime.
impl ArcWake for Shared {
    fn wake(this: &Arc<Self>) {
        let own = current::with_core(this, |core| core.map(Core::wake_root).is_some());
        // AcqRel pairs with the swap in `take_root_wake`: publishes what the waker did before.
        if !own && !this.root_woken.swap(true, Ordering::AcqRel) {
            this.unpark(0);
        }
    }
}

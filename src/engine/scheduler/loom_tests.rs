//! Models of loops that sleep, search, change hands.

use super::claim::Claim;
use super::config::{Config, TaskHooks};
use super::current;
use super::doze::{Doze, Purpose};
use super::idle::Idle;
use super::shared::Shared;
use super::slot::Slot;
use super::watch::{Timer, Watch};
use super::worker::Core;
use crate::engine::blocking;
use crate::engine::reactor::{Direction, Events, Ready, TimerEntry, Wait};
use crate::shim::atomic::{AtomicBool, AtomicUsize, Ordering};
use crate::shim::{Arc, thread};
use crate::util::parker::Parker;
use std::io::Write;
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::pin::pin;
use std::task::{Context, Wake, Waker};
use std::time::Duration;

/// A loop that is up, and the queue beside it. Both are touched before they are shared, as loom
/// wants of what a `const fn` makes.
fn doze() -> Arc<(Doze, AtomicUsize)> {
    let both = Arc::new((Doze::new(), AtomicUsize::new(0)));
    let _ = both.0.retract();
    both.1.store(0, Ordering::Relaxed);
    both
}

#[test]
fn push_and_sleep_cannot_both_miss() {
    loom::model(|| {
        let both = doze();
        let producer = {
            let both = both.clone();
            thread::spawn(move || {
                both.1.fetch_add(1, Ordering::Release);
                both.0.rouse(Purpose::Itself)
            })
        };
        both.0.announce();
        let seen = both.1.load(Ordering::Acquire) == 1;
        let woken = producer.join().unwrap();
        assert!(seen || woken, "asleep beside work that nobody told it of");
    });
}

#[test]
fn of_two_producers_one_wakes() {
    loom::model(|| {
        let both = doze();
        both.0.announce();
        let producers: Vec<_> = (0..2)
            .map(|_| {
                let both = both.clone();
                thread::spawn(move || {
                    both.1.fetch_add(1, Ordering::Release);
                    both.0.rouse(Purpose::Itself)
                })
            })
            .collect();
        let wakes = producers.into_iter().map(|p| p.join().unwrap());
        assert_eq!(wakes.filter(|woken| *woken).count(), 1);
    });
}

#[test]
fn a_loop_that_wakes_and_sleeps_again_is_woken_again() {
    loom::model(|| {
        let both = doze();
        both.0.announce();
        let _ = both.0.retract();
        let producer = {
            let both = both.clone();
            thread::spawn(move || {
                both.1.fetch_add(1, Ordering::Release);
                both.0.rouse(Purpose::Itself)
            })
        };
        both.0.announce();
        let seen = both.1.load(Ordering::Acquire) == 1;
        assert!(producer.join().unwrap() || seen);
    });
}

#[test]
fn one_thread_holds_the_loop() {
    loom::model(|| {
        let slot = Arc::new(Slot::<u64>::empty());
        slot.put(Box::new(0));
        let threads: Vec<_> = (0..2)
            .map(|_| {
                let slot = slot.clone();
                thread::spawn(move || {
                    let held = slot.take();
                    let got = held.is_some();
                    if let Some(mut value) = held {
                        *value += 1;
                        slot.put(value);
                    }
                    got
                })
            })
            .collect();
        let turns = threads.into_iter().map(|t| u64::from(t.join().unwrap())).sum::<u64>();
        assert!(turns >= 1);
        assert_eq!(slot.take().map(|value| *value), Some(turns));
    });
}

#[test]
fn a_thread_that_waits_gets_the_loop() {
    loom::model(|| {
        let slot = Arc::new(Slot::<u64>::empty());
        slot.put(Box::new(7));
        let value = slot.take().unwrap();
        let waiter = {
            let slot = slot.clone();
            thread::spawn(move || {
                let me = Arc::new(Parker::default());
                loop {
                    slot.wait(&me);
                    if let Some(value) = slot.take() {
                        slot.leave(&me);
                        return *value;
                    }
                    me.park();
                }
            })
        };
        slot.put(value);
        assert_eq!(waiter.join().unwrap(), 7);
    });
}

#[test]
fn a_waiter_that_leaves_passes_its_turn_on() {
    loom::model(|| {
        let slot = Arc::new(Slot::<u64>::empty());
        slot.put(Box::new(7));
        let value = slot.take().unwrap();
        let gone = Arc::new(Parker::default());
        let stays = Arc::new(Parker::default());
        slot.wait(&gone);
        slot.wait(&stays);
        let leaver = {
            let slot = slot.clone();
            thread::spawn(move || slot.leave(&gone))
        };
        slot.put(value);
        leaver.join().unwrap();
        // Whichever of the two was chosen, the one that stays is awake now.
        stays.park();
        assert!(slot.take().is_some());
    });
}

/// Two loops that may sleep, the queue that both serve, and how many wake-ups each got.
struct Loops {
    idle: Idle,
    dozes: [Doze; 2],
    queue: AtomicUsize,
    wakes: [AtomicUsize; 2],
}

impl Loops {
    /// All of it touched before it is shared, as loom wants of what a `const fn` makes.
    fn new() -> Arc<Self> {
        let loops = Arc::new(Self {
            idle: Idle::new(2),
            dozes: [Doze::new(), Doze::new()],
            queue: AtomicUsize::new(0),
            wakes: [AtomicUsize::new(0), AtomicUsize::new(0)],
        });
        assert_eq!(loops.idle.asleep(), 0);
        for (doze, wakes) in loops.dozes.iter().zip(&loops.wakes) {
            let _ = doze.retract();
            wakes.store(0, Ordering::Relaxed);
        }
        loops.queue.store(0, Ordering::Relaxed);
        loops
    }

    fn push(&self) {
        self.queue.fetch_add(1, Ordering::Release);
        if let Some(index) =
            self.idle.choose(|| self.dozes.iter().position(|doze| doze.rouse(Purpose::Search)))
        {
            self.wakes[index].fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Takes what is queued; answers whether there was anything.
    fn serve(&self) -> bool {
        self.queue.swap(0, Ordering::Acquire) > 0
    }

    /// A loop that falls asleep, and looks once more; answers whether it sleeps.
    fn sleep(&self, index: usize, was_searching: bool) -> bool {
        let _ = self.idle.sleep(&self.dozes[index], was_searching);
        if self.queue.load(Ordering::Acquire) == 0 {
            return true;
        }
        if self.idle.wake(&self.dozes[index]) {
            let _ = self.idle.end_search();
        }
        self.serve();
        false
    }

    /// Nothing is queued, or somebody is on the way to it.
    fn assert_served(&self) {
        let queued = self.queue.load(Ordering::Acquire);
        let wakes: usize = self.wakes.iter().map(|wakes| wakes.load(Ordering::Relaxed)).sum();
        assert!(queued == 0 || wakes > 0, "work waits, and all sleep");
    }
}

#[test]
fn a_push_and_the_sleep_of_the_last_loop_cannot_both_miss() {
    loom::model(|| {
        let loops = Loops::new();
        let _ = loops.idle.sleep(&loops.dozes[0], false);
        let producer = {
            let loops = loops.clone();
            thread::spawn(move || loops.push())
        };
        loops.sleep(1, false);
        producer.join().unwrap();
        loops.assert_served();
    });
}

#[test]
fn work_left_to_a_searcher_that_gives_up_is_seen() {
    loom::model(|| {
        let loops = Loops::new();
        let _ = loops.idle.sleep(&loops.dozes[0], false);
        assert!(loops.idle.begin_search());
        let producer = {
            let loops = loops.clone();
            thread::spawn(move || loops.push())
        };
        loops.sleep(1, true);
        producer.join().unwrap();
        loops.assert_served();
    });
}

#[test]
fn work_left_to_a_searcher_that_finds_other_work_is_seen() {
    loom::model(|| {
        let loops = Loops::new();
        let _ = loops.idle.sleep(&loops.dozes[0], false);
        assert!(loops.idle.begin_search());
        let producer = {
            let loops = loops.clone();
            thread::spawn(move || loops.push())
        };
        // It has found something, and says so before it looks whether there is more.
        let last = loops.idle.end_search();
        if last && loops.queue.load(Ordering::Acquire) > 0 {
            loops.push();
        }
        producer.join().unwrap();
        loops.assert_served();
    });
}

#[test]
fn two_pushes_wake_one_sleeper() {
    loom::model(|| {
        let loops = Loops::new();
        for doze in &loops.dozes {
            let _ = loops.idle.sleep(doze, false);
        }
        let producer = {
            let loops = loops.clone();
            thread::spawn(move || loops.push())
        };
        loops.push();
        producer.join().unwrap();
        let wakes: usize = loops.wakes.iter().map(|wakes| wakes.load(Ordering::Relaxed)).sum();
        assert_eq!(wakes, 1, "the one that is on its way finds both");
    });
}

#[test]
fn a_sleeper_that_wakes_by_itself_strands_no_other_producer() {
    loom::model(|| {
        let loops = Loops::new();
        let _ = loops.idle.sleep(&loops.dozes[0], false);
        let producer = {
            let loops = loops.clone();
            thread::spawn(move || loops.push())
        };
        // Its own timer wakes it, it looks at the queue, and sleeps again.
        if loops.idle.wake(&loops.dozes[0]) {
            let _ = loops.idle.end_search();
        }
        loops.serve();
        loops.sleep(0, false);
        producer.join().unwrap();
        loops.assert_served();
    });
}

#[test]
fn one_thread_at_a_time_has_what_is_claimed() {
    loom::model(|| {
        let claim = Arc::new(Claim::new(0_u32));
        claim.try_with(|_| ());
        let watcher = {
            let claim = claim.clone();
            thread::spawn(move || claim.try_with(|value| *value += 1).is_some())
        };
        // `with` is this until it succeeds.
        let ours = claim.try_with(|value| *value += 1).is_some();
        let theirs = watcher.join().unwrap();
        assert!(ours || theirs, "nobody got it");
        let uses = u32::from(ours) + u32::from(theirs);
        assert_eq!(claim.try_with(|value| *value), Some(uses));
    });
}

/// A timer that never goes off.
struct Still(AtomicBool);

impl Timer for Still {
    fn start(&self, _: usize) {
        // Relaxed: system calls, which the kernel puts in an order; they order nothing else.
        self.0.store(true, Ordering::Relaxed);
    }

    fn stop(&self) {
        // Relaxed: as above.
        self.0.store(false, Ordering::Relaxed);
    }
}

#[test]
fn the_watch_is_not_stopped_for_a_loop_that_wakes() {
    loom::model(|| {
        let dozes = Arc::new([Doze::new(), Doze::new()]);
        let idle = Arc::new(Idle::new(2));
        let watch = Arc::new(Watch::with_timer(Still(AtomicBool::new(false))));
        // The first loop sleeps beside the second; the timer has gone off in vain before.
        let _ = (idle.sleep(&dozes[0], false), idle.wake(&dozes[1]));
        watch.heard(&idle);
        watch.settle(&idle, || 0);
        let sleeper = {
            let (dozes, idle, watch) = (dozes.clone(), idle.clone(), watch.clone());
            thread::spawn(move || {
                let _ = idle.sleep(&dozes[1], false);
                watch.settle(&idle, || 1);
            })
        };
        let _ = idle.wake(&dozes[0]);
        watch.settle(&idle, || 1);
        sleeper.join().unwrap();
        assert!(watch.timer().0.load(Ordering::Relaxed), "nobody looks after the loop that runs");
    });
}

/// A runtime of two loops that no threads drive yet.
fn two_loops() -> Arc<Shared> {
    let shared = Shared::of_loops(config(), 2).unwrap();
    // Whatever is made at its first use is made now.
    for index in 0..2 {
        hold(&shared, index, |core| {
            core.turn_for(&shared.loops[1 - index]);
            core.turn(Wait::No)
        });
        assert!(!shared.loops[index].doze.is_asleep());
    }
    shared
}

fn config() -> Config {
    let pool = blocking::Config {
        threads_max: 1,
        keep_alive: Duration::ZERO,
        name: Arc::new(Box::new(String::new)),
        stack_size: None,
    };
    Config {
        event_interval: 61,
        ring_interval: Some(61),
        events_max: 16,
        lifo: true,
        timers_fire_at_end: false,
        io: true,
        time: true,
        name: None,
        seed: None,
        before_park: None,
        after_unpark: None,
        on_thread_start: None,
        on_thread_stop: None,
        pool,
        home: None,
        hooks: TaskHooks::default(),
        end_on_panic: false,
        poll_times: None,
    }
}

/// Holds one of the loops on this thread, unless another one does.
fn hold<R>(shared: &Arc<Shared>, index: usize, inside: impl FnOnce(&Core) -> R) -> Option<R> {
    let held = shared.loops[index].core.take()?;
    let result = current::hold(&held, inside);
    shared.loops[index].core.put(held);
    Some(result)
}

/// The holder of the second loop does for the first what cannot wait.
fn help(shared: &Arc<Shared>) -> thread::JoinHandle<()> {
    let shared = shared.clone();
    thread::spawn(move || {
        hold(&shared, 1, |core| core.turn_for(&shared.loops[0]));
    })
}

/// The end of a runtime whose loops lie in their slots, or are put there while it ends.
fn end(shared: &Arc<Shared>) {
    Shared::shut_down(shared);
    for outside in &shared.loops {
        if let Some(held) = outside.core.take() {
            current::hold(&held, Core::finish);
        }
    }
}

/// Takes three preemptions at most: there are locks and counts on the way that no claim is about.
fn model(claim: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(claim);
}

/// A waker that counts.
struct Wakes(AtomicUsize);

impl Wakes {
    fn new() -> (std::sync::Arc<Self>, Waker) {
        let wakes = std::sync::Arc::new(Self(AtomicUsize::from(0)));
        (wakes.clone(), wakes.into())
    }

    fn get(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

impl Wake for Wakes {
    fn wake(self: std::sync::Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[test]
fn a_wake_up_that_a_helper_takes_in_still_ends_the_sleep() {
    model(|| {
        let shared = two_loops();
        let outside = &shared.loops[0];
        // A loop without sources is not asked for events.
        let (ours, _theirs) = UnixStream::pair().unwrap();
        let (fd, interest) = (ours.as_raw_fd(), mio::Interest::READABLE);
        let source = outside.port.register(fd, interest, Ready::EMPTY).unwrap();
        // It looked stuck a moment ago.
        let helper = help(&shared);
        let _ = shared.idle.sleep(&outside.doze, false);
        // Somebody has work for it, and is told that it sleeps.
        shared.unpark(0);
        let look = || {
            outside.reactor.with(|reactor| {
                let mut events = Events::with_capacity(8);
                let reactor = reactor.as_mut().unwrap();
                reactor.look(&mut events, &outside.port, shared.clock(), Wait::No).woken
            })
        };
        let woken = look();
        helper.join().unwrap();
        assert!(woken || look(), "it waits beside work that nobody tells it of");
        outside.port.deregister(&source, fd).unwrap();
        end(&shared);
    });
}

#[test]
fn an_event_that_a_helper_takes_wakes_who_waits_for_it() {
    model(|| {
        let shared = two_loops();
        let port = &shared.loops[0].port;
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        let (fd, interest) = (ours.as_raw_fd(), mio::Interest::READABLE);
        let source = port.register(fd, interest, Ready::EMPTY).unwrap();
        let (wakes, waker) = Wakes::new();
        let mut cx = Context::from_waker(&waker);
        assert!(source.poll_ready(&mut cx, Direction::Read).is_pending());
        theirs.write_all(b"x").unwrap();
        let helper = help(&shared);
        hold(&shared, 0, |core| core.turn(Wait::No));
        helper.join().unwrap();
        assert_eq!(wakes.get(), 1);
        assert!(source.poll_ready(&mut cx, Direction::Read).is_ready());
        port.deregister(&source, fd).unwrap();
        end(&shared);
    });
}

#[test]
fn a_timer_of_a_loop_that_is_helped_fires_once() {
    model(|| {
        let shared = two_loops();
        let (wakes, waker) = Wakes::new();
        // It is due by the time that anybody looks.
        let deadline = shared.clock().tick() + 1;
        let mut timer = pin!(TimerEntry::new(shared.loops[0].port.clone(), deadline));
        assert!(timer.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        let helper = help(&shared);
        hold(&shared, 0, |core| core.turn(Wait::No));
        let fired = timer.has_fired();
        helper.join().unwrap();
        assert!(fired || timer.has_fired());
        assert_eq!(wakes.get(), 1);
        end(&shared);
    });
}

#[test]
fn a_loop_may_end_while_it_is_helped() {
    model(|| {
        let shared = two_loops();
        let port = shared.loops[0].port.clone();
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        let (fd, interest) = (ours.as_raw_fd(), mio::Interest::READABLE);
        let source = port.register(fd, interest, Ready::EMPTY).unwrap();
        let (wakes, waker) = Wakes::new();
        let mut cx = Context::from_waker(&waker);
        assert!(source.poll_ready(&mut cx, Direction::Read).is_pending());
        theirs.write_all(b"x").unwrap();
        let helper = help(&shared);
        end(&shared);
        helper.join().unwrap();
        end(&shared);
        assert_eq!(wakes.get(), 1, "by the event or by the end, and not by both");
        assert!(source.ready(Ready::ALL).is_err());
    });
}

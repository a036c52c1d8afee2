//! The room as a loop sees it, on real descriptors.

use super::source::{Direction, Source};
use super::timer_entry::{Closed, TimerEntry};
use super::{Events, Port, Reactor, Ready, Wait, deliver, is_shutdown, pair};
use crate::engine::clock::AnchoredClock;
use mio::Interest;
use std::future::Future;
use std::io::{Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};
use std::{io, thread};

const MS: u64 = 1_000_000;
const BOTH: Interest = Interest::READABLE.add(Interest::WRITABLE);

/// A loop, with nothing above it.
struct Loop {
    reactor: Reactor,
    port: Arc<Port>,
    clock: Arc<AnchoredClock>,
    events: Events,
}

impl Loop {
    fn new() -> Loop {
        Loop::with_events(8)
    }

    fn with_events(events: usize) -> Loop {
        let clock = Arc::new(AnchoredClock::new());
        let (reactor, port) = pair(clock.clone()).unwrap();
        Loop { reactor, port, clock, events: Events::with_capacity(events) }
    }

    fn turn(&mut self, wait: Wait) -> usize {
        let look = self.reactor.look(&mut self.events, &self.port, &self.clock, wait);
        let delivered = deliver(&self.events, &self.port, &look);
        if delivered.fired > 0 {
            self.reactor.pace(&look, delivered.fired);
        }
        delivered.events + delivered.fired
    }

    /// A stream that is watched, and its peer.
    fn stream(&self) -> (UnixStream, UnixStream, crate::shim::Arc<Source>) {
        let (ours, theirs) = UnixStream::pair().unwrap();
        ours.set_nonblocking(true).unwrap();
        let source = self.port.register(ours.as_raw_fd(), BOTH, Ready::EMPTY).unwrap();
        (ours, theirs, source)
    }

    /// A timer that is not set yet.
    fn timer(&self, deadline: u64) -> Pin<Box<TimerEntry>> {
        Box::pin(TimerEntry::new(self.port.clone(), deadline))
    }

    /// A timer that is set.
    fn set(&self, deadline: u64, waker: &Waker) -> Pin<Box<TimerEntry>> {
        let mut timer = self.timer(deadline);
        assert!(wait(&mut timer, waker).is_pending());
        timer
    }
}

fn wait(timer: &mut Pin<Box<TimerEntry>>, waker: &Waker) -> Poll<Result<(), Closed>> {
    timer.as_mut().poll(&mut Context::from_waker(waker))
}

/// A time of any clock.
const fn at(since: u64) -> u64 {
    AnchoredClock::START + since
}

/// A waker that counts, and does something.
struct Count<F: Fn()>(AtomicUsize, F);

impl<F: Fn() + Send + Sync + 'static> Wake for Count<F> {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
        (self.1)();
    }
}

fn waker(act: impl Fn() + Send + Sync + 'static) -> (impl Fn() -> usize, Waker) {
    let count = Arc::new(Count(AtomicUsize::new(0), act));
    let waker = Waker::from(count.clone());
    (move || count.0.load(Ordering::SeqCst), waker)
}

fn poll(source: &Source, waker: &Waker, direction: Direction) -> Poll<io::Result<Ready>> {
    let polled = source.poll_ready(&mut Context::from_waker(waker), direction);
    polled.map_ok(|event| event.ready)
}

fn ready(source: &Source) -> Ready {
    source.ready(Ready::ALL).unwrap().ready
}

#[test]
fn an_unpark_ends_the_wait_that_is_on_and_the_one_to_come() {
    let mut own = Loop::new();
    own.port.unpark();
    assert_eq!(own.turn(Wait::Until(None)), 0, "told before");
    let port = own.port.clone();
    let (begin, begun) = mpsc::channel();
    let other = thread::spawn(move || {
        begun.recv().unwrap();
        port.unpark();
    });
    begin.send(()).unwrap();
    assert_eq!(own.turn(Wait::Until(None)), 0, "told meanwhile");
    other.join().unwrap();
}

#[test]
fn every_unpark_counts_however_often_the_loop_was_woken() {
    let mut own = Loop::new();
    for _ in 0..100 {
        own.port.unpark();
        own.turn(Wait::Until(None));
    }
}

#[test]
fn a_poll_answers_the_wish_for_one() {
    let mut own = Loop::new();
    assert!(!own.port.waiting_for_io());
    let (_ours, _theirs, _source) = own.stream();
    assert!(own.port.waiting_for_io(), "what it is ready for now is there to be polled");
    own.turn(Wait::No);
    assert!(!own.port.waiting_for_io());
    own.port.begin_waiting();
    assert!(own.port.waiting_for_io());
}

#[test]
fn an_event_sets_bits_and_wakes_who_waits_for_them() {
    let mut own = Loop::new();
    let (_ours, mut theirs, source) = own.stream();
    let ((reader, read), (writer, write)) = (waker(|| {}), waker(|| {}));
    assert!(poll(&source, &read, Direction::Read).is_pending());
    assert!(poll(&source, &write, Direction::Write).is_pending());
    assert_eq!(own.turn(Wait::Until(None)), 1);
    assert_eq!((reader(), writer(), ready(&source)), (0, 1, Ready::WRITABLE));
    theirs.write_all(b"x").unwrap();
    assert_eq!(own.turn(Wait::No), 1);
    assert_eq!((reader(), writer()), (1, 1));
    assert!(poll(&source, &read, Direction::Read).is_ready());
}

#[test]
fn only_the_last_waker_of_a_direction_is_kept_and_any_number_of_futures() {
    let mut own = Loop::new();
    let (_ours, mut theirs, source) = own.stream();
    own.turn(Wait::No);
    let ((old, first), (new, second), (linked, third)) = (waker(|| {}), waker(|| {}), waker(|| {}));
    assert!(poll(&source, &first, Direction::Read).is_pending());
    assert!(poll(&source, &second, Direction::Read).is_pending());
    let mut futures: Vec<_> =
        (0..100).map(|_| Box::pin(source.readiness(Direction::Read.mask()))).collect();
    for future in &mut futures {
        assert!(future.as_mut().poll(&mut Context::from_waker(&third)).is_pending());
    }
    futures.truncate(90);
    theirs.write_all(b"x").unwrap();
    own.turn(Wait::No);
    assert_eq!((old(), new(), linked()), (0, 1, 90));
}

#[test]
fn a_side_that_has_ended_stays_so_after_its_data_was_taken() {
    let mut own = Loop::new();
    let (mut ours, mut theirs, source) = own.stream();
    theirs.write_all(b"last words").unwrap();
    drop(theirs);
    own.turn(Wait::No);
    let seen = source.ready(Direction::Read.mask()).unwrap();
    assert_eq!(ours.read(&mut [0; 64]).unwrap(), 10);
    source.clear(seen, Ready::READABLE);
    assert!(ready(&source).is_read_closed() && ready(&source).is_readable());
}

#[test]
fn an_event_after_the_sample_survives_the_clear() {
    let mut own = Loop::new();
    let (_ours, mut theirs, source) = own.stream();
    theirs.write_all(b"x").unwrap();
    own.turn(Wait::No);
    let seen = source.ready(Ready::READABLE).unwrap();
    theirs.write_all(b"y").unwrap();
    own.turn(Wait::No);
    source.clear(seen, Ready::READABLE);
    assert!(ready(&source).is_readable());
    source.clear(source.ready(Ready::READABLE).unwrap(), Ready::READABLE);
    assert!(!ready(&source).is_readable());
}

#[test]
fn a_token_of_a_source_that_is_gone_finds_nothing() {
    let own = Loop::new();
    let (ours, _theirs, source) = own.stream();
    own.port.deregister(&source, ours.as_raw_fd()).unwrap();
    let (_ours, _theirs, next) = own.stream();
    assert_ne!(source.token(), next.token(), "though the index is the same");
    let sources = own.port.sources().lock();
    assert!(sources.get(source.token()).is_none());
    assert!(sources.get(next.token()).is_some());
}

#[test]
fn a_descriptor_that_cannot_be_watched_leaves_nothing_behind() {
    let own = Loop::new();
    let error = own.port.register(-1, BOTH, Ready::EMPTY).unwrap_err();
    assert_eq!(error.raw_os_error(), Some(libc::EBADF));
    assert!(own.port.sources().is_empty());
}

#[test]
fn a_panicking_waker_keeps_nobody_else_asleep() {
    // More than one batch of wakers, and room for as many events.
    let mut own = Loop::with_events(64);
    let streams: Vec<_> = (0..40).map(|_| own.stream()).collect();
    own.turn(Wait::No);
    let (_, bad) = waker(|| panic!("a waker of the user"));
    let (woken, good) = waker(|| {});
    for (i, (_, theirs, source)) in streams.iter().enumerate() {
        let (mut theirs, waker) = (theirs, if i == 0 { &bad } else { &good });
        assert!(poll(source, waker, Direction::Read).is_pending());
        theirs.write_all(b"x").unwrap();
    }
    catch_unwind(AssertUnwindSafe(|| own.turn(Wait::No))).unwrap_err();
    assert_eq!(woken(), 39);
}

#[test]
fn a_waker_may_come_back_into_the_loop_that_wakes_it() {
    let mut own = Loop::new();
    let (ours, mut theirs, source) = own.stream();
    own.turn(Wait::No);
    let (port, registered) = (own.port.clone(), source.clone());
    let (woken, waker) = waker(move || {
        port.deregister(&registered, ours.as_raw_fd()).unwrap();
        port.unpark();
        assert_eq!(port.timers().expire(u64::MAX), 1);
    });
    let (fired, other) = self::waker(|| {});
    let _timer = own.set(u64::MAX, &other);
    assert!(poll(&source, &waker, Direction::Read).is_pending());
    theirs.write_all(b"x").unwrap();
    own.turn(Wait::No);
    assert_eq!((woken(), fired()), (1, 1));
    assert!(own.port.sources().is_empty());
}

#[test]
fn shutdown_wakes_everybody_and_has_one_error() {
    let own = Loop::new();
    let (_ours, _theirs, source) = own.stream();
    let ((slot, one), (linked, two), (timer, three)) = (waker(|| {}), waker(|| {}), waker(|| {}));
    assert!(poll(&source, &one, Direction::Read).is_pending());
    let mut future = Box::pin(source.readiness(Direction::Write.mask()));
    assert!(future.as_mut().poll(&mut Context::from_waker(&two)).is_pending());
    let mut entry = own.set(at(60_000 * MS), &three);
    own.port.shutdown();
    assert_eq!((slot(), linked(), timer()), (1, 1, 1));
    assert!(!entry.has_fired(), "its time has not come");
    assert_eq!(wait(&mut entry, &three), Poll::Ready(Err(Closed)));
    let Poll::Ready(Err(error)) = poll(&source, &one, Direction::Read) else { panic!("no error") };
    assert!(is_shutdown(&error));
    let (late, _) = UnixStream::pair().unwrap();
    let error = own.port.register(late.as_raw_fd(), BOTH, Ready::EMPTY).unwrap_err();
    assert!(is_shutdown(&error));
    for deadline in [at(0), at(MS)] {
        let set = wait(&mut own.timer(deadline), &three);
        assert_eq!(set, Poll::Ready(Err(Closed)), "a timer that nothing would fire");
    }
}

#[test]
fn shutdown_drops_the_wakers_it_finds() {
    let own = Loop::new();
    let (_ours, _theirs, source) = own.stream();
    let held = Arc::new(());
    let inside = held.clone();
    let (_, waker) = waker(move || drop(inside.clone()));
    assert!(poll(&source, &waker, Direction::Read).is_pending());
    drop(waker);
    assert_eq!(Arc::strong_count(&held), 2);
    own.port.shutdown();
    assert_eq!(Arc::strong_count(&held), 1);
}

#[test]
fn a_wait_ends_at_the_deadline_to_less_than_a_millisecond() {
    let mut own = Loop::new();
    let mut late = Vec::new();
    for _ in 0..20 {
        let deadline = own.clock.now() + MS / 3;
        while own.clock.now() < deadline {
            own.turn(Wait::Until(Some(deadline)));
        }
        late.push(own.clock.now() - deadline);
    }
    late.sort_unstable();
    assert!(late[0] < MS / 2, "the best of twenty was {} ns late", late[0]);
}

#[test]
fn timers_fire_in_order_and_never_early() {
    let mut own = Loop::new();
    let start = own.clock.now();
    let (woken, waker) = waker(|| {});
    let entries: Vec<_> = (0..5).map(|i| own.set(start + (5 - i) * MS, &waker)).collect();
    for fired in 1..=5 {
        while woken() < fired {
            own.turn(Wait::Until(None));
        }
        assert!(own.clock.now() >= start + woken() as u64 * MS);
        let done: Vec<_> = entries.iter().map(|entry| entry.has_fired()).collect();
        assert_eq!(done.iter().filter(|done| **done).count(), woken());
        assert!(done.is_sorted(), "the later the deadline, the later it fires");
    }
}

#[test]
fn an_earlier_timer_from_another_thread_ends_the_sleep() {
    let mut own = Loop::new();
    let (_, idle) = waker(|| {});
    let _far = own.set(own.clock.now() + 3_600_000 * MS, &idle);
    let mut near = own.timer(own.clock.now() + MS);
    let (woken, waker) = waker(|| {});
    let setter = thread::spawn(move || {
        assert!(wait(&mut near, &waker).is_pending());
        near
    });
    let begun = Instant::now();
    while woken() == 0 {
        own.turn(Wait::Until(None));
    }
    assert!(begun.elapsed() < Duration::from_secs(60), "it did not sleep through");
    assert!(setter.join().unwrap().has_fired());
}

#[test]
fn a_timer_moves_both_ways_and_fires_once() {
    let own = Loop::new();
    let (woken, waker) = waker(|| {});
    let (timers, mut entry) = (own.port.timers(), own.set(at(10), &waker));
    entry.as_mut().reset(at(30));
    assert_eq!(entry.deadline(), at(30));
    assert_eq!((timers.expire(at(29)), timers.next_deadline()), (0, Some(at(30))), "put off");
    entry.as_mut().reset(at(20));
    assert_eq!((timers.expire(at(20)), woken()), (1, 1), "brought forward");
    assert_eq!((timers.expire(u64::MAX), woken()), (0, 1));
    assert_eq!(entry.deadline(), at(20));
    entry.as_mut().reset(at(40));
    assert!(entry.is_idle(), "it waits for its next poll");
    assert_eq!(entry.deadline(), at(40));
}

#[test]
fn a_timer_that_fires_late_keeps_the_deadline_of_its_last_reset() {
    let own = Loop::new();
    let (woken, waker) = waker(|| {});
    let mut entry = own.set(at(10), &waker);
    entry.as_mut().reset(at(30));
    assert_eq!((own.port.timers().expire(at(50)), woken()), (1, 1));
    assert_eq!(entry.deadline(), at(30));
}

#[test]
fn a_deadline_that_was_reset_to_the_past_is_seen_without_a_turn() {
    let own = Loop::new();
    let (woken, waker) = waker(|| {});
    let mut entry = own.set(u64::MAX, &waker);
    let past = own.clock.now();
    entry.as_mut().reset(past);
    assert!(wait(&mut entry, &waker).is_pending(), "the tick is older");
    own.clock.refresh();
    assert!(wait(&mut entry, &waker).is_ready());
    assert_eq!((entry.deadline(), own.port.timers().expire(u64::MAX), woken()), (past, 0, 0));
}

#[test]
fn the_waker_of_the_last_poll_is_the_one_that_is_woken() {
    let own = Loop::new();
    let ((old, first), (new, second)) = (waker(|| {}), waker(|| {}));
    let mut entry = own.set(at(10), &first);
    assert!(wait(&mut entry, &second).is_pending());
    own.port.timers().expire(at(10));
    assert_eq!((old(), new()), (0, 1));
}

#[test]
fn a_crowd_larger_than_a_batch_fires_at_one_deadline() {
    let own = Loop::new();
    let (woken, waker) = waker(|| {});
    let _entries: Vec<_> = (0..100).map(|_| own.set(at(10), &waker)).collect();
    assert_eq!((own.port.timers().expire(at(10)), woken()), (100, 100));
}

#[test]
fn a_crowd_waits_for_each_other_and_a_lone_timer_for_nobody() {
    let mut own = Loop::new();
    let (woken, waker) = waker(|| {});
    let start = own.clock.now() + MS;
    // Two hundred timers 5 us apart, then one by itself.
    let _crowd: Vec<_> = (0..200).map(|i| own.set(start + i * 5_000, &waker)).collect();
    let mut turns = 0;
    while woken() < 200 {
        own.turn(Wait::Until(None));
        turns += 1;
    }
    assert!(turns < 30, "{turns} turns for a millisecond of timers");
}

#[test]
fn a_timer_chooses_another_loop_only_while_it_is_idle() {
    let (one, two) = (Loop::new(), Loop::new());
    let (woken, waker) = waker(|| {});
    let mut entry = one.timer(at(10));
    entry.as_mut().move_to(two.port.clone());
    assert!(wait(&mut entry, &waker).is_pending());
    assert_eq!((one.port.timers().expire(at(10)), two.port.timers().expire(at(10))), (0, 1));
    assert_eq!(woken(), 1);
}

#[test]
fn a_cancelled_timer_neither_fires_nor_keeps_its_waker() {
    let own = Loop::new();
    let held = Arc::new(());
    let inside = held.clone();
    let (woken, waker) = waker(move || drop(inside.clone()));
    let entry = own.set(at(10), &waker);
    drop((waker, entry));
    assert_eq!((own.port.timers().expire(u64::MAX), woken()), (0, 0));
    drop(woken);
    assert_eq!(Arc::strong_count(&held), 1);
}

#[test]
fn stopped_time_neither_ends_a_wait_nor_keeps_one_from_ending_later() {
    let mut own = Loop::new();
    let (woken, waker) = waker(|| {});
    assert!(own.clock.pause());
    let deadline = own.clock.now() + 3_600_000 * MS;
    let _entry = own.set(deadline, &waker);
    own.port.unpark();
    own.turn(Wait::Until(None));
    assert_eq!(woken(), 0);
    assert!(own.clock.advance(Duration::from_nanos(3_600_000 * MS - 1)) && own.clock.resume());
    while woken() == 0 {
        own.turn(Wait::Until(None));
    }
    assert!(own.clock.now() >= deadline);
}

#[test]
fn a_signal_handler_in_between_does_not_shorten_a_wait() {
    let mut own = Loop::new();
    // SAFETY: the handler does nothing, which is safe in a signal handler.
    let handler = unsafe { signal_hook_registry::register(libc::SIGURG, || {}) }.unwrap();
    // SAFETY: asks for the calling thread, which outlives the one that signals it.
    let this = unsafe { libc::pthread_self() } as usize;
    let (done, ended) = mpsc::channel::<()>();
    let other = thread::spawn(move || {
        while ended.recv_timeout(Duration::from_millis(1)).is_err() {
            // SAFETY: the thread waits for this one to end, so it is alive.
            unsafe { libc::pthread_kill(this as libc::pthread_t, libc::SIGURG) };
        }
    });
    let deadline = own.clock.now() + 20 * MS;
    own.turn(Wait::Until(Some(deadline)));
    assert!(own.clock.now() >= deadline);
    done.send(()).unwrap();
    other.join().unwrap();
    signal_hook_registry::unregister(handler);
}

#[test]
fn a_look_says_that_it_has_taken_in_a_wake_up() {
    let mut lp = Loop::new();
    let (_ours, _theirs, _source) = lp.stream();
    lp.turn(Wait::No);
    let mut woken = || lp.reactor.look(&mut lp.events, &lp.port, &lp.clock, Wait::No).woken;
    assert!(!woken());
    lp.port.unpark();
    assert_eq!((woken(), woken()), (true, false), "who takes it in has to pass it on");
}

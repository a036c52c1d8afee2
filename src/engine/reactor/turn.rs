//! One turn of the reactor: wait, then hand out what happened.

use super::Ready;
use super::delivery::Delivery;
use super::platform::Alarm;
use super::port::Port;
use super::registry::{ALARM, BELL, WAKE};
use crate::engine::clock::AnchoredClock;
use crate::shim::Arc;
use std::io;
use std::os::fd::{AsRawFd, RawFd};
use std::time::Duration;

/// Timers end a wait no sooner than this after the last ones fired, in nanoseconds.
///
/// A crowd of timers that are due a microsecond apart then shares wake-ups, while one that is by
/// itself still fires on time.
const PACE: u64 = 50_000;

/// So many timers that fire together make the next ones wait for another [`PACE`].
const CROWD: usize = 4;

/// The most that timers of a crowd wait for each other.
const PACE_MAX: u64 = 8 * PACE;

/// How long a turn may wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wait {
    /// Not at all.
    No,
    /// Until something happens, a timer is due, or the clock reads so many nanoseconds.
    ///
    /// While the clock stands still, time alone ends no wait.
    Until(Option<u64>),
}

/// The waiting side of a loop, for the thread that holds the loop.
#[derive(Debug)]
pub(crate) struct Reactor {
    poll: mio::Poll,
    events: mio::Events,
    alarm: Alarm,
    /// When timers may end a wait next.
    due_from: u64,
    /// Whether the last poll took in a wake-up.
    woken: bool,
}

impl Reactor {
    pub(super) fn new(poll: mio::Poll, events: usize, alarm: Alarm) -> Reactor {
        let events = mio::Events::with_capacity(events);
        Reactor { poll, events, alarm, due_from: 0, woken: false }
    }

    /// What the operating system knows the poller by.
    pub(super) fn poller(&self) -> RawFd {
        self.poll.as_raw_fd()
    }

    /// Waits as told, then wakes whom events and timers concern; answers how many those were.
    ///
    /// # Panics
    ///
    /// If a waker panics, after the others have been woken.
    pub(crate) fn turn(&mut self, port: &Port, clock: &AnchoredClock, wait: Wait) -> usize {
        match wait {
            Wait::No if !port.sources().is_empty() => {
                while !self.poll(port, Some(Duration::ZERO)) {}
            }
            // Nothing can have happened, so the operating system is not asked.
            Wait::No => self.events.clear(),
            Wait::Until(limit) => self.wait(port, clock, limit),
        }
        let now = clock.refresh();
        let events = self.dispatch(port);
        let fired = port.timers().expire(now);
        if fired > 0 {
            let pace = PACE * (1 + (fired / CROWD) as u64);
            self.due_from = now + pace.min(PACE_MAX);
        }
        events + fired
    }

    /// As a turn that does not wait, in place of the thread that holds the loop.
    ///
    /// A wake-up that this takes in is passed on: it may be meant for that thread, which is about to
    /// wait.
    pub(crate) fn turn_for_holder(&mut self, port: &Port, clock: &AnchoredClock) {
        self.woken = false;
        self.turn(port, clock, Wait::No);
        if self.woken {
            port.unpark();
        }
    }

    fn wait(&mut self, port: &Port, clock: &AnchoredClock, limit: Option<u64>) {
        let deadline = port.timers().begin_sleep(limit).filter(|_| !clock.is_frozen());
        let deadline = deadline.map(|deadline| deadline.max(self.due_from));
        loop {
            let timeout = deadline.and_then(|deadline| self.alarm.set(deadline, clock));
            if self.poll(port, timeout) {
                break;
            }
        }
        port.timers().end_sleep();
    }

    /// Asks the operating system; `false` if a signal handler got in between.
    fn poll(&mut self, port: &Port, timeout: Option<Duration>) -> bool {
        port.begin_poll();
        match self.poll.poll(&mut self.events, timeout) {
            Ok(()) => true,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => false,
            Err(error) => panic!("the operating system does not let the event loop wait: {error}"),
        }
    }

    fn dispatch(&mut self, port: &Port) -> usize {
        let mut count = 0;
        let mut delivery = Delivery::new();
        let mut sources = port.sources().lock();
        for event in &self.events {
            if event.token() == ALARM {
                self.alarm.rang();
            }
            self.woken |= event.token() == WAKE;
            if event.token() == BELL {
                port.note_bell();
            }
            let Some(source) = sources.get(event.token()) else { continue };
            count += 1;
            let ready = Ready::of_event(event);
            source.arrived(ready);
            if source.collect(ready, delivery.wakers()) {
                let source = Arc::clone(source);
                drop(sources);
                source.collect_all(ready, &mut delivery);
                drop(source);
                sources = port.sources().lock();
            }
        }
        drop(sources);
        port.count_events(count);
        delivery.finish();
        count
    }
}

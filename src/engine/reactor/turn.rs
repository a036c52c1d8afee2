//! One turn of the reactor: wait, then hand out what happened.

use super::Ready;
use super::delivery::Delivery;
use super::platform::Alarm;
use super::port::Port;
use super::registry::{ALARM, BELL, WAKE};
use crate::engine::clock::AnchoredClock;
use crate::shim::Arc;
use std::io;
use std::time::Duration;

/// Timers end a wait no sooner than this after the last ones fired, in nanoseconds.
///
/// A crowd of timers that are due a microsecond apart then shares wake-ups, while one that is by
/// itself still fires on time.
const PACE: u64 = 50_000;

/// So many timers that fire together make the next ones wait for another [`PACE`].
const CROWD: usize = 4;

/// The most that timers of a crowd wait for each other.
const PACE_MAX: u64 = 20 * PACE;

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

/// Room for what one look at the operating system finds.
pub(crate) type Events = mio::Events;

/// The waiting side of a loop, for the thread that holds the loop; for moments, for another that
/// does in its place what cannot wait.
#[derive(Debug)]
pub(crate) struct Reactor {
    poll: mio::Poll,
    alarm: Alarm,
    /// When timers may end a wait next.
    due_from: u64,
}

/// What a look has found, beside the events.
#[must_use = "events are told once"]
pub(crate) struct Look {
    /// The time after it.
    now: u64,
    /// Whether it took in a wake-up of the loop.
    pub(crate) woken: bool,
}

impl Reactor {
    pub(super) fn new(poll: mio::Poll, alarm: Alarm) -> Reactor {
        Reactor { poll, alarm, due_from: 0 }
    }

    /// What the operating system knows the poller by.
    pub(super) fn poller(&self) -> &mio::Registry {
        self.poll.registry()
    }

    /// Waits as told; [`deliver`] then hands out what happened. No foreign code runs in here.
    pub(crate) fn look(
        &mut self,
        events: &mut Events,
        port: &Port,
        clock: &AnchoredClock,
        wait: Wait,
    ) -> Look {
        match wait {
            Wait::No if !port.sources().is_empty() => {
                while !self.poll(events, port, Some(Duration::ZERO)) {}
            }
            // Nothing can have happened, so the operating system is not asked.
            Wait::No => events.clear(),
            Wait::Until(limit) => self.wait(events, port, clock, limit),
        }
        let mut woken = false;
        for event in &*events {
            match event.token() {
                WAKE => woken = true,
                ALARM => self.alarm.rang(),
                BELL => port.note_bell(),
                _ => {}
            }
        }
        Look { now: clock.refresh(), woken }
    }

    /// Lets the next timers wait a little, after `fired` have gone off at the time of `look`.
    pub(crate) fn pace(&mut self, look: &Look, fired: usize) {
        let pace = PACE * (1 + (fired / CROWD) as u64);
        self.due_from = look.now + pace.min(PACE_MAX);
    }

    fn wait(
        &mut self,
        events: &mut Events,
        port: &Port,
        clock: &AnchoredClock,
        limit: Option<u64>,
    ) {
        let deadline = port.timers().begin_sleep(limit).filter(|_| !clock.is_frozen());
        let deadline = deadline.map(|deadline| deadline.max(self.due_from));
        loop {
            let timeout = deadline.and_then(|deadline| self.alarm.set(deadline, clock));
            if self.poll(events, port, timeout) {
                break;
            }
        }
        port.timers().end_sleep();
    }

    /// Asks the operating system; `false` if a signal handler got in between.
    fn poll(&mut self, events: &mut Events, port: &Port, timeout: Option<Duration>) -> bool {
        port.begin_poll();
        match self.poll.poll(events, timeout) {
            Ok(()) => true,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => false,
            Err(error) => panic!("the operating system does not let the event loop wait: {error}"),
        }
    }
}

/// How many tasks and threads a delivery concerned.
pub(crate) struct Delivered {
    pub(crate) events: usize,
    pub(crate) fired: usize,
}

/// Wakes whom events and timers concern. To be called with no claim held: wakers are foreign code.
///
/// # Panics
///
/// If a waker panics, after the others have been woken.
pub(crate) fn deliver(events: &Events, port: &Port, look: &Look) -> Delivered {
    let events = dispatch(events, port);
    Delivered { events, fired: port.timers().expire(look.now) }
}

fn dispatch(events: &Events, port: &Port) -> usize {
    if events.is_empty() {
        return 0;
    }
    let mut count = 0;
    let mut delivery = Delivery::new();
    let mut sources = port.sources().lock();
    for event in events {
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

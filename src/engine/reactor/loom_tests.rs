//! One model for each claim that the room makes about threads.

use super::Ready;
use super::delivery::Delivery;
use super::registry::Registry;
use super::source::{Direction, Source};
use super::timer_entry::{Closed, TimerEntry};
use super::timers::Oversleeps;
use super::{Port, pair};
use crate::engine::clock::AnchoredClock;
use crate::shim::atomic::{AtomicUsize, Ordering};
use crate::shim::{Arc, thread};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Wake, Waker};

/// A waker that counts.
struct Count(AtomicUsize);

impl Count {
    fn new() -> (std::sync::Arc<Count>, Waker) {
        let count = std::sync::Arc::new(Count(AtomicUsize::new(0)));
        (count.clone(), count.into())
    }

    fn get(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

impl Wake for Count {
    fn wake(self: std::sync::Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

// The shim makes atomics and locks at their first use, which must come before there are threads.

fn source(ready: Ready) -> Arc<Source> {
    let source = Source::new(mio::Token(0), ready);
    arrive(&source, Ready::EMPTY);
    Arc::new(source)
}

fn registry() -> Arc<Registry> {
    let registry = Registry::new();
    assert!(registry.is_empty() && registry.lock().get(mio::Token(0)).is_none());
    Arc::new(registry)
}

fn port() -> Arc<Port> {
    let (_, port) = pair(Arc::new(AnchoredClock::new())).unwrap();
    assert_eq!((port.timers().next_deadline(), port.timers().expire(0)), (None, 0));
    assert_eq!((port.clock().tick(), port.is_shutdown()), (0, false));
    assert!(port.sources().is_empty() && !port.waiting_for_io());
    port
}

fn arrive(source: &Source, ready: Ready) {
    let mut delivery = Delivery::new();
    source.arrived(ready);
    source.collect_all(ready, &mut delivery);
    delivery.finish();
}

#[test]
fn readiness_and_poll_cannot_both_miss() {
    loom::model(|| {
        let source = source(Ready::EMPTY);
        let turn = {
            let source = source.clone();
            thread::spawn(move || arrive(&source, Ready::READABLE))
        };
        let (count, waker) = Count::new();
        let polled = source.poll_ready(&mut Context::from_waker(&waker), Direction::Read);
        turn.join().unwrap();
        assert!(polled.is_ready() || count.get() == 1);
    });
}

#[test]
fn readiness_and_a_linked_future_cannot_both_miss() {
    loom::model(|| {
        let source = source(Ready::EMPTY);
        let turn = {
            let source = source.clone();
            thread::spawn(move || arrive(&source, Ready::WRITABLE))
        };
        let (count, waker) = Count::new();
        let polled = {
            let future = pin!(source.readiness(Direction::Write.mask()));
            let polled = future.poll(&mut Context::from_waker(&waker));
            turn.join().unwrap();
            polled
        };
        assert!(polled.is_ready() || count.get() == 1);
    });
}

#[test]
fn a_future_that_is_dropped_is_out_of_the_list() {
    loom::model(|| {
        let source = source(Ready::EMPTY);
        let turn = {
            let source = source.clone();
            thread::spawn(move || arrive(&source, Ready::READABLE))
        };
        let (_count, waker) = Count::new();
        let mut future = Box::pin(source.readiness(Direction::Read.mask()));
        let _ = future.as_mut().poll(&mut Context::from_waker(&waker));
        drop(future);
        turn.join().unwrap();
    });
}

#[test]
fn clear_of_an_older_tick_keeps_the_event() {
    loom::model(|| {
        let source = source(Ready::READABLE);
        let seen = source.ready(Ready::READABLE).unwrap();
        let turn = {
            let source = source.clone();
            thread::spawn(move || arrive(&source, Ready::READABLE))
        };
        // The system call came between the sample and this.
        source.clear(seen, Ready::READABLE);
        turn.join().unwrap();
        assert_eq!(source.ready(Ready::READABLE).unwrap().ready, Ready::READABLE);
    });
}

#[test]
fn a_clear_and_an_event_for_the_other_direction_do_not_undo_each_other() {
    loom::model(|| {
        let source = source(Ready::EMPTY);
        arrive(&source, Ready::READABLE);
        let seen = source.ready(Ready::READABLE).unwrap();
        let reader = {
            let source = source.clone();
            thread::spawn(move || source.clear(seen, Ready::READABLE))
        };
        arrive(&source, Ready::WRITABLE);
        reader.join().unwrap();
        assert!(source.ready(Ready::ALL).unwrap().ready.is_writable());
    });
}

#[test]
fn a_source_registered_against_shutdown_is_refused_or_ended() {
    loom::model(|| {
        let registry = registry();
        let shutdown = {
            let registry = registry.clone();
            thread::spawn(move || {
                let mut delivery = Delivery::new();
                registry.close(&mut delivery);
                delivery.finish();
            })
        };
        let (count, waker) = Count::new();
        let added = registry.add(Ready::EMPTY);
        let polled = added
            .as_ref()
            .map(|source| source.poll_ready(&mut Context::from_waker(&waker), Direction::Read));
        shutdown.join().unwrap();
        match polled {
            Ok(Poll::Pending) => assert_eq!(count.get(), 1, "whoever waits is woken"),
            Ok(Poll::Ready(outcome)) => assert!(outcome.is_err()),
            Err(_) => {}
        }
        if let Ok(source) = added {
            assert!(source.ready(Ready::ALL).is_err());
        }
        assert!(registry.is_empty());
    });
}

/// A time of any clock.
const fn at(since: u64) -> u64 {
    AnchoredClock::START + since
}

/// A timer that is set to 10.
fn set(port: &Arc<Port>, waker: &Waker) -> Pin<Box<TimerEntry>> {
    let mut timer = Box::pin(TimerEntry::new(port.clone(), at(10)));
    assert!(wait(&mut timer, waker).is_pending());
    timer
}

fn wait(timer: &mut Pin<Box<TimerEntry>>, waker: &Waker) -> Poll<Result<(), Closed>> {
    timer.as_mut().poll(&mut Context::from_waker(waker))
}

/// Closes the timers on another thread.
fn close(port: &Arc<Port>) -> thread::JoinHandle<()> {
    let port = port.clone();
    thread::spawn(move || {
        let mut delivery = Delivery::new();
        port.timers().close(&mut delivery);
        delivery.finish();
    })
}

/// Fires what is due at 10 on another thread.
fn turn(port: &Arc<Port>) -> thread::JoinHandle<usize> {
    let port = port.clone();
    thread::spawn(move || port.timers().expire(at(10)))
}

#[test]
fn a_timer_fires_or_is_cancelled() {
    loom::model(|| {
        let port = port();
        let (count, waker) = Count::new();
        let timer = set(&port, &waker);
        let turn = turn(&port);
        drop(timer);
        assert_eq!(turn.join().unwrap(), count.get());
        assert_eq!(port.timers().next_deadline(), None);
    });
}

#[test]
fn a_timer_that_has_fired_may_be_freed_at_once() {
    loom::model(|| {
        let port = port();
        let (count, waker) = Count::new();
        let timer = set(&port, &waker);
        let turn = turn(&port);
        let fired = timer.has_fired();
        let deadline = timer.deadline();
        drop(timer);
        assert!(turn.join().unwrap() == 1 || !fired);
        assert_eq!((deadline, count.get() == 1 || !fired), (at(10), true));
    });
}

#[test]
fn a_timer_that_is_put_off_while_it_fires_is_not_lost() {
    loom::model(|| {
        let port = port();
        let (count, waker) = Count::new();
        let mut timer = set(&port, &waker);
        let turn = turn(&port);
        timer.as_mut().reset(at(20));
        let linked = !timer.is_idle();
        let fired = turn.join().unwrap();
        assert_eq!(fired, usize::from(!linked), "fired at 10, or linked until 20");
        assert_eq!(port.timers().expire(at(20)), usize::from(linked));
        assert_eq!((count.get(), timer.deadline()), (1, at(20)));
    });
}

#[test]
fn a_timer_that_is_brought_forward_while_it_fires_is_not_lost() {
    loom::model(|| {
        let port = port();
        let (count, waker) = Count::new();
        let mut timer = set(&port, &waker);
        let turn = turn(&port);
        timer.as_mut().reset(at(5));
        let idle = timer.is_idle();
        let fired = turn.join().unwrap() + port.timers().expire(at(5));
        assert_eq!((fired, count.get()), (1, 1));
        assert_eq!((timer.has_fired(), timer.deadline()), (!idle, at(5)));
    });
}

#[test]
fn a_new_deadline_and_a_sleep_cannot_both_miss() {
    loom::model(|| {
        let port = port();
        let worker = {
            let port = port.clone();
            thread::spawn(move || port.timers().begin_sleep(None))
        };
        let (_count, waker) = Count::new();
        let timer = Box::pin(TimerEntry::new(port.clone(), at(10)));
        let woken = timer.as_ref().set(waker);
        let until = worker.join().unwrap();
        assert!(until == Some(at(10)) || woken == Ok(Oversleeps(true)));
    });
}

#[test]
fn a_timer_set_against_shutdown_is_refused_or_woken() {
    loom::model(|| {
        let port = port();
        let shutdown = close(&port);
        let (count, waker) = Count::new();
        let mut timer = Box::pin(TimerEntry::new(port.clone(), at(10)));
        let set = wait(&mut timer, &waker).is_pending();
        shutdown.join().unwrap();
        assert_eq!(count.get(), usize::from(set));
        assert_eq!(wait(&mut timer, &waker), Poll::Ready(Err(Closed)));
    });
}

#[test]
fn a_timer_that_is_put_off_against_shutdown_is_woken_and_closed() {
    loom::model(|| {
        let port = port();
        let (count, waker) = Count::new();
        let mut timer = set(&port, &waker);
        let shutdown = close(&port);
        timer.as_mut().reset(at(20));
        shutdown.join().unwrap();
        assert_eq!((count.get(), timer.deadline()), (1, at(20)));
        assert_eq!(wait(&mut timer, &waker), Poll::Ready(Err(Closed)));
    });
}

#[test]
fn a_timer_that_shutdown_has_closed_may_be_freed_at_once() {
    loom::model(|| {
        let port = port();
        let (count, waker) = Count::new();
        let timer = set(&port, &waker);
        let shutdown = close(&port);
        drop(timer);
        shutdown.join().unwrap();
        assert!(count.get() <= 1);
    });
}

#[test]
fn a_new_waker_and_the_fire_cannot_both_miss() {
    loom::model(|| {
        let port = port();
        let (old, waker) = Count::new();
        let mut timer = set(&port, &waker);
        let turn = turn(&port);
        let (new, waker) = Count::new();
        let polled = wait(&mut timer, &waker);
        assert_eq!(turn.join().unwrap(), 1);
        assert_eq!(old.get() + new.get(), 1);
        assert!(polled.is_ready() || new.get() == 1);
    });
}

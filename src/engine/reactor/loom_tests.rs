//! One model for each claim that the room makes about threads.

use super::Ready;
use super::delivery::Delivery;
use super::registry::Registry;
use super::source::{Direction, Source};
use super::timer_entry::TimerEntry;
use super::timers::{Oversleeps, Timers};
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

fn timers() -> Arc<Timers> {
    let timers = Timers::new();
    assert_eq!((timers.next_deadline(), timers.expire(0)), (None, 0));
    Arc::new(timers)
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

/// Sets `entry` to 10.
fn set(entry: Pin<&TimerEntry>, timers: &Timers, waker: Waker) {
    assert_eq!(entry.set(timers, 10, waker), Ok(Oversleeps(false)));
}

#[test]
fn a_timer_fires_or_is_cancelled() {
    loom::model(|| {
        let timers = timers();
        let (count, waker) = Count::new();
        let entry = Box::pin(TimerEntry::new());
        set(entry.as_ref(), &timers, waker);
        let turn = {
            let timers = timers.clone();
            thread::spawn(move || timers.expire(10))
        };
        entry.as_ref().cancel(&timers);
        let fired = entry.has_fired();
        drop(entry);
        let expired = turn.join().unwrap();
        assert_eq!((expired, count.get()), if fired { (1, 1) } else { (0, 0) });
    });
}

#[test]
fn a_timer_that_is_put_off_while_it_fires_is_not_lost() {
    loom::model(|| {
        let timers = timers();
        let (count, waker) = Count::new();
        let entry = Box::pin(TimerEntry::new());
        set(entry.as_ref(), &timers, waker);
        let turn = {
            let timers = timers.clone();
            thread::spawn(move || timers.expire(10))
        };
        assert!(entry.put_off(20), "a later deadline needs no claim");
        let linked = !entry.is_idle();
        let fired = turn.join().unwrap();
        assert_eq!(fired, usize::from(!linked), "fired at 10, or linked until 20");
        assert_eq!(timers.expire(20), usize::from(linked));
        assert_eq!(count.get(), 1);
    });
}

#[test]
fn a_timer_that_is_brought_forward_while_it_fires_is_not_lost() {
    loom::model(|| {
        let timers = timers();
        let (count, waker) = Count::new();
        let entry = Box::pin(TimerEntry::new());
        set(entry.as_ref(), &timers, waker);
        let turn = {
            let timers = timers.clone();
            thread::spawn(move || timers.expire(10))
        };
        if !entry.put_off(5) {
            let _ = entry.as_ref().hasten(&timers, 5);
        }
        let idle = entry.is_idle();
        let fired = turn.join().unwrap() + timers.expire(5);
        assert_eq!(fired, 1);
        assert_eq!(count.get(), 1);
        assert_eq!(entry.has_fired(), !idle);
    });
}

#[test]
fn a_new_deadline_and_a_sleep_cannot_both_miss() {
    loom::model(|| {
        let timers = timers();
        let worker = {
            let timers = timers.clone();
            thread::spawn(move || timers.begin_sleep(None))
        };
        let (_count, waker) = Count::new();
        let entry = Box::pin(TimerEntry::new());
        let woken = entry.as_ref().set(&timers, 10, waker);
        let until = worker.join().unwrap();
        assert!(until == Some(10) || woken == Ok(Oversleeps(true)));
        entry.as_ref().cancel(&timers);
    });
}

#[test]
fn a_timer_set_against_shutdown_is_refused_or_fired() {
    loom::model(|| {
        let timers = timers();
        let shutdown = {
            let timers = timers.clone();
            thread::spawn(move || {
                let mut delivery = Delivery::new();
                timers.close(&mut delivery);
                delivery.finish();
            })
        };
        let (count, waker) = Count::new();
        let entry = Box::pin(TimerEntry::new());
        let set = entry.as_ref().set(&timers, 10, waker);
        shutdown.join().unwrap();
        assert_eq!(count.get(), usize::from(set.is_ok()));
        assert_eq!(entry.has_fired(), set.is_ok());
    });
}

#[test]
fn a_new_waker_and_the_fire_cannot_both_miss() {
    loom::model(|| {
        let timers = timers();
        let (old, waker) = Count::new();
        let entry = Box::pin(TimerEntry::new());
        set(entry.as_ref(), &timers, waker);
        let turn = {
            let timers = timers.clone();
            thread::spawn(move || timers.expire(10))
        };
        let (new, waker) = Count::new();
        let polled = entry.as_ref().poll(&mut Context::from_waker(&waker), &timers, 0);
        assert_eq!(turn.join().unwrap(), 1);
        assert_eq!(old.get() + new.get(), 1);
        assert!(polled.is_ready() || new.get() == 1);
    });
}

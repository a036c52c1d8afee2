//! Models of the loop as a sleeper, then as a value handed from thread to thread.

use super::doze::Doze;
use super::slot::Slot;
use crate::shim::atomic::{AtomicUsize, Ordering};
use crate::shim::{Arc, thread};
use crate::util::parker::Parker;

/// A loop that is up, and the queue beside it. Both are touched before they are shared, as loom
/// wants of what a `const fn` makes.
fn doze() -> Arc<(Doze, AtomicUsize)> {
    let both = Arc::new((Doze::new(), AtomicUsize::new(0)));
    both.0.retract();
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
                both.0.rouse()
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
                    both.0.rouse()
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
        both.0.retract();
        let producer = {
            let both = both.clone();
            thread::spawn(move || {
                both.1.fetch_add(1, Ordering::Release);
                both.0.rouse()
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

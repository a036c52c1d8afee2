//! Models of the races of a notification with its waiters.

use super::Notify;
use crate::shim::atomic::{AtomicUsize, Ordering};
use crate::shim::{Arc, thread};
use loom::future::block_on;
use std::pin::pin;
use std::task::{Context, Waker};

fn model(f: impl Fn(Arc<Notify>) + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(2);
    builder.check(move || {
        let notify = Arc::new(Notify::new());
        // Makes the atomic before it is shared.
        assert!(!notify.load().has_permit());
        f(notify);
    });
}

fn spawn(notify: &Arc<Notify>, f: impl FnOnce(&Notify) + 'static) -> thread::JoinHandle<()> {
    let notify = notify.clone();
    thread::spawn(move || f(&notify))
}

/// Polls once with a waker that does nothing, and drops.
fn glance(notify: &Notify) -> bool {
    let notified = pin!(notify.notified());
    notified.poll(&mut Context::from_waker(Waker::noop())).is_ready()
}

#[test]
fn notify_one_and_a_first_poll_cannot_both_miss() {
    model(|notify| {
        let other = spawn(&notify, Notify::notify_one);
        block_on(notify.notified());
        other.join().unwrap();
        assert!(!notify.load().has_permit() && !notify.load().has_waiters());
    });
}

#[test]
fn what_was_done_before_a_notification_is_seen_after_it() {
    model(|notify| {
        let done = Arc::new(AtomicUsize::from(0));
        let others = [(); 2].map(|()| {
            let done = done.clone();
            spawn(&notify, move |notify| {
                // Relaxed: the notification is what publishes it.
                done.fetch_add(1, Ordering::Relaxed);
                notify.notify_one();
            })
        });
        block_on(notify.notified());
        // Relaxed: the notification is what published it.
        if done.load(Ordering::Relaxed) == 1 {
            block_on(notify.notified());
            assert_eq!(done.load(Ordering::Relaxed), 2);
        }
        others.into_iter().for_each(|other| other.join().unwrap());
    });
}

#[test]
fn two_notifications_serve_two_waiters_in_the_queue() {
    model(|notify| {
        let mut first = Box::pin(notify.notified());
        let mut second = Box::pin(notify.notified());
        first.as_mut().enable();
        second.as_mut().enable();
        let other = spawn(&notify, Notify::notify_one);
        notify.notify_last();
        block_on(first);
        block_on(second);
        other.join().unwrap();
    });
}

#[test]
fn a_waiter_that_gives_up_passes_its_notification_on() {
    model(|notify| {
        let other = spawn(&notify, Notify::notify_one);
        let taken = glance(&notify);
        other.join().unwrap();
        assert_ne!(taken, notify.load().has_permit());
        assert!(!notify.load().has_waiters());
    });
}

#[test]
fn notify_waiters_completes_every_future_made_before_it() {
    model(|notify| {
        let (first, second) = (notify.notified(), notify.notified());
        let other = spawn(&notify, Notify::notify_waiters);
        block_on(first);
        block_on(second);
        other.join().unwrap();
    });
}

#[test]
fn a_call_to_all_and_one_to_a_single_waiter_do_not_lose_the_latter() {
    model(|notify| {
        let waiting = notify.notified();
        let other = spawn(&notify, |notify| {
            notify.notify_waiters();
            notify.notify_one();
        });
        block_on(waiting);
        other.join().unwrap();
        assert!(notify.load().has_permit(), "the waiter took the call to all");
    });
}

#[test]
fn two_calls_to_all_wake_who_waits_again() {
    model(|notify| {
        let first = notify.notified();
        let other = spawn(&notify, Notify::notify_waiters);
        notify.notify_waiters();
        block_on(first);
        other.join().unwrap();
        assert!(!glance(&notify), "later waiters wait for a later call");
    });
}

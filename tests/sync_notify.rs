//! Behaviour of `Notify`.

mod support {
    pub mod probe;
}

use runtime::sync::Notify;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use support::probe::{Probe, for_every_cut, panicking_waker, poll_and_drop, waker_fn};

#[test]
fn a_panicking_waker_does_not_keep_the_rest_of_the_crowd_asleep() {
    let notify = Notify::new();
    let probe = Probe::new();
    // More than any batch on a stack.
    let mut crowd: Vec<_> = (0..100).map(|_| Box::pin(notify.notified())).collect();
    for (at, waiter) in crowd.iter_mut().enumerate() {
        let waker = if at % 20 == 3 { panicking_waker() } else { probe.waker() };
        assert!(waiter.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    }
    catch_unwind(AssertUnwindSafe(|| notify.notify_waiters())).unwrap_err();
    assert_eq!(probe.wakes(), 95);
    assert!(crowd.iter_mut().all(|waiter| probe.poll(waiter.as_mut()).is_ready()));
}

#[test]
fn a_waker_may_call_back_when_woken_or_dropped() {
    let notify = Arc::new(Notify::new());
    let again = notify.clone();
    let waker = waker_fn(move || {
        again.notify_waiters();
        again.notify_one();
    });
    let mut waiting = pin!(notify.notified());
    assert!(waiting.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    // The stored waker is replaced and dropped.
    drop(waker);
    let probe = Probe::new();
    let _ = probe.poll(waiting.as_mut());
    assert_eq!(probe.poll(waiting), Poll::Ready(()));
}

#[test]
fn a_cancelled_waiter_passes_its_notification_on() {
    type Send = fn(&Notify);
    for send in [Notify::notify_one as Send, Notify::notify_last as Send] {
        for_every_cut(|polls| {
            let notify = Notify::new();
            let cut = poll_and_drop(notify.notified(), polls, |_| send(&notify));
            let mut next = pin!(notify.notified());
            let left = Probe::new().poll(next.as_mut()).is_ready();
            // Sent after the first poll, and used by this future only if it was polled again.
            assert_eq!(left, polls == 1, "{polls} polls");
            cut.is_some()
        });
    }
}

#[test]
fn a_notification_that_is_passed_on_keeps_its_end_of_the_queue() {
    let notify = Notify::new();
    let probes = [(); 4].map(|()| Probe::new());
    let mut waiters: VecDeque<_> = probes.iter().map(|_| Box::pin(notify.notified())).collect();
    for (waiter, probe) in waiters.iter_mut().zip(&probes) {
        assert!(probe.poll(waiter.as_mut()).is_pending());
    }
    notify.notify_last();
    drop(waiters.pop_back());
    notify.notify_one();
    drop(waiters.pop_front());
    assert_eq!(probes.each_ref().map(Probe::wakes), [1, 1, 1, 1]);
}

#[test]
fn an_owned_waiter_keeps_the_notify_alive_and_ends_with_it() {
    let notify = Arc::new(Notify::new());
    let probe = Probe::new();
    let mut waiter = Box::pin(notify.clone().notified_owned());
    assert!(probe.poll(waiter.as_mut()).is_pending());
    notify.notify_one();
    drop(notify);
    assert!(probe.poll(waiter.as_mut()).is_ready());
}

#[test]
fn a_waiter_is_shown_without_its_insides() {
    let notify = Notify::new();
    notify.notify_one();
    assert_eq!(format!("{notify:?}"), "Notify { permit: true, waiters: false }");
    assert_eq!(
        format!("{:?}", notify.notified()),
        "Notified { listener: Listener { stage: Fresh, .. } }"
    );
}

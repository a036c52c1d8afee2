//! Behaviour of the watch channel.

mod support {
    pub mod probe;
}

use runtime::sync::watch;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use support::probe::{Probe, Tally, for_every_cut, panicking_waker, poll_and_drop, waker_fn};

#[test]
fn old_values_are_dropped_outside_of_the_lock() {
    struct LooksBack(Option<watch::Receiver<Option<LooksBack>>>);
    impl Drop for LooksBack {
        fn drop(&mut self) {
            if let Some(rx) = &self.0 {
                assert!(rx.borrow().is_none(), "the new value is there");
            }
        }
    }
    let (tx, rx) = watch::channel(None);
    tx.send(Some(LooksBack(Some(rx.clone())))).map_err(drop).unwrap();
    tx.send(None).map_err(drop).unwrap();
    drop(rx);
}

#[test]
fn a_value_whose_destructor_panics_is_replaced_all_the_same() {
    struct Bomb(bool);
    impl Drop for Bomb {
        fn drop(&mut self) {
            assert!(!self.0, "told to panic");
        }
    }
    let (tx, mut rx) = watch::channel(Bomb(true));
    catch_unwind(AssertUnwindSafe(|| tx.send(Bomb(false)).map_err(drop))).unwrap_err();
    assert!(rx.has_changed().unwrap());
    assert!(!rx.borrow_and_update().0);
}

#[test]
fn a_panicking_modification_stays_and_tells_nobody() {
    let (tx, mut rx) = watch::channel(0);
    let probe = Probe::new();
    {
        let mut changed = pin!(rx.changed());
        assert!(probe.poll(changed.as_mut()).is_pending());
        for modify in
            [&(|| tx.send_modify(panics)) as &dyn Fn(), &(|| assert!(tx.send_if_modified(panics)))]
        {
            catch_unwind(AssertUnwindSafe(modify)).unwrap_err();
        }
        assert_eq!(probe.wakes(), 0);
        assert_eq!(*tx.borrow(), 2, "neither locked nor rolled back");
        tx.send(5).unwrap();
        assert!(probe.poll(changed).is_ready());
    }
    assert_eq!(*rx.borrow(), 5);
}

fn panics<R>(value: &mut i32) -> R {
    *value += 1;
    panic!("told to panic");
}

#[test]
fn a_panicking_condition_leaves_the_channel_usable() {
    let (tx, mut rx) = watch::channel(0);
    let probe = Probe::new();
    catch_unwind(AssertUnwindSafe(|| {
        let _ = probe.poll(pin!(rx.wait_for(|_| panic!("told to panic")))).is_ready();
    }))
    .unwrap_err();
    tx.send(1).unwrap();
    assert!(probe.poll(pin!(rx.wait_for(|value| *value == 1))).is_ready());
    drop(rx);
    assert_eq!(tx.receiver_count(), 0);
}

#[test]
fn a_panicking_waker_leaves_the_news_to_the_rest() {
    let (tx, rx) = watch::channel(0);
    let mut receivers = [rx.clone(), rx.clone(), rx];
    let probe = Probe::new();
    let [first, second, third] = &mut receivers;
    let mut waiting =
        [Box::pin(first.changed()), Box::pin(second.changed()), Box::pin(third.changed())];
    assert!(probe.poll(waiting[0].as_mut()).is_pending());
    let waker = panicking_waker();
    let mut cx = std::task::Context::from_waker(&waker);
    assert!(waiting[1].as_mut().poll(&mut cx).is_pending());
    assert!(probe.poll(waiting[2].as_mut()).is_pending());
    catch_unwind(AssertUnwindSafe(|| tx.send(1))).unwrap_err();
    assert_eq!(probe.wakes(), 2);
    for waiting in &mut waiting {
        assert!(probe.poll(waiting.as_mut()).is_ready());
    }
}

#[test]
fn wakers_may_use_the_channel() {
    let (tx, mut rx) = watch::channel(0);
    let again = tx.clone();
    let waker = waker_fn(move || {
        again.send_replace(9);
    });
    {
        let mut changed = pin!(rx.changed());
        let mut cx = std::task::Context::from_waker(&waker);
        assert!(changed.as_mut().poll(&mut cx).is_pending());
        drop(waker);
        tx.send(1).unwrap();
    }
    assert_eq!(*rx.borrow(), 9);
}

#[test]
fn cancelling_changed_leaves_the_value_unseen() {
    for_every_cut(|polls| {
        let (tx, mut rx) = watch::channel(0);
        let result = poll_and_drop(rx.changed(), polls, |_| tx.send(1).unwrap());
        match &result {
            Some(changed) => assert!(changed.is_ok()),
            None => assert_eq!(rx.has_changed().unwrap(), polls > 0),
        }
        assert_eq!(tx.receiver_count(), 1);
        result.is_some()
    });
}

#[test]
fn cancelling_a_condition_loses_no_later_value() {
    for_every_cut(|polls| {
        let (tx, mut rx) = watch::channel(0);
        let done = {
            let wait = async { *rx.wait_for(|value| *value == 3).await.unwrap() };
            poll_and_drop(wait, polls, |turn| tx.send(turn + 1).unwrap())
        };
        if done.is_none() {
            tx.send(3).unwrap();
            let again = poll_and_drop(rx.wait_for(|value| *value == 3), 1, |_| {});
            assert_eq!(*again.unwrap().unwrap(), 3);
        }
        done.is_some()
    });
}

#[test]
fn a_cancelled_closed_forgets_its_waker() {
    let (tx, rx) = watch::channel(());
    let probe = Probe::new();
    {
        let mut closed = pin!(tx.closed());
        assert!(probe.poll(closed.as_mut()).is_pending());
        assert_eq!(probe.wakers(), 1);
    }
    assert_eq!(probe.wakers(), 0);
    drop(rx);
    assert!(probe.poll(pin!(tx.closed())).is_ready());
}

#[test]
fn a_condition_looks_at_each_value_once() {
    let (tx, mut rx) = watch::channel(0);
    let mut looked_at = Vec::new();
    {
        let mut wait = pin!(rx.wait_for(|value| {
            looked_at.push(*value);
            false
        }));
        let probe = Probe::new();
        for value in 1..3 {
            assert!(probe.poll(wait.as_mut()).is_pending());
            assert!(probe.poll(wait.as_mut()).is_pending());
            tx.send(value).unwrap();
        }
        drop(tx);
        assert!(probe.poll(wait.as_mut()).is_ready());
    }
    assert_eq!(looked_at, [0, 1, 2]);
}

#[test]
fn a_borrow_says_whether_it_was_news() {
    let (tx, mut rx) = watch::channel(0);
    assert!(!rx.borrow().has_changed() && !tx.borrow().has_changed());
    tx.send(1).unwrap();
    assert!(rx.borrow().has_changed() && !tx.borrow().has_changed());
    assert!(rx.borrow_and_update().has_changed() && !rx.borrow().has_changed());
    tx.send(2).unwrap();
    assert!(poll_and_drop(rx.wait_for(|_| true), 1, |_| {}).unwrap().unwrap().has_changed());
    assert!(!poll_and_drop(rx.wait_for(|_| true), 1, |_| {}).unwrap().unwrap().has_changed());
}

#[test]
fn the_last_value_outlives_the_senders_and_goes_with_the_receivers() {
    let tally = Tally::new();
    let (tx, rx) = watch::channel(tally.token());
    tx.send(tally.token()).unwrap();
    assert_eq!(tally.alive(), 1);
    drop(tx);
    assert_eq!(tally.alive(), 1);
    drop(rx);
    assert_eq!(tally.alive(), 0);
}

#[test]
fn printing_does_not_wait_for_the_lock() {
    let (tx, rx) = watch::channel(0);
    tx.send_modify(|_| {
        assert_eq!(format!("{tx:?}"), "Sender { senders: 1, receivers: 1, .. }");
        assert_eq!(format!("{rx:?}"), "Receiver { closed: false, has_changed: false, .. }");
    });
    assert_eq!(format!("{:?}", rx.borrow()), "Ref { value: 0, has_changed: true }");
    drop(rx);
    assert_eq!(format!("{:?}", tx.send(1).unwrap_err()), "SendError { .. }");
}

#[test]
fn stress_no_receiver_sleeps_through_the_last_value() {
    let seconds = std::env::var("STRESS_SECONDS").map_or(0, |s| s.parse().unwrap_or(0));
    let end = std::time::Instant::now() + std::time::Duration::from_secs(seconds);
    loop {
        let (tx, rx) = watch::channel(0);
        let readers: Vec<_> = (0..3)
            .map(|_| {
                let mut rx = rx.clone();
                std::thread::spawn(move || {
                    let last =
                        async { rx.wait_for(|value| *value == 500).await.map(|value| *value) };
                    futures::executor::block_on(last).unwrap()
                })
            })
            .collect();
        for value in 1..=500 {
            tx.send(value).unwrap();
        }
        for reader in readers {
            assert_eq!(reader.join().unwrap(), 500);
        }
        if std::time::Instant::now() >= end {
            break;
        }
    }
}

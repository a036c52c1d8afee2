//! Behaviour of the broadcast channel.

mod support {
    pub mod probe;
}

use runtime::sync::broadcast::error::{RecvError, TryRecvError};
use runtime::sync::broadcast::{self, Receiver, Sender};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::{Arc, Mutex, mpsc};
use std::task::Poll;
use support::probe::{Probe, Tally, for_every_cut, panicking_waker, poll_and_drop, waker_fn};

/// A value whose clones do something first.
struct Acts(Arc<dyn Fn() + Send + Sync>);

impl Acts {
    fn new(act: impl Fn() + Send + Sync + 'static) -> Self {
        Self(Arc::new(act))
    }
}

impl Clone for Acts {
    fn clone(&self) -> Self {
        (self.0)();
        Self(self.0.clone())
    }
}

#[test]
fn a_value_goes_with_the_last_receiver_that_it_is_owed_to() {
    let tally = Tally::new();
    let (tx, mut first) = broadcast::channel(4);
    let mut second = tx.subscribe();
    let third = tx.subscribe();
    tx.send(tally.token()).unwrap();
    drop(first.try_recv().unwrap());
    drop(second.try_recv().unwrap());
    assert_eq!(tally.alive(), 1, "the third has not received it");
    drop(third);
    assert_eq!(tally.alive(), 0);
}

#[test]
fn overwritten_values_go_at_once() {
    let tally = Tally::new();
    let (tx, _rx) = broadcast::channel(2);
    for _ in 0..5 {
        tx.send(tally.token()).unwrap();
    }
    assert_eq!(tally.alive(), 2);
}

#[test]
fn a_value_without_receivers_comes_back() {
    let tally = Tally::new();
    let tx = Sender::new(2);
    let back = tx.send(tally.token()).unwrap_err().0;
    assert_eq!(tally.alive(), 1);
    drop(back);
    assert_eq!((tally.alive(), tx.len()), (0, 0));
}

#[test]
fn a_panicking_clone_costs_its_receiver_one_value() {
    let tally = Tally::new();
    let fail = Arc::new(Mutex::new(true));
    let (tx, mut rx) = broadcast::channel(2);
    let mut other = tx.subscribe();
    let (token, failing) = (tally.token(), fail.clone());
    tx.send(Acts::new(move || {
        let _token = &token;
        let fail = *failing.lock().unwrap();
        assert!(!fail, "told to panic");
    }))
    .map_err(drop)
    .unwrap();
    catch_unwind(AssertUnwindSafe(|| drop(rx.try_recv()))).unwrap_err();
    assert_eq!(rx.try_recv().err(), Some(TryRecvError::Empty));
    assert_eq!((tx.len(), tally.alive()), (1, 1), "still owed to the other one");
    *fail.lock().unwrap() = false;
    assert!(other.try_recv().is_ok());
    assert_eq!((tx.len(), tally.alive()), (0, 0));
}

#[test]
fn a_panicking_clone_by_the_last_receiver_drops_the_value() {
    let tally = Tally::new();
    let (tx, mut rx) = broadcast::channel(2);
    let token = tally.token();
    tx.send(Acts::new(move || {
        let _token = &token;
        panic!("told to panic");
    }))
    .map_err(drop)
    .unwrap();
    let probe = Probe::new();
    catch_unwind(AssertUnwindSafe(|| drop(probe.poll(pin!(rx.recv()))))).unwrap_err();
    assert_eq!((tx.len(), tally.alive()), (0, 0));
}

#[test]
fn panicking_destructors_do_not_keep_other_values() {
    #[derive(Clone)]
    struct Bomb(#[allow(dead_code)] Arc<()>);
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("told to panic");
        }
    }
    let tally = Tally::new();
    let (tx, rx) = broadcast::channel(4);
    for _ in 0..4 {
        tx.send(Bomb(tally.token())).map_err(std::mem::forget).unwrap();
    }
    let probe = Probe::new();
    let mut closed = pin!(tx.closed());
    assert!(probe.poll(closed.as_mut()).is_pending());
    catch_unwind(AssertUnwindSafe(|| tx.send(Bomb(tally.token())).map_err(std::mem::forget)))
        .unwrap_err();
    assert_eq!((tx.len(), tally.alive()), (4, 4), "the oldest went, the new one is there");
    catch_unwind(AssertUnwindSafe(|| drop(rx))).unwrap_err();
    assert_eq!((tx.len(), tally.alive()), (0, 0));
    assert!(probe.poll(closed).is_ready());
}

#[test]
fn clones_and_destructors_may_use_the_channel() {
    let (tx, rx) = broadcast::channel(1);
    let rx = Arc::new(Mutex::new(rx));
    let calls = Arc::new(Mutex::new(0));
    let (again, counted) = (tx.clone(), calls.clone());
    let quiet = || Acts::new(|| {});
    tx.send(Acts::new(move || {
        *counted.lock().unwrap() += 1;
        // Overwrites the very value that is being cloned.
        again.send(quiet()).map_err(drop).unwrap();
        let mut late = again.subscribe();
        assert_eq!(again.receiver_count(), 2);
        assert!(late.try_recv().is_err());
    }))
    .map_err(drop)
    .unwrap();
    let mut rx = rx.lock().unwrap();
    assert!(rx.try_recv().is_ok(), "received before it was overwritten");
    assert!(rx.try_recv().is_ok(), "the value sent by the clone");
    assert_eq!(rx.try_recv().err(), Some(TryRecvError::Empty));
    assert_eq!(*calls.lock().unwrap(), 1);
}

#[test]
fn senders_do_not_wait_for_a_clone() {
    let (tx, mut rx) = broadcast::channel(1);
    let ((started, starts), (go, waits)) = (mpsc::channel(), mpsc::channel::<()>());
    let waits = Mutex::new(waits);
    tx.send(Acts::new(move || {
        started.send(()).unwrap();
        waits.lock().unwrap().recv().unwrap();
    }))
    .map_err(drop)
    .unwrap();
    let reader = std::thread::spawn(move || {
        assert!(rx.try_recv().is_ok());
        rx
    });
    starts.recv().unwrap();
    for _ in 0..5 {
        tx.send(Acts::new(|| {})).map_err(drop).unwrap();
    }
    go.send(()).unwrap();
    let mut rx = reader.join().unwrap();
    assert_eq!(rx.try_recv().err(), Some(TryRecvError::Lagged(4)));
    assert!(rx.try_recv().is_ok());
}

#[test]
fn receivers_of_one_value_wait_for_each_other_without_a_lock() {
    let (tx, mut rx) = broadcast::channel(2);
    let [mut sleeper, mut blocked, leaver] = [tx.subscribe(), tx.subscribe(), tx.subscribe()];
    let ((started, starts), (go, waits)) = (mpsc::channel(), mpsc::channel::<()>());
    let waits = Mutex::new(Some(waits));
    tx.send(Acts::new(move || {
        if let Some(waits) = waits.lock().unwrap().take() {
            started.send(()).unwrap();
            waits.recv().unwrap();
        }
    }))
    .map_err(drop)
    .unwrap();
    let reader = std::thread::spawn(move || drop(rx.try_recv().map_err(drop).unwrap()));
    starts.recv().unwrap();

    let probe = Probe::new();
    {
        let mut recv = pin!(sleeper.recv());
        assert!(probe.poll(recv.as_mut()).is_pending(), "the value is being cloned");
        drop(leaver);
        assert_eq!(tx.receiver_count(), 3);
        let thread = std::thread::spawn(move || blocked.try_recv().is_ok());
        go.send(()).unwrap();
        reader.join().unwrap();
        assert!(thread.join().unwrap());
        assert_eq!(probe.wakes(), 1);
        assert!(matches!(probe.poll(recv), Poll::Ready(Ok(_))));
    }
    assert!(tx.is_empty());
}

#[test]
fn a_panicking_waker_leaves_the_value_to_the_rest() {
    let (tx, mut first) = broadcast::channel(2);
    let (mut second, mut third) = (tx.subscribe(), tx.subscribe());
    let probe = Probe::new();
    let waker = panicking_waker();
    let mut cx = std::task::Context::from_waker(&waker);
    let [mut first, mut second, mut third] =
        [&mut first, &mut second, &mut third].map(|rx| Box::pin(rx.recv()));
    assert!(first.as_mut().poll(&mut cx).is_pending());
    assert!(probe.poll(second.as_mut()).is_pending());
    assert!(probe.poll(third.as_mut()).is_pending());
    catch_unwind(AssertUnwindSafe(|| tx.send(5))).unwrap_err();
    assert_eq!(probe.wakes(), 2);
    for recv in [&mut first, &mut second, &mut third] {
        assert_eq!(probe.poll(recv.as_mut()), Poll::Ready(Ok(5)));
    }
}

#[test]
fn wakers_may_use_the_channel() {
    let (tx, mut rx) = broadcast::channel(4);
    let again = tx.clone();
    let waker = waker_fn(move || drop(again.send(2)));
    {
        let mut recv = pin!(rx.recv());
        let mut cx = std::task::Context::from_waker(&waker);
        assert!(recv.as_mut().poll(&mut cx).is_pending());
        drop(waker);
        tx.send(1).unwrap();
    }
    assert_eq!((rx.try_recv(), rx.try_recv()), (Ok(1), Ok(2)));
}

#[test]
fn cancelling_loses_no_value() {
    for_every_cut(|polls| {
        let (tx, mut rx) = broadcast::channel(2);
        let received =
            poll_and_drop(rx.recv(), polls, |turn| assert_eq!(tx.send(turn).unwrap(), 1));
        match &received {
            Some(value) => assert_eq!(value, &Ok(0)),
            None if polls == 0 => assert_eq!(rx.try_recv(), Err(TryRecvError::Empty)),
            None => assert_eq!(rx.try_recv(), Ok(0)),
        }
        received.is_some()
    });
}

#[test]
fn a_cancelled_receiver_forgets_its_waker() {
    let (tx, mut rx) = broadcast::channel::<u32>(2);
    let probe = Probe::new();
    {
        let mut recv = pin!(rx.recv());
        assert!(probe.poll(recv.as_mut()).is_pending());
        assert!(probe.poll(recv.as_mut()).is_pending());
        assert_eq!(probe.wakers(), 1);
    }
    assert_eq!(probe.wakers(), 0);
    tx.send(1).unwrap();
    assert_eq!((probe.wakes(), rx.try_recv()), (0, Ok(1)));
}

#[test]
fn a_lagging_receiver_that_leaves_takes_only_what_is_left_to_it() {
    let (tx, mut rx) = broadcast::channel(64);
    let lagging = tx.subscribe();
    for i in 0..200 {
        tx.send(i).unwrap();
    }
    drop(lagging);
    assert_eq!((tx.len(), rx.len()), (64, 200));
    assert_eq!(rx.try_recv(), Err(TryRecvError::Lagged(136)));
    for i in 136..200 {
        assert_eq!(rx.try_recv(), Ok(i));
    }
    assert!(tx.is_empty());
}

#[test]
fn capacities_are_rounded_up_and_checked() {
    let (tx, mut rx) = broadcast::channel(5);
    for i in 0..9 {
        tx.send(i).unwrap();
    }
    assert_eq!((tx.len(), rx.try_recv()), (8, Err(TryRecvError::Lagged(1))));
    for capacity in [0, usize::MAX / 2 + 1, usize::MAX] {
        catch_unwind(|| drop(Sender::<u8>::new(capacity))).unwrap_err();
    }
}

#[test]
fn the_last_sender_closes_and_a_weak_one_does_not_reopen() {
    let (tx, mut rx) = broadcast::channel(2);
    let weak = tx.downgrade();
    let second = weak.upgrade().unwrap();
    tx.send(1).unwrap();
    drop(tx);
    assert!(!rx.is_closed());
    let probe = Probe::new();
    drop(second);
    assert!(rx.is_closed() && weak.upgrade().is_none());
    assert_eq!(probe.poll(pin!(rx.recv())), Poll::Ready(Ok(1)));
    assert_eq!(probe.poll(pin!(rx.recv())), Poll::Ready(Err(RecvError::Closed)));
    assert_eq!((weak.strong_count(), weak.weak_count(), weak.clone().weak_count()), (0, 1, 2));
}

#[runtime::test]
async fn a_receiver_that_is_always_ready_lets_others_run() {
    let other = runtime::spawn(async { 1 });
    let (tx, mut rx) = broadcast::channel(1);
    while !other.is_finished() {
        tx.send(()).unwrap();
        rx.recv().await.unwrap();
    }
    assert_eq!(other.await.unwrap(), 1);
}

#[runtime::test]
#[should_panic(expected = "Cannot block the current thread from within a runtime")]
async fn blocking_inside_a_runtime_is_refused() {
    let (_tx, mut rx) = broadcast::channel::<u32>(1);
    let _ = rx.blocking_recv();
}

#[test]
fn handles_are_shown_without_their_values() {
    let (tx, rx) = broadcast::channel(2);
    tx.send(1).unwrap();
    assert_eq!(format!("{tx:?}"), "Sender { receivers: 1, .. }");
    assert_eq!(format!("{rx:?}"), "Receiver { len: 1, .. }");
    assert_eq!(format!("{:?}", tx.downgrade()), "WeakSender { .. }");
}

/// Clones of it must not run side by side.
struct Exclusive(std::cell::Cell<u64>);

impl Clone for Exclusive {
    fn clone(&self) -> Self {
        let value = self.0.replace(u64::MAX);
        assert_ne!(value, u64::MAX, "two clones at a time");
        std::hint::spin_loop();
        self.0.set(value);
        Self(value.into())
    }
}

#[test]
fn stress_values_come_whole_in_order_and_one_clone_at_a_time() {
    let seconds = std::env::var("STRESS_SECONDS").map_or(0, |s| s.parse().unwrap_or(0));
    let end = std::time::Instant::now() + std::time::Duration::from_secs(seconds);
    loop {
        let tx = Sender::new(8);
        let readers: Vec<_> = (0..3)
            .map(|_| {
                let mut rx = tx.subscribe();
                std::thread::spawn(move || futures::executor::block_on(drain(&mut rx)))
            })
            .collect();
        for value in 0..3_000 {
            tx.send(Exclusive(value.into())).map_err(drop).unwrap();
        }
        drop(tx);
        for reader in readers {
            assert_eq!(reader.join().unwrap(), 3_000);
        }
        if std::time::Instant::now() >= end {
            break;
        }
    }
}

/// Receives until the end; answers how many values there were, those missed included.
async fn drain(rx: &mut Receiver<Exclusive>) -> u64 {
    let mut next = 0;
    loop {
        match rx.recv().await {
            Ok(value) => {
                assert_eq!(value.0.get(), next);
                next += 1;
            }
            Err(RecvError::Lagged(missed)) => next += missed,
            Err(RecvError::Closed) => return next,
        }
    }
}

//! Waits that are given up after every possible number of polls: who waits behind them gets what they
//! would have got, and nothing is lost.

mod support {
    pub mod probe;
}

use runtime::sync::{
    Mutex, Notify, OnceCell, RwLock, Semaphore, SetOnce, broadcast, mpsc, oneshot,
};
use std::cell::Cell;
use std::pin::Pin;
use std::sync::Arc;
use support::probe::{Probe, for_every_cut, poll_and_drop};

/// One who waits, and lets go of what it got at once.
type Wait = Pin<Box<dyn Future<Output = ()>>>;

/// Has two wait, the first of whom gives up after so many polls; meanwhile, or else afterwards, what
/// they wait for is released. Answers who got it.
fn given_up(polls: usize, wait: &dyn Fn() -> Wait, release: impl FnOnce()) -> (bool, bool) {
    let mut release = Some(release);
    let probe = Probe::new();
    let mut second = wait();
    let first = poll_and_drop(wait(), polls, |turn| match turn {
        0 => assert!(probe.poll(second.as_mut()).is_pending(), "it stands behind the first"),
        1 => release.take().unwrap()(),
        _ => (),
    });
    if let Some(release) = release {
        assert!(probe.poll(second.as_mut()).is_pending());
        release();
    }
    let got = probe.poll(second.as_mut()).is_ready();
    assert_eq!(probe.wakes() > 0, got, "who is served is woken");
    drop(second);
    assert_eq!(probe.wakers(), 0, "nothing is left of a wait");
    (first.is_some(), got)
}

/// What is waited for is given back by who got it: the second gets it in any case.
#[track_caller]
fn serves_the_next<R: FnOnce()>(make: impl Fn() -> (Box<dyn Fn() -> Wait>, R)) {
    for_every_cut(|polls| {
        let (wait, release) = make();
        let (first, second) = given_up(polls, &*wait, release);
        assert!(second, "given up after {polls} polls");
        first
    });
}

fn waits<F: Future + 'static>(wait: impl Fn() -> F + 'static) -> Box<dyn Fn() -> Wait> {
    Box::new(move || {
        let wait = wait();
        Box::pin(async { drop(wait.await) })
    })
}

#[test]
fn a_semaphore_serves_the_next() {
    for permits in [1, 3] {
        serves_the_next(|| {
            let semaphore = Arc::new(Semaphore::new(0));
            let waited = semaphore.clone();
            let wait = waits(move || waited.clone().acquire_many_owned(permits));
            (wait, move || semaphore.add_permits(permits as usize))
        });
    }
    serves_the_next(|| {
        let semaphore = Arc::new(Semaphore::new(0));
        let waited = semaphore.clone();
        (waits(move || waited.clone().acquire_owned()), move || semaphore.add_permits(1))
    });
}

#[test]
fn locks_serve_the_next() {
    serves_the_next(|| {
        let lock = Arc::new(Mutex::new(()));
        let held = lock.clone().try_lock_owned().unwrap();
        (waits(move || lock.clone().lock_owned()), move || drop(held))
    });
    serves_the_next(|| {
        let lock = Arc::new(RwLock::new(()));
        let held = lock.clone().try_read_owned().unwrap();
        (waits(move || lock.clone().write_owned()), move || drop(held))
    });
    serves_the_next(|| {
        let lock = Arc::new(RwLock::new(()));
        let held = lock.clone().try_write_owned().unwrap();
        (waits(move || lock.clone().read_owned()), move || drop(held))
    });
}

#[test]
fn room_in_a_channel_goes_to_the_next() {
    for count in [1, 2] {
        serves_the_next(|| {
            let (send, mut recv) = mpsc::channel(2);
            send.try_send(0).unwrap();
            send.try_send(0).unwrap();
            let wait = waits(move || {
                let send = send.clone();
                async move { drop(send.reserve_many(count).await.unwrap()) }
            });
            let release = move || {
                (0..2).for_each(|_| assert_eq!(recv.try_recv(), Ok(0)));
                // Its end would let everybody go.
                std::mem::forget(recv);
            };
            (wait, release)
        });
    }
    serves_the_next(|| {
        let (send, mut recv) = mpsc::channel(1);
        send.try_send(0).unwrap();
        let wait = waits(move || send.clone().reserve_owned());
        let release = move || {
            assert_eq!(recv.try_recv(), Ok(0));
            std::mem::forget(recv);
        };
        (wait, release)
    });
}

#[test]
fn the_end_of_a_channel_is_told_to_the_next() {
    serves_the_next(|| {
        let (send, recv) = mpsc::channel::<()>(1);
        let wait = waits(move || {
            let send = send.clone();
            async move { send.closed().await }
        });
        (wait, move || drop(recv))
    });
    serves_the_next(|| {
        let (send, recv) = broadcast::channel::<()>(1);
        let wait = waits(move || {
            let send = send.clone();
            async move { send.closed().await }
        });
        (wait, move || drop(recv))
    });
}

#[test]
fn the_value_of_a_cell_is_told_to_the_next() {
    serves_the_next(|| {
        let cell = Arc::new(SetOnce::new());
        let set = cell.clone();
        let wait = waits(move || {
            let cell = cell.clone();
            async move { assert_eq!(cell.wait().await, &1) }
        });
        (wait, move || set.set(1).unwrap())
    });
}

#[test]
fn a_notification_goes_to_one_of_two_and_to_the_next_if_the_first_gives_up() {
    for_every_cut(|polls| {
        let notify = Arc::new(Notify::new());
        let waited = notify.clone();
        let wait = waits(move || waited.clone().notified_owned());
        let (first, second) = given_up(polls, &*wait, || notify.notify_one());
        assert_ne!(first, second, "given up after {polls} polls");
        let left = poll_and_drop(notify.notified(), 1, |_| ());
        assert!(left.is_none(), "nothing was kept for a third");
        first
    });
}

#[test]
fn a_maker_that_fails_slowly_leaves_the_cell_to_the_next() {
    for_every_cut(|polls| {
        let cell = OnceCell::new();
        let fails = Cell::new(false);
        let make = || {
            std::future::poll_fn(|_| match fails.get() {
                true => std::task::Poll::Ready(Err::<i32, _>("failed")),
                false => std::task::Poll::Pending,
            })
        };
        let cut = poll_and_drop(cell.get_or_try_init(make), polls, |_| fails.set(polls > 2));
        assert_eq!(cell.get(), None);
        let next = poll_and_drop(cell.get_or_init(|| async { 2 }), 1, |_| ());
        assert_eq!(next, Some(&2));
        cut.is_some()
    });
}

#[test]
fn a_oneshot_that_is_waited_for_by_reference_keeps_its_value() {
    for_every_cut(|polls| {
        let (send, mut recv) = oneshot::channel();
        let mut send = Some(send);
        let cut = poll_and_drop(&mut recv, polls, |turn| {
            if turn == 1 {
                send.take().unwrap().send(7).unwrap();
            }
        });
        if cut.is_none() {
            let left = if polls < 2 { Err(oneshot::error::TryRecvError::Empty) } else { Ok(7) };
            assert_eq!(recv.try_recv(), left);
        }
        cut.is_some()
    });
}

#[test]
fn an_unbounded_channel_keeps_its_value() {
    for_every_cut(|polls| {
        let (send, mut recv) = mpsc::unbounded_channel();
        let cut = poll_and_drop(recv.recv(), polls, |turn| {
            if turn == 1 {
                send.send(7).unwrap();
            }
        });
        let completed = cut.is_some();
        assert_eq!(cut.flatten().or_else(|| recv.try_recv().ok()), (polls >= 2).then_some(7));
        completed
    });
}

//! Timers off the loop, and wakers that misbehave.

use runtime::runtime::{Builder, Runtime};
use runtime::time::{Duration, Instant, Sleep, sleep, sleep_until, timeout};
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::task::{Context, Poll, Wake, Waker};

const HOUR: Duration = Duration::from_secs(3600);

type Nap = Pin<Box<Sleep>>;

fn stopped() -> Runtime {
    Builder::new_current_thread().enable_all().start_paused(true).build().unwrap()
}

/// Drives `rt` until so much time has passed.
fn pass(rt: &Runtime, time: Duration) {
    rt.block_on(async { sleep(time).await });
}

fn poll(nap: &mut Nap, waker: &Waker) -> Poll<()> {
    nap.as_mut().poll(&mut Context::from_waker(waker))
}

/// A waker that counts, and then does something.
struct Act<F: Fn()>(AtomicUsize, F);

impl<F: Fn() + Send + Sync + 'static> Wake for Act<F> {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
        (self.1)();
    }
}

fn waker(act: impl Fn() + Send + Sync + 'static) -> (impl Fn() -> usize, Waker) {
    let act = Arc::new(Act(AtomicUsize::new(0), act));
    let waker = Waker::from(act.clone());
    (move || act.0.load(Ordering::SeqCst), waker)
}

#[test]
fn a_runtime_that_nobody_drives_fires_its_timers_once_somebody_does() {
    let rt = stopped();
    let (woken, waker) = waker(|| {});
    let context = rt.enter();
    let mut nap = Box::pin(sleep(HOUR));
    drop(context);
    assert!(poll(&mut nap, &waker).is_pending());
    assert!(poll(&mut nap, &waker).is_pending());
    assert_eq!(woken(), 0);
    pass(&rt, 2 * HOUR);
    assert_eq!(woken(), 1);
    assert!(poll(&mut nap, &waker).is_ready());
}

#[test]
fn cancels_on_a_runtime_that_nobody_drives_leave_no_waker_behind() {
    let rt = stopped();
    let held = Arc::new(());
    let inside = held.clone();
    let (_, waker) = waker(move || drop(inside.clone()));
    let context = rt.enter();
    for _ in 0..1_000 {
        assert!(poll(&mut Box::pin(sleep(HOUR)), &waker).is_pending());
    }
    drop((waker, context));
    assert_eq!(Arc::strong_count(&held), 1);
}

#[test]
fn a_waker_that_panics_keeps_no_other_timer_from_firing() {
    let rt = stopped();
    let (woken, good) = waker(|| {});
    let (fell, bad) = waker(|| panic!("a waker fell"));
    let context = rt.enter();
    let mut naps: Vec<Nap> = (0..100).map(|_| Box::pin(sleep(HOUR))).collect();
    drop(context);
    for (i, nap) in naps.iter_mut().enumerate() {
        assert!(poll(nap, if i % 10 == 0 { &bad } else { &good }).is_pending());
    }
    while woken() + fell() < 100 {
        let before = fell();
        // The panic leaves through whoever drives the loop, after the batch it was in.
        let turned = catch_unwind(AssertUnwindSafe(|| pass(&rt, HOUR)));
        assert_eq!(turned.is_err(), fell() > before);
    }
    assert_eq!((woken(), fell()), (90, 10));
    assert!(naps.iter().all(|nap| nap.is_elapsed()));
    pass(&rt, HOUR);
}

#[test]
fn a_waker_may_set_reset_and_drop_timers_of_the_wheel_that_wakes_it() {
    let rt = stopped();
    let context = rt.enter();
    let (later, other) = waker(|| {});
    let mut doomed: Nap = Box::pin(sleep(HOUR));
    let mut moved: Nap = Box::pin(sleep(HOUR));
    let fresh: Nap = Box::pin(sleep(2 * HOUR));
    assert!(poll(&mut doomed, &other).is_pending() && poll(&mut moved, &other).is_pending());
    let at = fresh.deadline();
    let naps = Mutex::new((Some(doomed), moved, fresh));
    let naps = Arc::new(naps);
    let inside = naps.clone();
    let (woken, waker) = waker(move || {
        let mut naps = inside.lock().unwrap();
        drop(naps.0.take());
        naps.1.as_mut().reset(at);
        assert!(poll(&mut naps.2, &other).is_pending());
    });
    let mut first: Nap = Box::pin(sleep(HOUR / 2));
    drop(context);
    assert!(poll(&mut first, &waker).is_pending());
    pass(&rt, HOUR);
    assert_eq!((woken(), later()), (1, 0));
    pass(&rt, HOUR);
    assert_eq!((woken(), later()), (1, 2));
    assert!(naps.lock().unwrap().1.is_elapsed());
}

#[test]
fn a_timer_fires_for_another_executor() {
    let (rt, (stop, stopped)) =
        (Builder::new_current_thread().enable_all().build().unwrap(), mpsc::channel::<()>());
    let context = rt.enter();
    let (start, nap) = (Instant::now(), timeout(Duration::from_millis(1), sleep(HOUR)));
    drop(context);
    let driver = std::thread::spawn(move || {
        rt.block_on(async {
            while stopped.try_recv() == Err(mpsc::TryRecvError::Empty) {
                sleep(Duration::from_millis(1)).await;
            }
        });
    });
    assert!(futures::executor::block_on(nap).is_err());
    assert!(start.elapsed() >= Duration::from_millis(1));
    stop.send(()).unwrap();
    driver.join().unwrap();
}

#[test]
fn a_timer_whose_runtime_is_gone_can_be_asked_reset_and_dropped() {
    let rt = stopped();
    let (woken, waker) = waker(|| {});
    let context = rt.enter();
    let (mut idle, mut set): (Nap, Nap) = (Box::pin(sleep(HOUR)), Box::pin(sleep(HOUR)));
    drop(context);
    assert!(poll(&mut set, &waker).is_pending());
    let (deadline, deadline_of_set) = (idle.deadline(), set.deadline());
    drop(rt);
    assert_eq!((idle.deadline(), idle.is_elapsed()), (deadline, false));
    assert_eq!((woken(), set.is_elapsed()), (1, false), "woken, though it is not over");
    assert_eq!(set.deadline(), deadline_of_set);
    for nap in [&mut idle, &mut set] {
        nap.as_mut().reset(deadline + HOUR);
        assert_eq!((nap.deadline(), nap.is_elapsed()), (deadline + HOUR, false));
    }
}

#[test]
fn a_deadline_is_kept_whatever_becomes_of_the_timer() {
    let rt = stopped();
    let _context = rt.enter();
    let deadline = Instant::now() + HOUR;
    let mut nap: Nap = Box::pin(sleep_until(deadline));
    assert_eq!(nap.deadline(), deadline);
    assert!(poll(&mut nap, Waker::noop()).is_pending());
    nap.as_mut().reset(deadline + HOUR);
    assert_eq!(nap.deadline(), deadline + HOUR, "put off");
    nap.as_mut().reset(deadline);
    assert_eq!(nap.deadline(), deadline, "brought forward");
    pass(&rt, 3 * HOUR);
    assert_eq!((nap.deadline(), nap.is_elapsed()), (deadline, true));
    let past = deadline - 2 * HOUR;
    nap.as_mut().reset(past);
    assert!(poll(&mut nap, Waker::noop()).is_ready());
    assert_eq!(nap.deadline(), past, "before the runtime was built");
}

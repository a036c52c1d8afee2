//! `sleep`, `sleep_until` and what a `Sleep` can do.

use runtime::runtime::{Builder, Runtime};
use runtime::time::{self, Duration, Instant, Sleep, sleep, sleep_until};
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

const HOUR: Duration = Duration::from_secs(3600);

fn poll_once<F: Future>(future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[runtime::test]
async fn a_sleep_never_ends_early() {
    for micros in [0, 1, 300, 1_300, 5_000] {
        let (start, nap) = (Instant::now(), Duration::from_micros(micros));
        sleep(nap).await;
        assert!(start.elapsed() >= nap);
    }
}

#[runtime::test]
async fn a_sleep_set_long_after_the_last_turn_is_not_early() {
    std::thread::sleep(Duration::from_millis(20));
    let start = std::time::Instant::now();
    sleep(Duration::from_millis(10)).await;
    assert!(start.elapsed() >= Duration::from_millis(10));
}

#[runtime::test]
async fn a_sleep_ends_within_a_fraction_of_a_millisecond() {
    let mut late = Vec::new();
    for _ in 0..20 {
        let deadline = Instant::now() + Duration::from_micros(1_300);
        sleep_until(deadline).await;
        late.push(deadline.elapsed());
    }
    // The best of twenty: the others say how busy the machine is.
    assert!(late.iter().min().unwrap() < &Duration::from_micros(500), "{late:?}");
}

#[runtime::test(start_paused = true)]
async fn sleeps_end_in_the_order_of_their_deadlines() {
    let order = Arc::new(Mutex::new(Vec::new()));
    let naps = [30, 10, 20, 10, 0].map(|millis| {
        let order = order.clone();
        runtime::spawn(async move {
            sleep(Duration::from_millis(millis)).await;
            order.lock().unwrap().push(millis);
        })
    });
    for nap in naps {
        nap.await.unwrap();
    }
    assert_eq!(*order.lock().unwrap(), [0, 10, 10, 20, 30]);
}

#[runtime::test(start_paused = true)]
async fn durations_that_are_out_of_range_wait_for_decades() {
    let start = Instant::now();
    sleep(Duration::MAX).await;
    assert!(start.elapsed() > 20 * 365 * 24 * HOUR);
    let mut far = pin!(sleep(Duration::from_secs(u64::MAX / 10)));
    assert!(poll_once(far.as_mut()).is_pending());
    sleep(HOUR).await;
    assert!(!far.is_elapsed());
}

#[runtime::test]
async fn a_deadline_before_the_runtime_was_built_has_passed() {
    let now = Instant::now();
    let past = now.checked_sub(60 * HOUR).unwrap_or(now);
    sleep_until(past).await;
}

#[runtime::test(start_paused = true)]
async fn a_sleep_counts_from_its_making_not_from_its_first_poll() {
    let nap = sleep(HOUR);
    time::advance(HOUR).await;
    let start = Instant::now();
    nap.await;
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[runtime::test(start_paused = true)]
async fn only_a_poll_makes_it_elapsed() {
    let mut nap = pin!(sleep_until(Instant::now()));
    assert!(!nap.is_elapsed());
    nap.as_mut().await;
    assert!(nap.is_elapsed());
}

#[runtime::test(start_paused = true)]
async fn a_reset_moves_the_deadline_both_ways() {
    let start = Instant::now();
    let mut nap = pin!(sleep(2 * HOUR));
    assert!(poll_once(nap.as_mut()).is_pending());
    for (hours, deadline) in [(3, start + 3 * HOUR), (1, start + HOUR)] {
        nap.as_mut().reset(deadline);
        assert_eq!(nap.deadline(), start + hours * HOUR);
        assert!(poll_once(nap.as_mut()).is_pending());
    }
    nap.as_mut().await;
    assert_eq!(start.elapsed(), HOUR);
}

#[runtime::test(start_paused = true)]
async fn a_reset_to_the_past_is_done_at_the_next_poll() {
    let start = Instant::now();
    let mut nap = pin!(sleep(2 * HOUR));
    assert!(poll_once(nap.as_mut()).is_pending());
    time::advance(HOUR).await;
    nap.as_mut().reset(start);
    assert!(poll_once(nap.as_mut()).is_ready());
}

#[runtime::test(start_paused = true)]
async fn a_sleep_that_is_over_begins_again_after_a_reset() {
    let mut nap = pin!(sleep(HOUR));
    nap.as_mut().await;
    assert!(poll_once(nap.as_mut()).is_ready(), "it stays over until then");
    let again = Instant::now();
    nap.as_mut().reset(again + HOUR);
    assert!(!nap.is_elapsed());
    nap.as_mut().await;
    assert_eq!(again.elapsed(), HOUR);
}

#[runtime::test(start_paused = true)]
async fn put_off_again_and_again_it_wakes_once_at_the_last_deadline() {
    let mut nap = pin!(sleep(HOUR));
    let (start, mut polls) = (Instant::now(), 0);
    for minutes in 61..=120 {
        nap.as_mut().reset(start + Duration::from_secs(60 * minutes));
    }
    poll_fn(|cx| {
        polls += 1;
        nap.as_mut().poll(cx)
    })
    .await;
    assert_eq!((start.elapsed(), polls), (2 * HOUR, 2));
}

#[runtime::test(start_paused = true)]
async fn a_reset_wakes_the_task_at_the_new_deadline_without_a_poll() {
    let shared = Arc::new(Mutex::new(Box::pin(sleep(2 * HOUR))));
    let waiting = shared.clone();
    let start = Instant::now();
    let waiter = runtime::spawn(async move {
        poll_fn(|cx| waiting.lock().unwrap().as_mut().poll(cx)).await;
        start.elapsed()
    });
    runtime::task::yield_now().await;
    shared.lock().unwrap().as_mut().reset(start + HOUR);
    assert_eq!(waiter.await.unwrap(), HOUR);
}

#[test]
fn a_sleep_belongs_to_the_runtime_it_was_made_in() {
    let build = || Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    let (ours, other) = (build(), build());
    let nap = {
        let _guard = ours.enter();
        sleep(HOUR)
    };
    let mut nap = Box::pin(nap);
    other.block_on(async { assert!(poll_once(nap.as_mut()).is_pending()) });
    other.block_on(async { sleep(5 * HOUR).await });
    assert!(!nap.is_elapsed(), "the time of another runtime is not its time");
    let start = {
        let _guard = ours.enter();
        Instant::now()
    };
    ours.block_on(async {
        nap.await;
        assert_eq!(start.elapsed(), HOUR);
    });
}

#[test]
fn a_timer_set_from_another_thread_wakes_a_runtime_that_sleeps() {
    let rt = Builder::new_current_thread().enable_all().build().unwrap();
    let handle = rt.handle().clone();
    let (send, mut receive) = futures::channel::mpsc::unbounded::<Sleep>();
    let other = std::thread::spawn(move || {
        let _guard = handle.enter();
        send.unbounded_send(sleep(Duration::from_millis(1))).unwrap();
    });
    rt.block_on(async move {
        use futures::StreamExt;
        receive.next().await.unwrap().await;
    });
    other.join().unwrap();
}

/// A sleep that waits when its runtime ends, and is woken by that.
fn waits_at_the_end_of(rt: Runtime) -> Pin<Box<Sleep>> {
    let count = Arc::new(Count(AtomicUsize::new(0)));
    let waker = Waker::from(count.clone());
    let context = rt.enter();
    let mut nap = Box::pin(sleep(HOUR));
    drop(context);
    assert!(nap.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    drop(rt);
    assert_eq!(count.0.load(Ordering::SeqCst), 1, "nobody waits for ever");
    nap
}

#[test]
fn a_sleep_that_waits_when_its_runtime_ends_is_woken_to_say_so() {
    let rt = Builder::new_current_thread().enable_all().build().unwrap();
    let mut nap = waits_at_the_end_of(rt);
    assert!(!nap.is_elapsed());
    assert_ends_with_its_runtime(|| poll_once(nap.as_mut()));
}

#[test]
fn a_sleep_fires_when_its_runtime_ends_if_so_configured() {
    let rt = Builder::new_multi_thread().worker_threads(2).enable_alt_timer().build().unwrap();
    let mut nap = waits_at_the_end_of(rt);
    assert!(poll_once(nap.as_mut()).is_ready());
}

#[test]
fn a_sleep_that_is_over_stays_so_when_its_runtime_ends() {
    let rt = Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    let context = rt.enter();
    let mut nap = Box::pin(sleep(HOUR));
    drop(context);
    rt.block_on(nap.as_mut());
    drop(rt);
    assert!(poll_once(nap.as_mut()).is_ready());
}

/// Checks that `poll` panics with the text that says that the runtime is gone.
fn assert_ends_with_its_runtime<R>(poll: impl FnOnce() -> R) {
    let panic = catch_unwind(AssertUnwindSafe(|| drop(poll()))).unwrap_err();
    let text = panic.downcast_ref::<String>().expect("a text");
    assert_eq!(text, "A Tokio 1.x context was found, but it is being shutdown.");
}

#[test]
fn a_sleep_first_polled_after_its_runtime_ended_says_so() {
    for length in [HOUR, Duration::ZERO] {
        let rt = Builder::new_current_thread().enable_all().build().unwrap();
        let context = rt.enter();
        let mut nap = Box::pin(sleep(length));
        drop(context);
        drop(rt);
        assert_ends_with_its_runtime(|| poll_once(nap.as_mut()));
    }
}

#[test]
#[should_panic = "there is no reactor running"]
fn outside_a_runtime_it_says_so() {
    drop(sleep(HOUR));
}

#[test]
#[should_panic = "Call `enable_time` on the runtime builder to enable timers."]
fn without_timers_it_says_so() {
    Builder::new_current_thread().build().unwrap().block_on(async { drop(sleep(HOUR)) });
}

struct Count(AtomicUsize);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[runtime::test(start_paused = true)]
async fn a_waker_may_drop_every_other_sleep_of_the_same_deadline() {
    struct DropAll(Arc<Mutex<Vec<std::pin::Pin<Box<Sleep>>>>>);
    impl Wake for DropAll {
        fn wake(self: Arc<Self>) {
            let all = std::mem::take(&mut *self.0.lock().unwrap());
            drop(all);
        }
    }
    let all = Arc::new(Mutex::new(Vec::new()));
    let waker = Waker::from(Arc::new(DropAll(all.clone())));
    for _ in 0..100 {
        let mut nap = Box::pin(sleep(HOUR));
        assert!(nap.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        all.lock().unwrap().push(nap);
    }
    time::advance(HOUR).await;
    assert!(all.lock().unwrap().is_empty());
}

#[runtime::test]
async fn a_waker_that_owns_a_sleep_may_go_with_the_last_of_another() {
    struct Owns(#[allow(dead_code)] std::pin::Pin<Box<Sleep>>);
    impl Wake for Owns {
        fn wake(self: Arc<Self>) {}
    }
    let mut inner = Box::pin(sleep(HOUR));
    assert!(poll_once(inner.as_mut()).is_pending());
    let waker = Waker::from(Arc::new(Owns(inner)));
    let mut outer = Box::pin(sleep(HOUR));
    assert!(outer.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    drop(waker);
    drop(outer);
}

#[test]
fn a_sleep_is_no_larger_than_it_has_to_be() {
    assert!(size_of::<Sleep>() <= 56, "{} bytes", size_of::<Sleep>());
}

#[runtime::test(start_paused = true)]
async fn a_reset_to_the_past_wakes_at_once() {
    let woken = Arc::new(Count(AtomicUsize::new(0)));
    let waker = Waker::from(woken.clone());
    let start = Instant::now();
    let mut nap = Box::pin(sleep(Duration::from_secs(100)));
    assert!(nap.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    sleep(Duration::from_secs(80)).await;
    assert_eq!(woken.0.load(Ordering::SeqCst), 0);
    nap.as_mut().reset(start + Duration::from_secs(64));
    assert_eq!(woken.0.load(Ordering::SeqCst), 1, "not left to the next turn");
    assert!(nap.is_elapsed());
    nap.await;
}

//! Time that stands still, and what moves it.

use runtime::runtime::{Builder, Runtime};
use runtime::time::{self, Duration, Instant, sleep, sleep_until};
use std::future::Future;
use std::panic::catch_unwind;
use std::pin::pin;
use std::sync::{Mutex, mpsc};
use std::task::{Context, Waker};

const HOUR: Duration = Duration::from_secs(3600);

fn paused() -> Runtime {
    Builder::new_current_thread().enable_all().start_paused(true).build().unwrap()
}

#[runtime::test(start_paused = true)]
async fn paused_time_stands_still() {
    let start = Instant::now();
    std::thread::sleep(Duration::from_millis(1));
    assert_eq!(start.elapsed(), Duration::ZERO);
    time::advance(Duration::from_nanos(1)).await;
    assert_eq!(start.elapsed(), Duration::from_nanos(1));
}

#[runtime::test(start_paused = true)]
async fn what_is_due_while_time_stands_still_is_over_at_the_first_poll() {
    let mut cx = Context::from_waker(Waker::noop());
    assert!(pin!(sleep(Duration::ZERO)).poll(&mut cx).is_ready());
    assert!(time::interval(Duration::MAX).poll_tick(&mut cx).is_ready());
}

#[runtime::test]
async fn resumed_time_goes_on_from_where_it_stopped() {
    let start = Instant::now();
    time::pause();
    time::advance(HOUR).await;
    time::resume();
    assert!((HOUR..HOUR + HOUR).contains(&start.elapsed()));
    sleep(Duration::from_millis(1)).await;
    assert!(start.elapsed() >= HOUR + Duration::from_millis(1));
    time::pause();
    let again = Instant::now();
    time::advance(HOUR).await;
    assert_eq!(again.elapsed(), HOUR);
}

#[runtime::test(start_paused = true)]
async fn advancing_fires_what_is_due_before_it_returns() {
    let start = Instant::now();
    let naps: Vec<_> = (1..=3).map(|hours| runtime::spawn(sleep(hours * HOUR))).collect();
    runtime::task::yield_now().await;
    time::advance(2 * HOUR).await;
    runtime::task::yield_now().await;
    let done: Vec<_> = naps.iter().map(|nap| nap.is_finished()).collect();
    assert_eq!((done, start.elapsed()), (vec![true, true, false], 2 * HOUR));
}

#[runtime::test(start_paused = true)]
async fn a_program_that_only_waits_for_timers_does_not_wait() {
    let real = std::time::Instant::now();
    let start = Instant::now();
    for _ in 0..1_000 {
        sleep(HOUR).await;
    }
    assert_eq!(start.elapsed(), 1_000 * HOUR);
    assert!(real.elapsed() < HOUR);
}

#[runtime::test(start_paused = true)]
async fn deadlines_keep_their_nanoseconds() {
    let start = Instant::now();
    let odd = Duration::new(7, 123_456_789);
    sleep_until(start + odd).await;
    assert_eq!(start.elapsed(), odd);
}

#[runtime::test(start_paused = true)]
async fn a_timer_between_two_advances_is_neither_early_nor_late() {
    let mut nap = pin!(sleep(Duration::from_millis(1)));
    let mut cx = Context::from_waker(Waker::noop());
    for _ in 0..3 {
        assert!(nap.as_mut().poll(&mut cx).is_pending());
        time::advance(Duration::from_micros(300)).await;
    }
    assert!(nap.as_mut().poll(&mut cx).is_pending());
    time::advance(Duration::from_micros(100)).await;
    assert!(nap.as_mut().poll(&mut cx).is_ready());
}

#[test]
fn each_runtime_has_its_own_time() {
    let (one, two) = (paused(), paused());
    let start = one.block_on(async { Instant::now() });
    let other = two.block_on(async { Instant::now() });
    one.block_on(time::advance(HOUR));
    assert_eq!(one.block_on(async { start.elapsed() }), HOUR);
    assert_eq!(two.block_on(async { other.elapsed() }), Duration::ZERO);
    let outside = Instant::now();
    assert!(outside < start + HOUR, "a thread in no runtime sees the real time");
}

fn refused(misuse: impl Future<Output = ()>) -> String {
    let rt = Builder::new_current_thread().enable_all().build().unwrap();
    let panic = catch_unwind(std::panic::AssertUnwindSafe(|| rt.block_on(misuse))).unwrap_err();
    panic.downcast_ref::<&str>().expect("a plain message").to_string()
}

#[test]
fn misuse_says_what_is_wrong() {
    let twice = refused(async {
        time::pause();
        time::pause();
    });
    assert!(twice.contains("time is already frozen"));
    assert!(refused(async { time::resume() }).contains("time is not frozen"));
    assert!(refused(time::advance(HOUR)).contains("time is not frozen"));
}

#[test]
fn misuse_is_told_where_it_happens() {
    static PLACES: Mutex<Vec<(String, u32)>> = Mutex::new(Vec::new());
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let place = panic.location().unwrap();
        PLACES.lock().unwrap().push((place.file().to_owned(), place.line()));
        before(panic);
    }));
    let line = line!();
    refused(async { time::resume() });
    let twice = async {
        time::pause();
        time::pause();
    };
    refused(twice);
    let places = PLACES.lock().unwrap();
    for at in [line + 1, line + 4] {
        assert!(places.contains(&(file!().to_owned(), at)), "{places:?}");
    }
}

#[test]
#[should_panic = "time cannot be frozen from outside the Tokio runtime"]
fn there_is_no_time_to_pause_outside_a_runtime() {
    time::pause();
}

#[runtime::test(start_paused = true)]
async fn time_that_another_thread_lets_go_on_is_not_slept_away() {
    let (send, receive) = mpsc::channel();
    let metrics = runtime::runtime::Handle::current().metrics();
    let parks = metrics.worker_park_count(0);
    runtime::spawn(async move {
        sleep(Duration::from_millis(5)).await;
        send.send(()).unwrap();
    });
    // While it runs, time does not jump, and the loop waits without a deadline.
    let other = runtime::task::spawn_blocking(move || {
        while metrics.worker_park_count(0) == parks {
            std::thread::yield_now();
        }
        time::resume();
        receive.recv_timeout(Duration::from_secs(20))
    });
    other.await.unwrap().expect("the loop has noticed that time goes on");
}

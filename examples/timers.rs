//! Sleeps, deadlines and ticks.
//!
//! ```text
//! cargo run --example timers
//! ```

use runtime::time::{Duration, Instant, interval, sleep, sleep_until, timeout};

#[runtime::main(flavor = "current_thread")]
async fn main() {
    let start = Instant::now();

    // A sleep never ends early; on an idle machine it ends well within a millisecond of its time.
    sleep(Duration::from_millis(20)).await;
    println!("slept for {:?}", start.elapsed());

    // A deadline is an instant, so work before it takes nothing from it.
    let deadline = start + Duration::from_millis(50);
    sleep_until(deadline).await;
    println!("late for the deadline by {:?}", deadline.elapsed());

    // The first tick comes at once. A tick that comes late does not move those after it.
    let mut ticks = interval(Duration::from_millis(10));
    for number in 1..=3 {
        let due = ticks.tick().await;
        println!("tick {number}, {:?} after its time", due.elapsed());
    }

    // Whatever takes too long is dropped where it waits.
    let endless = std::future::pending::<()>();
    let error = timeout(Duration::from_millis(10), endless).await.expect_err("it never ends");
    println!("gave up: {error}");
}

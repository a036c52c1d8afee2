//! Timers: set and cancelled, not needed, due.

use super::{Outcome, Path, one_loop};
use runtime::runtime::Builder;
use runtime::time::{Duration, interval, sleep, timeout};
use std::future::{Future, poll_fn, ready};
use std::hint::black_box;
use std::pin::pin;
use std::task::Poll;

const LONG: Duration = Duration::from_secs(60);

/// The paths of this file.
pub const PATHS: &[Path] = &[
    Path { name: "sleep_cancelled", run: sleep_cancelled },
    Path { name: "timeout_ready", run: timeout_ready },
    Path { name: "interval_tick", run: interval_tick },
];

fn sleep_cancelled(times: u32) -> Outcome {
    one_loop()?.block_on(async {
        for _ in 0..times {
            let mut nap = pin!(sleep(LONG));
            poll_fn(|cx| Poll::Ready(black_box(nap.as_mut().poll(cx).is_pending()))).await;
        }
    });
    Ok(())
}

fn timeout_ready(times: u32) -> Outcome {
    one_loop()?.block_on(async {
        for i in 0..times {
            black_box(timeout(LONG, ready(i)).await?);
        }
        Ok(())
    })
}

/// In stopped time, so that each tick is one turn that finds nothing else to do.
fn interval_tick(times: u32) -> Outcome {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build()?;
    runtime.block_on(async {
        let mut ticks = interval(Duration::from_millis(1));
        for _ in 0..times {
            black_box(ticks.tick().await);
        }
    });
    Ok(())
}

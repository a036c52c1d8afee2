//! What does an operation of each room take, by the clock?
//!
//! The core paths whose instructions `cargo xtask counts` holds fast, here in time: with the caches,
//! the system calls and the threads that instructions do not show. One group for each room:
//!
//! ```text
//! cargo bench --bench rooms            # all
//! cargo bench --bench rooms -- sync/   # one room
//! ```
#![allow(missing_docs, reason = "the macros of criterion make public items without a comment")]

#[allow(dead_code, reason = "the program has a main function of its own")]
#[path = "../xtask/paths/src/main.rs"]
mod paths;

use criterion::{Criterion, criterion_group, criterion_main};
use paths::Path;
use std::time::{Duration, Instant};

/// The most operations of one run of a path: its runtime is made anew for each.
const MOST: u64 = 100_000;

/// Does it so many times, and answers how long that took.
fn time(path: &Path, mut times: u64) -> Duration {
    let start = Instant::now();
    while times > 0 {
        let now = times.min(MOST);
        (path.run)(now as u32).unwrap_or_else(|error| panic!("{}: {error}", path.name));
        times -= now;
    }
    start.elapsed()
}

fn rooms(c: &mut Criterion) {
    for (room, all) in paths::ROOMS {
        let mut group = c.benchmark_group(*room);
        for path in *all {
            group.bench_function(path.name, |b| b.iter_custom(|times| time(path, times)));
        }
        group.finish();
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1));
    targets = rooms
}
criterion_main!(benches);

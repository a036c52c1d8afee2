//! Is a timer's cost the same, however many others there are?
//!
//! Timers of a current-thread runtime at three sizes, up to a million at once: set and cancelled,
//! put off, and fired in one turn of stopped time. A figure is nanoseconds for each timer; it may
//! rise where the timers outgrow the caches, but not with their number.
//!
//! ```text
//! cargo bench --bench timers
//! ```
#![allow(missing_docs, reason = "the macros of criterion make public items without a comment")]

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use runtime::runtime::{Builder, Runtime};
use runtime::time::{self, Duration, Instant, Sleep, sleep_until};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Waker};

const SIZES: [u64; 3] = [1_000, 30_000, 1_000_000];

/// As far apart as timers of an ordinary program are.
const SPREAD: Duration = Duration::from_secs(60);

type Naps = Vec<Pin<Box<Sleep>>>;

fn stopped() -> Runtime {
    let built = Builder::new_current_thread().enable_time().start_paused(true).build();
    built.expect("the system has descriptors left")
}

/// Makes timers whose deadlines are spread evenly, in no order.
fn idle(count: u64) -> Naps {
    let start = Instant::now() + SPREAD;
    let spread = SPREAD.as_nanos() as u64;
    // Multiplying by an odd number mixes them.
    let apart = |i: u64| Duration::from_nanos(i.wrapping_mul(0x9e37_79b9_7f4a_7c15) % spread);
    (0..count).map(|i| Box::pin(sleep_until(start + apart(i)))).collect()
}

fn set(naps: &mut Naps) {
    let mut cx = Context::from_waker(Waker::noop());
    for nap in naps {
        assert!(nap.as_mut().poll(&mut cx).is_pending());
    }
}

fn live(count: u64) -> Naps {
    let mut naps = idle(count);
    set(&mut naps);
    naps
}

fn timers(criterion: &mut Criterion) {
    let runtime = stopped();
    let _context = runtime.enter();
    let mut group = criterion.benchmark_group("timers");
    group.sample_size(10).warm_up_time(Duration::from_secs(1));
    for size in SIZES {
        group.throughput(Throughput::Elements(size));
        group.bench_function(BenchmarkId::new("set", size), |bencher| {
            let set = |mut naps: Naps| {
                set(&mut naps);
                naps
            };
            bencher.iter_batched(|| idle(size), set, BatchSize::PerIteration);
        });
        group.bench_function(BenchmarkId::new("cancel", size), |bencher| {
            bencher.iter_batched(|| live(size), drop, BatchSize::PerIteration);
        });
        group.bench_function(BenchmarkId::new("put_off", size), |bencher| {
            let put_off = |mut naps: Naps| {
                for nap in &mut naps {
                    let later = nap.deadline() + SPREAD;
                    nap.as_mut().reset(later);
                }
                naps
            };
            bencher.iter_batched(|| live(size), put_off, BatchSize::PerIteration);
        });
        group.bench_function(BenchmarkId::new("fire", size), |bencher| {
            let fire = |naps: Naps| {
                runtime.block_on(time::advance(3 * SPREAD));
                assert!(naps.iter().all(|nap| nap.is_elapsed()));
                naps
            };
            bencher.iter_batched(|| live(size), fire, BatchSize::PerIteration);
        });
    }
}

criterion_group!(benches, timers);
criterion_main!(benches);

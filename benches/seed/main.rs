//! Does the ring beat a mutexed queue on the workloads that its ancestor lost?
//!
//! Six ways of handing tasks to a loop from outside, on the loop of this crate, then on the same
//! kind of loop with a mutexed `VecDeque` where the ring is. Both announce their sleep in the same
//! way, wait in the same system call and run real tasks: one allocation each, with a waker and a
//! join handle.
//!
//! ```text
//! cargo bench --bench seed
//! ```

mod latch;
mod mutexed;
mod workloads;

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput};
use latch::Latch;
use mutexed::MutexedLoop;
use std::thread;
use std::time::Duration;
use workloads::{Spawn, WORKLOADS, Workload};

/// Nanoseconds an operation, one entry a sample.
type Samples = Vec<f64>;

/// A loop of this crate, run by a thread of its own.
struct RingLoop(runtime::runtime::Handle);

impl RingLoop {
    fn start() -> Self {
        let built = runtime::runtime::Builder::new_current_thread().build();
        let runtime = built.expect("the system has descriptors left");
        let handle = runtime.handle().clone();
        thread::spawn(move || runtime.block_on(std::future::pending::<()>()));
        Self(handle)
    }
}

impl Spawn for RingLoop {
    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        drop(self.0.spawn(task));
    }
}

/// Measures one workload on one loop.
fn measure<L: Spawn>(
    criterion: &mut Criterion,
    name: &str,
    workload: &Workload,
    on: &L,
    latch: &'static Latch,
) -> Samples {
    let mut samples = Samples::new();
    let mut group = criterion.benchmark_group(workload.name);
    group.sampling_mode(SamplingMode::Flat).throughput(Throughput::Elements(1));
    group.bench_function(BenchmarkId::from_parameter(name), |bencher| {
        bencher.iter_custom(|operations| {
            let ns = workload.ns_each(on, latch, operations);
            samples.push(ns);
            Duration::from_nanos((ns * operations as f64) as u64)
        });
    });
    group.finish();
    samples
}

fn median(mut samples: Samples) -> Option<f64> {
    samples.sort_by(f64::total_cmp);
    samples.get(samples.len() / 2).copied()
}

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(30)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_millis(900))
        .configure_from_args();
    let latch = Latch::of_this_thread();
    let (ring, mutexed) = (RingLoop::start(), MutexedLoop::start());
    let mut table = String::new();
    for workload in &WORKLOADS {
        let ours = median(measure(&mut criterion, "ring", workload, &ring, latch));
        let theirs = median(measure(&mut criterion, "mutexed", workload, &mutexed, latch));
        // A filter on the command line leaves workloads out.
        if let (Some(ours), Some(theirs)) = (ours, theirs) {
            let ratio = theirs / ours;
            table += &format!("{:<12}{ours:>10.0}{theirs:>10.0}{ratio:>9.2}x\n", workload.name);
        }
    }
    println!("{:<12}{:>10}{:>10}{:>10}", "ns an op", "ring", "mutexed", "ratio");
    print!("{table}");
    criterion.final_summary();
}

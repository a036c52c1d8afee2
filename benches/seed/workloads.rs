//! Six ways of handing tasks to a loop.

use crate::latch::Latch;
use std::hint::black_box;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

/// Tasks in one burst.
const BURST: u64 = 1_000;

/// A loop that takes tasks from any thread.
pub trait Spawn: Sync {
    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static);
}

/// How the tasks are handed over.
enum Shape {
    /// One thread, one task after another, waiting at the end only.
    Stream,
    /// One thread, waiting for each task.
    Alternate,
    /// So many threads at once.
    Producers(u64),
    /// One thread, waiting after each burst.
    Bursts,
    /// As a stream, each task with a heap block of its own.
    Blocks,
}

pub struct Workload {
    pub name: &'static str,
    shape: Shape,
}

pub static WORKLOADS: [Workload; 6] = [
    Workload { name: "ping-pong", shape: Shape::Stream },
    Workload { name: "latency", shape: Shape::Alternate },
    Workload { name: "producers", shape: Shape::Producers(10) },
    Workload { name: "contention", shape: Shape::Producers(100) },
    Workload { name: "bursts", shape: Shape::Bursts },
    Workload { name: "pressure", shape: Shape::Blocks },
];

impl Workload {
    /// Runs about so many operations, and answers how long each took.
    pub fn ns_each<L: Spawn>(&self, on: &L, latch: &'static Latch, operations: u64) -> f64 {
        let (took, done) = match self.shape {
            Shape::Stream => timed(operations, || stream(on, latch, operations)),
            Shape::Blocks => timed(operations, || blocks(on, latch, operations)),
            Shape::Alternate => timed(operations, || {
                (0..operations).for_each(|_| stream(on, latch, 1));
            }),
            Shape::Bursts => {
                let bursts = operations.div_ceil(BURST);
                timed(bursts * BURST, || (0..bursts).for_each(|_| stream(on, latch, BURST)))
            }
            Shape::Producers(threads) => producers(on, latch, threads, operations),
        };
        took.as_nanos() as f64 / done as f64
    }
}

fn timed(operations: u64, run: impl FnOnce()) -> (Duration, u64) {
    let started = Instant::now();
    run();
    (started.elapsed(), operations)
}

fn stream<L: Spawn>(on: &L, latch: &'static Latch, tasks: u64) {
    latch.expect(tasks);
    submit(on, latch, tasks);
    latch.wait();
}

fn submit<L: Spawn>(on: &L, latch: &'static Latch, tasks: u64) {
    for _ in 0..tasks {
        on.spawn(async { latch.arrive() });
    }
}

fn blocks<L: Spawn>(on: &L, latch: &'static Latch, tasks: u64) {
    latch.expect(tasks);
    for task in 0..tasks {
        let block = Box::new([task as u8; 64]);
        on.spawn(async move {
            black_box(&block);
            latch.arrive();
        });
    }
    latch.wait();
}

/// Threads that start together; making them is not measured.
fn producers<L: Spawn>(
    on: &L,
    latch: &'static Latch,
    threads: u64,
    operations: u64,
) -> (Duration, u64) {
    let share = operations.div_ceil(threads);
    let start = Barrier::new(threads as usize + 1);
    latch.expect(share * threads);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                start.wait();
                submit(on, latch, share);
            });
        }
        start.wait();
        timed(share * threads, || latch.wait())
    })
}

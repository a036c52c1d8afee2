//! What do more workers bring?
//!
//! Four shapes of work on 1, 2, 4 and 8 workers of the multi-thread flavour: a storm of spawns by one
//! task, a tree of tasks that fork and join, one task that feeds many, and a message that goes round
//! a ring of tasks. A figure is nanoseconds an operation, the median of several runs. More workers
//! than cores cannot help; how little they hurt is the question there.
//!
//! ```text
//! cargo bench --bench scaling
//! ```

use runtime::runtime::{Builder, Runtime};
use runtime::sync::mpsc;
use runtime::task::JoinSet;
use std::future::Future;
use std::hint::black_box;
use std::pin::Pin;
use std::time::Instant;

const WORKERS: [usize; 4] = [1, 2, 4, 8];
const RUNS: usize = 7;

/// One shape: what it is called, and what does so many operations.
type Shape = (&'static str, fn(&Runtime, u32), u32);

const SHAPES: [Shape; 4] = [
    ("spawn storm", storm, 200_000),
    ("fork-join", fork_join, 1 << 16),
    ("fan-out", fan_out, 200_000),
    ("message ring", ring, 200_000),
];

fn main() {
    // `cargo test --benches` asks for one short run of everything.
    let share = if std::env::args().any(|argument| argument == "--bench") { 1 } else { 100 };
    print!("{:<14}", "ns/op");
    WORKERS.iter().for_each(|workers| print!("{workers:>9}"));
    println!("   workers");
    for (name, run, times) in SHAPES {
        print!("{name:<14}");
        for workers in WORKERS {
            print!("{:>9.1}", cost(workers, run, times / share));
        }
        println!();
    }
}

/// Nanoseconds an operation on so many workers.
fn cost(workers: usize, run: fn(&Runtime, u32), times: u32) -> f64 {
    let built = Builder::new_multi_thread().worker_threads(workers).build();
    let runtime = built.expect("the system has threads left");
    run(&runtime, times);
    let mut runs: Vec<f64> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            run(&runtime, times);
            start.elapsed().as_nanos() as f64 / f64::from(times)
        })
        .collect();
    runs.sort_by(f64::total_cmp);
    runs[RUNS / 2]
}

/// Runs `work` as a task, so that it is at home on a worker.
fn drive(runtime: &Runtime, work: impl Future<Output = ()> + Send + 'static) {
    runtime.block_on(runtime.spawn(work)).expect("no task panics");
}

/// One task spawns them all, then waits for them.
fn storm(runtime: &Runtime, times: u32) {
    drive(runtime, async move {
        let mut set = JoinSet::new();
        for i in 0..times {
            set.spawn(async move { black_box(i) });
        }
        while set.join_next().await.is_some() {}
    });
}

/// A binary tree of tasks with so many leaves.
fn fork_join(runtime: &Runtime, leaves: u32) {
    fn fork(leaves: u32) -> Pin<Box<dyn Future<Output = u32> + Send>> {
        Box::pin(async move {
            if leaves <= 1 {
                return black_box(1);
            }
            let left = runtime::spawn(fork(leaves / 2));
            let right = fork(leaves - leaves / 2).await;
            left.await.expect("no task panics") + right
        })
    }
    drive(runtime, async move { assert_eq!(fork(leaves).await, leaves) });
}

/// One task feeds 16 others in turn.
fn fan_out(runtime: &Runtime, times: u32) {
    const EATERS: u32 = 16;
    drive(runtime, async move {
        let mut set = JoinSet::new();
        let feeds: Vec<mpsc::Sender<u32>> = (0..EATERS)
            .map(|_| {
                let (sender, mut receiver) = mpsc::channel(64);
                set.spawn(async move {
                    while let Some(value) = receiver.recv().await {
                        black_box(value);
                    }
                });
                sender
            })
            .collect();
        for i in 0..times {
            feeds[(i % EATERS) as usize].send(i).await.expect("they eat until the end");
        }
        drop(feeds);
        while set.join_next().await.is_some() {}
    });
}

/// 8 messages on their way round 64 tasks.
fn ring(runtime: &Runtime, times: u32) {
    const TASKS: usize = 64;
    const MESSAGES: u32 = 8;
    drive(runtime, async move {
        let (first, mut receiver) = mpsc::unbounded_channel();
        for _ in 1..TASKS {
            let (sender, next) = mpsc::unbounded_channel();
            let mut incoming = std::mem::replace(&mut receiver, next);
            runtime::spawn(async move {
                while let Some(left) = incoming.recv().await {
                    if sender.send(left).is_err() {
                        break;
                    }
                }
            });
        }
        let rounds = (times / TASKS as u32 / MESSAGES).max(1);
        (0..MESSAGES).for_each(|_| first.send(rounds).expect("the ring is whole"));
        let mut home = 0;
        while home < MESSAGES {
            let left = receiver.recv().await.expect("the ring is whole");
            if left > 1 {
                first.send(left - 1).expect("the ring is whole");
            } else {
                home += 1;
            }
        }
    });
}

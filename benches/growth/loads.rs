//! What is measured: operations beside a number of tasks, connections, producers or workers.

use runtime::io::{AsyncReadExt, AsyncWriteExt};
use runtime::net::{TcpListener, TcpStream};
use runtime::runtime::{Builder, Runtime};
use runtime::sync::{mpsc, watch};
use runtime::task::{JoinHandle, JoinSet};
use std::io;
use std::net::Ipv4Addr;
use std::thread;
use std::time::{Duration, Instant};

/// How many operations a run makes at least.
const OPERATIONS: u32 = 50_000;
/// How many round trips over sockets, which cost a hundred times as much.
const ROUND_TRIPS: u32 = 10_000;

fn one_loop() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("the system has descriptors left")
}

fn each(spent: Duration, operations: u32) -> f64 {
    spent.as_nanos() as f64 / f64::from(operations)
}

/// A task is made, waits beside the others, is woken with them and ends: per task.
pub fn tasks(count: u32) -> Option<f64> {
    let rounds = (OPERATIONS / count).max(1);
    let mut spent = Duration::ZERO;
    one_loop().block_on(async {
        for _ in 0..rounds {
            let (start, gate) = watch::channel(false);
            let begin = Instant::now();
            let tasks: Vec<JoinHandle<bool>> = (0..count)
                .map(|_| {
                    let mut gate = gate.clone();
                    runtime::spawn(async move { gate.changed().await.is_ok() })
                })
                .collect();
            runtime::task::yield_now().await;
            start.send(true).expect("the tasks wait");
            for task in tasks {
                assert!(task.await.expect("no task panics"));
            }
            spent += begin.elapsed();
        }
    });
    Some(each(spent, rounds * count))
}

/// Round trips of 64 bytes, taking turns over all connections; `None` if there are not so many
/// descriptors.
pub fn connections(count: u32) -> Option<f64> {
    one_loop().block_on(async {
        let (mut pairs, mut echoes) = (Vec::new(), JoinSet::new());
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.ok()?;
        for _ in 0..count {
            let near = TcpStream::connect(listener.local_addr().ok()?).await.ok()?;
            let (far, _) = listener.accept().await.ok()?;
            near.set_nodelay(true).ok()?;
            far.set_nodelay(true).ok()?;
            echoes.spawn(echo(far));
            pairs.push(near);
        }
        let rounds = (ROUND_TRIPS / count).max(1);
        let begin = Instant::now();
        for _ in 0..rounds {
            for stream in &mut pairs {
                let mut bytes = [7; 64];
                stream.write_all(&bytes).await.expect("the peer is there");
                stream.read_exact(&mut bytes).await.expect("the peer is there");
            }
        }
        let spent = begin.elapsed();
        drop(pairs);
        while echoes.join_next().await.is_some() {}
        Some(each(spent, rounds * count))
    })
}

async fn echo(mut stream: TcpStream) -> io::Result<()> {
    let mut bytes = [0; 64];
    loop {
        let count = stream.read(&mut bytes).await?;
        if count == 0 {
            return Ok(());
        }
        stream.write_all(&bytes[..count]).await?;
    }
}

/// Values through one channel, from so many threads.
pub fn producers(count: u32) -> Option<f64> {
    let share = (4 * OPERATIONS / count).max(1);
    let (sender, mut receiver) = mpsc::channel(1024);
    let begin = Instant::now();
    let threads: Vec<_> = (0..count)
        .map(|_| {
            let sender = sender.clone();
            thread::spawn(move || {
                (0..share).for_each(|i| sender.blocking_send(i).expect("the receiver is there"));
            })
        })
        .collect();
    drop(sender);
    let mut received = 0;
    one_loop().block_on(async {
        while receiver.recv().await.is_some() {
            received += 1;
        }
    });
    let spent = begin.elapsed();
    threads.into_iter().for_each(|thread| thread.join().expect("no producer panics"));
    assert_eq!(received, share * count);
    Some(each(spent, received))
}

/// Tasks made by a task and joined, on so many workers.
pub fn workers(count: u32) -> Option<f64> {
    let built = Builder::new_multi_thread().worker_threads(count as usize).build();
    let runtime = built.expect("the system has threads left");
    let work = async {
        let mut set = JoinSet::new();
        (0..4 * OPERATIONS).for_each(|i| drop(set.spawn(async move { i })));
        while set.join_next().await.is_some() {}
    };
    let begin = Instant::now();
    runtime.block_on(runtime.spawn(work)).expect("no task panics");
    Some(each(begin.elapsed(), 4 * OPERATIONS))
}

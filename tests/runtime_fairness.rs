//! How long something that is ready waits for others at most, as the docs of `Builder` say it.

#[path = "support/net.rs"]
mod support;

use runtime::net::{TcpListener, TcpStream};
use runtime::runtime::{Builder, Handle, Runtime};
use runtime::sync::Notify;
use runtime::task::{JoinHandle, yield_now};
use runtime::time::{Duration, sleep};
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use support::{poll_once, soon};

/// Counts polls.
#[derive(Clone, Default)]
struct Polls(Arc<AtomicUsize>);

impl Polls {
    fn add(&self) -> usize {
        self.0.fetch_add(1, Ordering::Relaxed)
    }

    fn get(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    /// Tasks that are always ready, and count their polls.
    fn busy(&self, tasks: usize) -> Vec<JoinHandle<()>> {
        let busy = |_| {
            let polls = self.clone();
            runtime::spawn(async move {
                loop {
                    polls.add();
                    yield_now().await;
                }
            })
        };
        (0..tasks).map(busy).collect()
    }
}

fn stop(tasks: &[JoinHandle<()>]) {
    tasks.iter().for_each(JoinHandle::abort);
}

/// Runs `body` as a task on a runtime of one loop, of either flavour.
fn on_one_loop<F, T>(configure: impl Fn(&mut Builder), body: impl Fn() -> F) -> [T; 2]
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    [Builder::new_current_thread(), Builder::new_multi_thread()].map(|mut builder| {
        configure(builder.worker_threads(1).enable_all());
        let rt: Runtime = builder.build().unwrap();
        let body = rt.spawn(body());
        rt.block_on(soon(body)).unwrap()
    })
}

/// For each of ten tasks in a queue, how many polls of two others that wake each other came before.
fn polls_of_a_pair_before(disable_lifo_slot: bool) -> Vec<usize> {
    let mut builder = Builder::new_multi_thread();
    if disable_lifo_slot {
        builder.disable_lifo_slot();
    }
    let rt = builder.worker_threads(1).build().unwrap();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let noted = seen.clone();
    rt.block_on(async move {
        let tasks = runtime::spawn(async move {
            let (ping, pong) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
            let polls = Polls::default();
            for (mine, other) in [(ping.clone(), pong.clone()), (pong, ping.clone())] {
                let polls = polls.clone();
                runtime::spawn(async move {
                    loop {
                        mine.notified().await;
                        polls.add();
                        other.notify_one();
                    }
                });
            }
            yield_now().await;
            let queued: Vec<_> = (0..10)
                .map(|_| {
                    let (polls, noted) = (polls.clone(), noted.clone());
                    runtime::spawn(async move { noted.lock().unwrap().push(polls.get()) })
                })
                .collect();
            ping.notify_one();
            queued
        });
        for task in tasks.await.unwrap() {
            task.await.unwrap();
        }
    });
    let seen = seen.lock().unwrap();
    seen.clone()
}

#[test]
fn the_task_woken_last_goes_first_three_times_in_a_row_at_most() {
    let seen = polls_of_a_pair_before(false);
    assert_eq!(seen.len(), 10);
    let mut before = 0;
    for seen in seen {
        assert!(seen - before <= 3, "{} polls of others in a row", seen - before);
        before = seen;
    }
}

#[test]
fn without_the_slot_tasks_go_in_the_order_they_were_woken() {
    let seen = polls_of_a_pair_before(true);
    // The pair was woken last, and then has to stand in line.
    assert!(seen.iter().all(|&seen| seen == 0), "{seen:?}");
}

#[test]
fn a_task_in_the_queue_waits_for_those_before_it_once_each() {
    for waited in on_one_loop(
        |_| (),
        || async {
            let polls = Polls::default();
            let busy = polls.busy(40);
            yield_now().await;
            let mut most = 0;
            for _ in 0..100 {
                let before = polls.get();
                yield_now().await;
                most = most.max(polls.get() - before);
            }
            stop(&busy);
            most
        },
    ) {
        assert_eq!(waited, 40);
    }
}

#[test]
fn tasks_from_outside_wait_for_an_interval_each() {
    for waited in on_one_loop(
        |builder| {
            builder.global_queue_interval(10);
        },
        || async {
            let polls = Polls::default();
            let busy = polls.busy(50);
            yield_now().await;
            let (handle, seen) = (Handle::current(), polls.clone());
            let before = polls.get();
            let outside = std::thread::spawn(move || {
                let note = |_| {
                    let seen = seen.clone();
                    handle.spawn(async move { seen.get() })
                };
                (0..5).map(note).collect::<Vec<_>>()
            });
            let mut waited = Vec::new();
            for task in outside.join().unwrap() {
                waited.push(task.await.unwrap() - before);
            }
            stop(&busy);
            waited
        },
    ) {
        for (ahead, waited) in waited.into_iter().enumerate() {
            assert!(waited <= 10 * (ahead + 1), "{waited} polls, {ahead} tasks before it");
        }
    }
}

#[test]
fn a_timer_that_is_due_is_seen_within_an_interval() {
    for waited in on_one_loop(
        |builder| {
            builder.event_interval(20);
        },
        || async {
            let polls = Polls::default();
            let seen = polls.clone();
            let nap = runtime::spawn(async move {
                sleep(Duration::from_millis(1)).await;
                seen.get()
            });
            yield_now().await;
            let busy = polls.busy(50);
            yield_now().await;
            // It is due in the middle of this poll.
            std::thread::sleep(Duration::from_millis(5));
            let before = polls.get();
            let waited = nap.await.unwrap() - before;
            stop(&busy);
            waited
        },
    ) {
        // Until the loop looks; then those that were in the queue by then go first, once each.
        assert!(waited <= 20 + 50, "{waited} polls");
    }
}

#[test]
fn a_ready_listener_is_seen_within_ten_yields_of_the_root() {
    let rt = Builder::new_current_thread().enable_all().build().unwrap();
    rt.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        for _ in 0..50 {
            let mut accept = pin!(listener.accept());
            assert!(poll_once(accept.as_mut()).is_pending());
            yield_now().await;
            let client = std::net::TcpStream::connect(addr).unwrap();
            let mut yields = 0;
            while poll_once(accept.as_mut()).is_pending() {
                yields += 1;
                assert!(yields <= 10, "nobody looked at the operating system");
                yield_now().await;
            }
            drop(client);
        }
    });
}

#[test]
fn a_ready_stream_is_seen_within_ten_yields_of_the_root_beside_tasks() {
    let rt = Builder::new_current_thread().enable_all().build().unwrap();
    rt.block_on(async {
        let polls = Polls::default();
        let busy = polls.busy(3);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (server, _) = listener.accept().await.unwrap();
        assert!(client.try_read(&mut [0; 1]).is_err());
        for _ in 0..50 {
            assert!(poll_once(pin!(client.readable())).is_pending());
            yield_now().await;
            server.try_write(b"x").unwrap();
            let mut yields = 0;
            while client.try_read(&mut [0; 1]).is_err() {
                yields += 1;
                assert!(yields <= 10, "nobody looked at the operating system");
                yield_now().await;
            }
            let _ = client.try_read(&mut [0; 1]);
        }
        stop(&busy);
    });
}

//! What a builder makes of values at the ends of their ranges.

use runtime::runtime::{Builder, Runtime};
use runtime::task::yield_now;
use runtime::time::{Duration, sleep};

/// Tasks, timers, closures that block and threads from outside all get their turn.
fn assert_works(rt: &Runtime) {
    let sum = rt.block_on(async {
        let tasks: Vec<_> = (0..100_u64)
            .map(|n| {
                runtime::spawn(async move {
                    yield_now().await;
                    n
                })
            })
            .collect();
        sleep(Duration::from_millis(1)).await;
        yield_now().await;
        let mut sum = 0;
        for task in tasks {
            sum += task.await.unwrap();
        }
        for n in 0..3 {
            sum += runtime::task::spawn_blocking(move || n).await.unwrap();
        }
        sum
    });
    assert_eq!(sum, 4_953);
}

type Configure = fn(&mut Builder) -> &mut Builder;

#[test]
fn a_runtime_works_with_values_at_the_ends_of_their_ranges() {
    const ENDS: [Configure; 11] = [
        |builder| builder.event_interval(1),
        |builder| builder.event_interval(u32::MAX),
        |builder| builder.global_queue_interval(1),
        |builder| builder.global_queue_interval(u32::MAX),
        |builder| builder.max_blocking_threads(1),
        |builder| builder.max_blocking_threads(usize::MAX),
        |builder| builder.thread_keep_alive(Duration::ZERO),
        |builder| builder.thread_keep_alive(Duration::MAX),
        |builder| builder.max_io_events_per_tick(1),
        |builder| builder.max_io_events_per_busy_tick(1),
        |builder| builder.thread_stack_size(0),
    ];
    for configure in ENDS {
        for mut builder in [Builder::new_current_thread(), Builder::new_multi_thread()] {
            let rt = configure(builder.worker_threads(2).enable_all()).build().unwrap();
            assert_works(&rt);
        }
    }
}

#[test]
#[should_panic = "current-thread runtime"]
fn a_clock_of_several_loops_cannot_start_paused() {
    let mut builder = Builder::new_multi_thread();
    drop(builder.worker_threads(1).enable_all().start_paused(true).build());
}

#[test]
#[should_panic = "max_io_events_per_tick must be non-zero"]
fn a_turn_takes_one_event_at_least() {
    Builder::new_current_thread().max_io_events_per_tick(0);
}

#[test]
#[should_panic = "max_io_events_per_busy_tick must be non-zero"]
fn a_busy_turn_takes_one_event_at_least() {
    Builder::new_current_thread().max_io_events_per_busy_tick(0);
}

#[test]
#[should_panic = "runtime name shouldn't be empty"]
fn a_name_of_white_space_is_none() {
    Builder::new_current_thread().name(" \t");
}

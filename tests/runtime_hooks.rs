//! What the hooks about tasks hear, and what becomes of a task whose hook panics.

use runtime::runtime::{Builder, Runtime, TaskMeta};
use runtime::task::yield_now;
use std::future::pending;
use std::sync::{Arc, Mutex, mpsc};

const PATIENCE: std::time::Duration = std::time::Duration::from_secs(20);

type Heard = Arc<Mutex<Vec<(&'static str, String)>>>;

/// A runtime of each flavour, as `configure` wants it.
fn both(configure: impl Fn(&mut Builder)) -> [Runtime; 2] {
    let mut builders = [Builder::new_current_thread(), Builder::new_multi_thread()];
    builders[1].worker_threads(1);
    builders.map(|mut builder| {
        configure(&mut builder);
        builder.build().unwrap()
    })
}

#[test]
fn each_hook_hears_once_of_each_step_of_a_task() {
    let heard = Heard::default();
    let hear = |step: &'static str| {
        let heard = heard.clone();
        move |task: &TaskMeta<'_>| heard.lock().unwrap().push((step, task.id().to_string()))
    };
    let runtimes = both(|builder| {
        builder
            .on_task_spawn(hear("spawn"))
            .on_before_task_poll(hear("before"))
            .on_after_task_poll(hear("after"))
            .on_task_terminate(hear("end"));
    });
    for rt in runtimes {
        let task = rt.spawn(yield_now());
        let id = task.id().to_string();
        rt.block_on(task).unwrap();
        drop(rt);
        let heard: Vec<_> = heard.lock().unwrap().drain(..).collect();
        let steps = ["spawn", "before", "after", "before", "end", "after"];
        assert_eq!(heard, steps.map(|step| (step, id.clone())));
    }
}

fn refuse(_: &TaskMeta<'_>) {
    panic!("on purpose");
}

/// Tasks end, are joined and are dropped with the runtime, although `configure` sets a hook that
/// panics.
fn tasks_end_in_spite_of(configure: impl Fn(&mut Builder)) {
    for rt in both(configure) {
        let (send, recv) = mpsc::channel();
        let ended = std::thread::spawn(move || {
            let task = rt.spawn(async {
                yield_now().await;
                3
            });
            assert_eq!(rt.block_on(task).unwrap(), 3);
            let stopped = rt.spawn(pending::<()>());
            stopped.abort();
            assert!(rt.block_on(stopped).unwrap_err().is_cancelled());
            let left = [(); 3].map(|()| rt.spawn(pending::<()>()));
            drop(rt);
            assert!(left.iter().all(|task| task.is_finished()));
            send.send(()).unwrap();
        });
        let hung = recv.recv_timeout(PATIENCE) == Err(mpsc::RecvTimeoutError::Timeout);
        assert!(!hung, "a task never ends");
        ended.join().unwrap();
    }
}

#[test]
fn a_hook_that_panics_at_the_spawn_loses_no_task() {
    tasks_end_in_spite_of(|builder| _ = builder.on_task_spawn(refuse));
}

#[test]
fn a_hook_that_panics_before_a_poll_loses_no_task() {
    tasks_end_in_spite_of(|builder| _ = builder.on_before_task_poll(refuse));
}

#[test]
fn a_hook_that_panics_after_a_poll_loses_no_task() {
    tasks_end_in_spite_of(|builder| _ = builder.on_after_task_poll(refuse));
}

#[test]
fn a_hook_that_panics_at_the_end_loses_no_task() {
    tasks_end_in_spite_of(|builder| _ = builder.on_task_terminate(refuse));
}

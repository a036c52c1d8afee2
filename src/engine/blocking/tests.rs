//! What the pool does for those inside the engine.

use super::roster::{Call, Job, Next, Roster, Seat};
use super::{Config, Host, Pool, Unqueued};
use crate::engine::task::JoinHandle;
use crate::shim::atomic::{AtomicBool, Ordering};
use crate::shim::{Arc, Mutex};
use crate::util::block_on::block_on;
use std::panic::Location;
use std::sync::Barrier;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

/// A host that does nothing but count what it is told.
struct Plain(Sender<&'static str>);

impl Host for Plain {
    fn live(&self, life: &mut dyn FnMut()) {
        life();
        let _ = self.0.send("ended");
    }

    fn drained(&self) {
        let _ = self.0.send("drained");
    }
}

fn pool(threads_max: usize) -> (Arc<Pool>, Receiver<&'static str>) {
    named_pool(threads_max, Box::new(|| "test".to_owned()))
}

type Name = Box<dyn Fn() -> String + Send + Sync>;

fn named_pool(threads_max: usize, name: Name) -> (Arc<Pool>, Receiver<&'static str>) {
    let keep_alive = Duration::from_secs(60);
    let pool =
        Pool::new(Config { threads_max, keep_alive, name: Arc::new(name), stack_size: None });
    let (told, tells) = channel();
    pool.open(Box::new(Plain(told)));
    (pool, tells)
}

fn end(pool: &Pool) {
    pool.close();
    assert!(pool.join(None));
    assert_eq!((pool.threads(), pool.idle_threads(), pool.queue_depth()), (0, 0, 0));
}

/// Occupies a thread until the answer is dropped.
fn occupy(pool: &Arc<Pool>) -> Sender<()> {
    let (release, released) = channel::<()>();
    let (begin, begun) = channel();
    let closure = move || {
        begin.send(()).unwrap();
        let _ = released.recv();
    };
    drop(Pool::spawn(pool, closure, Location::caller()).ok().unwrap());
    begun.recv().unwrap();
    release
}

#[test]
fn a_closed_pool_runs_what_is_queued_and_refuses_the_rest() {
    let (pool, _tells) = pool(1);
    let release = occupy(&pool);
    let at = Location::caller();
    let queued = Pool::spawn(&pool, || 1, at).ok().unwrap();
    assert_eq!(pool.queue_depth(), 1);
    pool.close();
    let Err(Unqueued::Closed(late)) = Pool::spawn(&pool, || 2, at) else { panic!("it is closed") };
    assert!(block_on(late).unwrap_err().is_cancelled());
    drop(release);
    assert_eq!(block_on(queued).unwrap(), 1);
    assert!(pool.join(None));
}

#[test]
fn closures_that_wait_for_each_other_all_get_a_thread_of_a_closed_pool() {
    let (begin, begun) = channel();
    let (go, going) = channel::<()>();
    let gate = Mutex::new(Some((begin, going)));
    let name = move || {
        // The first thread is made when the pool is closed.
        if let Some((begin, going)) = gate.lock().take() {
            begin.send(()).unwrap();
            let _ = going.recv();
        }
        "test".to_owned()
    };
    let (pool, _tells) = named_pool(2, Box::new(name));
    let meeting = Arc::new(Barrier::new(2));
    let first = {
        let (pool, meeting) = (pool.clone(), meeting.clone());
        let closure = move || meeting.wait().is_leader();
        std::thread::spawn(move || Pool::spawn(&pool, closure, Location::caller()).is_ok())
    };
    begun.recv().unwrap();
    let closure = move || meeting.wait().is_leader();
    drop(Pool::spawn(&pool, closure, Location::caller()).ok().unwrap());
    pool.close();
    drop(go);
    assert!(first.join().unwrap());
    assert!(pool.join(None));
}

#[test]
fn a_join_gives_up_in_time() {
    let (pool, _tells) = pool(1);
    let release = occupy(&pool);
    pool.close();
    assert!(!pool.join(Some(Duration::ZERO)));
    assert!(!pool.join(Some(Duration::from_millis(1))));
    drop(release);
    assert!(pool.join(Some(Duration::MAX)));
}

#[test]
fn detached_jobs_know_no_limit_and_are_not_in_flight() {
    let (pool, _tells) = pool(1);
    let release = occupy(&pool);
    let (go, going) = channel::<()>();
    let (tell, told) = channel();
    let job = move || {
        tell.send(()).unwrap();
        let _ = going.recv();
    };
    assert!(Pool::run_detached(&pool, Box::new(job)).unwrap());
    assert_eq!(pool.threads(), 1, "that of the closure");
    told.recv().unwrap();
    assert_eq!(pool.threads(), 1);
    assert!(pool.watch(), "the closure is");
    drop(release);
    // The limit holds for the others, so there is a thread left for this one.
    let closure = Pool::spawn(&pool, || 1, Location::caller()).ok().unwrap();
    assert_eq!(block_on(closure).unwrap(), 1);
    drop(go);
    end(&pool);
    assert!(!Pool::run_detached(&pool, Box::new(|| {})).unwrap(), "closed");
}

#[test]
fn a_detached_job_that_panics_takes_nothing_along() {
    let (pool, tells) = pool(1);
    assert!(Pool::run_detached(&pool, Box::new(|| panic!("on purpose"))).unwrap());
    let closure = Pool::spawn(&pool, || 1, Location::caller()).ok().unwrap();
    assert_eq!(block_on(closure).unwrap(), 1);
    end(&pool);
    assert!(tells.try_iter().all(|told| told == "ended"));
}

#[test]
fn the_host_hears_of_the_end_of_closures_it_has_seen_in_flight() {
    let (pool, tells) = pool(4);
    assert!(!pool.watch());
    let (first, second) = (occupy(&pool), occupy(&pool));
    assert!(pool.watch());
    drop(first);
    drop(second);
    assert_eq!(tells.recv().unwrap(), "drained");
    assert!(!pool.watch());
    end(&pool);
    assert!(tells.try_iter().all(|told| told == "ended"), "told once");
}

#[test]
fn a_thread_that_cannot_be_made_is_an_error_and_leaves_nothing_behind() {
    let (pool, _tells) = named_pool(1, Box::new(|| panic!("on purpose")));
    let alive = Arc::new(());
    let closure = {
        let alive = alive.clone();
        move || drop(alive)
    };
    let refused = Pool::spawn(&pool, closure, Location::caller());
    assert!(refused.is_err());
    assert_eq!((Arc::strong_count(&alive), pool.queue_depth(), pool.threads()), (1, 0, 0));
    assert!(!pool.watch());
    assert!(Pool::run_detached(&pool, Box::new(|| {})).is_err());
    end(&pool);
}

#[test]
fn a_refused_thread_takes_its_own_job_along_and_no_other() {
    let mut roster = Roster::new(1);
    let ran = Arc::new(Mutex::new(Vec::new()));
    let job = |number: u8| {
        let ran = ran.clone();
        Job::Detached(Box::new(move || ran.lock().push(number)))
    };
    let second = job(2);
    let mark = second.mark();
    for job in [job(1), second] {
        assert!(matches!(roster.push(job), Ok(Call::NewThread)), "each has a thread of its own");
    }
    // The first one's thread looks for it before it turns out that there is none for the second.
    roster.arrive();
    let Next::Run(taken, _) = roster.next(&Seat::new()) else { panic!("there are two jobs") };
    let (refused, _) = roster.no_thread(Some(mark));
    let _ = taken.run();
    assert_eq!(*ran.lock(), [1]);
    refused.expect("the second has no thread").discard();
    assert_eq!(roster.queued(), 0, "nobody would come for what is left");
}

#[test]
fn a_thread_that_closes_its_own_pool_does_not_wait_for_itself() {
    let (pool, _tells) = pool(1);
    let own = pool.clone();
    let closure = move || {
        own.close();
        own.join(None)
    };
    let closure = Pool::spawn(&pool, closure, Location::caller()).ok().unwrap();
    assert!(block_on(closure).unwrap());
}

/// A pool whose threads are refused, with a closure that was pushed while the one before it waited
/// for its thread.
fn refused_with_one_behind(
    allowed: impl Fn() -> bool + Send + Sync + 'static,
    meanwhile: impl Fn(&Arc<Pool>) + Send + Sync + 'static,
) -> (Arc<Pool>, Receiver<&'static str>, JoinHandle<i32>) {
    let (begin, begun) = channel();
    let (go, going) = channel::<()>();
    let (begin, going) = (Mutex::new(Some(begin)), Mutex::new(going));
    let name = move || {
        // The first thread is refused when somebody else has pushed.
        if let Some(begin) = begin.lock().take() {
            begin.send(()).unwrap();
            let _ = going.lock().recv();
            return "\0".to_owned();
        }
        if allowed() { "test" } else { "\0" }.to_owned()
    };
    let (pool, tells) = named_pool(4, Box::new(name));
    let first = {
        let pool = pool.clone();
        std::thread::spawn(move || Pool::spawn(&pool, || 1, Location::caller()).is_err())
    };
    begun.recv().unwrap();
    let behind = Pool::spawn(&pool, || 2, Location::caller()).ok().unwrap();
    assert!(pool.watch());
    meanwhile(&pool);
    drop(go);
    assert!(first.join().unwrap());
    (pool, tells, behind)
}

#[test]
fn a_closure_behind_one_whose_thread_is_refused_gets_a_thread_of_its_own() {
    let (pool, _tells, behind) = refused_with_one_behind(|| true, |_| {});
    assert_eq!(block_on(behind).unwrap(), 2);
    end(&pool);
}

#[test]
fn a_closure_behind_one_whose_thread_is_refused_is_cancelled_if_there_is_none_for_it_either() {
    let (pool, tells, behind) = refused_with_one_behind(|| false, |_| {});
    assert_eq!((pool.queue_depth(), pool.threads()), (0, 0));
    assert!(block_on(behind).unwrap_err().is_cancelled());
    assert_eq!(tells.try_iter().collect::<Vec<_>>(), ["drained"]);
    end(&pool);
}

#[test]
fn a_closure_without_a_thread_is_cancelled_by_the_end() {
    let (pool, _tells, behind) = refused_with_one_behind(|| true, |pool| pool.close());
    assert!(block_on(behind).unwrap_err().is_cancelled());
    end(&pool);
}

#[test]
fn a_closure_behind_a_detached_job_is_cancelled_if_there_is_no_thread_for_it() {
    let refuses = Arc::new(AtomicBool::new(false));
    let (begin, begun) = channel();
    let (go, going) = channel::<()>();
    let (gate, going) = (refuses.clone(), Mutex::new(going));
    let name = move || {
        if gate.load(Ordering::SeqCst) {
            return "\0".to_owned();
        }
        begin.send(()).unwrap();
        let _ = going.lock().recv();
        "test".to_owned()
    };
    let (pool, _tells) = named_pool(4, Box::new(name));
    let (release, released) = channel::<()>();
    let away = {
        let pool = pool.clone();
        let job = move || {
            let _ = released.recv();
        };
        std::thread::spawn(move || Pool::run_detached(&pool, Box::new(job)))
    };
    begun.recv().unwrap();
    let behind = Pool::spawn(&pool, || 2, Location::caller()).ok().unwrap();
    refuses.store(true, Ordering::SeqCst);
    drop(go);
    assert!(away.join().unwrap().unwrap());
    assert!(block_on(behind).unwrap_err().is_cancelled());
    drop(release);
    end(&pool);
}

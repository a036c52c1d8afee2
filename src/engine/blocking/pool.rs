//! Threads that are made when they are missing, called to their work, joined at the end.

use super::roster::{Call, Detached, Job, Mark, Next, Roster, Seat};
use super::task::Closure;
use crate::engine::task::{JoinHandle, OwnerRef, spawn_cell};
use crate::shim::{Arc, Condvar, Mutex, MutexGuard, thread, thread_local};
use crate::util::quietly::quietly;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::panic::Location;
use std::time::{Duration, Instant};
use std::{io, mem, ptr};

/// What gives each new thread its name.
pub(crate) type ThreadName = Arc<Box<dyn Fn() -> String + Send + Sync>>;

/// What the builder decides.
#[derive(Clone)]
pub(crate) struct Config {
    pub(crate) threads_max: usize,
    /// How long a thread waits for more to do.
    pub(crate) keep_alive: Duration,
    pub(crate) name: ThreadName,
    pub(crate) stack_size: Option<usize>,
}

impl Config {
    /// A builder for a thread with the configured name and stack.
    ///
    /// # Errors
    ///
    /// If the user's function that names threads panics, or gives a name with a zero byte.
    fn thread(&self) -> io::Result<thread::Builder> {
        let name = quietly(|| (self.name)())
            .ok_or_else(|| io::Error::other("the function that names threads panicked"))?;
        if name.contains('\0') {
            let text = "a thread's name contains a zero byte";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
        }
        let builder = thread::Builder::new().name(name);
        Ok(match self.stack_size {
            Some(bytes) => builder.stack_size(bytes),
            None => builder,
        })
    }
}

/// The runtime that a pool works for.
pub(crate) trait Host: Send + Sync + 'static {
    /// Runs `life`, which is all that a thread of the pool does, once and inside the runtime. It
    /// does not panic, whatever the user's hooks do.
    fn live(&self, life: &mut dyn FnMut());

    /// No closure is in flight any more; called once for each [`Pool::watch`] that saw some.
    fn drained(&self);
}

/// Threads that run closures which block.
pub(crate) struct Pool {
    config: Config,
    books: Mutex<Books>,
    /// Tells the one who joins that a thread has ended.
    ended: Condvar,
}

/// What the lock guards.
struct Books {
    roster: Roster,
    /// Until the pool is closed.
    host: Option<Arc<Box<dyn Host>>>,
    /// Threads by number, those that are being made included. While the pool is open a thread takes
    /// its own entry out at its end.
    handles: BTreeMap<u64, Option<thread::JoinHandle<()>>>,
    next_number: u64,
    /// Threads that have ended since the pool was closed.
    ended: usize,
}

impl Books {
    /// Whom to tell that no closure is in flight any more.
    fn drained(&mut self) -> Option<Arc<Box<dyn Host>>> {
        if self.roster.take_drained() { self.host.clone() } else { None }
    }
}

thread_local! {
    // The pool that this thread belongs to.
    static MEMBER_OF: Cell<*const Pool> = const { Cell::new(ptr::null()) };
}

impl Pool {
    /// A pool without threads. It takes jobs once it is [open](Pool::open).
    pub(crate) fn new(config: Config) -> Arc<Self> {
        let roster = Roster::new(config.threads_max);
        let handles = BTreeMap::new();
        let books = Books { roster, host: None, handles, next_number: 0, ended: 0 };
        Arc::new(Self { config, books: Mutex::new(books), ended: Condvar::default() })
    }

    /// Tells the pool whom it works for. It keeps that alive until it is closed.
    pub(crate) fn open(&self, host: Box<dyn Host>) {
        self.books.lock().host = Some(Arc::new(host));
    }

    /// Runs `closure` on a thread of the pool.
    ///
    /// # Errors
    ///
    /// If the pool is closed, or if there is no thread that could ever run it, since the operating
    /// system refuses one.
    pub(crate) fn spawn<F, R>(
        this: &Arc<Self>,
        closure: F,
        at: &'static Location<'static>,
    ) -> Result<JoinHandle<R>, Unqueued<R>>
    where
        F: FnOnce() -> R + Send + 'static,
        R: Send + 'static,
    {
        let owner = OwnerRef::new(this.clone());
        // SAFETY: the closure and its output are `Send` and `'static`.
        let (task, handle) = unsafe { spawn_cell(Closure::new(closure), owner, at) };
        match Self::push(this, Job::Closure(task)) {
            Ok(()) => Ok(handle),
            Err(Refused::Closed(job)) => {
                job.discard();
                Err(Unqueued::Closed(handle))
            }
            Err(Refused::NoThread(job, error)) => {
                job.discard();
                Err(Unqueued::NoThread(error))
            }
        }
    }

    /// Runs `job` on a thread of its own until it returns, whatever the limit on threads; drops it
    /// and answers `false` if the pool is closed.
    ///
    /// # Errors
    ///
    /// If the operating system refuses a thread.
    pub(crate) fn run_detached(this: &Arc<Self>, job: Detached) -> io::Result<bool> {
        match Self::push(this, Job::Detached(job)) {
            Ok(()) => Ok(true),
            Err(Refused::Closed(_)) => Ok(false),
            Err(Refused::NoThread(_, error)) => Err(error),
        }
    }

    fn push(this: &Arc<Self>, job: Job) -> Result<(), Refused> {
        let mark = job.mark();
        let mut books = this.books.lock();
        let call = books.roster.push(job).map_err(Refused::Closed)?;
        match Self::call(this, books, None, call) {
            Err(NoThread(error)) => match Self::refuse(this, Some(mark)) {
                Some(job) => Err(Refused::NoThread(job, error)),
                None => Ok(()),
            },
            Ok(()) => Ok(()),
        }
    }

    /// Does without the thread that was called for the job of `mark`, or else for the first one.
    ///
    /// Gives that job back if nobody will come for it. Each one behind it gets a try of its own, and
    /// is cancelled if that fails: who pushed it left it to the thread that was on its way.
    fn refuse(this: &Arc<Self>, mark: Option<Mark>) -> Option<Job> {
        let (refused, mut called) = Self::refuse_one(this, mark);
        while let Err(NoThread(_)) = called {
            let (stranded, again) = Self::refuse_one(this, None);
            if let Some(job) = stranded {
                job.discard();
            }
            called = again;
        }
        refused
    }

    fn refuse_one(this: &Arc<Self>, mark: Option<Mark>) -> (Option<Job>, Result<(), NoThread>) {
        let mut books = this.books.lock();
        let (refused, call) = books.roster.no_thread(mark);
        let host = books.drained();
        let called = Self::call(this, books, None, call);
        if let Some(host) = host {
            host.drained();
        }
        (refused, called)
    }

    /// Whether closures are in flight; if so, [`Host::drained`] will tell when they are not.
    pub(crate) fn watch(&self) -> bool {
        self.books.lock().roster.watch()
    }

    pub(crate) fn threads(&self) -> usize {
        self.books.lock().roster.threads()
    }

    pub(crate) fn idle_threads(&self) -> usize {
        self.books.lock().roster.idle_threads()
    }

    /// How many jobs wait for a thread.
    pub(crate) fn queue_depth(&self) -> usize {
        self.books.lock().roster.queued()
    }

    /// Refuses jobs from now on, and lets threads go when they have nothing left to do.
    pub(crate) fn close(&self) {
        let mut books = self.books.lock();
        let idle = books.roster.close();
        let host = books.host.take();
        drop(books);
        for seat in idle {
            seat.signal.notify_one();
        }
        drop(host);
    }

    /// Waits until all threads of a closed pool have ended, for `timeout` at most; answers whether
    /// they have. A thread that calls this does not wait for itself.
    pub(crate) fn join(&self, timeout: Option<Duration>) -> bool {
        // A deadline past the end of time is none.
        let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        let is_member = MEMBER_OF.with(|pool| ptr::eq(pool.get(), self));
        let mut books = self.books.lock();
        while books.ended + usize::from(is_member) < books.handles.len() {
            books = match deadline {
                None => self.ended.wait(books),
                Some(deadline) => {
                    let left = deadline.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        return false;
                    }
                    self.ended.wait_timeout(books, left).0
                }
            };
        }
        let handles = mem::take(&mut books.handles);
        drop(books);
        let me = thread::current().id();
        for handle in handles.into_values().flatten().filter(|other| other.thread().id() != me) {
            // What is left of it are destructors of thread-locals. A panic in one ends the process.
            drop(handle.join());
        }
        true
    }

    /// Releases the lock and calls whom the roster named. A new thread works for `host`, which a
    /// thread of the pool still knows when the pool is closed.
    fn call(
        this: &Arc<Self>,
        mut books: MutexGuard<'_, Books>,
        host: Option<&Arc<Box<dyn Host>>>,
        call: Call,
    ) -> Result<(), NoThread> {
        match call {
            Call::Nobody => {}
            Call::Idle(seat) => {
                drop(books);
                seat.signal.notify_one();
            }
            Call::NewThread => {
                let Some(host) = host.or(books.host.as_ref()).cloned() else {
                    return Err(NoThread(io::Error::other("the pool is closed")));
                };
                let number = books.next_number;
                books.next_number += 1;
                books.handles.insert(number, None);
                drop(books);
                return Self::start_thread(this, number, host);
            }
        }
        Ok(())
    }

    fn start_thread(
        this: &Arc<Self>,
        number: u64,
        host: Arc<Box<dyn Host>>,
    ) -> Result<(), NoThread> {
        let pool = this.clone();
        let body = move || {
            let _member = Member { pool: &pool, number };
            MEMBER_OF.with(|member_of| member_of.set(&raw const *pool));
            host.live(&mut || Self::work(&pool, &host));
            drop(host);
        };
        let started = this.config.thread().and_then(|builder| builder.spawn(body));
        let mut books = this.books.lock();
        match started {
            Ok(handle) => {
                // No entry is left of a thread that has ended already.
                let unwanted = match books.handles.get_mut(&number) {
                    Some(entry) => entry.replace(handle),
                    None => Some(handle),
                };
                drop(books);
                drop(unwanted);
                Ok(())
            }
            Err(error) => {
                books.handles.remove(&number);
                drop(books);
                // Who joins may have waited for this thread.
                this.ended.notify_one();
                Err(NoThread(error))
            }
        }
    }

    /// What a thread does: one job after the other, until it is let go.
    fn work(this: &Arc<Self>, host: &Arc<Box<dyn Host>>) {
        let seat = Seat::new();
        let mut books = this.books.lock();
        books.roster.arrive();
        loop {
            match books.roster.next(&seat) {
                Next::Run(job, call) => {
                    if let Err(NoThread(_)) = Self::call(this, books, Some(host), call)
                        && let Some(stranded) = Self::refuse(this, None)
                    {
                        stranded.discard();
                    }
                    let ran = job.run();
                    books = this.books.lock();
                    books.roster.finish(ran);
                    if let Some(host) = books.drained() {
                        drop(books);
                        host.drained();
                        books = this.books.lock();
                    }
                }
                Next::Wait => match this.wait(books, &seat) {
                    Some(again) => books = again,
                    None => return,
                },
                Next::Leave => return,
            }
        }
    }

    /// Waits on `seat` for a call; `None` if none came for so long that the thread leaves.
    fn wait<'a>(
        &self,
        mut books: MutexGuard<'a, Books>,
        seat: &Arc<Seat>,
    ) -> Option<MutexGuard<'a, Books>> {
        loop {
            let (again, is_late) = seat.signal.wait_timeout(books, self.config.keep_alive);
            books = again;
            if seat.is_called() {
                books.roster.arrive();
                return Some(books);
            }
            if is_late {
                books.roster.give_up(seat);
                return None;
            }
        }
    }
}

/// Why a closure will not run.
pub(crate) enum Unqueued<R> {
    /// The pool is closed; the join handle says that the closure was cancelled.
    Closed(JoinHandle<R>),
    /// The operating system refuses a thread.
    NoThread(io::Error),
}

/// Why a thread could not be made.
struct NoThread(io::Error);

/// Why a job is not run.
enum Refused {
    Closed(Job),
    NoThread(Job, io::Error),
}

/// A thread of the pool; takes itself off the books when dropped, as the last thing it does.
struct Member<'a> {
    pool: &'a Pool,
    number: u64,
}

impl Drop for Member<'_> {
    fn drop(&mut self) {
        let mut books = self.pool.books.lock();
        if books.host.is_some() {
            let handle = books.handles.remove(&self.number);
            drop(books);
            drop(handle);
        } else {
            books.ended += 1;
            drop(books);
            self.pool.ended.notify_one();
        }
    }
}

impl std::fmt::Debug for Pool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pool").finish_non_exhaustive()
    }
}

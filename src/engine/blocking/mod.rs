//! Threads for code that blocks.
//!
//! A closure is a task like any other, whose one poll runs it on a thread of the [`Pool`]; so its
//! join handle, its abort and its panic are those of every task. Threads are made when they are
//! missing, wait for more when they are done, and leave when nothing has come for a while.
//!
//! ```text
//!             push                                thread
//!      queue the job                  .---> arrive, take a job <----.
//!      somebody called already? done  |          |          none    |
//!      else call one:                 |   more jobs? call the next  |
//!        one that last ran here, ---'            |                  v
//!        any idle one, a new one            run the job       idle: wait for a call,
//!                                                |            leave when it is late
//!                                                '--> back to "take a job"
//! ```
//!
//! At most one thread is on its way at a time: whoever arrives and finds more jobs than its own calls
//! the next before it runs anything. So a burst of short closures wakes a few threads and not one
//! each, while a closure that blocks for long never keeps another one waiting below the limit. The
//! end of the pool changes nothing for what is queued: it runs, and threads leave behind it.
//!
//! Whoever pushes a job is mostly about to wait for it. A thread that went idle on the same core then
//! starts as the pusher stops, which saves an interrupt to another core at each of the two wake-ups:
//! the better part of what a short closure costs. If the pusher goes on instead, the kernel moves
//! the thread to a core that is free.

#[cfg(all(test, loom))]
mod loom_tests;
mod pool;
mod roster;
mod task;
#[cfg(all(test, not(loom)))]
mod tests;

pub(crate) use pool::{Config, Host, Pool, Unqueued};

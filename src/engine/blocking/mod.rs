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
//!        the last to go idle,  -------'          |                  v
//!        or a new thread                    run the job       idle: wait for a call,
//!                                                |            leave when it is late
//!                                                '--> back to "take a job"
//! ```
//!
//! At most one thread is on its way at a time: whoever arrives and finds more jobs than its own calls
//! the next before it runs anything. So a burst of short closures wakes a few threads and not one
//! each, while a closure that blocks for long never keeps another one waiting below the limit.

#[cfg(all(test, loom))]
mod loom_tests;
mod pool;
mod roster;
mod task;
#[cfg(all(test, not(loom)))]
mod tests;

pub(crate) use pool::{Config, Host, Pool};
pub(crate) use task::Urgency;

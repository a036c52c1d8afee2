//! Who runs what, where.
//!
//! A loop ([`Core`](worker::Core)) is a value: whoever holds it runs its tasks, turns its reactor
//! and may touch its lane without an atomic. What other threads may reach lives in [`Shared`]: a
//! ring to push woken tasks on, a port into the reactor, and a word that says whether the holder
//! sleeps.
//!
//! ```text
//!   a wake by the holder           a wake by anybody else
//!     Shared::schedule               Shared::schedule -> inject
//!          |                              |
//!        lane                           ring, then Doze::rouse -> Port::unpark
//!          '--------> Core::next <--------'
//!                        |
//!                    Task::run          nothing left: park -> Reactor::turn
//! ```

mod account;
mod backlog;
mod block_on;
mod claim;
mod config;
mod counters;
pub(crate) mod current;
mod doze;
mod drive;
mod histogram;
mod home;
mod host;
mod idle;
mod in_place;
pub(crate) mod local;
#[cfg(all(test, loom))]
mod loom_tests;
mod metrics;
mod park;
mod queue;
mod rescue;
mod shared;
mod shutdown;
mod slot;
mod spawn;
mod steal;
mod watch;
mod worker;

pub(crate) use block_on::{block_on, block_on_handle};
pub(crate) use config::{Config, TaskHook, TaskHooks};
pub(crate) use histogram::Buckets;
pub(crate) use home::Home;
pub(crate) use in_place::block_in_place;
pub(crate) use metrics::LoopFigure;
pub(crate) use shared::{Shared, next_id};

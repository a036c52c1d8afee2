//! Each primitive beside a sequential model of it, over random operations and cancellations.
//!
//! `PROPERTY_OPERATIONS` sets how many operations each property compares; `cargo xtask properties`
//! runs a million of each.

mod asked;
mod barrier;
mod broadcast;
mod join_set;
mod locks;
mod mpsc;
mod mpsc_handles;
mod notify;
mod once_cell;
mod oneshot;
mod permits;
#[path = "../support/probe.rs"]
mod probe;
mod property;
mod seat;
mod semaphore;
mod set_once;
mod watch;

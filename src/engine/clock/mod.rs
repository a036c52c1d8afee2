//! Time as a number: nanoseconds, counted from the instant a runtime was built.
//!
//! What differs between platforms is in one file each, `counter.rs` and `no_counter.rs`, which export
//! `now`, a cheap reading of a clock.
//!
//! Nothing here waits, wakes or calls the system, except to read [`std::time::Instant`]. A loop
//! asks the [`AnchoredClock`] once per turn what time it is and tells the [`Wheel`], which answers
//! with the timers that are due.

mod anchor;
#[cfg(all(target_arch = "x86_64", target_os = "linux", not(any(loom, miri))))]
mod counter;
#[cfg(not(all(target_arch = "x86_64", target_os = "linux", not(any(loom, miri)))))]
#[path = "no_counter.rs"]
mod counter;
mod frozen;
mod wheel;

pub(crate) use anchor::AnchoredClock;
pub(crate) use frozen::any_shifted;
pub(crate) use wheel::{Node, Wheel};

#[cfg(all(test, loom))]
mod loom_tests;
#[cfg(test)]
mod tests;

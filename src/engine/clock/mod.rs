//! Time as a number: nanoseconds, counted from the instant a runtime was built.
//!
//! Nothing here waits, wakes or calls the system, except to read [`std::time::Instant`]. A loop
//! asks the [`AnchoredClock`] once per turn what time it is and tells the [`Wheel`], which answers
//! with the timers that are due.

mod anchor;
mod frozen;
mod wheel;

pub(crate) use anchor::AnchoredClock;
pub(crate) use frozen::any_shifted;
pub(crate) use wheel::{Node, Wheel};

#[cfg(all(test, loom))]
mod loom_tests;
#[cfg(test)]
mod tests;

//! The only room that blocks on the operating system.
//!
//! Every loop has one pair: a [`Reactor`], which only the thread that holds the loop may turn, and
//! a [`Port`], which any thread may use to wake the loop, to register sources and to set timers.
//!
//! ```text
//!   OS event ── look ── deliver ── Source::arrived ── wakers collected ── locks released ── wake
//!   task     ── Source::poll_ready ── bit set? go : leave a waker, look again
//! ```
//!
//! What differs between platforms is in one file each, `linux.rs` and `bsd.rs`, which export the
//! same names: `Alarm`, the precise end of a wait; `Bell`, which ends the wait of one loop of many;
//! and `priority`, the interest in urgent data.

mod delivery;
mod port;
mod ready;
mod registry;
mod source;
mod state;
mod timer_entry;
mod timers;
mod turn;

#[cfg(any(target_os = "linux", target_os = "android"))]
#[path = "linux.rs"]
mod platform;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
#[path = "bsd.rs"]
mod platform;

pub(crate) use self::platform::{Bell, priority};
pub(crate) use self::port::{Port, SHUTDOWN, is_shutdown, pair, shutdown_error};
pub use self::ready::Ready;
pub(crate) use self::source::{Direction, Source};
pub(crate) use self::state::ReadyEvent;
pub(crate) use self::timer_entry::{Closed, TimerEntry};
pub(crate) use self::turn::{Events, Look, Reactor, Wait, deliver};

#[cfg(all(test, loom))]
mod loom_tests;
#[cfg(all(test, not(loom)))]
mod tests;

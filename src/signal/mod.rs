//! Signals of the operating system, as streams of events.
//!
//! ```no_run
//! # let rt = runtime::runtime::Builder::new_current_thread().enable_all().build().unwrap();
//! # rt.block_on(async {
//! runtime::signal::ctrl_c().await.expect("a signal handler");
//! println!("good bye");
//! # });
//! ```

mod ctrl_c;
mod hub;
mod kind;
#[allow(unsafe_code)]
mod pipe;
pub mod unix;

pub use ctrl_c::ctrl_c;
pub(crate) use pipe::SignalPipe;

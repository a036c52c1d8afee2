//! Runs one core path of the runtime as often as asked: `paths NAME TIMES`, or `paths` for the names.
//!
//! `cargo xtask counts` runs this under callgrind at two sizes, and takes the difference for the
//! cost of an operation. So whatever is done once a process drops out, and everything runs on one
//! thread, in an order that does not depend on the clock, as far as the path allows.

mod io;
mod sync;
mod tasks;
mod timers;

use runtime::runtime::{Builder, Runtime};
use std::error::Error;
use std::process::ExitCode;

pub(crate) type Outcome = Result<(), Box<dyn Error>>;

/// One core path: its name, and what does it so many times.
pub(crate) struct Path {
    pub(crate) name: &'static str,
    pub(crate) run: fn(u32) -> Outcome,
}

/// The paths of each room.
pub(crate) const ROOMS: &[(&str, &[Path])] =
    &[("task", tasks::PATHS), ("sync", sync::PATHS), ("time", timers::PATHS), ("io", io::PATHS)];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("paths: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Outcome {
    let mut paths = ROOMS.iter().flat_map(|(_, paths)| *paths);
    match arguments {
        [] => {
            paths.for_each(|path| println!("{}", path.name));
            Ok(())
        }
        [name, times] => match paths.find(|path| path.name == name) {
            Some(path) => (path.run)(times.parse()?),
            None => Err(format!("no path `{name}`").into()),
        },
        _ => Err("give a name and how many times, or nothing for the names".into()),
    }
}

/// One loop, run by the thread that asks.
fn one_loop() -> Result<Runtime, std::io::Error> {
    Builder::new_current_thread().enable_all().build()
}

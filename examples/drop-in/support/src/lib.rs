//! What every program here does around its own work: run on both flavours, under the patch, in time.

use std::any::type_name;
use std::future::Future;
use std::process;
use std::thread;
use std::time::{Duration, Instant};

/// Far more than any program needs; whoever reaches it hangs.
const LIMIT: Duration = Duration::from_secs(120);

/// Runs `program` on threads of a runtime, then on one thread, and says that it went well.
///
/// # Panics
///
/// If `tokio` is not the patched one, or where `program` does.
pub fn run<F: Future<Output = ()>>(name: &'static str, program: impl Fn() -> F) {
    check_patch();
    limit(name);
    let start = Instant::now();
    on_threads(&program);
    on_one_thread(&program);
    println!("{name}: as expected on both flavours, {} ms", start.elapsed().as_millis());
}

#[tokio::main]
async fn on_threads<F: Future<Output = ()>>(program: &impl Fn() -> F) {
    program().await;
}

#[tokio::main(flavor = "current_thread")]
async fn on_one_thread<F: Future<Output = ()>>(program: &impl Fn() -> F) {
    program().await;
}

/// The facade shows types of the library `runtime`; the published tokio has its own.
fn check_patch() {
    let name = type_name::<tokio::runtime::Runtime>();
    assert!(name.starts_with("runtime::"), "the patch is not used: Runtime is {name}");
}

/// Ends the process with an error if it still runs after [`LIMIT`].
fn limit(name: &'static str) {
    thread::spawn(move || {
        thread::sleep(LIMIT);
        eprintln!("{name}: not done after {LIMIT:?}");
        process::exit(1);
    });
}

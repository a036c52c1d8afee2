//! Spawns a task and waits for it.
//!
//! ```text
//! cargo run --example hello
//! ```

use runtime::time::{Duration, sleep};

// Builds a runtime and runs the body on it: with `Builder` and `block_on` it can be had by hand.
#[runtime::main(flavor = "current_thread")]
async fn main() {
    let task = runtime::spawn(async {
        // Only this task waits; the loop runs others meanwhile, or sleeps.
        sleep(Duration::from_millis(10)).await;
        "world"
    });
    println!("hello,");
    // The handle gives the task's output, or an error if it panicked or was aborted.
    println!("{}", task.await.expect("the task does not panic"));
}

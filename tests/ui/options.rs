#[runtime::test(threads = 4)]
async fn unknown() {}

#[runtime::test(start_paused)]
async fn without_a_value() {}

#[runtime::test(turbo)]
async fn unknown_without_a_value() {}

#[runtime::test(runtime::flavor = "local")]
async fn path() {}

#[runtime::test("local")]
async fn value_without_a_name() {}

#[runtime::test(flavor = 1)]
async fn flavor_is_no_string() {}

#[runtime::test(flavor = "threaded")]
async fn unknown_flavor() {}

#[runtime::test(flavor = "multi_thread", worker_threads = "four")]
async fn threads_are_no_integer() {}

#[runtime::test(flavor = "multi_thread", worker_threads = 0)]
async fn no_threads() {}

#[runtime::test(start_paused = "yes")]
async fn paused_is_no_bool() {}

#[runtime::test(unhandled_panic = "abort")]
async fn unknown_reaction_to_panics() {}

#[runtime::test(name = 5)]
async fn name_is_no_string() {}

#[runtime::test(crate = 5)]
async fn crate_is_no_string() {}

#[runtime::test(crate = "5")]
async fn crate_is_no_path() {}

#[runtime::test(flavor = "local", flavor = "current_thread")]
async fn given_twice() {}

#[runtime::test(worker_threads = 4)]
async fn threads_of_the_current_thread() {}

#[runtime::main(flavor = "local", worker_threads = 4)]
async fn threads_of_a_local_runtime() {}

#[runtime::main(unhandled_panic = "shutdown_runtime")]
async fn panic_with_threads() {}

fn main() {}

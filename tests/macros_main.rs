//! `#[main]` and `#[test]`: what the function they leave behind does.

#![deny(warnings)]

use std::fmt::Debug;

#[runtime::main(flavor = "current_thread")]
async fn answer() -> u32 {
    runtime::spawn(async { 6 * 7 }).await.unwrap()
}

#[test]
fn the_function_blocks_until_its_body_is_done() {
    assert_eq!(answer(), 42);
    assert_eq!(answer(), 42, "each call builds a runtime of its own");
}

#[runtime::test]
async fn a_test_runs_inside_a_runtime() {
    assert_eq!(runtime::spawn(async { 1 }).await.unwrap(), 1);
}

#[runtime::test(name = "a name of its own")]
async fn a_test_takes_options() {
    assert_eq!(runtime::runtime::Handle::current().name(), Some("a name of its own"));
}

#[runtime::test]
#[should_panic(expected = "as it should")]
async fn a_test_keeps_the_attributes_after_it() {
    panic!("as it should");
}

#[should_panic(expected = "as it should")]
#[runtime::test]
async fn a_test_keeps_the_attributes_before_it() {
    panic!("as it should");
}

#[runtime::test]
async fn a_test_may_return_a_result() -> Result<(), std::num::ParseIntError> {
    assert_eq!("5".parse::<u8>()?, 5);
    Ok(())
}

#[runtime::main(flavor = "current_thread")]
async fn parse(text: &str, fallback: Option<u8>) -> Result<u8, Box<dyn std::error::Error>> {
    if let Some(fallback) = fallback {
        return Ok(text.parse().unwrap_or(fallback));
    }
    if text.is_empty() {
        // Boxed as one type here and as another by the `?`: only the signature says which is meant.
        return Err(Box::new(std::fmt::Error));
    }
    Ok(text.parse()?)
}

#[test]
fn every_way_to_return_knows_the_return_type() {
    assert_eq!(parse("7", None).unwrap(), 7);
    assert_eq!(parse("seven", Some(1)).unwrap(), 1);
    assert!(parse("", None).unwrap_err().is::<std::fmt::Error>());
    assert!(parse("seven", None).unwrap_err().is::<std::num::ParseIntError>());
}

#[runtime::main(flavor = "current_thread")]
async fn longest<'a, T, const N: usize>(texts: [&'a T; N]) -> &'a str
where
    T: AsRef<str> + Debug + ?Sized,
{
    texts.into_iter().map(AsRef::as_ref).max_by_key(|text| text.len()).unwrap_or_default()
}

#[test]
fn generics_lifetimes_and_arguments_are_kept() {
    assert_eq!(longest(["a", "ccc", "bb"]), "ccc");
}

struct Counter(u32);

trait Count {
    fn count(&mut self) -> &mut u32;
    fn finish(self) -> u32;
}

impl Count for Counter {
    #[runtime::main(flavor = "current_thread")]
    async fn count(&mut self) -> &mut u32 {
        self.0 += 1;
        &mut self.0
    }

    #[runtime::main(flavor = "current_thread")]
    async fn finish(mut self) -> u32 {
        self.0 *= 10;
        self.0
    }
}

#[test]
fn methods_may_borrow_or_consume_self() {
    let mut counter = Counter(0);
    *counter.count() += 1;
    assert_eq!(counter.finish(), 20);
}

#[runtime::main(flavor = "current_thread")]
async fn opaque() -> impl Iterator<Item = impl Debug> {
    [1, 2, 3].into_iter()
}

#[runtime::main(flavor = "current_thread")]
async fn never() -> ! {
    std::panic::resume_unwind(Box::new("left"))
}

#[test]
fn return_types_that_cannot_be_written_elsewhere_work() {
    assert_eq!(opaque().count(), 3);
    let left = std::panic::catch_unwind(|| never()).unwrap_err();
    assert_eq!(left.downcast_ref(), Some(&"left"));
}

#[runtime::main(flavor = "current_thread")]
async fn inner_attributes() -> u8 {
    #![allow(unused_variables, reason = "what is tested: it stays the first in the body")]
    let unused = 1;
    2
}

#[rustfmt::skip]
#[runtime::main(flavor = "current_thread")]
async fn on_one_line() { assert_eq!(inner(), 2) }

fn inner() -> u8 {
    inner_attributes()
}

#[test]
#[should_panic(expected = "runtime")]
fn a_runtime_inside_a_runtime_is_refused() {
    on_one_line();
}

/// By macros, names and crates that stand in the way.
mod hygiene {
    #[allow(unused_imports, reason = "the name only stands in the way")]
    use std as runtime;

    use ::runtime as renamed;

    pub mod nested {
        pub use ::runtime as renamed;
    }

    #[renamed::main(crate = "renamed", flavor = "current_thread")]
    async fn by_name() -> u8 {
        renamed::spawn(async { 1 }).await.unwrap()
    }

    #[renamed::test(crate = "nested::renamed")]
    async fn a_renamed_crate_is_found_by_its_path() {
        renamed::spawn(async {}).await.unwrap();
    }

    #[test]
    fn a_renamed_crate_is_found_by_its_name() {
        assert_eq!(by_name(), 1);
    }

    macro_rules! declare {
        (async fn $name:ident() $body:block) => {
            #[::runtime::test]
            async fn $name() {
                $body
            }
        };
    }

    declare!(
        async fn a_test_may_come_from_a_macro() {}
    );

    #[::runtime::main(flavor = "current_thread")]
    async fn shadowed(body: u8, output: u8) -> u8 {
        #[allow(dead_code)]
        enum Option {
            None,
            Some,
        }
        body + output + Option::Some as u8
    }

    #[test]
    fn names_of_the_body_are_left_alone() {
        assert_eq!(shadowed(1, 2), 4);
    }
}

/// Stands in for the crate, and returns how it was asked to build a runtime.
mod recorder {
    use std::cell::RefCell;

    thread_local! {
        static CALLS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    }

    pub fn calls() -> Vec<String> {
        CALLS.take()
    }

    fn record(call: impl std::fmt::Debug) {
        CALLS.with_borrow_mut(|calls| calls.push(format!("{call:?}").replace('"', "")));
    }

    pub mod runtime {
        use super::record;

        pub struct Builder;
        pub struct Runtime;

        impl Builder {
            pub fn new_current_thread() -> Self {
                record("current_thread");
                Self
            }
            pub fn new_multi_thread() -> Self {
                record("multi_thread");
                Self
            }
            pub fn worker_threads(&mut self, count: usize) -> &mut Self {
                record(count);
                self
            }
            pub fn enable_all(&mut self) -> &mut Self {
                record("all");
                self
            }
            pub fn start_paused(&mut self, paused: bool) -> &mut Self {
                record(paused);
                self
            }
            pub fn name(&mut self, name: impl Into<String>) -> &mut Self {
                record(name.into());
                self
            }
            pub fn build(&mut self) -> std::io::Result<Runtime> {
                Ok(Runtime)
            }
        }

        impl Runtime {
            pub fn block_on<F: Future>(&self, future: F) -> F::Output {
                futures::executor::block_on(future)
            }
        }
    }
}

#[runtime::main(crate = "recorder")]
async fn defaults() {}

#[runtime::main(crate = "recorder", name = "crowd", worker_threads = 3)]
async fn named() {}

#[runtime::main(crate = "recorder", flavor = "current_thread", start_paused = true)]
async fn paused() {}

#[test]
fn options_reach_the_builder() {
    let calls = |function: fn()| {
        function();
        recorder::calls()
    };
    assert_eq!(calls(defaults), ["multi_thread", "all"]);
    assert_eq!(calls(named), ["multi_thread", "all", "3", "crowd"]);
    assert_eq!(calls(paused), ["current_thread", "all", "true"]);
}

#[runtime::main(flavor = "local")]
async fn on_a_local_runtime() -> usize {
    let words = std::rc::Rc::new(["to", "be"]);
    runtime::task::spawn_local(async move { words.len() }).await.unwrap()
}

#[test]
fn a_local_runtime_runs_local_tasks() {
    assert_eq!(on_a_local_runtime(), 2);
}

#[runtime::test(flavor = "local", start_paused = true)]
async fn a_test_may_be_local() {
    let hour = std::time::Duration::from_secs(3600);
    runtime::task::spawn_local(runtime::time::sleep(hour)).await.unwrap();
}

//! Where the panics of misuse are said to happen: at the caller's line.

use runtime::runtime::{Builder, LocalOptions};
use runtime::task;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

thread_local! {
    static FILE: Cell<Option<String>> = const { Cell::new(None) };
}

/// The file that the panic of `code` is said to happen in.
fn file_of_panic<R>(code: impl FnOnce() -> R) -> String {
    static HOOKED: Once = Once::new();
    HOOKED.call_once(|| {
        std::panic::set_hook(Box::new(|panic| {
            FILE.set(panic.location().map(|at| at.file().to_owned()));
        }));
    });
    assert!(catch_unwind(AssertUnwindSafe(code)).is_err(), "it panics");
    FILE.take().expect("the hook was called")
}

#[test]
fn a_refused_thread_is_the_callers() {
    let rt = Builder::new_current_thread().thread_name("\0").build().unwrap();
    let _in = rt.enter();
    assert_eq!(file_of_panic(|| task::spawn_blocking(|| ())), file!());
    assert_eq!(file_of_panic(|| rt.spawn_blocking(|| ())), file!());
    assert_eq!(file_of_panic(|| rt.handle().spawn_blocking(|| ())), file!());
}

#[test]
fn a_local_spawn_on_another_thread_is_the_callers() {
    let rt = Builder::new_current_thread().build_local(LocalOptions::default()).unwrap();
    let handle = rt.handle().clone();
    std::thread::spawn(move || {
        let _in = handle.enter();
        assert_eq!(file_of_panic(|| task::spawn_local(async {})), file!());
    })
    .join()
    .unwrap();
}

#[test]
fn a_call_outside_of_a_runtime_is_the_callers() {
    assert_eq!(file_of_panic(|| task::spawn_local(async {})), file!());
    assert_eq!(file_of_panic(|| task::spawn_blocking(|| ())), file!());
    assert_eq!(file_of_panic(|| task::spawn(async {})), file!());
}

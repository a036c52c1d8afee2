//! Values that belong to a task.

use futures::FutureExt;
use runtime::runtime::Builder;
use runtime::task::yield_now;
use std::future::pending;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll, Waker};

runtime::task_local! {
    /// A number.
    static NUMBER: u32;
    pub(crate) static TEXT: String
}

runtime::task_local!();

fn block_on<F: Future>(future: F) -> F::Output {
    Builder::new_current_thread().build().unwrap().block_on(future)
}

fn text(panic: Box<dyn std::any::Any + Send>) -> String {
    panic.downcast_ref::<&str>().map(|text| text.to_string()).unwrap()
}

#[test]
fn each_task_sees_its_own_value() {
    block_on(async {
        let task = |number| {
            runtime::spawn(NUMBER.scope(number, async move {
                for _ in 0..5 {
                    assert_eq!(NUMBER.get(), number);
                    yield_now().await;
                }
            }))
        };
        let tasks = [task(1), task(2), task(3)];
        for task in tasks {
            task.await.unwrap();
        }
    });
}

#[test]
fn a_spawned_task_does_not_inherit() {
    block_on(NUMBER.scope(1, async {
        assert!(runtime::spawn(async { NUMBER.try_get() }).await.unwrap().is_err());
    }));
}

#[test]
fn scopes_nest_and_the_outer_value_comes_back() {
    let value = NUMBER.sync_scope(1, || {
        let inner = NUMBER.sync_scope(2, || NUMBER.get());
        (NUMBER.get(), inner)
    });
    assert_eq!(value, (1, 2));
    assert!(NUMBER.try_get().is_err());
}

#[test]
fn a_panic_in_a_scope_takes_the_value_away_again() {
    assert!(catch_unwind(|| NUMBER.sync_scope(1, || panic!("boom"))).is_err());
    assert!(NUMBER.try_get().is_err());
    block_on(async {
        let mut scope = Box::pin(NUMBER.scope(2, async { panic!("boom") }));
        assert!(AssertUnwindSafe(scope.as_mut()).catch_unwind().await.is_err());
        assert!(NUMBER.try_get().is_err());
        assert_eq!(scope.as_mut().take_value(), Some(2));
    });
}

/// Notes the value that is there when it is dropped.
struct SeenOnDrop(Arc<AtomicU32>);

impl Drop for SeenOnDrop {
    fn drop(&mut self) {
        self.0.store(NUMBER.try_get().unwrap_or(0), Ordering::Relaxed);
    }
}

#[test]
fn the_value_is_there_while_the_future_is_dropped() {
    let seen = Arc::new(AtomicU32::new(0));
    let guard = SeenOnDrop(seen.clone());
    let scope = NUMBER.scope(5, async move {
        let _guard = guard;
        pending::<()>().await;
    });
    drop(scope);
    assert_eq!(seen.swap(0, Ordering::Relaxed), 5, "dropped before its end");

    let guard = SeenOnDrop(seen.clone());
    let mut scope = pin!(NUMBER.scope(
        6,
        std::future::poll_fn(move |_| {
            let _used = &guard;
            Poll::Ready(())
        })
    ));
    let polled = scope.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(polled.is_ready());
    assert_eq!(seen.load(Ordering::Relaxed), 6, "dropped with its output");
}

#[test]
fn a_value_taken_out_hides_nothing_and_is_gone() {
    let mut scope = Box::pin(NUMBER.scope(1, async { NUMBER.try_get().is_err() }));
    assert_eq!(scope.as_mut().take_value(), Some(1));
    assert_eq!(scope.as_mut().take_value(), None);
    assert!(block_on(scope));
}

#[test]
fn misuse_says_what_is_wrong() {
    let panic = catch_unwind(|| NUMBER.get()).unwrap_err();
    assert_eq!(text(panic), "cannot access a task-local storage value without setting it first");
    let panic = catch_unwind(|| {
        NUMBER.sync_scope(1, || NUMBER.with(|_| NUMBER.sync_scope(2, || {})));
    });
    assert!(text(panic.unwrap_err()).contains("while the task-local storage is borrowed"));
    let mut scope = Box::pin(NUMBER.scope(1, async {}));
    let poll = |scope: Pin<&mut _>| Future::poll(scope, &mut Context::from_waker(Waker::noop()));
    assert!(poll(scope.as_mut()).is_ready());
    let panic = catch_unwind(AssertUnwindSafe(|| poll(scope.as_mut()))).unwrap_err();
    assert_eq!(text(panic), "`TaskLocalFuture` polled after completion");
}

#[test]
fn values_need_not_be_copied() {
    let length = TEXT.sync_scope("four".into(), || TEXT.with(String::len));
    assert_eq!(length, 4);
    assert_eq!(TEXT.try_with(String::len).unwrap_err().to_string(), "task-local value not set");
    assert_eq!(format!("{TEXT:?}"), "LocalKey { .. }");
}

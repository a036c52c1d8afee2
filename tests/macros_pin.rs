//! `pin!`: what its caller sees.

use futures::executor::block_on;
use std::marker::PhantomPinned;
use std::pin::Pin;

struct Unmovable(u8, PhantomPinned);

fn value(pinned: Pin<&mut Unmovable>) -> u8 {
    pinned.0
}

#[test]
fn names_are_bound_anew_to_what_they_held() {
    let first = Unmovable(1, PhantomPinned);
    let second = Unmovable(2, PhantomPinned);
    runtime::pin!(first, second);
    assert_eq!((value(first.as_mut()), value(second.as_mut())), (1, 2));
}

#[test]
fn statements_pin_what_they_make() {
    runtime::pin! {
        let first = Unmovable(1, PhantomPinned);
        let second = Unmovable(first.0 + 1, PhantomPinned);
    }
    assert_eq!((value(first.as_mut()), value(second.as_mut())), (1, 2));
}

#[test]
fn a_pinned_future_can_be_awaited_by_reference_piece_by_piece() {
    let steps = async {
        futures::pending!();
        "done"
    };
    runtime::pin!(steps);
    block_on(async {
        assert!(futures::poll!(&mut steps).is_pending());
        assert_eq!((&mut steps).await, "done");
    });
}

#[deny(warnings)]
#[test]
fn a_name_that_is_only_read_causes_no_warning() {
    let fixed = Unmovable(3, PhantomPinned);
    runtime::pin!(fixed);
    assert_eq!(fixed.0, 3);
    runtime::pin! { let made = Unmovable(4, PhantomPinned); }
    assert_eq!(made.0, 4);
}

#[test]
fn a_pinned_value_lives_as_long_as_its_name() {
    struct Noisy<'a>(&'a std::cell::Cell<bool>);
    impl Drop for Noisy<'_> {
        fn drop(&mut self) {
            self.0.set(true);
        }
    }
    let dropped = std::cell::Cell::new(false);
    {
        let noisy = Noisy(&dropped);
        runtime::pin!(noisy);
        assert!(!noisy.as_ref().0.get());
    }
    assert!(dropped.get());
}

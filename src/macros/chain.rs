//! A row of futures of different types that is pinned as one.

use pin_project_lite::pin_project;
use std::pin::Pin;

pin_project! {
    /// A row with one more future at its end; the empty row is `()`.
    ///
    /// The macros cannot pin the fields of a tuple without `unsafe` in the user's crate. This
    /// link is the same thing in pieces: laid out and dropped in order, nothing added.
    #[derive(Debug)]
    pub struct Chain<Front, Last> {
        #[pin]
        front: Front,
        #[pin]
        last: Last,
    }
}

impl<Front, Last> Chain<Front, Last> {
    /// Puts `last` behind the row `front`.
    #[inline]
    pub fn new(front: Front, last: Last) -> Self {
        Self { front, last }
    }

    /// Gives the row before the last future, and that future.
    #[inline]
    pub fn split(self: Pin<&mut Self>) -> (Pin<&mut Front>, Pin<&mut Last>) {
        let this = self.project();
        (this.front, this.last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;
    use std::pin::pin;

    struct Drops<'a>(u8, &'a RefCell<Vec<u8>>);

    impl Drop for Drops<'_> {
        fn drop(&mut self) {
            self.1.borrow_mut().push(self.0);
        }
    }

    #[test]
    fn a_chain_comes_apart_from_its_end() {
        let chain = pin!(Chain::new(Chain::new((), 'a'), 2_u8));
        let (rest, last) = chain.split();
        assert_eq!(*last, 2);
        let (_empty, first) = rest.split();
        assert_eq!(*first, 'a');
    }

    #[test]
    fn futures_are_dropped_in_the_order_they_were_given() {
        let order = RefCell::new(Vec::new());
        drop(Chain::new(Chain::new((), Drops(1, &order)), Drops(2, &order)));
        assert_eq!(*order.borrow(), [1, 2]);
    }

    #[test]
    fn links_cost_no_memory() {
        let chain = Chain::new(Chain::new(Chain::new((), 1_u64), 2_u64), 3_u64);
        assert_eq!(size_of_val(&chain), size_of::<[u64; 3]>());
    }
}

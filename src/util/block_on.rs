//! Blocks a thread on a future, with no runtime.

use super::arc_wake::borrowed;
use super::parker::Parker;
use crate::shim::Arc;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// Runs `future` on the calling thread, which sleeps while there is nothing to do.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    // Most calls find what they ask for, and need no waker of their own.
    if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        return output;
    }
    let parker = Arc::new(Parker::default());
    let waker = borrowed(&parker);
    let mut cx = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
            return output;
        }
        parker.park();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;

    #[test]
    fn a_ready_future_needs_no_sleep() {
        assert_eq!(block_on(async { 5 }), 5);
    }

    #[test]
    fn the_thread_sleeps_until_another_one_wakes_it() {
        let (send, recv) = std::sync::mpsc::channel::<Waker>();
        let other = std::thread::spawn(move || recv.iter().for_each(Waker::wake));
        let mut polls = 0;
        block_on(poll_fn(|cx| {
            polls += 1;
            if polls == 4 {
                return Poll::Ready(());
            }
            send.send(cx.waker().clone()).unwrap();
            Poll::Pending
        }));
        drop(send);
        other.join().unwrap();
        assert_eq!(polls, 4, "one poll to try, one to leave a waker, and one a wake");
    }
}

//! Blocks a thread on a future, with no runtime.

use crate::shim::atomic::{AtomicBool, Ordering};
use crate::shim::{WakeArc, thread};
use std::pin::pin;
use std::task::{Context, Poll, Wake, Waker};

/// A thread that sleeps until it is woken.
struct Sleeper {
    thread: thread::Thread,
    /// Set by wakers, cleared by the sleeping thread; publishes what happened before the wake.
    woken: AtomicBool,
}

impl Wake for Sleeper {
    fn wake(self: WakeArc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &WakeArc<Self>) {
        // Release: pairs with the Acquire in `block_on`. Who finds it set leaves the rest to
        // whoever set it.
        if !self.woken.swap(true, Ordering::Release) {
            self.thread.unpark();
        }
    }
}

/// Runs `future` on the calling thread, which sleeps while there is nothing to do.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let noop = &mut Context::from_waker(Waker::noop());
    // Most calls find what they ask for, and need no waker of their own.
    if let Poll::Ready(output) = future.as_mut().poll(noop) {
        return output;
    }
    let woken = AtomicBool::new(false);
    let sleeper = WakeArc::new(Sleeper { thread: thread::current(), woken });
    let waker = Waker::from(sleeper.clone());
    let cx = &mut Context::from_waker(&waker);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(cx) {
            return output;
        }
        // Acquire: pairs with the Release in `wake_by_ref`. An unpark left over from somebody
        // else's use of the thread finds it clear, and the thread parks again.
        while !sleeper.woken.swap(false, Ordering::Acquire) {
            thread::park();
        }
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
        let done = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
        let other = std::thread::spawn({
            let done = done.clone();
            move || {
                for (turn, waker) in recv.iter().enumerate() {
                    done.store(turn == 2, Ordering::Relaxed);
                    waker.wake();
                }
            }
        });
        // A leftover of an earlier use of this thread must not count as a wake.
        std::thread::current().unpark();
        let mut polls = 0;
        block_on(poll_fn(|cx| {
            polls += 1;
            if done.load(Ordering::Relaxed) {
                return Poll::Ready(());
            }
            let _ = send.send(cx.waker().clone());
            Poll::Pending
        }));
        drop(send);
        other.join().unwrap();
        assert_eq!(polls, 4, "one poll a wake");
    }
}

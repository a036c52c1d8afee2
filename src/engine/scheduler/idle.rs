//! How many loops sleep, how many search, whom to wake.
//!
//! Work that any loop may do wakes one sleeper at most, and none while somebody searches: a
//! searcher will find it. The word counts both; each loop's own announcement ([`Doze`]) says who
//! sleeps.
//!
//! ```text
//!   producer                            loop
//!   push                                sleep: announce; asleep + 1, searching - 1 if it was
//!   fence                               fence
//!   look at the word, take a sleeper    look at every queue
//! ```
//!
//! The fences make sure that a push and a sleep cannot both miss. The same holds for the end of a
//! search, which is announced before the last look at the queues: a producer that saw somebody
//! search, and so woke nobody, has its work found.

use super::doze::{Doze, Ended, Purpose};
use crate::shim::atomic::{AtomicUsize, Ordering, fence};
use crate::shim::thread;

/// One loop that searches; the lower half of the word counts them.
const SEARCHING: usize = 1;
/// One loop that sleeps; the upper half of the word counts them.
const ASLEEP: usize = 1 << (usize::BITS / 2);

/// The counts of all loops of a runtime.
#[derive(Debug)]
pub(super) struct Idle {
    /// Written by loops that fall asleep, wake or search, and by who wakes them; publishes nothing.
    word: AtomicUsize,
    loops: usize,
}

fn searching(word: usize) -> usize {
    word % ASLEEP
}

fn asleep(word: usize) -> usize {
    word / ASLEEP
}

impl Idle {
    pub(super) const fn new(loops: usize) -> Self {
        Self { word: AtomicUsize::new(0), loops }
    }

    /// How many loops sleep: a look, which may be out of date at once.
    #[inline]
    pub(super) fn asleep(&self) -> usize {
        // Relaxed: a hint; who acts on it looks again behind a fence.
        asleep(self.word.load(Ordering::Relaxed))
    }

    /// Whether some loops sleep while others run: a look.
    pub(super) fn some_are_asleep(&self) -> bool {
        (1..self.loops).contains(&self.asleep())
    }

    /// Whether no loop runs: a look.
    pub(super) fn all_are_asleep(&self) -> bool {
        self.asleep() == self.loops
    }

    /// Whether no loop but the caller's runs: a look.
    pub(super) fn all_but_one_are_asleep(&self) -> bool {
        self.asleep() + 1 == self.loops
    }

    /// Whether it may be worth to wake a loop: a look without a fence.
    ///
    /// For work that the caller's own loop will do in any case, and that others could only do
    /// sooner.
    #[inline]
    pub(super) fn may_help(&self) -> bool {
        // Relaxed: a hint; what is missed is delayed, not lost.
        let word = self.word.load(Ordering::Relaxed);
        searching(word) == 0 && asleep(word) > 0
    }

    /// Called after work was queued: the loop that the caller has to wake, if any; one that `rouse`
    /// finds asleep, and has search.
    #[must_use = "the loop sleeps on"]
    pub(super) fn choose(&self, rouse: impl Fn() -> Option<usize>) -> Option<usize> {
        // Pairs with the fences in `sleep` and `end_search`.
        fence(Ordering::SeqCst);
        while self.may_help() && self.claim_search() {
            let found = rouse();
            if found.is_some() {
                // Relaxed: counts only. Whom the caller wakes takes over the search.
                self.word.fetch_sub(ASLEEP, Ordering::Relaxed);
                return found;
            }
            // All sleepers have gone, or are about to be counted out. Another producer may have
            // left its work to the search that was claimed and has come to nothing, so look again.
            let _ = self.end_search();
            thread::yield_now();
        }
        None
    }

    /// Wakes one loop for itself; `true` if the caller has to send the wake-up.
    #[must_use = "the loop sleeps on"]
    pub(super) fn rouse(&self, doze: &Doze) -> bool {
        let roused = doze.rouse(Purpose::Itself);
        if roused {
            // Relaxed: counts only; the announcement decides.
            self.word.fetch_sub(ASLEEP, Ordering::Relaxed);
        }
        roused
    }

    /// A loop begins to search, unless enough others do.
    #[must_use = "a search that was begun must be ended"]
    pub(super) fn begin_search(&self) -> bool {
        // Relaxed: the limit is a rule of thumb.
        if 2 * searching(self.word.load(Ordering::Relaxed)) >= self.loops {
            return false;
        }
        // Relaxed: counts only.
        self.word.fetch_add(SEARCHING, Ordering::Relaxed);
        true
    }

    /// A loop has ended its search; `true` if it was the last one that did, and has to look at
    /// every queue again for producers that left their work to it.
    #[must_use = "the last one has to look again"]
    pub(super) fn end_search(&self) -> bool {
        // Relaxed: the fence below orders it before the caller's last look.
        let last = searching(self.word.fetch_sub(SEARCHING, Ordering::Relaxed)) == 1;
        // Pairs with the fence in `choose`.
        fence(Ordering::SeqCst);
        last
    }

    /// A loop is about to sleep, and was `searching` or not. It must look at every queue after
    /// this: `true` if at those of others as well.
    #[must_use = "the last one to search has to look everywhere"]
    pub(super) fn sleep(&self, doze: &Doze, was_searching: bool) -> bool {
        // Counted only once it is announced, so that who sees the count finds the announcement.
        doze.announce();
        let change = if was_searching { ASLEEP - SEARCHING } else { ASLEEP };
        // Release pairs with the acquire in `claim_search`, for the announcement.
        let before = self.word.fetch_add(change, Ordering::Release);
        // Pairs with the fence in `choose`.
        fence(Ordering::SeqCst);
        was_searching && searching(before) == 1
    }

    /// A loop is up again; `true` if somebody has woken it to search.
    #[must_use = "who was woken to search is counted as searching"]
    pub(super) fn wake(&self, doze: &Doze) -> bool {
        match doze.retract() {
            Ended::ByItself => {
                // Relaxed: counts only; the announcement decides who takes it back.
                self.word.fetch_sub(ASLEEP, Ordering::Relaxed);
                false
            }
            Ended::Roused(purpose) => purpose == Purpose::Search,
        }
    }

    /// Claims the one search that a wake-up stands for.
    fn claim_search(&self) -> bool {
        // Relaxed: the fence in `choose` orders it; the word publishes nothing.
        let mut word = self.word.load(Ordering::Relaxed);
        while searching(word) == 0 && asleep(word) > 0 {
            let claimed = word + SEARCHING;
            // Acquire pairs with the release in `sleep`. Relaxed: a failure is the next guess.
            match self.word.compare_exchange_weak(
                word,
                claimed,
                Ordering::Acquire,
                Ordering::Relaxed,
            ) {
                Ok(_) => return true,
                Err(now) => word = now,
            }
        }
        false
    }
}

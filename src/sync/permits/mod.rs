//! Counted permits with a fair queue: what semaphores are made of.
//!
//! Taking and giving back is one exchange on a [`Word`] as long as nobody waits. Otherwise permits
//! go from hand to hand: whoever gives some back gives them to the first in line, who may get them
//! in parts; what the queue notes for each waiter is how many it still misses.

mod acquire;
mod word;

#[cfg(all(test, loom))]
mod loom_tests;

pub(super) use acquire::Closed;
pub(super) use word::Refusal;

use crate::engine::task::budget;
use crate::shim::atomic::{AtomicUsize, Ordering};
use crate::util::wait_queue::{Home, Locked, WaitQueue};
use crate::util::wakers::Wakers;
use acquire::Acquire;
use word::Word;

/// A number of permits that come and go.
pub(crate) struct Permits {
    /// A [`Word`]. Giving back publishes what the holder did to whoever takes next.
    word: AtomicUsize,
    queue: WaitQueue<usize>,
}

// SAFETY: a reference always leads to the same queue, which stays in place while it is borrowed.
unsafe impl Home for &Permits {
    type Note = usize;
    fn queue(&self) -> &WaitQueue<usize> {
        &self.queue
    }
}

impl Permits {
    /// The most permits that there can be.
    pub(super) const MAX: usize = word::MAX;

    #[track_caller]
    pub(super) const fn new(count: usize) -> Self {
        assert!(count <= Self::MAX, "a semaphore may not have more than MAX_PERMITS permits");
        Self { word: AtomicUsize::new(Word::new(count).0), queue: WaitQueue::new() }
    }

    /// None, and never any.
    pub(super) const fn closed() -> Self {
        Self { word: AtomicUsize::new(Word::new(0).closed().0), queue: WaitQueue::new() }
    }

    /// How many permits are free.
    pub(super) fn free(&self) -> usize {
        self.load().free()
    }

    pub(super) fn is_closed(&self) -> bool {
        self.load().is_closed()
    }

    /// Takes `count` permits without waiting, if they are free and nobody waits.
    #[inline]
    pub(super) fn try_acquire(&self, count: usize) -> Result<(), Refusal> {
        // Relaxed: the exchange below confirms it.
        let mut word = Word(self.word.load(Ordering::Relaxed));
        loop {
            let next = word.take(count)?;
            match self.exchange(word, next) {
                Ok(()) => return Ok(()),
                Err(seen) => word = seen,
            }
        }
    }

    /// Takes `count` permits if they are there and the task has budget to go on with them.
    ///
    /// As a rule they are; so those who wait ask this first, and [`Permits::acquire`] makes a place
    /// in the queue for the rest.
    #[inline]
    pub(super) fn acquire_now(&self, count: usize) -> bool {
        budget::charge_if(|| self.try_acquire(count).is_ok())
    }

    /// Waits for `count` permits, in turn.
    pub(super) fn acquire(&self, count: usize) -> Acquire<'_> {
        Acquire::new(self, count)
    }

    /// Gives `count` permits to those who wait, and the rest back.
    ///
    /// # Panics
    ///
    /// If there were more than [`Permits::MAX`] then.
    #[inline]
    #[track_caller]
    pub(super) fn release(&self, count: usize) {
        // Relaxed: the exchange below confirms it.
        let mut word = Word(self.word.load(Ordering::Relaxed));
        loop {
            let next = if word.is_crowded() { None } else { word.give(count) };
            let Some(next) = next else { return self.hand_over(count) };
            match self.exchange(word, next) {
                Ok(()) => return,
                Err(seen) => word = seen,
            }
        }
    }

    #[track_caller]
    fn hand_over(&self, count: usize) {
        let mut queue = self.queue.lock();
        // As a rule all of them are for one.
        let Some(missing) = queue.front().filter(|missing| **missing == count) else {
            return self.hand_out(queue, count);
        };
        *missing = 0;
        let waker = queue.pop_one();
        self.settle(&queue);
        drop(queue);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    #[track_caller]
    fn hand_out(&self, mut queue: Locked<'_, usize>, count: usize) {
        let mut wakers = Wakers::new();
        let left = serve(&mut queue, count, &mut wakers);
        let mut fits = true;
        if queue.is_empty() {
            self.update(|word| {
                let next = word.give(left);
                fits = next.is_some();
                next.unwrap_or(word).uncrowded()
            });
        }
        drop(queue);
        wakers.wake_all();
        assert!(fits, "a semaphore may not have more than MAX_PERMITS permits ({})", Self::MAX);
    }

    /// Takes away up to `count` of the free permits; answers how many.
    pub(super) fn forget(&self, count: usize) -> usize {
        let mut taken = 0;
        self.update(|word| {
            taken = count.min(word.free());
            Word(word.0 - Word::new(taken).0)
        });
        taken
    }

    /// Refuses all who wait now or later.
    pub(super) fn close(&self) {
        let mut wakers = Wakers::new();
        let mut queue = self.queue.lock();
        self.update(|word| word.closed().uncrowded());
        while queue.pop_front(&mut wakers) {}
        drop(queue);
        wakers.wake_all();
    }

    /// Takes what is free of `count` permits; whoever misses some after that has to wait.
    fn line_up(&self, queue: &Locked<'_, usize>, count: usize) -> Result<usize, Closed> {
        // Relaxed: under the lock nobody else changes a crowded word.
        let word = Word(self.word.load(Ordering::Relaxed));
        if word.is_crowded() {
            return Ok(count);
        }
        let mut missing = count;
        let before = self.update(|word| {
            if word.is_closed() {
                return word;
            }
            let taken = count.min(word.free());
            missing = count - taken;
            let next = Word(word.0 - Word::new(taken).0);
            if missing > 0 { next.crowded() } else { next }
        });
        debug_assert!(queue.is_empty());
        if before.is_closed() { Err(Closed) } else { Ok(missing) }
    }

    /// Clears the word's note of a crowd after somebody has left the queue.
    fn settle(&self, queue: &Locked<'_, usize>) {
        if queue.is_empty() {
            self.update(Word::uncrowded);
        }
    }

    fn load(&self) -> Word {
        // Acquire: who sees a permit given back, or the end, sees what was done before.
        Word(self.word.load(Ordering::Acquire))
    }

    #[inline]
    fn exchange(&self, word: Word, next: Word) -> Result<(), Word> {
        // Acquire and Release: a taker sees what those did who gave back before it. Relaxed on
        // failure: the caller tries again.
        self.word
            .compare_exchange_weak(word.0, next.0, Ordering::AcqRel, Ordering::Relaxed)
            .map_or_else(|seen| Err(Word(seen)), |_| Ok(()))
    }

    /// Replaces the word; returns the one before.
    fn update(&self, mut next: impl FnMut(Word) -> Word) -> Word {
        // Relaxed: the exchange below confirms it.
        let mut word = Word(self.word.load(Ordering::Relaxed));
        while let Err(seen) = self.exchange(word, next(word)) {
            word = seen;
        }
        word
    }
}

/// Gives `count` permits to the first in line; returns what is left when nobody waits any more.
fn serve(queue: &mut Locked<'_, usize>, count: usize, wakers: &mut Wakers) -> usize {
    let mut left = count;
    while let Some(missing) = queue.front() {
        let given = left.min(*missing);
        left -= given;
        *missing -= given;
        if *missing > 0 {
            break;
        }
        queue.pop_front(wakers);
    }
    left
}

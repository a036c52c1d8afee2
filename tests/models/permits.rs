//! What permits with a fair queue do, without concurrency.

use std::collections::VecDeque;
use std::task::Poll;

/// The model of whatever counts permits: semaphores, locks, the room of a channel.
#[derive(Default)]
pub struct Permits {
    pub free: usize,
    pub closed: bool,
    queue: VecDeque<usize>,
    waiters: Vec<Waiter>,
}

struct Waiter {
    count: usize,
    missing: usize,
    stage: Stage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Fresh,
    Queued,
    /// Was told that it has all, or that it gets none.
    Called,
    Over,
}

/// Why nothing was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    TooFew,
    Closed,
}

impl Permits {
    pub fn new(free: usize) -> Self {
        Self { free, ..Self::default() }
    }

    /// One more who will ask for `count`; answers the number it goes by.
    pub fn ask(&mut self, count: usize) -> usize {
        self.waiters.push(Waiter { count, missing: count, stage: Stage::Fresh });
        self.waiters.len() - 1
    }

    pub fn try_take(&mut self, count: usize) -> Result<(), Refusal> {
        if self.closed {
            return Err(Refusal::Closed);
        }
        self.free = self.free.checked_sub(count).ok_or(Refusal::TooFew)?;
        Ok(())
    }

    pub fn give(&mut self, mut count: usize) {
        while let Some(&first) = self.queue.front() {
            let waiter = &mut self.waiters[first];
            let given = count.min(waiter.missing);
            count -= given;
            waiter.missing -= given;
            if waiter.missing > 0 {
                return;
            }
            waiter.stage = Stage::Called;
            self.queue.pop_front();
        }
        self.free += count;
    }

    /// Whether it gets what it asked for, if it is known.
    pub fn poll(&mut self, id: usize) -> Poll<bool> {
        let Waiter { count, missing, stage } = self.waiters[id];
        let gets = match (stage, self.closed) {
            (Stage::Queued, _) => return Poll::Pending,
            (Stage::Called, true) => {
                self.give(count - missing);
                false
            }
            (Stage::Called, false) => true,
            _ => match self.try_take(count) {
                Err(Refusal::TooFew) => {
                    self.waiters[id].missing -= std::mem::take(&mut self.free);
                    self.waiters[id].stage = Stage::Queued;
                    self.queue.push_back(id);
                    return Poll::Pending;
                }
                taken => taken.is_ok(),
            },
        };
        self.waiters[id].stage = Stage::Over;
        Poll::Ready(gets)
    }

    pub fn cancel(&mut self, id: usize) {
        self.queue.retain(|queued| *queued != id);
        let Waiter { count, missing, .. } = self.waiters[id];
        self.waiters[id].stage = Stage::Over;
        self.give(count - missing);
    }

    pub fn close(&mut self) {
        self.closed = true;
        for id in self.queue.drain(..) {
            self.waiters[id].stage = Stage::Called;
        }
    }

    /// How often somebody who has not completed was woken.
    pub fn wakes(&self, id: usize) -> usize {
        usize::from(self.waiters[id].stage == Stage::Called)
    }
}

//! The place of one value.

use super::word::Word;
use crate::shim::UnsafeCell;
use crate::shim::atomic::{AtomicU64, AtomicUsize, Ordering};

/// The position of a cell without a value.
const NOWHERE: u64 = u64::MAX;

/// One value, or none.
pub(super) struct Cell<T> {
    /// Which value it is, counted from the first one sent. Written with the claim held; publishes
    /// what was done before the value was sent.
    position: AtomicU64,
    /// A [`Word`].
    word: AtomicUsize,
    /// Belongs to whoever holds the claim.
    value: UnsafeCell<Option<T>>,
}

/// The right to what is in a cell. There is one at a time.
#[must_use = "nobody else gets at the cell until it is released"]
pub(super) struct Claim<'a, T>(&'a Cell<T>);

/// Why a value could not be claimed.
pub(super) enum Refusal<'a, T> {
    /// The cell has another value, or none. Who learns that late holds a claim, to be released.
    Elsewhere(Option<Claim<'a, T>>),
    /// Somebody is at it.
    Busy,
}

/// What the end of a claim has left to do.
#[must_use = "receivers may wait, and the cell may be lost"]
pub(super) struct Leftover<'a, T> {
    /// A value that nobody gets any more.
    pub(super) value: Option<T>,
    /// Receivers wait for the claim to end.
    pub(super) awaited: bool,
    /// The cell is the caller's now.
    pub(super) lost: bool,
    pub(super) cell: &'a Cell<T>,
}

impl<T> Cell<T> {
    pub(super) fn empty() -> Self {
        Self {
            position: AtomicU64::from(NOWHERE),
            word: AtomicUsize::from(Word::IDLE.0),
            value: UnsafeCell::new(None),
        }
    }

    #[inline]
    fn is_at(&self, position: u64) -> bool {
        // Acquire: pairs with the Release in `fill`; whoever sees the position sees the tail behind
        // it.
        self.position.load(Ordering::Acquire) == position
    }

    fn load(&self) -> Word {
        // Relaxed: a look; what is decided by it is confirmed by an exchange, or under the lock.
        Word(self.word.load(Ordering::Relaxed))
    }

    /// Claims the value of `position`. Only a receiver that it is owed to may ask for it.
    #[inline]
    pub(super) fn claim(&self, position: u64) -> Result<Claim<'_, T>, Refusal<'_, T>> {
        if !self.is_at(position) {
            return Err(Refusal::Elsewhere(None));
        }
        let claim = self.try_claim().ok_or(Refusal::Busy)?;
        // It may have been overwritten between the two.
        if self.is_at(position) { Ok(claim) } else { Err(Refusal::Elsewhere(Some(claim))) }
    }

    /// Takes the claim, if nobody holds it. Leaves a claimed word alone, so that its holder may
    /// write it with a plain store.
    #[inline]
    fn try_claim(&self) -> Option<Claim<'_, T>> {
        let mut word = self.load();
        while !word.is_busy() {
            // Acquire: pairs with the Release of whoever held the claim before. Relaxed on failure:
            // the loop tries again.
            match self.word.compare_exchange_weak(
                word.0,
                word.claimed().0,
                Ordering::Acquire,
                Ordering::Relaxed,
            ) {
                Ok(_) => return Some(Claim(self)),
                Err(seen) => word = Word(seen),
            }
        }
        None
    }

    /// Puts a value in, and gives the one before back. `announce` runs before anybody can see it.
    ///
    /// If somebody is at the old value, the cell is left to them, and `value` handed back.
    /// Only under the lock of the channel.
    pub(super) fn overwrite(
        &self,
        position: u64,
        value: T,
        receivers: usize,
        announce: impl FnOnce(),
    ) -> Result<Option<T>, T> {
        let mut claim = loop {
            if let Some(claim) = self.try_claim() {
                break claim;
            }
            let word = self.load();
            // AcqRel: pairs with the exchange in `release`. Relaxed on failure: as there.
            if word.is_busy()
                && self
                    .word
                    .compare_exchange(word.0, word.lost().0, Ordering::AcqRel, Ordering::Relaxed)
                    .is_ok()
            {
                return Err(value);
            }
        };
        let old = claim.change(|place| place.replace(value));
        announce();
        // Release: pairs with the Acquire in `is_at`.
        self.position.store(position, Ordering::Release);
        claim.end(Word::owed_to(receivers));
        Ok(old)
    }

    /// Ends the debt to a receiver that does not want the value; answers with the value if it was
    /// the last one.
    ///
    /// Only under the lock of the channel, with the position of the value known, and by a receiver
    /// that it is owed to.
    pub(super) fn forfeit(&self) -> Option<T> {
        let mut word = self.load();
        loop {
            let mut next = word.paid();
            let ours = !next.is_owed() && !word.is_busy();
            if ours {
                next = next.claimed();
            }
            // Acquire: takes over the value. Release: others may have seen the debt before. Relaxed
            // on failure: the loop tries again.
            match self.word.compare_exchange(word.0, next.0, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(_) if ours => return Claim(self).take(),
                // Whoever is at it takes care of the value.
                Ok(_) => return None,
                Err(seen) => word = Word(seen),
            }
        }
    }

    /// Sees to it that the holder of the claim wakes the receivers that wait; answers whether there
    /// is one.
    ///
    /// Only under the lock of the channel.
    pub(super) fn await_release(&self) -> bool {
        let mut word = self.load();
        while word.is_busy() {
            // Release: publishes nothing but the wish; who takes it looks under the lock. Relaxed
            // on failure: the loop tries again.
            match self.word.compare_exchange(
                word.0,
                word.awaited().0,
                Ordering::Release,
                Ordering::Relaxed,
            ) {
                Ok(_) => return true,
                Err(seen) => word = Word(seen),
            }
        }
        false
    }

    /// Whether somebody has yet to receive the value. Only under the lock of the channel.
    pub(super) fn is_owed(&self) -> bool {
        self.load().is_owed()
    }
}

impl<'a, T> Claim<'a, T> {
    #[inline]
    pub(super) fn value(&self) -> &T {
        // SAFETY: the claim is the only way to the value, and lends it out.
        let value = self.0.value.with(|value| unsafe { (*value).as_ref() });
        value.expect("a value stays as long as it is owed to somebody")
    }

    #[inline]
    fn change<R>(&mut self, change: impl FnOnce(&mut Option<T>) -> R) -> R {
        // SAFETY: the claim is the only way to the value, and is borrowed alone.
        self.0.value.with_mut(|value| change(unsafe { &mut *value }))
    }

    /// Ends the claim, and with `paid` the debt to the receiver who held it.
    #[inline]
    pub(super) fn release(mut self, paid: bool) -> Leftover<'a, T> {
        let cell = self.0;
        let mut value = None;
        let mut word = cell.load();
        loop {
            let left = if paid { word.paid() } else { word };
            if left.is_spent() && value.is_none() {
                // Nobody else wants it: what is spent stays so until somebody claims it to send.
                value = self.change(Option::take);
            }
            let mut next = left.released();
            if word.is_lost() {
                // No reader of the lost value may take another one for it.
                // Relaxed: whoever claims it looks again.
                cell.position.store(NOWHERE, Ordering::Relaxed);
                next = Word::IDLE;
            }
            // Release: hands the value to the next claim. Acquire: who was told that the cell is
            // lost, or awaited, sees what was done before. Relaxed on failure: the loop tries again.
            match cell.word.compare_exchange(word.0, next.0, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(_) => {
                    let (awaited, lost) = (word.is_awaited(), word.is_lost());
                    return Leftover { value, awaited, lost, cell };
                }
                Err(seen) => word = Word(seen),
            }
        }
    }

    /// Takes the value, and ends the claim. Only under the lock of the channel.
    fn take(mut self) -> Option<T> {
        let value = self.change(Option::take);
        self.end(Word::IDLE);
        value
    }

    /// Ends the claim, only under the lock of the channel.
    #[inline]
    fn end(self, word: Word) {
        // Not an exchange: nobody else writes to the word while one thread holds both the claim and
        // the lock.
        // Release: hands the value to the next claim.
        self.0.word.store(word.0, Ordering::Release);
    }
}

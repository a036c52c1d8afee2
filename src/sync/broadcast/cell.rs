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

/// Why a value could not be claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The cell has another value, or none.
    Elsewhere,
    /// Somebody is at it.
    Busy,
}

/// What the end of a claim has left to do.
#[must_use = "receivers may wait, and the cell may be lost"]
pub(super) struct Leftover<T> {
    /// A value that nobody gets any more.
    pub(super) value: Option<T>,
    /// Receivers wait for the claim to end.
    pub(super) awaited: bool,
    /// The cell is the caller's.
    pub(super) lost: bool,
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
    ///
    /// Whoever gets [`Refusal::Elsewhere`] with `true` has held the claim for a moment, and
    /// has to release it.
    #[inline]
    pub(super) fn claim(&self, position: u64) -> Result<(), (Refusal, bool)> {
        if !self.is_at(position) {
            return Err((Refusal::Elsewhere, false));
        }
        if !self.try_claim() {
            return Err((Refusal::Busy, false));
        }
        // It may have been overwritten between the two.
        if self.is_at(position) { Ok(()) } else { Err((Refusal::Elsewhere, true)) }
    }

    /// Takes the claim, if nobody holds it. Leaves a claimed word alone, so that its holder may
    /// write it with a plain store.
    #[inline]
    fn try_claim(&self) -> bool {
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
                Ok(_) => return true,
                Err(seen) => word = Word(seen),
            }
        }
        false
    }

    /// The claimed value.
    ///
    /// # Safety
    ///
    /// The caller holds the claim as long as the borrow lives, and the value is owed to it.
    #[inline]
    pub(super) unsafe fn value(&self) -> &T {
        // SAFETY: the claim makes the value the caller's.
        let value = self.value.with(|value| unsafe { (*value).as_ref() });
        value.expect("a value stays as long as it is owed to somebody")
    }

    /// Ends a claim, and with `paid` the debt to the receiver who held it.
    ///
    /// # Safety
    ///
    /// The caller holds the claim, and with `paid` the value was owed to it.
    #[inline]
    pub(super) unsafe fn release(&self, paid: bool) -> Leftover<T> {
        let mut value = None;
        let mut word = self.load();
        loop {
            let left = if paid { word.paid() } else { word };
            if left.is_spent() && value.is_none() {
                // SAFETY: the claim is the caller's until the exchange below. Nobody else wants the
                // value: what is spent stays so until somebody claims it to send.
                value = self.value.with_mut(|value| unsafe { (*value).take() });
            }
            let mut next = left.released();
            if word.is_lost() {
                // No reader of the lost value may take another one for it.
                // Relaxed: whoever claims it looks again.
                self.position.store(NOWHERE, Ordering::Relaxed);
                next = Word::IDLE;
            }
            // Release: hands the value to the next claim. Acquire: who was told that the cell is
            // lost, or awaited, sees what was done before. Relaxed on failure: the loop tries again.
            match self.word.compare_exchange(word.0, next.0, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(_) => {
                    return Leftover { value, awaited: word.is_awaited(), lost: word.is_lost() };
                }
                Err(seen) => word = Word(seen),
            }
        }
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
        while !self.try_claim() {
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
        }
        // SAFETY: the claim makes the value the caller's.
        let old = self.value.with_mut(|place| unsafe { (*place).replace(value) });
        announce();
        // Release: pairs with the Acquire in `is_at`.
        self.position.store(position, Ordering::Release);
        // Not an exchange: nobody else writes to the word while one thread holds both the claim and
        // the lock of the channel.
        // Release: hands the value to the next claim.
        self.word.store(Word::owed_to(receivers).0, Ordering::Release);
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
                Ok(_) if ours => break,
                // Whoever is at it takes care of the value.
                Ok(_) => return None,
                Err(seen) => word = Word(seen),
            }
        }
        // SAFETY: claimed just now.
        let value = self.value.with_mut(|value| unsafe { (*value).take() });
        // Not an exchange: as in `overwrite`.
        // Release: hands the place to the next claim.
        self.word.store(Word::IDLE.0, Ordering::Release);
        value
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

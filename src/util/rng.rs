//! Randomness for fairness: fast, seedable, of no use for secrets.

use crate::shim::thread_local;
use std::cell::Cell;
use std::hash::{BuildHasher, Hasher, RandomState};

/// The odd constant nearest to 2^64 divided by the golden ratio: its multiples spread evenly.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// Where a sequence of random numbers starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seed(u64);

impl Seed {
    /// A seed that nobody can foresee.
    pub(crate) fn random() -> Self {
        // The standard library draws new keys from the system for each thread and counts from them.
        Self(RandomState::new().build_hasher().finish())
    }

    /// The same seed for the same bytes, on every machine and in every version.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Self {
        bytes.iter().fold(Self(GOLDEN), |seed, &byte| seed.child(byte.into()))
    }

    /// A seed of its own for each `index`, settled by this one.
    pub(crate) fn child(self, index: u64) -> Self {
        Self(mix(self.0 ^ mix(index.wrapping_add(GOLDEN))))
    }
}

/// Scrambles the bits so that each one depends on all (the finisher of splitmix64).
fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

thread_local! {
    // The position in this thread's sequence; seeded at first use.
    static POSITION: Cell<Option<u64>> = const { Cell::new(None) };
}

/// Draws a number below `n` from this thread's sequence.
#[inline]
pub(crate) fn thread_rng_n(n: u32) -> u32 {
    let position = POSITION.with(Cell::get).unwrap_or_else(|| Seed::random().0);
    let position = position.wrapping_add(GOLDEN);
    POSITION.with(|cell| cell.set(Some(position)));
    // Scales the upper half down instead of taking a remainder: no division, and the bias for
    // the small `n` of a fair start is far below anything that could be measured.
    let upper_half = mix(position) >> 32;
    ((upper_half * u64::from(n)) >> 32) as u32
}

/// Runs `run` with this thread's sequence started from `seed`, then goes on with the one before,
/// also on unwind.
pub(crate) fn with_seed<R>(seed: Seed, run: impl FnOnce() -> R) -> R {
    struct Restore(Option<u64>);
    impl Drop for Restore {
        fn drop(&mut self) {
            POSITION.with(|cell| cell.set(self.0));
        }
    }
    let _restore = Restore(POSITION.with(|cell| cell.replace(Some(seed.0))));
    run()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw(count: usize) -> Vec<u32> {
        std::iter::repeat_with(|| thread_rng_n(1_000_000)).take(count).collect()
    }

    #[test]
    fn one_seed_gives_one_sequence() {
        let seed = Seed::from_bytes(b"the same bytes");
        let first = with_seed(seed, || draw(50));
        assert_eq!(first, with_seed(seed, || draw(50)));
        assert_ne!(first, with_seed(Seed::from_bytes(b"other bytes"), || draw(50)));
        // Written down so that a recorded schedule still replays after an upgrade.
        assert_eq!(first[..3], [383_623, 698_562, 733_052]);
    }

    #[test]
    fn a_scope_leaves_the_outer_sequence_where_it_was() {
        let (outer, inner) = (Seed::from_bytes(b"outer"), Seed::from_bytes(b"inner"));
        let undisturbed = with_seed(outer, || draw(4));
        let disturbed = with_seed(outer, || {
            let mut numbers = draw(2);
            let _ = std::panic::catch_unwind(|| {
                with_seed(inner, || {
                    draw(7);
                    std::panic::resume_unwind(Box::new(()));
                })
            });
            numbers.extend(draw(2));
            numbers
        });
        assert_eq!(undisturbed, disturbed);
    }

    #[test]
    fn every_number_below_the_bound_comes_up_about_equally_often() {
        with_seed(Seed::from_bytes(b"fair"), || {
            for bound in [1, 2, 3, 7, 64] {
                let mut seen = vec![0_u32; bound as usize];
                for _ in 0..1_000 * bound {
                    seen[thread_rng_n(bound) as usize] += 1;
                }
                assert!(seen.iter().all(|count| (850..1_150).contains(count)), "{seen:?}");
            }
        });
    }

    #[test]
    fn children_of_a_seed_differ_from_it_and_from_each_other() {
        let seed = Seed::from_bytes(b"parent");
        let mut all: Vec<_> = (0..100).map(|index| seed.child(index).0).collect();
        all.push(seed.0);
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 101);
    }

    #[test]
    fn threads_without_a_seed_differ() {
        let other = std::thread::spawn(|| draw(10)).join().expect("drawing cannot panic");
        assert_ne!(draw(10), other);
    }
}

//! What random choices follow from.

use crate::util::rng::Seed;

/// A seed for [`Builder::rng_seed`](super::Builder::rng_seed).
///
/// # Examples
///
/// ```
/// use runtime::runtime::RngSeed;
///
/// let seed = RngSeed::from_bytes(b"case 17");
/// # drop(seed);
/// ```
#[derive(Clone, Debug)]
pub struct RngSeed(pub(super) Seed);

impl RngSeed {
    /// Makes a seed of any bytes; the same bytes make the same seed.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::RngSeed;
    ///
    /// let seed = RngSeed::from_bytes(&42_u64.to_le_bytes());
    /// # drop(seed);
    /// ```
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self(Seed::from_bytes(bytes))
    }
}

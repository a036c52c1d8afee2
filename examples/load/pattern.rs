//! Bytes that differ from client to client, and from round trip to round trip.

/// A source of payloads. An echo that is late, cut, doubled or somebody else's does not match.
#[derive(Debug)]
pub struct Pattern(u64);

impl Pattern {
    /// The source of one client.
    pub fn new(client: u32) -> Self {
        Self(u64::from(client) << 32)
    }

    /// Writes the next payload.
    pub fn fill(&mut self, payload: &mut [u8]) {
        for chunk in payload.chunks_mut(8) {
            // SplitMix64: each step of a counter turns into a number that looks random.
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut word = self.0;
            word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            chunk.copy_from_slice(&(word ^ (word >> 31)).to_le_bytes()[..chunk.len()]);
        }
    }
}

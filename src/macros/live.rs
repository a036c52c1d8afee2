//! The branches of one `select!` that still take part.

/// A set of branch numbers below 64.
#[derive(Clone, Copy, Debug, Default)]
pub struct Live(u64);

impl Live {
    /// Adds a branch if its condition holds.
    ///
    /// By value: what was ever borrowed keeps a place of its own in the future of the caller.
    #[inline]
    pub fn with(self, (branch, condition): (u32, bool)) -> Self {
        Self(self.0 | u64::from(condition) << branch)
    }

    /// Takes a branch out for good.
    #[inline]
    pub fn disable(&mut self, branch: u32) {
        self.0 &= !(1 << branch);
    }

    /// Whether the branch takes part.
    #[inline]
    pub fn contains(self, branch: u32) -> bool {
        self.0 & (1 << branch) != 0
    }

    /// Whether no branch takes part any more.
    #[inline]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_branches_whose_condition_holds_take_part() {
        assert!(Live::default().is_empty());
        let live =
            (0..64).map(|branch| (branch, branch % 2 == 0)).fold(Live::default(), Live::with);
        assert!((0..64).all(|branch| live.contains(branch) == (branch % 2 == 0)));
    }

    #[test]
    fn the_last_branch_to_go_leaves_none() {
        let mut live = Live::default().with((0, true)).with((63, true));
        live.disable(0);
        assert!(live.contains(63) && !live.contains(0) && !live.is_empty());
        live.disable(63);
        assert!(live.is_empty());
    }
}

//! Times of a file that can be set.

use std::time::SystemTime;

/// The times that [`File::set_times`](super::File::set_times) is to set; those not named here stay.
///
/// # Examples
///
/// ```
/// use runtime::fs::FileTimes;
/// use std::time::SystemTime;
///
/// let times = FileTimes::new().set_modified(SystemTime::UNIX_EPOCH);
/// # drop(times);
/// ```
#[derive(Clone, Debug, Default)]
pub struct FileTimes(pub(super) std::fs::FileTimes);

impl FileTimes {
    /// Names no time yet.
    ///
    /// # Examples
    ///
    /// ```
    /// let nothing = runtime::fs::FileTimes::new();
    /// # drop(nothing);
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Names when the file was read last.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::fs::FileTimes;
    /// use std::time::SystemTime;
    ///
    /// let times = FileTimes::new().set_accessed(SystemTime::now());
    /// # drop(times);
    /// ```
    #[must_use]
    pub fn set_accessed(self, t: SystemTime) -> Self {
        Self(self.0.set_accessed(t))
    }

    /// Names when the file was written last.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::fs::FileTimes;
    /// use std::time::SystemTime;
    ///
    /// let times = FileTimes::new().set_modified(SystemTime::now());
    /// # drop(times);
    /// ```
    #[must_use]
    pub fn set_modified(self, t: SystemTime) -> Self {
        Self(self.0.set_modified(t))
    }
}

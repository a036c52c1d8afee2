//! What one wants to know of an I/O resource.

use super::Ready;
use crate::engine::reactor::priority;
use std::fmt;
use std::ops::{BitOr, BitOrAssign};

const READABLE: u8 = 1;
const WRITABLE: u8 = 1 << 1;
const PRIORITY: u8 = 1 << 2;
const ERROR: u8 = 1 << 3;

/// Says which readiness of an I/O resource is of interest.
///
/// It is a set that is never empty.
///
/// # Examples
///
/// ```
/// use runtime::io::Interest;
///
/// let both = Interest::READABLE | Interest::WRITABLE;
/// assert!(both.is_readable() && both.is_writable());
/// assert_eq!(format!("{both:?}"), "READABLE | WRITABLE");
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Interest(u8);

impl Interest {
    /// Asks for readiness to be read, the end of the stream included.
    pub const READABLE: Interest = Interest(READABLE);
    /// Asks for readiness to be written, the end of the stream included.
    pub const WRITABLE: Interest = Interest(WRITABLE);
    /// Asks for urgent data.
    pub const PRIORITY: Interest = Interest(PRIORITY);
    /// Asks for errors.
    pub const ERROR: Interest = Interest(ERROR);

    /// Returns whether the set contains readable interest.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::Interest;
    ///
    /// assert!(Interest::READABLE.is_readable());
    /// assert!(!Interest::WRITABLE.is_readable());
    /// ```
    pub const fn is_readable(self) -> bool {
        self.0 & READABLE != 0
    }

    /// Returns whether the set contains writable interest.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::Interest;
    ///
    /// assert!(Interest::WRITABLE.is_writable());
    /// assert!(!Interest::READABLE.is_writable());
    /// ```
    pub const fn is_writable(self) -> bool {
        self.0 & WRITABLE != 0
    }

    /// Returns whether the set contains interest in urgent data.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::Interest;
    ///
    /// assert!(Interest::PRIORITY.is_priority());
    /// assert!(!Interest::READABLE.is_priority());
    /// ```
    pub const fn is_priority(self) -> bool {
        self.0 & PRIORITY != 0
    }

    /// Returns whether the set contains interest in errors.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::Interest;
    ///
    /// assert!(Interest::ERROR.is_error());
    /// assert!(!Interest::READABLE.is_error());
    /// ```
    pub const fn is_error(self) -> bool {
        self.0 & ERROR != 0
    }

    /// Unites two sets; as `|`, but in constants too.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::Interest;
    ///
    /// const BOTH: Interest = Interest::READABLE.add(Interest::WRITABLE);
    /// assert!(BOTH.is_readable() && BOTH.is_writable());
    /// ```
    #[must_use = "this returns the result of the operation, without modifying the original"]
    #[allow(clippy::should_implement_trait)]
    pub const fn add(self, other: Interest) -> Interest {
        Interest(self.0 | other.0)
    }

    /// Takes `other` away; `None` if nothing is left.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::Interest;
    ///
    /// let both = Interest::READABLE | Interest::WRITABLE;
    /// assert_eq!(both.remove(Interest::READABLE), Some(Interest::WRITABLE));
    /// assert_eq!(both.remove(both), None);
    /// ```
    #[must_use = "this returns the result of the operation, without modifying the original"]
    pub fn remove(self, other: Interest) -> Option<Interest> {
        let rest = self.0 & !other.0;
        (rest != 0).then_some(Interest(rest))
    }

    /// The readiness that this interest waits for.
    pub(crate) fn mask(self) -> Ready {
        let rows = [
            (READABLE, Ready::READABLE | Ready::READ_CLOSED),
            (WRITABLE, Ready::WRITABLE | Ready::WRITE_CLOSED),
            (PRIORITY, Ready::PRIORITY | Ready::READ_CLOSED),
            (ERROR, Ready::ERROR),
        ];
        let wanted = rows.into_iter().filter(|(bit, _)| self.0 & bit != 0);
        wanted.fold(Ready::EMPTY, |mask, (_, ready)| mask | ready)
    }

    /// What the poller is to be asked for.
    pub(crate) fn to_mio(self) -> mio::Interest {
        let rows = [
            (READABLE, mio::Interest::READABLE),
            (WRITABLE, mio::Interest::WRITABLE),
            (PRIORITY, priority()),
        ];
        let wanted = rows.into_iter().filter(|(bit, _)| self.0 & bit != 0).map(|(_, mio)| mio);
        // Errors are always reported. Who wants nothing else has to ask for something.
        wanted.reduce(|all, one| all | one).unwrap_or(mio::Interest::READABLE)
    }
}

impl BitOr for Interest {
    type Output = Interest;
    fn bitor(self, other: Interest) -> Interest {
        self.add(other)
    }
}

impl BitOrAssign for Interest {
    fn bitor_assign(&mut self, other: Interest) {
        *self = *self | other;
    }
}

impl fmt::Debug for Interest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = [
            (READABLE, "READABLE"),
            (WRITABLE, "WRITABLE"),
            (PRIORITY, "PRIORITY"),
            (ERROR, "ERROR"),
        ];
        let mut separator = "";
        for (_, name) in names.into_iter().filter(|(bit, _)| self.0 & bit != 0) {
            write!(f, "{separator}{name}")?;
            separator = " | ";
        }
        Ok(())
    }
}

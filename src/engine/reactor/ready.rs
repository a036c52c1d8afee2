//! What an operating system object is ready for.

use std::fmt;
use std::ops::{BitAnd, BitOr, BitOrAssign, Sub};

const READABLE: u8 = 1;
const WRITABLE: u8 = 1 << 1;
const READ_CLOSED: u8 = 1 << 2;
const WRITE_CLOSED: u8 = 1 << 3;
const PRIORITY: u8 = 1 << 4;
const ERROR: u8 = 1 << 5;

/// Describes what an I/O resource is ready for.
///
/// It is a set: a resource may be readable and writable at the same time. Readiness is a hint; the
/// operation it promises may still answer `WouldBlock`.
///
/// # Examples
///
/// ```
/// use runtime::io::Ready;
///
/// let ready = Ready::READABLE | Ready::WRITABLE;
/// assert!(ready.is_readable() && ready.is_writable());
/// assert_eq!(ready - Ready::READABLE, Ready::WRITABLE);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ready(u8);

impl Ready {
    /// Holds nothing.
    pub const EMPTY: Ready = Ready(0);
    /// Says that a read will make progress.
    pub const READABLE: Ready = Ready(READABLE);
    /// Says that a write will make progress.
    pub const WRITABLE: Ready = Ready(WRITABLE);
    /// Says that the reading side has ended.
    pub const READ_CLOSED: Ready = Ready(READ_CLOSED);
    /// Says that the writing side has ended.
    pub const WRITE_CLOSED: Ready = Ready(WRITE_CLOSED);
    /// Says that urgent data has arrived.
    pub const PRIORITY: Ready = Ready(PRIORITY);
    /// Says that an error is waiting to be taken.
    pub const ERROR: Ready = Ready(ERROR);
    /// Holds everything.
    pub const ALL: Ready =
        Ready(READABLE | WRITABLE | READ_CLOSED | WRITE_CLOSED | PRIORITY | ERROR);

    /// Both bits that end by themselves: a side that is closed stays closed.
    pub(crate) const CLOSED: Ready = Ready(READ_CLOSED | WRITE_CLOSED);

    /// Returns whether the set is empty.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::Ready;
    ///
    /// assert!(Ready::EMPTY.is_empty());
    /// assert!(!Ready::READABLE.is_empty());
    /// ```
    pub fn is_empty(self) -> bool {
        self == Ready::EMPTY
    }

    /// Returns whether a read will make progress, if only to find the end.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::Ready;
    ///
    /// assert!(Ready::READABLE.is_readable());
    /// assert!(Ready::READ_CLOSED.is_readable());
    /// assert!(!Ready::WRITABLE.is_readable());
    /// ```
    pub fn is_readable(self) -> bool {
        self.intersects(Ready::READABLE | Ready::READ_CLOSED)
    }

    /// Returns whether a write will make progress, if only to find the end.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::Ready;
    ///
    /// assert!(Ready::WRITABLE.is_writable());
    /// assert!(Ready::WRITE_CLOSED.is_writable());
    /// assert!(!Ready::READABLE.is_writable());
    /// ```
    pub fn is_writable(self) -> bool {
        self.intersects(Ready::WRITABLE | Ready::WRITE_CLOSED)
    }

    /// Returns whether the reading side has ended.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::Ready;
    ///
    /// assert!(Ready::READ_CLOSED.is_read_closed());
    /// assert!(!Ready::READABLE.is_read_closed());
    /// ```
    pub fn is_read_closed(self) -> bool {
        self.intersects(Ready::READ_CLOSED)
    }

    /// Returns whether the writing side has ended.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::Ready;
    ///
    /// assert!(Ready::WRITE_CLOSED.is_write_closed());
    /// assert!(!Ready::WRITABLE.is_write_closed());
    /// ```
    pub fn is_write_closed(self) -> bool {
        self.intersects(Ready::WRITE_CLOSED)
    }

    /// Returns whether urgent data has arrived.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::Ready;
    ///
    /// assert!(Ready::PRIORITY.is_priority());
    /// assert!(!Ready::READABLE.is_priority());
    /// ```
    pub fn is_priority(self) -> bool {
        self.intersects(Ready::PRIORITY)
    }

    /// Returns whether an error is waiting to be taken.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::Ready;
    ///
    /// assert!(Ready::ERROR.is_error());
    /// assert!(!Ready::READABLE.is_error());
    /// ```
    pub fn is_error(self) -> bool {
        self.intersects(Ready::ERROR)
    }

    /// Whether the two sets have anything in common.
    pub(crate) fn intersects(self, other: Ready) -> bool {
        self.0 & other.0 != 0
    }

    pub(crate) const fn union(self, other: Ready) -> Ready {
        Ready(self.0 | other.0)
    }

    pub(crate) const fn bits(self) -> u8 {
        self.0
    }

    /// The set with these bits; those that mean nothing are dropped.
    pub(crate) const fn from_bits(bits: u8) -> Ready {
        Ready(bits & Ready::ALL.0)
    }

    /// What an event of the poller says.
    ///
    /// An error counts for both directions, as in `select(2)`: the next read or write is how one
    /// takes it (a datagram socket reports a refused peer with nothing else set).
    pub(super) fn of_event(event: &mio::event::Event) -> Ready {
        let mut ready = Ready::EMPTY;
        let mut add = |says: bool, bits: Ready| {
            if says {
                ready |= bits;
            }
        };
        add(event.is_readable(), Ready::READABLE);
        add(event.is_writable(), Ready::WRITABLE);
        add(event.is_read_closed(), Ready::READ_CLOSED);
        add(event.is_write_closed(), Ready::WRITE_CLOSED);
        add(event.is_priority(), Ready::PRIORITY);
        add(event.is_error(), Ready::ERROR | Ready::READABLE | Ready::WRITABLE);
        ready
    }
}

impl BitOr for Ready {
    type Output = Ready;
    fn bitor(self, other: Ready) -> Ready {
        self.union(other)
    }
}

impl BitOrAssign for Ready {
    fn bitor_assign(&mut self, other: Ready) {
        *self = *self | other;
    }
}

impl BitAnd for Ready {
    type Output = Ready;
    fn bitand(self, other: Ready) -> Ready {
        Ready(self.0 & other.0)
    }
}

impl Sub for Ready {
    type Output = Ready;
    fn sub(self, other: Ready) -> Ready {
        Ready(self.0 & !other.0)
    }
}

impl fmt::Debug for Ready {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ready")
            .field("is_readable", &self.is_readable())
            .field("is_writable", &self.is_writable())
            .field("is_read_closed", &self.is_read_closed())
            .field("is_write_closed", &self.is_write_closed())
            .field("is_error", &self.is_error())
            .field("is_priority", &self.is_priority())
            .finish()
    }
}

//! Which core the calling thread runs on.

/// The number of that core, which the kernel keeps where a thread reads it in a few instructions.
///
/// It may be another one by the time the caller looks at it, so it is good for a guess.
pub(crate) fn current() -> Option<u32> {
    // SAFETY: takes no arguments, and only reads.
    u32::try_from(unsafe { libc::sched_getcpu() }).ok()
}

//! What Linux does its own way: an alarm to the nanosecond, urgent data as an event.

use crate::engine::clock::{AnchoredClock, any_shifted};
use mio::unix::SourceFd;
use mio::{Interest, Registry, Token};
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::time::{Duration, Instant};

/// The interest in urgent data.
pub(crate) const fn priority() -> Interest {
    Interest::PRIORITY
}

/// Ends a wait at an exact time.
///
/// `epoll_wait` counts in milliseconds, a `timerfd` in nanoseconds. It is armed with an absolute
/// time, so nothing is lost between arming and waiting, and it is watched edge-triggered, so it
/// is never read. A deadline later than the armed one is left for the wake-up in between to arm:
/// most timers are timeouts that are cancelled, and cost no system call at all.
#[derive(Debug)]
pub(crate) struct Alarm {
    timer: OwnedFd,
    /// The deadline it is armed for, `u64::MAX` if for none.
    armed: u64,
    /// One moment on both of the clocks that have to be brought together, as long as neither is
    /// stopped.
    moment: (u64, Duration),
}

impl Alarm {
    pub(super) fn new(
        registry: &Registry,
        token: Token,
        clock: &AnchoredClock,
    ) -> io::Result<Alarm> {
        let flags = libc::TFD_NONBLOCK | libc::TFD_CLOEXEC;
        // SAFETY: takes no pointers.
        let fd = checked(unsafe { libc::timerfd_create(libc::CLOCK_MONOTONIC, flags) })?;
        // SAFETY: the call above has just made it, and nobody else knows it.
        let timer = unsafe { OwnedFd::from_raw_fd(fd) };
        registry.register(&mut SourceFd(&fd), token, Interest::READABLE)?;
        // The instant is read first: taking it for a little later than it was makes the alarm a
        // little late, never early.
        let now = clock.at(Instant::now());
        Ok(Alarm { timer, armed: u64::MAX, moment: (now, monotonic()?) })
    }

    /// Sees to it that a wait which begins now ends at `deadline`; answers the timeout it needs.
    ///
    /// # Panics
    ///
    /// If the operating system refuses, which it does for a bad descriptor only.
    pub(super) fn set(&mut self, deadline: u64, clock: &AnchoredClock) -> Option<Duration> {
        let now = clock.now();
        if deadline <= now {
            return Some(Duration::ZERO);
        }
        // A clock that was ever stopped has moved all deadlines.
        let (moment, on_timer) = if any_shifted() {
            (now, monotonic().expect("the clock of a timer of our own can be read"))
        } else if deadline < self.armed {
            self.moment
        } else {
            return None;
        };
        self.arm(on_timer + Duration::from_nanos(deadline.saturating_sub(moment)));
        self.armed = deadline;
        None
    }

    /// Notes that the alarm went off.
    pub(super) fn rang(&mut self) {
        self.armed = u64::MAX;
    }

    fn arm(&self, at: Duration) {
        let never = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        let spec = libc::itimerspec { it_interval: never, it_value: timespec(at) };
        let (fd, flags) = (self.timer.as_raw_fd(), libc::TFD_TIMER_ABSTIME);
        // SAFETY: `spec` lives through the call, and a null pointer asks for no old value.
        let set = unsafe { libc::timerfd_settime(fd, flags, &spec, std::ptr::null_mut()) };
        checked(set).expect("a timer of our own takes any valid time");
    }
}

/// The clock of the timer.
fn monotonic() -> io::Result<Duration> {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `now` lives through the call.
    checked(unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &mut now) })?;
    Ok(Duration::new(now.tv_sec as u64, now.tv_nsec as u32))
}

/// A time far off is cut to what the kernel can hold.
fn timespec(at: Duration) -> libc::timespec {
    let tv_sec = libc::time_t::try_from(at.as_secs()).unwrap_or(libc::time_t::MAX);
    libc::timespec { tv_sec, tv_nsec: at.subsec_nanos() as _ }
}

fn checked(result: libc::c_int) -> io::Result<libc::c_int> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) }
}

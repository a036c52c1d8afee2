//! What Linux does its own way: an alarm to the nanosecond, urgent data as an event.

use super::registry::BELL;
use super::turn::Reactor;
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
        let timer = timer()?;
        registry.register(&mut SourceFd(&timer.as_raw_fd()), token, Interest::READABLE)?;
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
        set(&self.timer, libc::TFD_TIMER_ABSTIME, at);
    }
}

/// Ends the wait of one of several loops, after a while.
///
/// A `timerfd` that all their pollers watch exclusively: the kernel tells one of those that wait.
/// Pollers that nobody waits on may hear of it at their next poll.
#[derive(Debug)]
pub(crate) struct Bell(OwnedFd);

impl Bell {
    pub(crate) fn new() -> io::Result<Bell> {
        timer().map(Bell)
    }

    /// Has the bell ring for the loop of `reactor` as well.
    pub(crate) fn join(&self, reactor: &Reactor) -> io::Result<()> {
        let events = libc::EPOLLIN | libc::EPOLLET | libc::EPOLLEXCLUSIVE;
        let mut event = libc::epoll_event { events: events as u32, u64: BELL.0 as u64 };
        let (poller, add) = (reactor.poller().as_raw_fd(), libc::EPOLL_CTL_ADD);
        // SAFETY: both descriptors are open, and `event` lives through the call.
        checked(unsafe { libc::epoll_ctl(poller, add, self.0.as_raw_fd(), &mut event) })?;
        Ok(())
    }

    /// Rings once, after `delay`; here it does not matter which loop sleeps.
    pub(crate) fn ring_after(&self, delay: Duration, _sleeper: usize) {
        set(&self.0, 0, delay);
    }

    /// Does not ring after all.
    pub(crate) fn silence(&self) {
        set(&self.0, 0, Duration::ZERO);
    }
}

/// A timer that nobody has armed.
fn timer() -> io::Result<OwnedFd> {
    let flags = libc::TFD_NONBLOCK | libc::TFD_CLOEXEC;
    // SAFETY: takes no pointers.
    let fd = checked(unsafe { libc::timerfd_create(libc::CLOCK_MONOTONIC, flags) })?;
    // SAFETY: the call above has just made it, and nobody else knows it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// Arms a timer to go off once.
fn set(timer: &OwnedFd, flags: libc::c_int, at: Duration) {
    let never = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    let spec = libc::itimerspec { it_interval: never, it_value: timespec(at) };
    // SAFETY: `spec` lives through the call, and a null pointer asks for no old value.
    let set =
        unsafe { libc::timerfd_settime(timer.as_raw_fd(), flags, &spec, std::ptr::null_mut()) };
    checked(set).expect("a timer of our own takes any valid time");
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

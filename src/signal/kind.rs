//! Which signal to listen for.

use std::ffi::c_int;

/// A kind of signal.
///
/// # Examples
///
/// ```
/// use runtime::signal::unix::SignalKind;
///
/// assert_eq!(SignalKind::hangup().as_raw_value(), 1);
/// assert_eq!(SignalKind::from_raw(1), SignalKind::hangup());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SignalKind(c_int);

impl SignalKind {
    /// Makes a kind of the number that the operating system gives it.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::signal::unix::SignalKind;
    ///
    /// assert_eq!(SignalKind::from_raw(2), SignalKind::interrupt());
    /// ```
    pub const fn from_raw(signum: c_int) -> Self {
        Self(signum)
    }

    /// Returns the number that the operating system gives this kind.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::signal::unix::SignalKind;
    ///
    /// assert_eq!(SignalKind::interrupt().as_raw_value(), 2);
    /// ```
    pub const fn as_raw_value(&self) -> c_int {
        self.0
    }

    /// `SIGALRM`: a timer set by `alarm` has run out. Unhandled, it ends the process.
    ///
    /// # Examples
    ///
    /// ```
    /// # use runtime::signal::unix::SignalKind;
    /// assert_ne!(SignalKind::alarm(), SignalKind::hangup());
    /// ```
    pub const fn alarm() -> Self {
        Self(libc::SIGALRM)
    }

    /// `SIGCHLD`: a child process has changed its state. Unhandled, it is ignored.
    ///
    /// # Examples
    ///
    /// ```
    /// # use runtime::signal::unix::SignalKind;
    /// assert_ne!(SignalKind::child(), SignalKind::hangup());
    /// ```
    pub const fn child() -> Self {
        Self(libc::SIGCHLD)
    }

    /// `SIGHUP`: the terminal is gone; by custom, a daemon reads its settings again. Unhandled, it
    /// ends the process.
    ///
    /// # Examples
    ///
    /// ```
    /// # use runtime::signal::unix::SignalKind;
    /// assert_eq!(SignalKind::hangup().as_raw_value(), 1);
    /// ```
    pub const fn hangup() -> Self {
        Self(libc::SIGHUP)
    }

    /// `SIGINT`: Ctrl-C was pressed. Unhandled, it ends the process.
    ///
    /// # Examples
    ///
    /// ```
    /// # use runtime::signal::unix::SignalKind;
    /// assert_eq!(SignalKind::interrupt().as_raw_value(), 2);
    /// ```
    pub const fn interrupt() -> Self {
        Self(libc::SIGINT)
    }

    /// `SIGIO`: a descriptor that was set up for it can be read or written. Unhandled, it ends the
    /// process or is ignored, as the platform has it.
    ///
    /// # Examples
    ///
    /// ```
    /// # use runtime::signal::unix::SignalKind;
    /// assert_ne!(SignalKind::io(), SignalKind::hangup());
    /// ```
    pub const fn io() -> Self {
        Self(libc::SIGIO)
    }

    /// `SIGPIPE`: a write to a pipe that nobody reads. Unhandled, it ends the process, unless that
    /// is a Rust program, which ignores it.
    ///
    /// # Examples
    ///
    /// ```
    /// # use runtime::signal::unix::SignalKind;
    /// assert_ne!(SignalKind::pipe(), SignalKind::hangup());
    /// ```
    pub const fn pipe() -> Self {
        Self(libc::SIGPIPE)
    }

    /// `SIGQUIT`: Ctrl-\ was pressed. Unhandled, it ends the process with a core dump.
    ///
    /// # Examples
    ///
    /// ```
    /// # use runtime::signal::unix::SignalKind;
    /// assert_eq!(SignalKind::quit().as_raw_value(), 3);
    /// ```
    pub const fn quit() -> Self {
        Self(libc::SIGQUIT)
    }

    /// `SIGTERM`: somebody asks the process to end. Unhandled, it does.
    ///
    /// # Examples
    ///
    /// ```
    /// # use runtime::signal::unix::SignalKind;
    /// assert_eq!(SignalKind::terminate().as_raw_value(), 15);
    /// ```
    pub const fn terminate() -> Self {
        Self(libc::SIGTERM)
    }

    /// `SIGUSR1`: means what the program wants it to. Unhandled, it ends the process.
    ///
    /// # Examples
    ///
    /// ```
    /// # use runtime::signal::unix::SignalKind;
    /// assert_ne!(SignalKind::user_defined1(), SignalKind::user_defined2());
    /// ```
    pub const fn user_defined1() -> Self {
        Self(libc::SIGUSR1)
    }

    /// `SIGUSR2`: means what the program wants it to. Unhandled, it ends the process.
    ///
    /// # Examples
    ///
    /// ```
    /// # use runtime::signal::unix::SignalKind;
    /// assert_ne!(SignalKind::user_defined1(), SignalKind::user_defined2());
    /// ```
    pub const fn user_defined2() -> Self {
        Self(libc::SIGUSR2)
    }

    /// `SIGWINCH`: the terminal has another size. Unhandled, it is ignored.
    ///
    /// # Examples
    ///
    /// ```
    /// # use runtime::signal::unix::SignalKind;
    /// assert_ne!(SignalKind::window_change(), SignalKind::hangup());
    /// ```
    pub const fn window_change() -> Self {
        Self(libc::SIGWINCH)
    }
}

impl From<c_int> for SignalKind {
    fn from(signum: c_int) -> Self {
        Self::from_raw(signum)
    }
}

impl From<SignalKind> for c_int {
    fn from(kind: SignalKind) -> Self {
        kind.as_raw_value()
    }
}

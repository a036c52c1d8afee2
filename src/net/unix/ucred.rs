//! Who is at the other end of a Unix stream.

use super::{gid_t, pid_t, uid_t};

/// The user, group and process that connected the other end of a stream.
///
/// They are noted when the connection is made; what the process becomes later does not show.
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::net::UnixStream;
///
/// let (ours, theirs) = UnixStream::pair()?;
/// assert_eq!(ours.peer_cred()?, theirs.peer_cred()?);
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UCred {
    pub(in crate::net) uid: uid_t,
    pub(in crate::net) gid: gid_t,
    pub(in crate::net) pid: Option<pid_t>,
}

impl UCred {
    /// Returns the effective user.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::net::UnixStream;
    /// use std::os::unix::fs::MetadataExt;
    ///
    /// let (ours, _theirs) = UnixStream::pair()?;
    /// # if cfg!(target_os = "linux") {
    /// assert_eq!(ours.peer_cred()?.uid(), std::fs::metadata("/proc/self")?.uid());
    /// # }
    /// # Ok(()) }
    /// ```
    pub fn uid(&self) -> uid_t {
        self.uid
    }

    /// Returns the effective group.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::net::UnixStream;
    ///
    /// let (ours, theirs) = UnixStream::pair()?;
    /// assert_eq!(ours.peer_cred()?.gid(), theirs.peer_cred()?.gid());
    /// # Ok(()) }
    /// ```
    pub fn gid(&self) -> gid_t {
        self.gid
    }

    /// Returns the process, where the platform tells.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::net::UnixStream;
    ///
    /// let (ours, _theirs) = UnixStream::pair()?;
    /// if let Some(pid) = ours.peer_cred()?.pid() {
    ///     assert_eq!(pid as u32, std::process::id());
    /// }
    /// # Ok(()) }
    /// ```
    pub fn pid(&self) -> Option<pid_t> {
        self.pid
    }
}

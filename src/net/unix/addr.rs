//! The address of a Unix socket.

use crate::net::sys;
use socket2::SockAddr;
use std::ffi::OsStr;
use std::fmt;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::SocketAddr as StdAddr;
use std::path::Path;

/// An address of a Unix socket: a path, a name without a file (Linux only), or none at all.
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::net::UnixListener;
///
/// # let dir = std::env::temp_dir().join(format!("ringloop-doc-addr-{}", std::process::id()));
/// # std::fs::create_dir_all(&dir)?;
/// let path = dir.join("greeter.sock");
/// let listener = UnixListener::bind(&path)?;
/// assert_eq!(listener.local_addr()?.as_pathname(), Some(path.as_path()));
/// # std::fs::remove_dir_all(&dir)?;
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct SocketAddr(StdAddr);

impl SocketAddr {
    /// Returns whether the address is no name at all, as that of a socket never bound.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::net::UnixDatagram;
    ///
    /// let socket = UnixDatagram::unbound()?;
    /// assert!(socket.local_addr()?.is_unnamed());
    /// # Ok(()) }
    /// ```
    pub fn is_unnamed(&self) -> bool {
        self.0.is_unnamed()
    }

    /// Returns the path, if the address is one.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::net::unix::SocketAddr;
    ///
    /// let addr = std::os::unix::net::SocketAddr::from_pathname("/run/greeter.sock")?;
    /// let addr = SocketAddr::from(addr);
    /// assert_eq!(addr.as_pathname(), Some("/run/greeter.sock".as_ref()));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn as_pathname(&self) -> Option<&Path> {
        self.0.as_pathname()
    }

    /// Returns the name without its leading NUL byte, if the address is one without a file.
    ///
    /// Such addresses exist on Linux only.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::net::UnixListener;
    ///
    /// # if cfg!(target_os = "linux") {
    /// # let name = format!("ringloop-doc-abstract-{}", std::process::id());
    /// let listener = UnixListener::bind(format!("\0{name}"))?;
    /// let addr = listener.local_addr()?;
    /// assert_eq!(addr.as_abstract_name(), Some(name.as_bytes()));
    /// assert_eq!(addr.as_pathname(), None);
    /// # }
    /// # Ok(()) }
    /// ```
    pub fn as_abstract_name(&self) -> Option<&[u8]> {
        sys::abstract_name(&self.0)
    }

    /// What the kernel wrote; a peer without a name may have no address family either.
    pub(in crate::net) fn from_sys(addr: &SockAddr) -> io::Result<Self> {
        if let Some(path) = addr.as_pathname() {
            return StdAddr::from_pathname(path).map(Self);
        }
        match addr.as_abstract_namespace() {
            Some(name) => sys::abstract_addr(name).map(Self),
            None => StdAddr::from_pathname("").map(Self),
        }
    }

    /// What the kernel reads.
    pub(in crate::net) fn to_sys(&self) -> io::Result<SockAddr> {
        if let Some(path) = self.as_pathname() {
            return sys::unix_addr(path);
        }
        match self.as_abstract_name() {
            Some(name) => sys::unix_addr(Path::new(OsStr::from_bytes(&[b"\0", name].concat()))),
            None => sys::unix_addr(Path::new("")),
        }
    }
}

impl fmt::Debug for SocketAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<StdAddr> for SocketAddr {
    fn from(addr: StdAddr) -> Self {
        Self(addr)
    }
}

impl From<SocketAddr> for StdAddr {
    fn from(addr: SocketAddr) -> Self {
        addr.0
    }
}

//! Opening one end of a named pipe.

use super::{Receiver, Sender};
use crate::net::sys;
use std::fs::File;
use std::io;
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::Path;

/// How to open one end of a named pipe.
///
/// Opening a [`Sender`] fails as long as nobody has opened the other end; opening a [`Receiver`]
/// works at once.
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// # let dir = std::env::temp_dir().join(format!("ringloop-doc-{}", std::process::id()));
/// # std::fs::create_dir_all(&dir)?;
/// use runtime::io::{AsyncReadExt, AsyncWriteExt};
/// use runtime::net::unix::pipe;
///
/// let path = dir.join("options.fifo");
/// # assert!(std::process::Command::new("mkfifo").arg(&path).status()?.success());
/// let mut receiver = pipe::OpenOptions::new().open_receiver(&path)?;
/// let mut sender = pipe::OpenOptions::new().open_sender(&path)?;
///
/// sender.write_all(b"hi").await?;
/// let mut buf = [0; 2];
/// receiver.read_exact(&mut buf).await?;
/// assert_eq!(&buf, b"hi");
/// # std::fs::remove_dir_all(&dir)?;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct OpenOptions {
    pub(in crate::net) read_write: bool,
    unchecked: bool,
}

impl OpenOptions {
    /// Starts with every option off.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let dir = std::env::temp_dir().join(format!("ringloop-doc-{}", std::process::id()));
    /// # std::fs::create_dir_all(&dir)?;
    /// use runtime::net::unix::pipe::OpenOptions;
    ///
    /// # std::fs::write(dir.join("new"), "")?;
    /// let error = OpenOptions::new().open_receiver(dir.join("new")).unwrap_err();
    /// assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput, "an ordinary file");
    /// # std::fs::remove_dir_all(&dir)?;
    /// # Ok(()) }
    /// ```
    pub fn new() -> OpenOptions {
        OpenOptions { read_write: false, unchecked: false }
    }

    /// Sets whether to trust that the file is a named pipe, rather than look.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let dir = std::env::temp_dir().join(format!("ringloop-doc-{}", std::process::id()));
    /// # std::fs::create_dir_all(&dir)?;
    /// use runtime::net::unix::pipe::OpenOptions;
    ///
    /// let path = dir.join("unchecked.fifo");
    /// # assert!(std::process::Command::new("mkfifo").arg(&path).status()?.success());
    /// let _receiver = OpenOptions::new().unchecked(true).open_receiver(&path)?;
    /// # std::fs::remove_dir_all(&dir)?;
    /// # Ok(()) }
    /// ```
    pub fn unchecked(&mut self, value: bool) -> &mut Self {
        self.unchecked = value;
        self
    }

    /// Opens the reading end of the named pipe at `path`.
    ///
    /// # Panics
    ///
    /// Outside a runtime with I/O enabled.
    ///
    /// # Errors
    ///
    /// With `InvalidInput` if the file is no named pipe; otherwise with what the system says.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let dir = std::env::temp_dir().join(format!("ringloop-doc-{}", std::process::id()));
    /// # std::fs::create_dir_all(&dir)?;
    /// use runtime::net::unix::pipe::OpenOptions;
    ///
    /// let path = dir.join("open_receiver.fifo");
    /// # assert!(std::process::Command::new("mkfifo").arg(&path).status()?.success());
    /// let _receiver = OpenOptions::new().open_receiver(&path)?;
    /// # std::fs::remove_dir_all(&dir)?;
    /// # Ok(()) }
    /// ```
    #[track_caller]
    pub fn open_receiver<P: AsRef<Path>>(&self, path: P) -> io::Result<Receiver> {
        let mut options = File::options();
        let file = self.open(options.read(true).write(self.read_write), path.as_ref())?;
        Receiver::from_file_unchecked(file)
    }

    /// Opens the writing end of the named pipe at `path`.
    ///
    /// # Panics
    ///
    /// Outside a runtime with I/O enabled.
    ///
    /// # Errors
    ///
    /// With `InvalidInput` if the file is no named pipe; otherwise with what the system says, which
    /// is `ENXIO` if nobody has the reading end open.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let dir = std::env::temp_dir().join(format!("ringloop-doc-{}", std::process::id()));
    /// # std::fs::create_dir_all(&dir)?;
    /// use runtime::net::unix::pipe::OpenOptions;
    ///
    /// let path = dir.join("open_sender.fifo");
    /// # assert!(std::process::Command::new("mkfifo").arg(&path).status()?.success());
    /// assert!(OpenOptions::new().open_sender(&path).is_err(), "nobody reads");
    /// let _receiver = OpenOptions::new().open_receiver(&path)?;
    /// let _sender = OpenOptions::new().open_sender(&path)?;
    /// # std::fs::remove_dir_all(&dir)?;
    /// # Ok(()) }
    /// ```
    #[track_caller]
    pub fn open_sender<P: AsRef<Path>>(&self, path: P) -> io::Result<Sender> {
        let mut options = File::options();
        let file = self.open(options.write(true).read(self.read_write), path.as_ref())?;
        Sender::from_file_unchecked(file)
    }

    fn open(&self, options: &mut std::fs::OpenOptions, path: &Path) -> io::Result<File> {
        let file = options.custom_flags(libc::O_NONBLOCK).open(path)?;
        if !self.unchecked {
            expect_pipe(&file)?;
        }
        Ok(file)
    }
}

impl Default for OpenOptions {
    fn default() -> OpenOptions {
        OpenOptions::new()
    }
}

/// Refuses what is no pipe.
pub(super) fn expect_pipe(file: &File) -> io::Result<()> {
    if file.metadata()?.file_type().is_fifo() {
        return Ok(());
    }
    Err(io::Error::new(io::ErrorKind::InvalidInput, "not a pipe"))
}

/// Refuses what was not opened in the right direction, or in both.
pub(super) fn expect_access(file: &File, direction: i32, otherwise: &str) -> io::Result<()> {
    let mode = sys::access_mode(file)?;
    if mode == direction || mode == libc::O_RDWR {
        return Ok(());
    }
    Err(io::Error::new(io::ErrorKind::InvalidInput, otherwise))
}

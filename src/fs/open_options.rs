//! How to open a file.

use super::File;
use crate::io::offloaded;
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Says how a file is opened, and what may be done with it then.
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::fs::{self, OpenOptions};
/// use runtime::io::AsyncWriteExt;
///
/// let path = std::env::temp_dir().join("ringloop-doc-open-options");
/// let mut log = OpenOptions::new().append(true).create(true).open(&path).await?;
/// log.write_all(b"a line\n").await?;
/// log.flush().await?;
/// fs::remove_file(&path).await
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct OpenOptions(std::fs::OpenOptions);

impl OpenOptions {
    /// Starts with everything off: at least reading, writing or appending must be switched on.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::fs::OpenOptions;
    ///
    /// let mut options = OpenOptions::new();
    /// options.read(true);
    /// ```
    pub fn new() -> OpenOptions {
        Self(std::fs::OpenOptions::new())
    }

    /// Sets whether the file can be read from.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::fs::OpenOptions;
    ///
    /// let mut options = OpenOptions::new();
    /// options.read(true);
    /// ```
    pub fn read(&mut self, read: bool) -> &mut OpenOptions {
        self.0.read(read);
        self
    }

    /// Sets whether the file can be written to. What is there is overwritten from the start, and
    /// the rest stays.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::fs::OpenOptions;
    ///
    /// let mut options = OpenOptions::new();
    /// options.write(true);
    /// ```
    pub fn write(&mut self, write: bool) -> &mut OpenOptions {
        self.0.write(write);
        self
    }

    /// Sets whether every write goes to the end of the file, wherever that is by then.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::fs::OpenOptions;
    ///
    /// let mut options = OpenOptions::new();
    /// options.append(true);
    /// ```
    pub fn append(&mut self, append: bool) -> &mut OpenOptions {
        self.0.append(append);
        self
    }

    /// Sets whether a file that exists is emptied; it must be opened for writing.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::fs::OpenOptions;
    ///
    /// let mut options = OpenOptions::new();
    /// options.write(true).truncate(true);
    /// ```
    pub fn truncate(&mut self, truncate: bool) -> &mut OpenOptions {
        self.0.truncate(truncate);
        self
    }

    /// Sets whether a file that is missing is created; it must be opened for writing.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::fs::OpenOptions;
    ///
    /// let mut options = OpenOptions::new();
    /// options.write(true).create(true);
    /// ```
    pub fn create(&mut self, create: bool) -> &mut OpenOptions {
        self.0.create(create);
        self
    }

    /// Sets whether the file must be new: if anything is at the path, even a dangling link, opening
    /// fails. Nobody else can create it in between.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::fs::OpenOptions;
    ///
    /// let mut options = OpenOptions::new();
    /// options.write(true).create_new(true);
    /// ```
    pub fn create_new(&mut self, create_new: bool) -> &mut OpenOptions {
        self.0.create_new(create_new);
        self
    }

    /// Sets the mode of a file that is created, from which the process's umask is taken away; 0o666
    /// unless set.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::fs::OpenOptions;
    ///
    /// let mut options = OpenOptions::new();
    /// options.write(true).create(true).mode(0o600);
    /// ```
    pub fn mode(&mut self, mode: u32) -> &mut OpenOptions {
        self.0.mode(mode);
        self
    }

    /// Sets further flags for the `open` call of the operating system, as `libc` names them. Those
    /// that say how the file is accessed are masked out.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::fs::OpenOptions;
    ///
    /// let mut options = OpenOptions::new();
    /// options.read(true).custom_flags(libc::O_NOFOLLOW);
    /// ```
    pub fn custom_flags(&mut self, flags: i32) -> &mut OpenOptions {
        self.0.custom_flags(flags);
        self
    }

    /// Opens a file as set.
    ///
    /// # Errors
    ///
    /// If the options do not fit together, if the path leads nowhere and nothing is to be created,
    /// if it leads to something that must be new, or if permissions are missing.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::fs::OpenOptions;
    ///
    /// let manifest = OpenOptions::new().read(true).open("Cargo.toml").await?;
    /// assert!(manifest.metadata().await?.is_file());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn open(&self, path: impl AsRef<Path>) -> io::Result<File> {
        let path = path.as_ref().to_owned();
        let options = self.0.clone();
        Ok(File::from_std(offloaded(move || options.open(path)).await?))
    }
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self::new()
    }
}

impl From<std::fs::OpenOptions> for OpenOptions {
    fn from(options: std::fs::OpenOptions) -> Self {
        Self(options)
    }
}

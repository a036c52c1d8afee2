//! How to create a folder.

use crate::io::offloaded;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

/// Creates folders in other ways than [`create_dir`](super::create_dir) does.
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::fs::{DirBuilder, remove_dir_all};
///
/// let path = std::env::temp_dir().join("ringloop-doc-dir-builder");
/// DirBuilder::new().recursive(true).mode(0o700).create(path.join("a/b")).await?;
/// remove_dir_all(&path).await
/// # }
/// ```
#[derive(Debug, Default)]
pub struct DirBuilder {
    recursive: bool,
    mode: Option<u32>,
}

impl DirBuilder {
    /// Starts from what [`create_dir`](super::create_dir) does.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::fs::DirBuilder;
    ///
    /// let builder = DirBuilder::new();
    /// # drop(builder);
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets whether missing parents are created too, and a folder that exists is no error.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::fs::DirBuilder;
    ///
    /// let mut builder = DirBuilder::new();
    /// builder.recursive(true);
    /// ```
    pub fn recursive(&mut self, recursive: bool) -> &mut Self {
        self.recursive = recursive;
        self
    }

    /// Sets the mode of new folders, from which the process's umask is taken away; 0o777 unless set.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::fs::DirBuilder;
    ///
    /// let mut builder = DirBuilder::new();
    /// builder.mode(0o700);
    /// ```
    pub fn mode(&mut self, mode: u32) -> &mut Self {
        self.mode = Some(mode);
        self
    }

    /// Creates a folder as set.
    ///
    /// # Errors
    ///
    /// Unless recursive, if the parent is missing or the path exists. If a folder on the way may not
    /// be written to, or is none.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::fs::{DirBuilder, remove_dir};
    ///
    /// let path = std::env::temp_dir().join("ringloop-doc-dir-builder-create");
    /// DirBuilder::new().create(&path).await?;
    /// remove_dir(&path).await
    /// # }
    /// ```
    pub async fn create(&self, path: impl AsRef<Path>) -> io::Result<()> {
        let path = path.as_ref().to_owned();
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(self.recursive);
        if let Some(mode) = self.mode {
            builder.mode(mode);
        }
        offloaded(move || builder.create(path)).await
    }
}

//! What is in a folder.

use crate::io::{offload, offloaded};
use crate::shim::{Mutex, UserArc as Arc};
use crate::task::JoinHandle;
use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs::{FileType, Metadata};
use std::future::{Future, poll_fn};
use std::os::unix::fs::DirEntryExt;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::{fmt, io};

/// How many entries one hand-over fetches at most.
const BATCH: usize = 512;

/// Opens a folder to see what is in it.
///
/// # Errors
///
/// If the path leads nowhere or to no folder, or if it may not be read.
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// let mut entries = runtime::fs::read_dir("src").await?;
/// let mut names = Vec::new();
/// while let Some(entry) = entries.next_entry().await? {
///     names.push(entry.file_name());
/// }
/// assert!(names.contains(&"lib.rs".into()));
/// # Ok(())
/// # }
/// ```
pub async fn read_dir(path: impl AsRef<Path>) -> io::Result<ReadDir> {
    let path = path.as_ref().to_owned();
    let open = move || {
        let mut entries = std::fs::read_dir(path)?;
        let (batch, more) = fetch(&mut entries);
        Ok((batch, more.then_some(entries)))
    };
    let (batch, rest) = offloaded(open).await?;
    let rest = rest.map_or(Rest::Nowhere, |entries| Rest::Here(Arc::new(Mutex::new(entries))));
    Ok(ReadDir { batch, rest })
}

type Batch = VecDeque<io::Result<DirEntry>>;

/// The entries of a folder, in the order in which the file system has them.
///
/// They are fetched many at a time, so entries that are created or removed meanwhile may be missing
/// or there. The folder itself and its parent are left out.
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// let mut entries = runtime::fs::read_dir("src").await?;
/// while let Some(entry) = entries.next_entry().await? {
///     println!("{}", entry.path().display());
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is read unless entries are asked for"]
pub struct ReadDir {
    /// Entries that are here.
    batch: Batch,
    rest: Rest,
}

/// Where the further entries are to come from.
enum Rest {
    Here(Entries),
    Away(Entries, JoinHandle<(Batch, bool)>),
    Nowhere,
}

/// Shared with the call that fetches, which may be refused: they are here all the same.
type Entries = Arc<Mutex<std::fs::ReadDir>>;

/// Fetches the next entries; answers whether there may be more.
fn fetch(entries: &mut std::fs::ReadDir) -> (Batch, bool) {
    let mut batch = Batch::new();
    while batch.len() < BATCH {
        match entries.next() {
            Some(entry) => batch.push_back(entry.map(DirEntry::new)),
            None => return (batch, false),
        }
    }
    (batch, true)
}

impl ReadDir {
    /// Returns the next entry, or `None` after the last one.
    ///
    /// # Cancel safety
    ///
    /// This method is cancel safe: no entry is lost.
    ///
    /// # Errors
    ///
    /// If the folder cannot be read on. If there is no thread to read it, the next call tries again.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// let mut entries = runtime::fs::read_dir("src").await?;
    /// assert!(entries.next_entry().await?.is_some());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn next_entry(&mut self) -> io::Result<Option<DirEntry>> {
        poll_fn(|cx| self.poll_next_entry(cx)).await
    }

    /// Polls for the next entry, or `None` after the last one.
    ///
    /// `Pending` means that the task will be woken when it is worth trying again.
    ///
    /// # Errors
    ///
    /// If the folder cannot be read on.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// let mut entries = runtime::fs::read_dir("src").await?;
    /// let first = std::future::poll_fn(|cx| entries.poll_next_entry(cx)).await?;
    /// assert!(first.is_some());
    /// # Ok(())
    /// # }
    /// ```
    pub fn poll_next_entry(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Option<DirEntry>>> {
        loop {
            if let Some(entry) = self.batch.pop_front() {
                return Poll::Ready(entry.map(Some));
            }
            self.rest = match &mut self.rest {
                Rest::Nowhere => return Poll::Ready(Ok(None)),
                Rest::Here(entries) => {
                    let shared = entries.clone();
                    let handle = offload(move || fetch(&mut shared.lock()))?;
                    Rest::Away(entries.clone(), handle)
                }
                Rest::Away(entries, handle) => match ready!(Pin::new(handle).poll(cx)) {
                    Ok((batch, more)) => {
                        self.batch = batch;
                        if more { Rest::Here(entries.clone()) } else { Rest::Nowhere }
                    }
                    Err(error) => {
                        self.rest = Rest::Here(entries.clone());
                        return Poll::Ready(Err(error.into()));
                    }
                },
            };
        }
    }
}

impl fmt::Debug for ReadDir {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadDir").field("fetched", &self.batch.len()).finish_non_exhaustive()
    }
}

/// Something in a folder.
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// let mut entries = runtime::fs::read_dir("src").await?;
/// while let Some(entry) = entries.next_entry().await? {
///     if entry.file_type().await?.is_dir() {
///         println!("{}/", entry.file_name().display());
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct DirEntry {
    std: Arc<std::fs::DirEntry>,
    /// Most file systems tell it together with the name; if not, it was asked for there and then.
    file_type: Option<FileType>,
}

impl DirEntry {
    /// Called where it may block.
    fn new(std: std::fs::DirEntry) -> Self {
        let file_type = std.file_type().ok();
        Self { std: Arc::new(std), file_type }
    }

    /// Returns the path of the entry: that of the folder, as it was given, with the name.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// let mut entries = runtime::fs::read_dir("src").await?;
    /// let entry = entries.next_entry().await?.unwrap();
    /// assert!(entry.path().starts_with("src"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn path(&self) -> PathBuf {
        self.std.path()
    }

    /// Returns the name of the entry, which need not be text.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// let mut entries = runtime::fs::read_dir("src").await?;
    /// let entry = entries.next_entry().await?.unwrap();
    /// assert_eq!(entry.path().file_name().unwrap(), entry.file_name());
    /// # Ok(())
    /// # }
    /// ```
    pub fn file_name(&self) -> OsString {
        self.std.file_name()
    }

    /// Returns what the file system knows of the entry. Symbolic links are not followed.
    ///
    /// # Errors
    ///
    /// If the entry is gone by now, or the folder may not be searched.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// let mut entries = runtime::fs::read_dir("src").await?;
    /// let entry = entries.next_entry().await?.unwrap();
    /// println!("{} bytes", entry.metadata().await?.len());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn metadata(&self) -> io::Result<Metadata> {
        let std = self.std.clone();
        offloaded(move || std.metadata()).await
    }

    /// Returns the kind of the entry. Symbolic links are not followed.
    ///
    /// The answer came with the name as a rule, and then needs no other thread.
    ///
    /// # Errors
    ///
    /// If it did not, and the entry is gone by now, or the folder may not be searched.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// let mut entries = runtime::fs::read_dir("src").await?;
    /// let entry = entries.next_entry().await?.unwrap();
    /// let kind = entry.file_type().await?;
    /// assert!(kind.is_file() || kind.is_dir());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn file_type(&self) -> io::Result<FileType> {
        if let Some(file_type) = self.file_type {
            return Ok(file_type);
        }
        let std = self.std.clone();
        offloaded(move || std.file_type()).await
    }

    /// Returns the number of the entry's inode.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// let mut entries = runtime::fs::read_dir("src").await?;
    /// let entry = entries.next_entry().await?.unwrap();
    /// assert!(entry.ino() > 0);
    /// # Ok(())
    /// # }
    /// ```
    pub fn ino(&self) -> u64 {
        self.std.ino()
    }
}

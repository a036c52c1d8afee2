//! An open file.

use super::{FileTimes, OpenOptions};
use crate::io::{Ferry, offloaded};
use crate::shim::UserArc as Arc;
use crate::sync::Mutex;
use std::fmt;
use std::fs::{File as StdFile, Metadata, Permissions};
use std::io;
use std::path::Path;
use std::time::SystemTime;

/// How many bytes one call reads or writes at most, unless set otherwise.
const CHUNK_MAX: usize = 2 * 1024 * 1024;

/// An open file, read and written by way of threads for code that blocks.
///
/// It implements [`AsyncRead`](crate::io::AsyncRead), [`AsyncWrite`](crate::io::AsyncWrite) and
/// [`AsyncSeek`](crate::io::AsyncSeek). Reads and writes start where the one before ended.
///
/// A write copies its bytes and answers at once; a thread writes them while the task goes on.
/// [`flush`](crate::io::AsyncWriteExt::flush) waits for that. A write that failed is reported by the
/// next write, flush or sync, so a program that calls none of them after its last write does not
/// learn of a full disk. Dropping the file closes it as soon as its bytes are written.
///
/// # Cancel safety
///
/// A read whose future is dropped goes on; the bytes are given to the next read, and taken back
/// before a write or a seek. A call that was left alone is waited for by the next to which it
/// matters: a read does not hold up a question about the file.
///
/// # Examples
///
/// Writing:
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::fs::File;
/// use runtime::io::AsyncWriteExt;
///
/// let path = std::env::temp_dir().join("ringloop-doc-file");
/// let mut file = File::create(&path).await?;
/// file.write_all(b"to be or not to be").await?;
/// file.flush().await?;
/// runtime::fs::remove_file(&path).await
/// # }
/// ```
///
/// Reading:
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::fs::File;
/// use runtime::io::AsyncReadExt;
///
/// let mut start = [0; 9];
/// File::open("Cargo.toml").await?.read_exact(&mut start).await?;
/// assert_eq!(&start, b"[workspac");
/// # Ok(())
/// # }
/// ```
pub struct File {
    /// Shared with the call that is under way, if one is.
    pub(super) std: Arc<StdFile>,
    /// Held by the methods of a shared file while they wait.
    pub(super) ferry: Mutex<Ferry>,
    /// For calls to which bytes and position do not matter, so that a read does not hold them up.
    errands: Mutex<Ferry>,
    pub(super) chunk_max: usize,
}

impl File {
    /// Opens a file for reading.
    ///
    /// # Errors
    ///
    /// If the path leads nowhere, or the file may not be read.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::fs::File;
    ///
    /// let file = File::open("Cargo.toml").await?;
    /// assert!(file.metadata().await?.len() > 0);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn open(path: impl AsRef<Path>) -> io::Result<File> {
        let path = path.as_ref().to_owned();
        Ok(Self::from_std(offloaded(move || StdFile::open(path)).await?))
    }

    /// Opens a file for writing; it is created if it is missing, and emptied if it exists.
    ///
    /// # Errors
    ///
    /// If the file may not be written to, or its folder is missing.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::fs::File;
    ///
    /// let path = std::env::temp_dir().join("ringloop-doc-file-create");
    /// File::create(&path).await?;
    /// runtime::fs::remove_file(&path).await
    /// # }
    /// ```
    pub async fn create(path: impl AsRef<Path>) -> io::Result<File> {
        let path = path.as_ref().to_owned();
        Ok(Self::from_std(offloaded(move || StdFile::create(path)).await?))
    }

    /// Creates a file for reading and writing that did not exist before.
    ///
    /// # Errors
    ///
    /// With `AlreadyExists` if there is something at the path. If the folder is missing, or may not
    /// be written to.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::fs::File;
    ///
    /// let path = std::env::temp_dir().join("ringloop-doc-file-create-new");
    /// File::create_new(&path).await?;
    /// assert!(File::create_new(&path).await.is_err());
    /// runtime::fs::remove_file(&path).await
    /// # }
    /// ```
    pub async fn create_new<P: AsRef<Path>>(path: P) -> io::Result<File> {
        let path = path.as_ref().to_owned();
        Ok(Self::from_std(offloaded(move || StdFile::create_new(path)).await?))
    }

    /// Returns options to open a file in other ways.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::fs::File;
    ///
    /// let file = File::options().read(true).open("Cargo.toml").await?;
    /// # drop(file);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn options() -> OpenOptions {
        OpenOptions::new()
    }

    /// Wraps a file of the standard library.
    ///
    /// # Examples
    ///
    /// ```
    /// let file = std::fs::File::open("Cargo.toml")?;
    /// let file = runtime::fs::File::from_std(file);
    /// # drop(file);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn from_std(std: StdFile) -> File {
        let ferry = || Mutex::new(Ferry::new());
        Self { std: Arc::new(std), ferry: ferry(), errands: ferry(), chunk_max: CHUNK_MAX }
    }

    /// Waits until everything is on the disk: bytes, size and times.
    ///
    /// # Errors
    ///
    /// If the disk fails, or if an earlier write did and nobody was told yet.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::fs::File;
    /// use runtime::io::AsyncWriteExt;
    ///
    /// let path = std::env::temp_dir().join("ringloop-doc-file-sync-all");
    /// let mut file = File::create(&path).await?;
    /// file.write_all(b"safe").await?;
    /// file.sync_all().await?;
    /// runtime::fs::remove_file(&path).await
    /// # }
    /// ```
    pub async fn sync_all(&self) -> io::Result<()> {
        self.call(true, |file| file.sync_all()).await
    }

    /// Waits until the bytes are on the disk, with what it takes to read them back.
    ///
    /// # Errors
    ///
    /// If the disk fails, or if an earlier write did and nobody was told yet.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::fs::File;
    /// use runtime::io::AsyncWriteExt;
    ///
    /// let path = std::env::temp_dir().join("ringloop-doc-file-sync-data");
    /// let mut file = File::create(&path).await?;
    /// file.write_all(b"safe").await?;
    /// file.sync_data().await?;
    /// runtime::fs::remove_file(&path).await
    /// # }
    /// ```
    pub async fn sync_data(&self) -> io::Result<()> {
        self.call(true, |file| file.sync_data()).await
    }

    /// Sets the size of the file: cuts its end off, or adds zeroes. The position stays.
    ///
    /// # Errors
    ///
    /// If the file is not open for writing, or there is no room.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::fs::File;
    ///
    /// let path = std::env::temp_dir().join("ringloop-doc-file-set-len");
    /// let file = File::create(&path).await?;
    /// file.set_len(10).await?;
    /// assert_eq!(file.metadata().await?.len(), 10);
    /// runtime::fs::remove_file(&path).await
    /// # }
    /// ```
    pub async fn set_len(&self, size: u64) -> io::Result<()> {
        self.call_from_here(move |file| file.set_len(size)).await
    }

    /// Returns what the file system knows of the file, once the write under way has ended.
    ///
    /// # Errors
    ///
    /// If the file system does not answer.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::fs::File;
    ///
    /// let file = File::open("Cargo.toml").await?;
    /// assert!(file.metadata().await?.is_file());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn metadata(&self) -> io::Result<Metadata> {
        self.call(false, |file| file.metadata()).await
    }

    /// Gives the same open file a second owner. They share the position.
    ///
    /// Bytes that a read brought after its future was dropped are put back first. Those of a pipe or
    /// a terminal cannot be, and stay with this file.
    ///
    /// # Errors
    ///
    /// If the process has too many files open.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::fs::File;
    ///
    /// let file = File::open("Cargo.toml").await?;
    /// let twin = file.try_clone().await?;
    /// assert_eq!(twin.max_buf_size(), file.max_buf_size());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn try_clone(&self) -> io::Result<File> {
        let std = self.call_from_here(|file| file.try_clone()).await?;
        Ok(Self { chunk_max: self.chunk_max, ..Self::from_std(std) })
    }

    /// Gives the file of the standard library back, once the call under way has ended.
    ///
    /// Bytes that a read brought after its future was dropped are put back first. Those of a pipe
    /// or a terminal cannot be, and are lost; read them, or use
    /// [`try_into_std`](File::try_into_std).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::fs::File;
    ///
    /// let file = File::open("Cargo.toml").await?.into_std().await;
    /// assert!(file.metadata()?.is_file());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn into_std(mut self) -> StdFile {
        self.ferry.get_mut().settled().await;
        self.errands.get_mut().settled().await;
        // What has no position has nowhere to put the bytes either.
        self.ferry.get_mut().go_back(&*self.std);
        match Arc::try_unwrap(self.std) {
            Ok(file) => file,
            Err(_) => unreachable!("a call that has ended has given up its share of the file"),
        }
    }

    /// Gives the file of the standard library back, if no call is under way.
    ///
    /// # Errors
    ///
    /// The file, if a call is under way, or if there are bytes that a read brought after its future
    /// was dropped, which cannot be put back. Wait with a flush, read the bytes, or use
    /// [`into_std`](File::into_std).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::fs::File;
    ///
    /// let file = File::open("Cargo.toml").await?.try_into_std().unwrap();
    /// assert!(file.metadata()?.is_file());
    /// # Ok(())
    /// # }
    /// ```
    #[allow(clippy::result_large_err)]
    pub fn try_into_std(mut self) -> Result<StdFile, Self> {
        let is_away = self.ferry.get_mut().is_away() || self.errands.get_mut().is_away();
        if is_away || !self.ferry.get_mut().go_back(&*self.std) {
            return Err(self);
        }
        Arc::try_unwrap(self.std).map_err(|std| Self { std, ..self })
    }

    /// Sets the permissions of the file.
    ///
    /// # Errors
    ///
    /// If the file belongs to somebody else.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::fs::File;
    ///
    /// let path = std::env::temp_dir().join("ringloop-doc-file-set-permissions");
    /// let file = File::create(&path).await?;
    /// let mut permissions = file.metadata().await?.permissions();
    /// permissions.set_readonly(true);
    /// file.set_permissions(permissions).await?;
    /// runtime::fs::remove_file(&path).await
    /// # }
    /// ```
    pub async fn set_permissions(&self, perm: Permissions) -> io::Result<()> {
        self.call(false, move |file| file.set_permissions(perm)).await
    }

    /// Sets times of the file.
    ///
    /// # Errors
    ///
    /// If the file belongs to somebody else, or the file system has no such times.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::fs::{File, FileTimes};
    /// use std::time::SystemTime;
    ///
    /// let path = std::env::temp_dir().join("ringloop-doc-file-set-times");
    /// let file = File::create(&path).await?;
    /// file.set_times(FileTimes::new().set_modified(SystemTime::UNIX_EPOCH)).await?;
    /// assert_eq!(file.metadata().await?.modified()?, SystemTime::UNIX_EPOCH);
    /// runtime::fs::remove_file(&path).await
    /// # }
    /// ```
    pub async fn set_times(&self, times: FileTimes) -> io::Result<()> {
        self.call(false, move |file| file.set_times(times.0)).await
    }

    /// Sets when the file was written last.
    ///
    /// # Errors
    ///
    /// If the file belongs to somebody else, or the file system has no such time.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::fs::File;
    /// use std::time::SystemTime;
    ///
    /// let path = std::env::temp_dir().join("ringloop-doc-file-set-modified");
    /// let file = File::create(&path).await?;
    /// file.set_modified(SystemTime::UNIX_EPOCH).await?;
    /// assert_eq!(file.metadata().await?.modified()?, SystemTime::UNIX_EPOCH);
    /// runtime::fs::remove_file(&path).await
    /// # }
    /// ```
    pub async fn set_modified(&self, time: SystemTime) -> io::Result<()> {
        self.call(false, move |file| file.set_modified(time)).await
    }

    /// Sets how many bytes one call reads or writes at most, and so how large the buffer of the file
    /// becomes; two megabytes unless set.
    ///
    /// # Panics
    ///
    /// If it is zero.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::fs::File;
    ///
    /// let mut file = File::open("Cargo.toml").await?;
    /// file.set_max_buf_size(64 * 1024);
    /// assert_eq!(file.max_buf_size(), 64 * 1024);
    /// # Ok(())
    /// # }
    /// ```
    #[track_caller]
    pub fn set_max_buf_size(&mut self, max_buf_size: usize) {
        assert!(max_buf_size > 0, "`max_buf_size` must be greater than 0");
        self.chunk_max = max_buf_size;
    }

    /// Returns how many bytes one call reads or writes at most.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::fs::File;
    ///
    /// let file = File::open("Cargo.toml").await?;
    /// assert_eq!(file.max_buf_size(), 2 * 1024 * 1024);
    /// # Ok(())
    /// # }
    /// ```
    pub fn max_buf_size(&self) -> usize {
        self.chunk_max
    }

    /// Makes a call on the file, after the write that is under way.
    ///
    /// # Errors
    ///
    /// Those of the call, and of an earlier write if `reports` is set.
    async fn call<R: Send + 'static>(
        &self,
        reports: bool,
        call: impl FnOnce(&StdFile) -> io::Result<R> + Send + 'static,
    ) -> io::Result<R> {
        let mut ferry = self.ferry.lock().await;
        ferry.settled_but_for_reads().await;
        if reports && let Some(error) = ferry.take_write_error() {
            return Err(error);
        }
        drop(ferry);
        let std = self.std.clone();
        self.errands.lock().await.call(move || call(&std)).await
    }

    /// Makes a call to which the position or the bytes ahead of it matter: those that a read brought
    /// after its future was dropped are put back first.
    async fn call_from_here<R: Send + 'static>(
        &self,
        call: impl FnOnce(&StdFile) -> io::Result<R> + Send + 'static,
    ) -> io::Result<R> {
        let std = self.std.clone();
        let mut ferry = self.ferry.lock().await;
        let chunk = ferry.chunk();
        let call = move || {
            chunk.lock().go_back(&*std)?;
            call(&std)
        };
        ferry.call(call).await
    }
}

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("tokio::fs::File").field("std", &self.std).finish_non_exhaustive()
    }
}

impl From<StdFile> for File {
    fn from(std: StdFile) -> Self {
        Self::from_std(std)
    }
}

//! Calls that take a path: each is one of the standard library, made on another thread.

use crate::io::offloaded;
use std::fs::{self, Metadata, Permissions};
use std::io;
use std::path::{Path, PathBuf};

/// Makes a call with a path.
async fn with_path<R: Send + 'static>(
    path: &Path,
    call: impl FnOnce(&Path) -> io::Result<R> + Send + 'static,
) -> io::Result<R> {
    let path = path.to_owned();
    offloaded(move || call(&path)).await
}

/// Makes a call with two paths.
async fn with_paths<R: Send + 'static>(
    one: &Path,
    two: &Path,
    call: impl FnOnce(&Path, &Path) -> io::Result<R> + Send + 'static,
) -> io::Result<R> {
    let (one, two) = (one.to_owned(), two.to_owned());
    offloaded(move || call(&one, &two)).await
}

/// Returns the absolute form of a path, with all symbolic links and dots resolved.
///
/// # Errors
///
/// If the path leads nowhere, or through something that is no folder.
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::fs;
///
/// let here = fs::canonicalize("src/../.").await?;
/// assert!(here.is_absolute());
/// # Ok(())
/// # }
/// ```
pub async fn canonicalize(path: impl AsRef<Path>) -> io::Result<PathBuf> {
    with_path(path.as_ref(), |path| fs::canonicalize(path)).await
}

/// Copies the bytes and the permissions of a file to another one; returns how many bytes.
///
/// The other file is created if it is missing, and replaced if it exists. The kernel copies where
/// it can.
///
/// # Errors
///
/// If the source is no file or cannot be read, or if the target cannot be written to.
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::fs;
///
/// let path = std::env::temp_dir().join("ringloop-doc-copy");
/// let count = fs::copy("Cargo.toml", &path).await?;
/// assert_eq!(count, fs::metadata(&path).await?.len());
/// fs::remove_file(&path).await
/// # }
/// ```
pub async fn copy(from: impl AsRef<Path>, to: impl AsRef<Path>) -> io::Result<u64> {
    with_paths(from.as_ref(), to.as_ref(), copy_undisturbed).await
}

/// Copies from the start again where a signal came in between, of which the standard library tells
/// its caller here.
fn copy_undisturbed(from: &Path, to: &Path) -> io::Result<u64> {
    loop {
        match fs::copy(from, to) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// Creates an empty folder, whose parent must exist.
///
/// # Errors
///
/// If the parent is missing or may not be written to, or if the path exists already.
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::fs;
///
/// let path = std::env::temp_dir().join("ringloop-doc-create-dir");
/// fs::create_dir(&path).await?;
/// assert!(fs::create_dir(&path).await.is_err(), "it exists");
/// fs::remove_dir(&path).await
/// # }
/// ```
pub async fn create_dir(path: impl AsRef<Path>) -> io::Result<()> {
    with_path(path.as_ref(), |path| fs::create_dir(path)).await
}

/// Creates a folder together with all of its parents that are missing.
///
/// If the folder exists, nothing happens.
///
/// # Errors
///
/// If a parent is no folder, or may not be written to. Parents that were created by then stay.
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::fs;
///
/// let path = std::env::temp_dir().join("ringloop-doc-create-dir-all");
/// fs::create_dir_all(path.join("a/b/c")).await?;
/// fs::create_dir_all(path.join("a/b")).await?;
/// fs::remove_dir_all(&path).await
/// # }
/// ```
pub async fn create_dir_all(path: impl AsRef<Path>) -> io::Result<()> {
    with_path(path.as_ref(), |path| fs::create_dir_all(path)).await
}

/// Gives a file a second name.
///
/// # Errors
///
/// If the file does not exist or is a folder, if the new name is taken, or if it lies on another
/// file system.
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::fs;
///
/// let path = std::env::temp_dir().join("ringloop-doc-hard-link-a");
/// let other = std::env::temp_dir().join("ringloop-doc-hard-link-b");
/// fs::write(&path, "one file").await?;
/// fs::hard_link(&path, &other).await?;
/// fs::remove_file(&path).await?;
/// assert_eq!(fs::read(&other).await?, b"one file");
/// fs::remove_file(&other).await
/// # }
/// ```
pub async fn hard_link(original: impl AsRef<Path>, link: impl AsRef<Path>) -> io::Result<()> {
    with_paths(original.as_ref(), link.as_ref(), |original, link| fs::hard_link(original, link))
        .await
}

/// Returns what the file system knows of a path: its kind, size, permissions, times.
///
/// Symbolic links are followed; [`symlink_metadata`] looks at the link itself.
///
/// # Errors
///
/// If the path leads nowhere, or a folder on the way may not be searched.
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::fs;
///
/// let manifest = fs::metadata("Cargo.toml").await?;
/// assert!(manifest.is_file() && manifest.len() > 0);
/// # Ok(())
/// # }
/// ```
pub async fn metadata(path: impl AsRef<Path>) -> io::Result<Metadata> {
    with_path(path.as_ref(), |path| fs::metadata(path)).await
}

/// Reads a whole file.
///
/// It is one hand-over to another thread, however large the file.
///
/// # Errors
///
/// If the file cannot be opened or read.
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::fs;
///
/// let bytes = fs::read("Cargo.toml").await?;
/// assert!(bytes.starts_with(b"["));
/// # Ok(())
/// # }
/// ```
pub async fn read(path: impl AsRef<Path>) -> io::Result<Vec<u8>> {
    with_path(path.as_ref(), |path| fs::read(path)).await
}

/// Returns what a symbolic link points at.
///
/// # Errors
///
/// If the path leads nowhere, or is no symbolic link.
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::fs;
///
/// let path = std::env::temp_dir().join("ringloop-doc-read-link");
/// fs::symlink("anywhere", &path).await?;
/// assert_eq!(fs::read_link(&path).await?.as_os_str(), "anywhere");
/// fs::remove_file(&path).await
/// # }
/// ```
pub async fn read_link(path: impl AsRef<Path>) -> io::Result<PathBuf> {
    with_path(path.as_ref(), |path| fs::read_link(path)).await
}

/// Reads a whole file as text.
///
/// It is one hand-over to another thread, however large the file.
///
/// # Errors
///
/// If the file cannot be opened or read; with `InvalidData` if it is not UTF-8.
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::fs;
///
/// let text = fs::read_to_string("Cargo.toml").await?;
/// assert!(text.contains("[package]"));
/// # Ok(())
/// # }
/// ```
pub async fn read_to_string(path: impl AsRef<Path>) -> io::Result<String> {
    with_path(path.as_ref(), |path| fs::read_to_string(path)).await
}

/// Removes an empty folder.
///
/// # Errors
///
/// If there is no such folder, or if something is in it.
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::fs;
///
/// let path = std::env::temp_dir().join("ringloop-doc-remove-dir");
/// fs::create_dir(&path).await?;
/// fs::remove_dir(&path).await
/// # }
/// ```
pub async fn remove_dir(path: impl AsRef<Path>) -> io::Result<()> {
    with_path(path.as_ref(), |path| fs::remove_dir(path)).await
}

/// Removes a folder with everything in it.
///
/// Symbolic links are removed themselves, and what they point at stays.
///
/// # Errors
///
/// If there is no such folder, or if something in it cannot be removed. What was removed by then is
/// gone.
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::fs;
///
/// let path = std::env::temp_dir().join("ringloop-doc-remove-dir-all");
/// fs::create_dir_all(path.join("a/b")).await?;
/// fs::remove_dir_all(&path).await?;
/// assert!(!fs::try_exists(&path).await?);
/// # Ok(())
/// # }
/// ```
pub async fn remove_dir_all(path: impl AsRef<Path>) -> io::Result<()> {
    with_path(path.as_ref(), |path| fs::remove_dir_all(path)).await
}

/// Removes a file, or a symbolic link.
///
/// The bytes are there until whoever has the file open has closed it.
///
/// # Errors
///
/// If the path leads nowhere or to a folder, or if its folder may not be written to.
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::fs;
///
/// let path = std::env::temp_dir().join("ringloop-doc-remove-file");
/// fs::write(&path, "").await?;
/// fs::remove_file(&path).await
/// # }
/// ```
pub async fn remove_file(path: impl AsRef<Path>) -> io::Result<()> {
    with_path(path.as_ref(), |path| fs::remove_file(path)).await
}

/// Gives a file or folder another name, and replaces what has that name.
///
/// Nobody ever sees neither of the two, which makes it the last step of a careful update.
///
/// # Errors
///
/// If there is no such file, if the new name lies on another file system, or if it is that of a
/// folder that is not empty.
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::fs;
///
/// let path = std::env::temp_dir().join("ringloop-doc-rename-a");
/// let other = std::env::temp_dir().join("ringloop-doc-rename-b");
/// fs::write(&path, "moved").await?;
/// fs::rename(&path, &other).await?;
/// assert_eq!(fs::read(&other).await?, b"moved");
/// fs::remove_file(&other).await
/// # }
/// ```
pub async fn rename(from: impl AsRef<Path>, to: impl AsRef<Path>) -> io::Result<()> {
    with_paths(from.as_ref(), to.as_ref(), |from, to| fs::rename(from, to)).await
}

/// Sets the permissions of a file or folder.
///
/// # Errors
///
/// If the path leads nowhere, or belongs to somebody else.
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::fs;
///
/// let path = std::env::temp_dir().join("ringloop-doc-set-permissions");
/// fs::write(&path, "").await?;
/// let mut permissions = fs::metadata(&path).await?.permissions();
/// permissions.set_readonly(true);
/// fs::set_permissions(&path, permissions).await?;
/// assert!(fs::metadata(&path).await?.permissions().readonly());
/// fs::remove_file(&path).await
/// # }
/// ```
pub async fn set_permissions(path: impl AsRef<Path>, perm: Permissions) -> io::Result<()> {
    with_path(path.as_ref(), move |path| fs::set_permissions(path, perm)).await
}

/// Creates a symbolic link that points at `original`, which need not exist.
///
/// # Errors
///
/// If there is something at the path of the link, or its folder may not be written to.
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::fs;
///
/// let path = std::env::temp_dir().join("ringloop-doc-symlink");
/// fs::symlink("/etc", &path).await?;
/// assert_eq!(fs::read_link(&path).await?.as_os_str(), "/etc");
/// fs::remove_file(&path).await
/// # }
/// ```
pub async fn symlink(original: impl AsRef<Path>, link: impl AsRef<Path>) -> io::Result<()> {
    with_paths(original.as_ref(), link.as_ref(), |original, link| {
        std::os::unix::fs::symlink(original, link)
    })
    .await
}

/// Returns what the file system knows of a path, without following it if it is a symbolic link.
///
/// # Errors
///
/// If there is nothing at the path, or a folder on the way may not be searched.
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::fs;
///
/// let path = std::env::temp_dir().join("ringloop-doc-symlink-metadata");
/// fs::symlink("nowhere", &path).await?;
/// assert!(fs::symlink_metadata(&path).await?.is_symlink());
/// fs::remove_file(&path).await
/// # }
/// ```
pub async fn symlink_metadata(path: impl AsRef<Path>) -> io::Result<Metadata> {
    with_path(path.as_ref(), |path| fs::symlink_metadata(path)).await
}

/// Returns whether a path leads to something; symbolic links are followed.
///
/// The answer may be out of date as soon as it is there. To create a file only if there is none,
/// use [`File::create_new`](super::File::create_new).
///
/// # Errors
///
/// If it cannot be known, since a folder on the way may not be searched, for example.
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::fs;
///
/// assert!(fs::try_exists("Cargo.toml").await?);
/// assert!(!fs::try_exists("Cargo.lark").await?);
/// # Ok(())
/// # }
/// ```
pub async fn try_exists(path: impl AsRef<Path>) -> io::Result<bool> {
    with_path(path.as_ref(), |path| fs::exists(path)).await
}

/// Writes a whole file, which is created if it is missing and replaced if it exists.
///
/// It is one hand-over to another thread, however much there is to write. The contents are copied
/// first, unless they are empty.
///
/// # Errors
///
/// If the file cannot be created or written to; what was written by then is in the file.
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::fs;
///
/// let path = std::env::temp_dir().join("ringloop-doc-write");
/// fs::write(&path, b"bytes").await?;
/// assert_eq!(fs::read(&path).await?, b"bytes");
/// fs::remove_file(&path).await
/// # }
/// ```
pub async fn write(path: impl AsRef<Path>, contents: impl AsRef<[u8]>) -> io::Result<()> {
    let contents = contents.as_ref().to_owned();
    with_path(path.as_ref(), move |path| fs::write(path, contents)).await
}

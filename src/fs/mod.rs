//! The file system, by way of threads that block.
//!
//! Operating systems have no good way to wait for a disk without a thread, so every call here is
//! made on one of the runtime's threads for code that blocks, while the task waits for the answer.
//! The cost of that hand-over is the same for one byte as for a million: read and write large
//! pieces, or put a [`BufReader`](crate::io::BufReader) or [`BufWriter`](crate::io::BufWriter) in
//! front of a [`File`]; and do several calls that belong together in one
//! [`spawn_blocking`](crate::task::spawn_blocking) with `std::fs`.
//!
//! What is not a disk but looks like a file, a named pipe for example, belongs to
//! [`net::unix::pipe`](crate::net::unix::pipe), which needs no thread to wait.
//!
//! # Cancel safety
//!
//! Dropping a future of this module does not take its call back. One that has begun goes on; one
//! that has not is left out only if the runtime ends. The types of this module stay usable
//! all the same: the next operation to which it matters waits for the one that was left alone.
//!
//! # Examples
//!
//! ```
//! # #[runtime::main(flavor = "current_thread")]
//! # async fn main() -> std::io::Result<()> {
//! use runtime::fs;
//!
//! let path = std::env::temp_dir().join("ringloop-doc-fs");
//! fs::write(&path, "to be or not to be").await?;
//! assert_eq!(fs::read_to_string(&path).await?.len(), 18);
//! fs::remove_file(&path).await
//! # }
//! ```

mod dir_builder;
mod file;
mod file_times;
mod open_options;
mod ops;
#[allow(unsafe_code)]
mod raw_fd;
mod read_dir;
mod stream;

pub use self::dir_builder::DirBuilder;
pub use self::file::File;
pub use self::file_times::FileTimes;
pub use self::open_options::OpenOptions;
pub use self::ops::{
    canonicalize, copy, create_dir, create_dir_all, hard_link, metadata, read, read_link,
    read_to_string, remove_dir, remove_dir_all, remove_file, rename, set_permissions, symlink,
    symlink_metadata, try_exists, write,
};
pub use self::read_dir::{DirEntry, ReadDir, read_dir};

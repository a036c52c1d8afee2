//! Calls that take a path.

use runtime::fs;
use std::ffi::OsStr;
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use support::Dir;

#[path = "support/dir.rs"]
mod support;

#[runtime::test]
async fn whole_files_are_written_and_read() {
    let dir = Dir::new();
    let path = dir.join("a");
    fs::write(&path, "längst").await.unwrap();
    assert_eq!(fs::read(&path).await.unwrap(), "längst".as_bytes());
    assert_eq!(fs::read_to_string(&path).await.unwrap(), "längst");
    fs::write(&path, b"\xFF").await.unwrap();
    assert_eq!(fs::read_to_string(&path).await.unwrap_err().kind(), ErrorKind::InvalidData);
    fs::write(&path, []).await.unwrap();
    assert_eq!(fs::read(&path).await.unwrap(), b"");
}

#[runtime::test]
async fn a_name_need_not_be_text() {
    let dir = Dir::new();
    let name = OsStr::from_bytes(b"not \xFF text");
    fs::write(dir.join(name), "x").await.unwrap();
    let entry = fs::read_dir(&*dir).await.unwrap().next_entry().await.unwrap().unwrap();
    assert_eq!(entry.file_name(), name);
    assert_eq!(fs::canonicalize(entry.path()).await.unwrap().file_name(), Some(name));
    fs::remove_file(entry.path()).await.unwrap();
    let error = fs::write(dir.join("a\0b"), "x").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
}

#[runtime::test]
async fn folders_are_created_and_removed() {
    let dir = Dir::new();
    fs::create_dir(dir.join("a")).await.unwrap();
    assert_eq!(fs::create_dir(dir.join("a")).await.unwrap_err().kind(), ErrorKind::AlreadyExists);
    assert_eq!(fs::create_dir(dir.join("b/c")).await.unwrap_err().kind(), ErrorKind::NotFound);
    fs::create_dir_all(dir.join("a/b/c")).await.unwrap();
    assert!(fs::remove_dir(dir.join("a")).await.is_err(), "not empty");
    fs::remove_dir(dir.join("a/b/c")).await.unwrap();
    fs::remove_dir_all(dir.join("a")).await.unwrap();
    assert!(!fs::try_exists(dir.join("a")).await.unwrap());
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true).mode(0o500).create(dir.join("d/e")).await.unwrap();
    builder.create(dir.join("d/e")).await.unwrap();
    let mode = fs::metadata(dir.join("d")).await.unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o500);
    assert!(fs::DirBuilder::new().create(dir.join("d")).await.is_err());
    fs::set_permissions(dir.join("d"), PermissionsExt::from_mode(0o700)).await.unwrap();
}

#[runtime::test]
async fn files_are_copied_renamed_and_linked() {
    let dir = Dir::new();
    let (a, b, c) = (dir.join("a"), dir.join("b"), dir.join("c"));
    fs::write(&a, "bytes").await.unwrap();
    fs::set_permissions(&a, PermissionsExt::from_mode(0o640)).await.unwrap();
    assert_eq!(fs::copy(&a, &b).await.unwrap(), 5);
    assert_eq!(fs::metadata(&b).await.unwrap().permissions().mode() & 0o777, 0o640);
    fs::rename(&b, &c).await.unwrap();
    assert!(!fs::try_exists(&b).await.unwrap());
    fs::hard_link(&c, &b).await.unwrap();
    assert_eq!(fs::metadata(&b).await.unwrap().nlink(), 2);
    assert_eq!(fs::hard_link(&c, &b).await.unwrap_err().kind(), ErrorKind::AlreadyExists);
    fs::remove_file(&c).await.unwrap();
    fs::symlink("b", &c).await.unwrap();
    assert_eq!(fs::read_link(&c).await.unwrap().as_os_str(), "b");
    assert_eq!(fs::read(&c).await.unwrap(), b"bytes");
    assert!(fs::symlink_metadata(&c).await.unwrap().is_symlink());
    assert!(fs::metadata(&c).await.unwrap().is_file());
    fs::remove_file(&b).await.unwrap();
    assert!(!fs::try_exists(&c).await.unwrap(), "it dangles");
}

#[runtime::test]
async fn what_is_missing_is_not_found() {
    let dir = Dir::new();
    let gone = dir.join("gone");
    let kinds = [
        fs::read(&gone).await.unwrap_err().kind(),
        fs::metadata(&gone).await.unwrap_err().kind(),
        fs::canonicalize(&gone).await.unwrap_err().kind(),
        fs::read_link(&gone).await.unwrap_err().kind(),
        fs::remove_file(&gone).await.unwrap_err().kind(),
        fs::remove_dir(&gone).await.unwrap_err().kind(),
        fs::remove_dir_all(&gone).await.unwrap_err().kind(),
        fs::rename(&gone, dir.join("b")).await.unwrap_err().kind(),
        fs::copy(&gone, dir.join("b")).await.unwrap_err().kind(),
        fs::read_dir(&gone).await.unwrap_err().kind(),
    ];
    assert_eq!(kinds, [ErrorKind::NotFound; 10]);
}

#[runtime::test]
async fn what_is_forbidden_is_refused() {
    // Root may do everything, but nobody may write here.
    let error = fs::write("/proc/version", "x").await.unwrap_err();
    assert_ne!(error.kind(), ErrorKind::NotFound);
    let error = fs::write("/dev/full", "x").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::StorageFull);
}

#[runtime::test]
async fn a_future_that_is_dropped_leaves_its_call_to_itself() {
    let dir = Dir::new();
    let path = dir.join("a");
    {
        let write = std::pin::pin!(fs::write(&path, "x"));
        let _ = write.poll(&mut std::task::Context::from_waker(std::task::Waker::noop()));
    }
    while !fs::try_exists(&path).await.unwrap() {}
}

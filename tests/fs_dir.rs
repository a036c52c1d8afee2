//! What is in a folder.

use runtime::fs;
use runtime::runtime::Builder;
use std::collections::BTreeSet;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use support::Dir;

#[path = "support/dir.rs"]
mod support;

async fn names(path: &Path) -> BTreeSet<String> {
    let mut entries = fs::read_dir(path).await.unwrap();
    let mut names = BTreeSet::new();
    while let Some(entry) = entries.next_entry().await.unwrap() {
        assert!(names.insert(entry.file_name().into_string().unwrap()), "once each");
    }
    assert!(entries.next_entry().await.unwrap().is_none(), "and no more");
    names
}

#[runtime::test]
async fn an_empty_folder_has_no_entries() {
    assert!(names(&Dir::new()).await.is_empty());
}

#[runtime::test]
async fn entries_say_what_they_are() {
    let dir = Dir::new();
    std::fs::write(dir.join("file"), "12345").unwrap();
    std::fs::create_dir(dir.join("folder")).unwrap();
    std::os::unix::fs::symlink("nowhere", dir.join("link")).unwrap();
    let mut entries = fs::read_dir(&*dir).await.unwrap();
    let mut seen = 0;
    while let Some(entry) = entries.next_entry().await.unwrap() {
        seen += 1;
        let (kind, metadata) = (entry.file_type().await.unwrap(), entry.metadata().await.unwrap());
        assert_eq!(entry.path(), dir.join(entry.file_name()));
        assert_eq!((metadata.ino(), metadata.file_type()), (entry.ino(), kind));
        match entry.file_name().to_str().unwrap() {
            "file" => assert!(kind.is_file() && metadata.len() == 5),
            "folder" => assert!(kind.is_dir()),
            "link" => assert!(kind.is_symlink()),
            other => panic!("{other}"),
        }
    }
    assert_eq!(seen, 3);
}

#[runtime::test]
async fn an_entry_that_has_vanished_is_an_error_of_that_entry() {
    let dir = Dir::new();
    std::fs::write(dir.join("a"), "").unwrap();
    std::fs::write(dir.join("b"), "").unwrap();
    let mut entries = fs::read_dir(&*dir).await.unwrap();
    let first = entries.next_entry().await.unwrap().unwrap();
    fs::remove_file(first.path()).await.unwrap();
    assert_eq!(first.metadata().await.unwrap_err().kind(), std::io::ErrorKind::NotFound);
    assert!(entries.next_entry().await.unwrap().unwrap().metadata().await.is_ok());
}

#[runtime::test]
async fn a_huge_folder_is_read_to_the_end() {
    let dir = Dir::new();
    let count = 100_000;
    // Links to one file take no inodes.
    let mut original = dir.join("0");
    std::fs::write(&original, "").unwrap();
    for i in 1..count {
        let link = dir.join(i.to_string());
        if std::fs::hard_link(&original, &link).is_err() {
            // No more names for this one.
            std::fs::write(&link, "").unwrap();
            original = link;
        }
    }
    let names = names(&dir).await;
    assert_eq!(names.len(), count);
    assert!((0..count).all(|i| names.contains(&i.to_string())));
}

#[runtime::test]
async fn a_folder_that_is_read_may_be_left() {
    let mut entries = fs::read_dir("src").await.unwrap();
    entries.next_entry().await.unwrap();
    drop(entries);
}

#[runtime::test]
async fn a_file_is_no_folder() {
    assert!(fs::read_dir("Cargo.toml").await.is_err());
}

#[test]
fn a_folder_is_read_on_after_there_was_no_thread() {
    let dir = Dir::new();
    // More than one hand-over fetches.
    (0..600).for_each(|name| std::fs::write(dir.join(name.to_string()), "").unwrap());
    let rt = Builder::new_current_thread().build().unwrap();
    let strict = Builder::new_current_thread().thread_stack_size(1 << 50).build().unwrap();
    let mut entries = rt.block_on(fs::read_dir(&*dir)).unwrap();
    let mut count = 0;
    strict.block_on(async {
        while entries.next_entry().await.is_ok_and(|entry| entry.is_some()) {
            count += 1;
        }
        assert!(entries.next_entry().await.is_err(), "there is more");
    });
    rt.block_on(async {
        while entries.next_entry().await.unwrap().is_some() {
            count += 1;
        }
    });
    assert_eq!(count, 600);
}

//! What a program may not do that is not root.

#[path = "support/dir.rs"]
mod support;

use runtime::fs::{self, File, OpenOptions};
use runtime::net::{UnixDatagram, UnixListener, UnixStream};
use runtime::process::Command;
use runtime::runtime::Builder;
use std::fmt::Debug;
use std::io::{self, ErrorKind};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use support::Dir;

const CHILD: &str = "RINGLOOP_TEST_FORBIDDEN";
const NOBODY: libc::uid_t = 65_534;

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
}

/// Root may do everything, so a child of its own gives that up before it is refused anything.
#[test]
fn what_the_owner_forbids_is_refused() {
    if let Some(dir) = std::env::var_os(CHILD) {
        give_root_up();
        let rt = Builder::new_current_thread().enable_all().build().unwrap();
        rt.block_on(all_is_refused(Path::new(&dir)));
        return;
    }
    let dir = Dir::new();
    let (secret, closed) = (dir.join("secret"), dir.join("closed"));
    std::fs::write(&secret, "#!/bin/sh\n").unwrap();
    std::fs::create_dir(&closed).unwrap();
    std::fs::write(closed.join("inside"), "x").unwrap();
    let listener = std::os::unix::net::UnixListener::bind(dir.join("socket")).unwrap();
    for (path, mode) in [(&secret, 0), (&closed, 0), (&dir.join("socket"), 0)] {
        set_mode(path, mode);
    }
    set_mode(&dir, 0o555);
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["what_the_owner_forbids_is_refused", "--exact", "--nocapture"])
        .env(CHILD, &*dir)
        .output()
        .unwrap();
    // Else who is not root could not take the folder away again.
    set_mode(&dir, 0o755);
    set_mode(&closed, 0o755);
    drop(listener);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn give_root_up() {
    // SAFETY: the calls take numbers, and a pointer that may be null where there are no groups.
    unsafe {
        if libc::geteuid() == 0 {
            assert_eq!(libc::setgroups(0, std::ptr::null()), 0);
            assert_eq!(libc::setresgid(NOBODY, NOBODY, NOBODY), 0);
            assert_eq!(libc::setresuid(NOBODY, NOBODY, NOBODY), 0);
        }
        assert_ne!(libc::geteuid(), 0);
    }
}

#[track_caller]
fn refused<R: Debug>(result: io::Result<R>) {
    assert_eq!(result.unwrap_err().kind(), ErrorKind::PermissionDenied);
}

async fn all_is_refused(dir: &Path) {
    let (secret, inside, new) = (dir.join("secret"), dir.join("closed/inside"), dir.join("new"));
    refused(fs::read(&secret).await);
    refused(fs::read_to_string(&secret).await);
    refused(File::open(&secret).await.map(drop));
    refused(OpenOptions::new().append(true).open(&secret).await.map(drop));
    refused(fs::write(&secret, "x").await);
    refused(fs::copy(&secret, "/dev/null").await);
    refused(fs::set_permissions(&secret, PermissionsExt::from_mode(0o777)).await.map_err(owner));
    refused(fs::remove_file(&secret).await);
    refused(fs::rename(&secret, &new).await);

    refused(fs::write(&new, "x").await);
    refused(File::create(&new).await.map(drop));
    refused(fs::create_dir(&new).await);
    refused(fs::create_dir_all(new.join("deeper")).await);
    refused(fs::symlink("secret", &new).await);
    refused(fs::read_dir(dir.join("closed")).await.map(drop));
    refused(fs::metadata(&inside).await.map(drop));
    refused(fs::canonicalize(&inside).await);
    refused(fs::try_exists(&inside).await);
    assert!(fs::metadata(&secret).await.unwrap().is_file(), "to look is allowed");

    refused(UnixListener::bind(&new).map(drop));
    refused(UnixDatagram::bind(&new).map(drop));
    refused(UnixStream::connect(dir.join("socket")).await.map(drop));

    refused(Command::new(&secret).spawn().map(drop));
    refused(Command::new("true").current_dir(dir.join("closed")).status().await);
    assert!(Command::new("true").status().await.unwrap().success(), "what is allowed still works");
}

/// The system says in other words that only the owner may do something.
fn owner(error: io::Error) -> io::Error {
    match error.raw_os_error() {
        Some(libc::EPERM) => ErrorKind::PermissionDenied.into(),
        _ => error,
    }
}

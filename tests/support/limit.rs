//! A process without descriptors.
#![allow(dead_code)] // each test file uses its own part

use std::fs::File;
use std::os::fd::AsRawFd;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Keeps the other tests of this process from opening and closing anything meanwhile.
pub fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

pub fn open_descriptors() -> usize {
    // Leaves out the one that the listing itself has open.
    std::fs::read_dir("/proc/self/fd").unwrap().count() - 1
}

/// Holds all descriptors that may be opened, and lowers their number, until it is dropped.
pub struct Limit {
    _held: Vec<File>,
    old: libc::rlimit,
}

impl Limit {
    pub fn use_up() -> Limit {
        let mut old = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        // SAFETY: the pointer is to a live value of the type that the call writes.
        assert_eq!(unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut old) }, 0);
        let largest = File::open("/dev/null").unwrap().as_raw_fd() + 20;
        set_limit(&libc::rlimit { rlim_cur: largest as libc::rlim_t, ..old });
        let held = std::iter::from_fn(|| File::open("/dev/null").ok()).collect();
        Limit { _held: held, old }
    }
}

impl Drop for Limit {
    fn drop(&mut self) {
        set_limit(&self.old);
    }
}

fn set_limit(limit: &libc::rlimit) {
    // SAFETY: the pointer is to a live value of the type that the call reads.
    assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, limit) }, 0);
}

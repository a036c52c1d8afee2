//! Who waits for the children that nobody waits for any more.
//!
//! A thread of its own does, since these children may outlive every runtime. It is there only
//! while there are such children:
//!
//! ```text
//!   adopt  ── lock: add the child, ring the thread or start one
//!   thread ── lock: take what was added, or leave if nothing is left ── look at each ── wait
//! ```
//!
//! The lock keeps the thread from leaving while a child is being added. What the thread has no
//! descriptors for it looks at every so often. If there is no thread to be had, every child that is
//! started, waited for or dropped is a reason to try again.

use super::notice::Notice;
use crate::shim::{Mutex, sleep, thread};
use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token, Waker};
use std::io;
use std::os::fd::AsRawFd;
use std::process::Child;
use std::time::Duration;

/// Children that the thread has not seen, and the thread.
struct Orphans {
    added: Vec<Child>,
    /// Whether there is the thread.
    served: bool,
    /// Rings the thread; without one it looks by itself, every [`RETRY`].
    bell: Option<Waker>,
}

static ORPHANS: Mutex<Orphans> =
    Mutex::new(Orphans { added: Vec::new(), served: false, bell: None });

const RING: Token = Token(0);
const ENDED: Token = Token(1);

/// How long to wait before trying again what failed for want of descriptors.
const RETRY: Duration = Duration::from_millis(100);

/// Sees to it that a child is reaped when it has ended.
pub(super) fn adopt(mut child: Child) {
    if !ended(&mut child) {
        let mut orphans = ORPHANS.lock();
        orphans.added.push(child);
        orphans.call();
    }
}

/// Tries again to have a thread for children for which there was none.
pub(super) fn retry() {
    let mut orphans = ORPHANS.lock();
    if !orphans.served && !orphans.added.is_empty() {
        orphans.added.retain_mut(|child| !ended(child));
        orphans.call();
    }
}

impl Orphans {
    /// Has the thread look at the children that were added.
    fn call(&mut self) {
        if let Some(bell) = &self.bell {
            // A bell fails only to a thread that has been rung too often to miss it.
            let _ = bell.wake();
        } else if !self.served {
            // Without a thread the children wait here until there is another reason to try.
            self.served = thread::Builder::new().name("reaper".to_owned()).spawn(reap).is_ok();
        }
    }
}

/// Whether a child needs nobody any more: reaped, or not ours to reap.
fn ended(child: &mut Child) -> bool {
    !matches!(child.try_wait(), Ok(None))
}

/// What the thread waits with, and what rings it.
fn open() -> io::Result<(Poll, Waker)> {
    let poll = Poll::new()?;
    let bell = Waker::new(poll.registry(), RING)?;
    Ok((poll, bell))
}

/// Looks at the children whenever one may have ended, until none is left.
fn reap() {
    let mut poll: Option<Poll> = None;
    let mut events = Events::with_capacity(16);
    let mut orphans: Vec<Orphan> = Vec::new();
    loop {
        let opened = if poll.is_none() { open().ok() } else { None };
        let mut shared = ORPHANS.lock();
        if let Some((opened, bell)) = opened {
            shared.bell = Some(bell);
            poll = Some(opened);
        }
        orphans.extend(shared.added.drain(..).map(Orphan::new));
        if orphans.is_empty() {
            shared.bell = None;
            shared.served = false;
            return;
        }
        drop(shared);
        if let Some(poll) = &poll {
            orphans.iter_mut().for_each(|orphan| orphan.watch(poll));
        }
        orphans.retain_mut(|orphan| !orphan.ended());
        if orphans.is_empty() {
            continue;
        }
        let watched = orphans.iter().all(|orphan| orphan.notice.is_some());
        let timeout = if watched { None } else { Some(RETRY) };
        match &mut poll {
            // An interruption is as good a reason to look as an event.
            Some(poll) => drop(poll.poll(&mut events, timeout)),
            None => sleep(RETRY),
        }
    }
}

/// A child, and what says when to look at it.
struct Orphan {
    child: Child,
    /// `None` if there was no descriptor for it.
    notice: Option<Notice>,
}

impl Orphan {
    fn new(child: Child) -> Orphan {
        Orphan { child, notice: None }
    }

    fn watch(&mut self, poll: &Poll) {
        if self.notice.is_none() {
            self.notice = Notice::of(&self.child).ok().filter(|notice| {
                let fd = notice.as_raw_fd();
                poll.registry().register(&mut SourceFd(&fd), ENDED, Interest::READABLE).is_ok()
            });
        }
    }

    /// Whether the child needs nobody any more; what the notice says later it says anew.
    fn ended(&mut self) -> bool {
        self.notice.iter().for_each(Notice::clear);
        ended(&mut self.child)
    }
}

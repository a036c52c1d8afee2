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
//! The lock keeps the thread from leaving while a child is being added.

use super::notice::Notice;
use crate::shim::{Mutex, thread};
use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token, Waker};
use std::io;
use std::os::fd::AsRawFd;
use std::process::Child;
use std::time::Duration;

/// Children that the thread has not seen, and the thread.
struct Orphans {
    added: Vec<Child>,
    /// Rings the thread; `None` if there is none.
    bell: Option<Waker>,
}

static ORPHANS: Mutex<Orphans> = Mutex::new(Orphans { added: Vec::new(), bell: None });

const RING: Token = Token(0);
const ENDED: Token = Token(1);

/// How long to wait before trying again what failed for want of descriptors.
const RETRY: Duration = Duration::from_millis(100);

/// Sees to it that a child is reaped when it has ended.
pub(super) fn adopt(mut child: Child) {
    if ended(&mut child) {
        return;
    }
    let mut orphans = ORPHANS.lock();
    orphans.added.push(child);
    if let Some(bell) = &orphans.bell {
        // A bell fails only to a thread that has been rung too often to miss it.
        let _ = bell.wake();
    } else {
        // If there is nothing to make a thread of, the children wait here for the next one's.
        orphans.bell = start().ok();
    }
}

/// Whether a child needs nobody any more: reaped, or not ours to reap.
fn ended(child: &mut Child) -> bool {
    !matches!(child.try_wait(), Ok(None))
}

fn start() -> io::Result<Waker> {
    let poll = Poll::new()?;
    let bell = Waker::new(poll.registry(), RING)?;
    thread::Builder::new().name("reaper".to_owned()).spawn(move || reap(poll))?;
    Ok(bell)
}

/// Looks at the children whenever one may have ended, until none is left.
fn reap(mut poll: Poll) {
    let mut events = Events::with_capacity(16);
    let mut orphans: Vec<Orphan> = Vec::new();
    loop {
        let mut shared = ORPHANS.lock();
        orphans.extend(shared.added.drain(..).map(Orphan::new));
        if orphans.is_empty() {
            shared.bell = None;
            return;
        }
        drop(shared);
        for orphan in &mut orphans {
            orphan.watch(&poll);
        }
        orphans.retain_mut(|orphan| !orphan.ended());
        if orphans.is_empty() {
            continue;
        }
        let watched = orphans.iter().all(|orphan| orphan.notice.is_some());
        let timeout = if watched { None } else { Some(RETRY) };
        // An interruption is as good a reason to look as an event.
        let _ = poll.poll(&mut events, timeout);
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

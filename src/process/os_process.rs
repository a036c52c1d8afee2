//! One process of the operating system, from its start until it is reaped.

use super::notice::Notice;
use super::reaper;
use crate::io::{Evented, Interest, Ready};
use crate::runtime::{Handle, Id};
use std::io;
use std::mem;
use std::process::{Child, ExitStatus};

/// A process that was started.
///
/// Its number is its own as long as it runs, and until it is reaped; afterwards it may be that of a
/// stranger. So only the first state knows the number.
#[derive(Debug)]
pub(super) struct Process {
    state: State,
    /// Who is asked for the end where that is waited for outside of any runtime.
    runtime: Handle,
    /// Whether it is to end when this is dropped.
    pub(super) kill_on_drop: bool,
}

#[derive(Debug)]
enum State {
    Running(Running),
    /// We have reaped it, and know its status; or somebody else has.
    Reaped(Option<ExitStatus>),
}

/// A process that we have not reaped, though it may have ended.
#[derive(Debug)]
struct Running {
    child: Child,
    // Made when it is first needed.
    watch: Option<Watch>,
}

/// What will tell of the end, by way of a runtime.
#[derive(Debug)]
struct Watch {
    runtime: Id,
    notice: Evented<Notice>,
}

impl Process {
    /// Takes over a child, which is to end when this is dropped, until it is told otherwise.
    pub(super) fn new(child: Child, runtime: Handle) -> Process {
        let state = State::Running(Running { child, watch: None });
        Process { state, runtime, kill_on_drop: true }
    }

    /// The number of the process, unless it has none any more.
    pub(super) fn id(&self) -> Option<u32> {
        match &self.state {
            State::Running(running) => Some(running.child.id()),
            State::Reaped(_) => None,
        }
    }

    /// Tells the process to end at once; nothing to be done if it is known to have ended.
    pub(super) fn kill(&mut self) -> io::Result<()> {
        match &mut self.state {
            State::Running(running) => running.child.kill(),
            State::Reaped(_) => Ok(()),
        }
    }

    /// Reaps the process if it has ended.
    pub(super) fn try_wait(&mut self) -> io::Result<Option<ExitStatus>> {
        match &mut self.state {
            State::Running(running) => {
                let looked = running.child.try_wait();
                self.note(looked.as_ref().copied());
                looked
            }
            State::Reaped(Some(status)) => Ok(Some(*status)),
            State::Reaped(None) => Err(io::Error::from_raw_os_error(libc::ECHILD)),
        }
    }

    /// Waits until the process has ended, and reaps it. Nothing is lost by stopping on the way.
    pub(super) async fn wait(&mut self) -> io::Result<ExitStatus> {
        // What has ended already needs neither a descriptor nor a runtime.
        if let Some(status) = self.try_wait()? {
            return Ok(status);
        }
        let State::Running(running) = &mut self.state else {
            unreachable!("the line above has found it running");
        };
        let looked = running.ended(&self.runtime).await;
        self.note(looked.as_ref().map(|status| Some(*status)));
        looked
    }

    /// Takes in what a look at the running process has shown.
    fn note(&mut self, looked: Result<Option<ExitStatus>, &io::Error>) {
        match looked {
            Ok(Some(status)) => self.state = State::Reaped(Some(status)),
            Err(error) if error.raw_os_error() == Some(libc::ECHILD) => {
                self.state = State::Reaped(None);
            }
            Ok(None) | Err(_) => {}
        }
    }
}

impl Running {
    /// Waits until the process has ended, and reaps it.
    async fn ended(&mut self, fallback: &Handle) -> io::Result<ExitStatus> {
        let here = Handle::try_current().ok().filter(Handle::io_enabled);
        let runtime = here.as_ref().unwrap_or(fallback);
        let watch = match &mut self.watch {
            Some(watch) if watch.runtime == runtime.id() => watch,
            // There is none, or that of an earlier wait, elsewhere: nobody may drive that any more.
            other => other.insert(Watch::new(&self.child, runtime)?),
        };
        // The first attempt comes before the notice is waited for, and after it was made.
        let reap = || {
            watch.notice.clear();
            self.child.try_wait()?.ok_or_else(|| io::ErrorKind::WouldBlock.into())
        };
        let ended = watch.notice.async_io(Interest::READABLE, reap).await;
        if ended.is_err() {
            // A later wait may find another runtime, or one with more room.
            self.watch = None;
        }
        ended
    }
}

impl Watch {
    fn new(child: &Child, runtime: &Handle) -> io::Result<Watch> {
        let notice = Notice::of(child)?;
        let _entered = runtime.enter();
        let notice = Evented::with_interest(notice, Interest::READABLE, Ready::EMPTY)?;
        Ok(Watch { runtime: runtime.id(), notice })
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let State::Running(Running { mut child, watch }) =
            mem::replace(&mut self.state, State::Reaped(None))
        else {
            return;
        };
        drop(watch);
        if self.kill_on_drop {
            // It may have become somebody whom we have no right to kill; nobody is left to tell.
            let _ = child.kill();
        }
        reaper::adopt(child);
    }
}

//! One process of the operating system, from its start until it is reaped.

use super::notice::Notice;
use super::reaper;
use crate::engine::reactor::Direction;
use crate::io::{Evented, Interest, Ready, offload};
use crate::runtime::{Handle, Id};
use crate::shim::sleep;
use std::future::poll_fn;
use std::io;
use std::mem;
use std::process::{Child, ExitStatus};
use std::time::Duration;

/// How long to wait before looking again at a child for which there was no descriptor.
const RETRY: Duration = Duration::from_millis(10);

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
    watch: Watch,
}

/// What will tell of the end.
#[derive(Debug)]
enum Watch {
    /// There was no descriptor for it.
    Missing,
    Made(Notice),
    /// By way of a runtime.
    Placed(Id, Evented<Notice>),
}

impl Process {
    /// Takes over a child, which is to end when this is dropped, until it is told otherwise.
    pub(super) fn new(child: Child, runtime: Handle) -> Process {
        reaper::retry();
        let watch = Notice::early(&child).map_or(Watch::Missing, Watch::Made);
        let state = State::Running(Running { child, watch });
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
        reaper::retry();
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
        let Running { child, watch } = self;
        while let Err(error) = watch.place(child, runtime) {
            if !is_shortage(&error) {
                return Err(error);
            }
            let pause = {
                let _entered = runtime.enter();
                offload(|| sleep(RETRY))?
            };
            pause.await?;
            if let Some(status) = child.try_wait()? {
                return Ok(status);
            }
        }
        let Watch::Placed(_, notice) = watch else { unreachable!("the loop has placed it") };
        // The first attempt comes before the notice is waited for, and after it was made.
        let mut reap = || {
            notice.clear();
            child.try_wait()?.ok_or_else(|| io::ErrorKind::WouldBlock.into())
        };
        // Waits in the place of the descriptor: who drops this after a poll, and waits anew when it is
        // woken, is woken.
        let ended = poll_fn(|cx| notice.poll_io(cx, Direction::Read, &mut reap)).await;
        if ended.is_err() {
            // A later wait may find another runtime, or one with more room.
            watch.displace();
        }
        ended
    }
}

impl Watch {
    /// Sees to it that this runtime is asked.
    fn place(&mut self, child: &Child, runtime: &Handle) -> io::Result<()> {
        if matches!(self, Watch::Placed(at, _) if *at == runtime.id()) {
            return Ok(());
        }
        // That of an earlier wait, elsewhere, may be driven by nobody any more.
        self.displace();
        let notice = match mem::replace(self, Watch::Missing) {
            Watch::Made(notice) => notice,
            _ => Notice::of(child)?,
        };
        let _entered = runtime.enter();
        let notice = Evented::with_interest(notice, Interest::READABLE, Ready::EMPTY)?;
        *self = Watch::Placed(runtime.id(), notice);
        Ok(())
    }

    /// Takes the notice back from the runtime that was asked.
    fn displace(&mut self) {
        *self = match mem::replace(self, Watch::Missing) {
            // A new one is made for one that is refused here.
            Watch::Placed(_, notice) => notice.into_inner().map_or(Watch::Missing, Watch::Made),
            other => other,
        };
    }
}

/// Whether the operating system has run out of something that it may have again later.
fn is_shortage(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::EMFILE | libc::ENFILE | libc::ENOMEM))
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

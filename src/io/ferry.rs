//! What threads for code that blocks do for one file or standard stream.
//!
//! One call is under way at a time. It has the bytes meanwhile, and brings them back with its
//! result; so a future that is dropped in between loses nothing: whoever comes next finds the call
//! still under way, or its bytes.
//!
//! ```text
//!            send(errand)
//!   Here ------------------> Away
//!     ^                        |
//!     '------------------------'
//!        poll_back: the result of a read stays as unread bytes, that of a failed
//!        write until somebody writes, flushes or syncs
//! ```

use super::chunk::Chunk;
use super::offload::offload;
use super::{ReadBuf, SeekFrom};
use crate::engine::blocking::Urgency;
use crate::sync::oneshot;
use crate::task::JoinHandle;
use std::future::{Future, poll_fn};
use std::io::{self, IoSlice};
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// What a call is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Errand {
    Read,
    Write,
    Seek,
    Other,
}

#[derive(Debug)]
enum State {
    Here(Chunk),
    Away(Errand, JoinHandle<(Chunk, io::Result<u64>)>),
}

/// Carries bytes to and from threads that block.
#[derive(Debug)]
pub(crate) struct Ferry {
    state: State,
    /// Why a write failed, if nobody was told yet.
    write_error: Option<io::Error>,
    /// Where the last seek led.
    position: u64,
}

impl Ferry {
    pub(crate) fn new() -> Self {
        Self { state: State::Here(Chunk::default()), write_error: None, position: 0 }
    }

    /// Whether a call is under way.
    pub(crate) fn is_away(&self) -> bool {
        matches!(self.state, State::Away(..))
    }

    /// Forgets bytes that were read ahead of the one who reads; answers how many.
    pub(crate) fn discard(&mut self) -> usize {
        match &mut self.state {
            State::Here(chunk) => chunk.discard(),
            State::Away(..) => 0,
        }
    }

    /// Gets bytes for `into` by way of `read`, which reads once, `max` bytes at most.
    pub(crate) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
        max: usize,
        read: impl Fn(&mut [u8]) -> io::Result<usize> + Send + 'static,
    ) -> Poll<io::Result<()>> {
        loop {
            match ready!(self.poll_back(cx)) {
                Some((Errand::Read, result)) => return Poll::Ready(self.bring(result, into)),
                Some(_) => {}
                None if self.unread() > 0 || into.remaining() == 0 => {
                    return Poll::Ready(self.bring(Ok(0), into));
                }
                None => break,
            }
        }
        let max = max.min(into.remaining());
        let job = move |chunk: &mut Chunk| chunk.fill(max, read);
        self.send(Errand::Read, Urgency::MayBeDropped, job)?;
        match ready!(self.poll_back(cx)) {
            Some((_, result)) => Poll::Ready(self.bring(result, into)),
            None => unreachable!("a read was sent just now"),
        }
    }

    /// Gives the bytes of a read that has ended.
    fn bring(&mut self, result: io::Result<u64>, into: &mut ReadBuf<'_>) -> io::Result<()> {
        if let State::Here(chunk) = &mut self.state {
            chunk.take_into(into);
        }
        result.map(drop)
    }

    /// Hands bytes to `write`, which also learns by how many bytes it must go back first, since they
    /// were read and then not taken. Answers before they are written.
    pub(crate) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        from: &[IoSlice<'_>],
        max: usize,
        write: impl FnOnce(usize, &[u8]) -> io::Result<()> + Send + 'static,
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_settled(cx));
        if let Some(error) = self.write_error.take() {
            return Poll::Ready(Err(error));
        }
        if from.iter().all(|slice| slice.is_empty()) {
            return Poll::Ready(Ok(0));
        }
        let State::Here(chunk) = &mut self.state else { unreachable!("settled above") };
        let back = chunk.discard();
        let count = chunk.load(from, max);
        let job = move |chunk: &mut Chunk| write(back, chunk.loaded()).map(|()| 0);
        self.send(Errand::Write, Urgency::MustRun, job)?;
        Poll::Ready(Ok(count))
    }

    /// Waits until everything is written, and tells if it failed.
    pub(crate) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_settled(cx));
        Poll::Ready(self.write_error.take().map_or(Ok(()), Err))
    }

    /// Starts to move to `position`, as seen by the one who reads.
    pub(crate) fn start_seek(
        &mut self,
        position: SeekFrom,
        seek: impl FnOnce(SeekFrom) -> io::Result<u64> + Send + 'static,
    ) -> io::Result<()> {
        if self.is_away() {
            return Err(io::Error::other(
                "other file operation is pending, call poll_complete before start_seek",
            ));
        }
        let back = self.unread() as i64;
        let target = match position {
            SeekFrom::Current(by) => SeekFrom::Current(by.checked_sub(back).ok_or_else(|| {
                io::Error::new(io::ErrorKind::InvalidInput, "seek past the first byte")
            })?),
            absolute => absolute,
        };
        self.discard();
        self.send(Errand::Seek, Urgency::MayBeDropped, move |_| seek(target))
    }

    /// Waits for a seek, and answers where it led.
    pub(crate) fn poll_sought(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<u64>> {
        while let Some((errand, result)) = ready!(self.poll_back(cx)) {
            if errand == Errand::Seek {
                return Poll::Ready(result);
            }
        }
        Poll::Ready(Ok(self.position))
    }

    /// Makes any other call, after the one that is under way.
    ///
    /// # Errors
    ///
    /// Those of the call, and of an earlier write if `reports` is set.
    pub(crate) async fn call<R: Send + 'static>(
        &mut self,
        reports: bool,
        call: impl FnOnce() -> io::Result<R> + Send + 'static,
    ) -> io::Result<R> {
        self.settled().await;
        if let Some(error) = self.write_error.take_if(|_| reports) {
            return Err(error);
        }
        let (answer, mut answered) = oneshot::channel();
        let job = move |_: &mut Chunk| {
            // If nobody waits any more, nobody wants to know.
            drop(answer.send(call()));
            Ok(0)
        };
        self.send(Errand::Other, Urgency::MayBeDropped, job)?;
        match poll_fn(|cx| self.poll_back(cx)).await {
            Some((_, Err(error))) => Err(error),
            _ => answered.try_recv().map_err(io::Error::other)?,
        }
    }

    /// Waits until no call is under way.
    pub(crate) async fn settled(&mut self) {
        poll_fn(|cx| self.poll_settled(cx)).await;
    }

    fn poll_settled(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        while ready!(self.poll_back(cx)).is_some() {}
        Poll::Ready(())
    }

    fn unread(&self) -> usize {
        match &self.state {
            State::Here(chunk) => chunk.unread(),
            State::Away(..) => 0,
        }
    }

    /// Sends the bytes off with `job`; none may be under way.
    fn send(
        &mut self,
        errand: Errand,
        urgency: Urgency,
        job: impl FnOnce(&mut Chunk) -> io::Result<u64> + Send + 'static,
    ) -> io::Result<()> {
        // If the call cannot be made, or panics, this empty one is what is left.
        let State::Here(mut chunk) = mem::replace(&mut self.state, Self::new().state) else {
            unreachable!("a call is sent when none is under way")
        };
        let handle = offload(urgency, move || {
            let result = job(&mut chunk);
            (chunk, result)
        })?;
        self.state = State::Away(errand, handle);
        Ok(())
    }

    /// Waits for the call that is under way, if one is, and notes what others must know of it.
    fn poll_back(&mut self, cx: &mut Context<'_>) -> Poll<Option<(Errand, io::Result<u64>)>> {
        let State::Away(errand, handle) = &mut self.state else { return Poll::Ready(None) };
        let errand = *errand;
        let (chunk, result) = match ready!(Pin::new(handle).poll(cx)) {
            Ok(back) => back,
            Err(error) => (Chunk::default(), Err(error.into())),
        };
        self.state = State::Here(chunk);
        let result = match (errand, result) {
            (Errand::Write, Err(error)) => {
                self.write_error = Some(error);
                Ok(0)
            }
            (Errand::Seek, Ok(position)) => {
                self.position = position;
                Ok(position)
            }
            (_, result) => result,
        };
        Poll::Ready(Some((errand, result)))
    }
}

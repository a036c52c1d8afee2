//! What threads for code that blocks do for one file or standard stream.
//!
//! One call is under way at a time. It shares the bytes with whoever asked for it, so a future that
//! is dropped meanwhile loses nothing, and neither does a call that is refused, cancelled or
//! panics: whoever comes next finds the call still under way, or its bytes.
//!
//! ```text
//!            send(errand)
//!   here ------------------> away
//!     ^                        |
//!     '------------------------'
//!        poll_back: the result of a read stays as unread bytes, that of a failed
//!        write until somebody writes, flushes or syncs
//! ```

use super::chunk::Chunk;
use super::offload::{offload, promise};
use super::{ReadBuf, SeekFrom};
use crate::shim::{Mutex, UserArc as Arc};
use crate::sync::oneshot;
use crate::task::JoinHandle;
use std::future::{Future, poll_fn};
use std::io::{self, IoSlice, Seek};
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

/// Carries bytes to and from threads that block.
#[derive(Debug)]
pub(crate) struct Ferry {
    /// None before the first call that moves bytes. Nobody holds the lock for long but the call.
    chunk: Option<Arc<Mutex<Chunk>>>,
    /// The call that is under way.
    away: Option<(Errand, JoinHandle<io::Result<u64>>)>,
    /// Why a write failed, if nobody was told yet.
    write_error: Option<io::Error>,
    /// Where the last seek led.
    position: u64,
}

impl Ferry {
    pub(crate) fn new() -> Self {
        Self { chunk: None, away: None, write_error: None, position: 0 }
    }

    /// Whether a call is under way.
    pub(crate) fn is_away(&self) -> bool {
        self.away.is_some()
    }

    /// The bytes, for a call to share.
    pub(crate) fn chunk(&mut self) -> Arc<Mutex<Chunk>> {
        self.chunk.get_or_insert_default().clone()
    }

    /// Moves the position of `file` back by bytes that nobody took; `false` if such are left.
    pub(crate) fn go_back(&self, file: impl Seek) -> bool {
        let Some(chunk) = &self.chunk else { return true };
        let mut chunk = chunk.lock();
        chunk.go_back(file).is_ok() && chunk.unread() == 0
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
                None if self.take_into(into) || into.remaining() == 0 => {
                    return Poll::Ready(Ok(()));
                }
                None => break,
            }
        }
        let max = max.min(into.remaining());
        let chunk = self.chunk();
        let job = move || chunk.lock().fill(max, read);
        self.send(Errand::Read, offload(job)?);
        match ready!(self.poll_back(cx)) {
            Some((_, result)) => Poll::Ready(self.bring(result, into)),
            None => unreachable!("a read was sent just now"),
        }
    }

    /// Gives the bytes of a read that has ended.
    fn bring(&mut self, result: io::Result<u64>, into: &mut ReadBuf<'_>) -> io::Result<()> {
        self.take_into(into);
        result.map(drop)
    }

    /// Gives bytes that were read before; answers whether there were any.
    fn take_into(&self, into: &mut ReadBuf<'_>) -> bool {
        self.chunk.as_ref().is_some_and(|chunk| chunk.lock().take_into(into))
    }

    /// Has `write` write bytes, which are loaded into the chunk; it goes back first by those that
    /// were read and not taken. Answers before they are written.
    pub(crate) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        from: &[IoSlice<'_>],
        max: usize,
        write: impl FnOnce(&mut Chunk) -> io::Result<()> + Send + 'static,
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_settled(cx));
        if let Some(error) = self.write_error.take() {
            return Poll::Ready(Err(error));
        }
        if from.iter().all(|slice| slice.is_empty()) {
            return Poll::Ready(Ok(0));
        }
        let chunk = self.chunk();
        let count = chunk.lock().load(from, max);
        let job = move || write(&mut chunk.lock()).map(|()| 0);
        self.send(Errand::Write, promise(job)?);
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
        let chunk = self.chunk();
        let back = chunk.lock().unread() as i64;
        let target = match position {
            SeekFrom::Current(by) => SeekFrom::Current(by.checked_sub(back).ok_or_else(|| {
                io::Error::new(io::ErrorKind::InvalidInput, "seek past the first byte")
            })?),
            absolute => absolute,
        };
        let job = move || {
            let position = seek(target)?;
            chunk.lock().discard();
            Ok(position)
        };
        self.send(Errand::Seek, offload(job)?);
        Ok(())
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
    pub(crate) async fn call<R: Send + 'static>(
        &mut self,
        call: impl FnOnce() -> io::Result<R> + Send + 'static,
    ) -> io::Result<R> {
        self.settled().await;
        let (answer, mut answered) = oneshot::channel();
        let job = move || {
            // If nobody waits any more, nobody wants to know.
            drop(answer.send(call()));
            Ok(0)
        };
        self.send(Errand::Other, offload(job)?);
        match poll_fn(|cx| self.poll_back(cx)).await {
            Some((_, Err(error))) => Err(error),
            _ => answered.try_recv().map_err(io::Error::other)?,
        }
    }

    /// Why an earlier write failed, if nobody was told yet.
    pub(crate) fn take_write_error(&mut self) -> Option<io::Error> {
        self.write_error.take()
    }

    /// Waits until no call is under way but a read, which may have to wait for somebody else.
    pub(crate) async fn settled_but_for_reads(&mut self) {
        while self.away.as_ref().is_some_and(|(errand, _)| *errand != Errand::Read) {
            poll_fn(|cx| self.poll_back(cx)).await;
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

    /// Notes the call that was sent off; no other may be under way.
    fn send(&mut self, errand: Errand, call: JoinHandle<io::Result<u64>>) {
        self.away = Some((errand, call));
    }

    /// Waits for the call that is under way, if one is, and notes what others must know of it.
    fn poll_back(&mut self, cx: &mut Context<'_>) -> Poll<Option<(Errand, io::Result<u64>)>> {
        let Some((errand, handle)) = &mut self.away else { return Poll::Ready(None) };
        let errand = *errand;
        let result = ready!(Pin::new(handle).poll(cx)).unwrap_or_else(|error| Err(error.into()));
        self.away = None;
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

//! The loop that moves bytes from a reader to a writer.

use super::interrupted::uninterrupted;
use super::window::Window;
use super::write_all::poll_write_some;
use crate::engine::task::budget;
use crate::io::{AsyncRead, AsyncWrite};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// What is on its way from a reader to a writer.
///
/// While the writer is not ready, it reads on until the buffer is full: the next write is larger
/// for it. While the reader is not ready, it flushes the writer: whoever waits at the other end
/// may be the one that the reader waits for.
#[derive(Debug)]
pub(super) struct CopyBuffer {
    window: Window,
    /// The reader has nothing more to give.
    ended: bool,
    /// Why that is, if it failed: told when all that came before is written.
    failed: Option<io::Error>,
    unflushed: bool,
    copied: u64,
}

impl CopyBuffer {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            window: Window::new(capacity),
            ended: false,
            failed: None,
            unflushed: false,
            copied: 0,
        }
    }

    /// Moves bytes until the reader ends, and gives how many that were.
    pub(super) fn poll_copy<R, W>(
        &mut self,
        cx: &mut Context<'_>,
        mut reader: Pin<&mut R>,
        mut writer: Pin<&mut W>,
    ) -> Poll<io::Result<u64>>
    where
        R: AsyncRead + ?Sized,
        W: AsyncWrite + ?Sized,
    {
        // The reader was not ready in this poll; it will wake the task, so it is not asked again.
        let mut starved = false;
        loop {
            // Neither stream may have a budget of its own, so each round has.
            let charge = ready!(budget::poll_proceed(cx));
            if !starved {
                starved = self.poll_top_up(cx, reader.as_mut()).is_pending();
            }
            if !self.window.is_empty() {
                if self.poll_write(cx, writer.as_mut())?.is_pending() {
                    // After a failure the rest is written if that can be done at once.
                    return self
                        .failed
                        .take()
                        .map_or(Poll::Pending, |error| Poll::Ready(Err(error)));
                }
            } else if let Some(error) = self.failed.take() {
                return Poll::Ready(Err(error));
            } else {
                ready!(self.poll_flush(cx, writer.as_mut()))?;
                if self.ended {
                    return Poll::Ready(Ok(self.copied));
                }
                if starved {
                    return Poll::Pending;
                }
            }
            charge.made_progress();
        }
    }

    /// Reads once, if there is room and anything to come.
    fn poll_top_up<R: AsyncRead + ?Sized>(
        &mut self,
        cx: &mut Context<'_>,
        mut reader: Pin<&mut R>,
    ) -> Poll<()> {
        if self.ended || self.window.is_full() {
            return Poll::Ready(());
        }
        let answer = ready!(uninterrupted(cx, |cx| self.window.poll_fill(reader.as_mut(), cx)));
        self.ended = !matches!(answer, Ok(1..));
        self.failed = answer.err();
        Poll::Ready(())
    }

    /// Writes once from what waits.
    fn poll_write<W: AsyncWrite + ?Sized>(
        &mut self,
        cx: &mut Context<'_>,
        writer: Pin<&mut W>,
    ) -> Poll<io::Result<()>> {
        let n = ready!(poll_write_some(writer, cx, self.window.waiting()))?;
        self.window.consume(n);
        self.copied += n as u64;
        self.unflushed = true;
        Poll::Ready(Ok(()))
    }

    /// Flushes what has been written, if anything was since the last time.
    fn poll_flush<W: AsyncWrite + ?Sized>(
        &mut self,
        cx: &mut Context<'_>,
        writer: Pin<&mut W>,
    ) -> Poll<io::Result<()>> {
        if self.unflushed {
            ready!(writer.poll_flush(cx))?;
            self.unflushed = false;
        }
        Poll::Ready(Ok(()))
    }
}

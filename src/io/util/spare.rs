//! Reading into memory that its owner has reserved but not initialised.

use super::interrupted::uninterrupted;
use crate::io::{AsyncRead, ReadBuf, into_spare};
use bytes::BufMut;
use std::borrow::BorrowMut;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// Reads once into the room that `buf` offers, and gives how many bytes that were.
pub(super) fn poll_read_buf<R, B>(
    reader: Pin<&mut R>,
    cx: &mut Context<'_>,
    buf: &mut B,
) -> Poll<io::Result<usize>>
where
    R: AsyncRead + ?Sized,
    B: BufMut + ?Sized,
{
    if !buf.has_remaining_mut() {
        return Poll::Ready(Ok(0));
    }
    let filled = into_spare(buf, |room| match reader.poll_read(cx, room) {
        Poll::Ready(Ok(())) => Ok(()),
        other => Err(other),
    });
    match filled {
        Ok((n, ())) => Poll::Ready(Ok(n)),
        Err(other) => other.map_ok(|()| 0),
    }
}

/// The least room worth a call to the reader.
const LEAST_ROOM: usize = 32;

/// A vector that grows with what is read to its end.
///
/// `V` is the vector, or an exclusive reference to it.
#[derive(Debug)]
pub(super) struct Growing<V> {
    vec: V,
    /// How many bytes behind the end of `vec` are initialised.
    initialized: usize,
    /// The capacity at the start, which the reader may have been told to fill exactly.
    first_capacity: usize,
}

impl<V: BorrowMut<Vec<u8>>> Growing<V> {
    pub(super) fn new(vec: V) -> Self {
        let first_capacity = vec.borrow().capacity();
        Self { vec, initialized: 0, first_capacity }
    }

    /// Takes the vector out, leaving an empty one.
    pub(super) fn take(&mut self) -> Vec<u8> {
        self.initialized = 0;
        std::mem::take(self.vec.borrow_mut())
    }

    /// Reads until the stream ends, adding to `total` what is read meanwhile.
    pub(super) fn poll_read_to_end<R: AsyncRead + ?Sized>(
        &mut self,
        mut reader: Pin<&mut R>,
        cx: &mut Context<'_>,
        total: &mut usize,
    ) -> Poll<io::Result<()>> {
        loop {
            let n = ready!(uninterrupted(cx, |cx| self.poll_read(reader.as_mut(), cx)))?;
            if n == 0 {
                return Poll::Ready(Ok(()));
            }
            *total += n;
        }
    }

    fn poll_read<R: AsyncRead + ?Sized>(
        &mut self,
        reader: Pin<&mut R>,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        let vec = self.vec.borrow_mut();
        if vec.capacity() - vec.len() >= LEAST_ROOM {
            return self.poll_read_spare(reader, cx);
        }
        if vec.capacity() == self.first_capacity {
            return self.poll_read_aside(reader, cx);
        }
        vec.reserve(LEAST_ROOM);
        self.initialized = 0;
        self.poll_read_spare(reader, cx)
    }

    /// Reads into memory on the stack: a vector that has just the right size must not grow only
    /// to learn that the stream has ended.
    fn poll_read_aside<R: AsyncRead + ?Sized>(
        &mut self,
        reader: Pin<&mut R>,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        let mut aside = [const { std::mem::MaybeUninit::uninit() }; LEAST_ROOM];
        let mut room = ReadBuf::uninit(&mut aside);
        ready!(reader.poll_read(cx, &mut room))?;
        self.vec.borrow_mut().extend_from_slice(room.filled());
        self.initialized = 0;
        Poll::Ready(Ok(room.filled().len()))
    }

    fn poll_read_spare<R: AsyncRead + ?Sized>(
        &mut self,
        reader: Pin<&mut R>,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        let vec = self.vec.borrow_mut();
        let mut room = ReadBuf::uninit(vec.spare_capacity_mut());
        // SAFETY: nobody else reaches the vector (`V` is it, or borrows it exclusively), so these
        // are the bytes found initialised last time, less those that the vector has taken since.
        unsafe { room.assume_init(self.initialized) };
        let answer = room.fill_at_most(usize::MAX, |room| reader.poll_read(cx, room));
        let n = room.filled().len();
        self.initialized = room.initialized().len() - n;
        let len = vec.len() + n;
        // SAFETY: `room` never left this function, so `n` bytes behind the end are initialised.
        unsafe { vec.set_len(len) };
        answer.map_ok(|()| n)
    }
}

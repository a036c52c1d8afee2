//! The bytes that a task hands to a thread that blocks, or gets from it.

use super::ReadBuf;
use std::io::{self, IoSlice, Seek, SeekFrom};
use std::ops::Range;

/// A buffer: bytes that were read and not yet taken, and behind them bytes to write.
#[derive(Debug, Default)]
pub(crate) struct Chunk {
    /// As long as it has ever been, so that little of it has to be zeroed for a read.
    bytes: Vec<u8>,
    /// What was read and is not taken yet.
    unread: Range<usize>,
    /// Where the bytes to write begin.
    loaded_from: usize,
}

impl Chunk {
    /// How many bytes were read and are not taken yet.
    pub(super) fn unread(&self) -> usize {
        self.unread.len()
    }

    /// Forgets the bytes that nobody took, since the position of the file does not count them.
    pub(super) fn discard(&mut self) {
        self.unread = 0..0;
    }

    /// Moves the position of `file` back by the bytes that nobody took, and forgets them.
    ///
    /// They stay for the next read where there is no position to be moved, as in a pipe.
    pub(crate) fn go_back(&mut self, mut file: impl Seek) -> io::Result<()> {
        if !self.unread.is_empty() {
            match file.seek(SeekFrom::Current(-(self.unread() as i64))) {
                Ok(_) => self.discard(),
                Err(error) if error.kind() == io::ErrorKind::NotSeekable => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Reads `max` bytes at most, once. Interrupted calls are made again.
    pub(super) fn fill(
        &mut self,
        max: usize,
        read: impl Fn(&mut [u8]) -> io::Result<usize>,
    ) -> io::Result<u64> {
        if self.bytes.len() < max {
            self.bytes.resize(max, 0);
        }
        self.unread = 0..0;
        loop {
            match read(&mut self.bytes[..max]) {
                Ok(count) => {
                    self.unread = 0..count;
                    return Ok(count as u64);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Moves unread bytes to `into`, as many as fit; answers whether there were any.
    pub(super) fn take_into(&mut self, into: &mut ReadBuf<'_>) -> bool {
        let any = !self.unread.is_empty();
        let count = self.unread.len().min(into.remaining());
        let start = self.unread.start;
        into.put_slice(&self.bytes[start..start + count]);
        self.unread.start += count;
        any
    }

    /// Replaces the bytes to write, `max` at most; answers how many they are.
    pub(super) fn load(&mut self, from: &[IoSlice<'_>], max: usize) -> usize {
        self.bytes.truncate(self.unread.end);
        self.bytes.drain(..self.unread.start);
        self.unread = 0..self.bytes.len();
        self.loaded_from = self.bytes.len();
        for slice in from {
            let count = slice.len().min(max - self.loaded().len());
            self.bytes.extend_from_slice(&slice[..count]);
        }
        self.loaded().len()
    }

    /// What was loaded.
    pub(crate) fn loaded(&self) -> &[u8] {
        &self.bytes[self.loaded_from..]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_were_read_are_taken_in_pieces() {
        let mut chunk = Chunk::default();
        let count = chunk.fill(8, |into| {
            into[..3].copy_from_slice(b"abc");
            Ok(3)
        });
        assert_eq!((count.unwrap(), chunk.unread()), (3, 3));
        let mut bytes = [0; 2];
        let mut into = ReadBuf::new(&mut bytes);
        chunk.take_into(&mut into);
        assert_eq!(into.filled(), b"ab");
        chunk.discard();
        assert_eq!(chunk.unread(), 0);
    }

    #[test]
    fn bytes_that_nobody_took_are_kept_until_the_position_is_back() {
        let mut chunk = Chunk::default();
        chunk.fill(8, |into| Ok(into.len().min(3))).unwrap();
        assert_eq!((chunk.load(&[IoSlice::new(b"ab")], 9), chunk.unread()), (2, 3));
        let mut file = io::Cursor::new(b"0123456789");
        chunk.go_back(&mut file).unwrap_err();
        assert_eq!(chunk.unread(), 3, "there was nothing to go back by");
        file.set_position(7);
        chunk.go_back(&mut file).unwrap();
        assert_eq!((file.position(), chunk.unread(), chunk.loaded()), (4, 0, &b"ab"[..]));
    }

    #[test]
    fn a_read_is_made_again_when_a_signal_came_in_between() {
        let tries = std::cell::Cell::new(0);
        let read = |_: &mut [u8]| {
            tries.set(tries.get() + 1);
            if tries.get() < 3 { Err(io::ErrorKind::Interrupted.into()) } else { Ok(1) }
        };
        assert_eq!(Chunk::default().fill(4, read).unwrap(), 1);
    }

    #[test]
    fn slices_are_loaded_up_to_the_limit() {
        let mut chunk = Chunk::default();
        let slices = [IoSlice::new(b"ab"), IoSlice::new(b""), IoSlice::new(b"cde")];
        assert_eq!((chunk.load(&slices, 4), chunk.loaded()), (4, &b"abcd"[..]));
        assert_eq!((chunk.load(&slices, 9), chunk.loaded()), (5, &b"abcde"[..]));
    }
}

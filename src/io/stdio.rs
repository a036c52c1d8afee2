//! The standard streams of the process.

use super::chunk::Chunk;
use super::ferry::Ferry;
use super::{AsyncRead, AsyncWrite, ReadBuf};
use std::io::{self, IoSlice, Read, Write};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::{fmt, str};

/// How many bytes one call reads or writes at most.
const CHUNK_MAX: usize = 2 * 1024 * 1024;

/// Returns the standard input of the process.
///
/// It is read by a thread for code that blocks, since a terminal or file can block. Nothing can stop
/// a read that has begun: it holds its thread, and the end of the runtime waits for it, until a line
/// comes in or the stream ends. A program that is to end earlier calls
/// [`shutdown_background`](crate::runtime::Runtime::shutdown_background), or reads in a thread
/// from `std::thread`.
///
/// All handles share the buffer of [`std::io::stdin`]. Which of several gets which bytes is not
/// defined.
///
/// # Cancel safety
///
/// What a read brings after its future was dropped goes to the next read of the same handle; it is
/// lost if the handle is dropped.
///
/// # Examples
///
/// ```no_run
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::io::{self, AsyncBufReadExt, BufReader};
///
/// let mut lines = BufReader::new(io::stdin()).lines();
/// while let Some(line) = lines.next_line().await? {
///     println!("{} characters", line.chars().count());
/// }
/// # Ok(())
/// # }
/// ```
pub fn stdin() -> Stdin {
    Stdin { std: io::stdin(), ferry: Ferry::new() }
}

/// Returns the standard output of the process.
///
/// A write copies its bytes and answers at once; a thread writes them out, whole and past the
/// buffer of [`std::io::stdout`], while the task goes on. [`flush`](super::AsyncWriteExt::flush)
/// waits for that, and tells if it failed: do so before the process ends. Bytes of one write are
/// not mixed with those of others, or with what `println!` prints.
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::io::{self, AsyncWriteExt};
///
/// let mut out = io::stdout();
/// out.write_all(b"to be or not to be\n").await?;
/// out.flush().await?;
/// # Ok(())
/// # }
/// ```
pub fn stdout() -> Stdout {
    Stdout { std: io::stdout(), ferry: Ferry::new() }
}

/// Returns the standard error stream of the process.
///
/// A write copies its bytes and answers at once; a thread writes them out while the task goes on.
/// [`flush`](super::AsyncWriteExt::flush) waits for that, and tells if it failed. Bytes of one write
/// are not mixed with those of others, or with what `eprintln!` prints.
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::io::{self, AsyncWriteExt};
///
/// let mut err = io::stderr();
/// err.write_all(b"that is the question\n").await?;
/// err.flush().await?;
/// # Ok(())
/// # }
/// ```
pub fn stderr() -> Stderr {
    Stderr { std: io::stderr(), ferry: Ferry::new() }
}

/// The standard input of the process; made by [`stdin`].
///
/// # Examples
///
/// ```no_run
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::io::{self, AsyncReadExt};
///
/// let mut input = Vec::new();
/// io::stdin().read_to_end(&mut input).await?;
/// # Ok(())
/// # }
/// ```
pub struct Stdin {
    std: io::Stdin,
    ferry: Ferry,
}

impl AsyncRead for Stdin {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.get_mut().ferry.poll_read(cx, buf, CHUNK_MAX, |into| io::stdin().lock().read(into))
    }
}

/// The standard output of the process; made by [`stdout`].
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::io::{self, AsyncWriteExt};
///
/// let mut out = io::stdout();
/// out.write_all(b"two words\n").await?;
/// out.flush().await?;
/// # Ok(())
/// # }
/// ```
pub struct Stdout {
    std: io::Stdout,
    ferry: Ferry,
}

/// The standard error stream of the process; made by [`stderr`].
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::io::{self, AsyncWriteExt};
///
/// let mut err = io::stderr();
/// err.write_all(b"two words\n").await?;
/// err.flush().await?;
/// # Ok(())
/// # }
/// ```
pub struct Stderr {
    std: io::Stderr,
    ferry: Ferry,
}

/// Writes to one of the streams, and past its buffer, with nobody else in between.
fn write_out(mut locked: impl Write, bytes: &[u8]) -> io::Result<()> {
    locked.write_all(bytes)?;
    locked.flush()
}

/// The first of `bytes`, `max` at most: not between the bytes of one character, if they are text.
fn whole_characters(bytes: &[u8], max: usize) -> &[u8] {
    if bytes.len() <= max {
        return bytes;
    }
    let cut = &bytes[..max];
    // A character has four bytes at most, so its first one is near the end.
    let starts = (max.saturating_sub(3)..max).rev();
    let mut starts = starts.filter(|at| !(0x80..0xC0).contains(&cut[*at]));
    match starts.next() {
        Some(start) if start > 0 => match str::from_utf8(&cut[start..]) {
            // The last character is cut short; anything else is no text, or whole.
            Err(error) if error.error_len().is_none() => &cut[..start],
            _ => cut,
        },
        _ => cut,
    }
}

// One row a stream that is written to: the implementations are the same.
macro_rules! outputs {
    ($($of:ident, $std:path;)*) => {$(
        impl AsyncWrite for $of {
            fn poll_write(
                self: Pin<&mut Self>,
                cx: &mut Context<'_>,
                buf: &[u8],
            ) -> Poll<io::Result<usize>> {
                let slices = [IoSlice::new(whole_characters(buf, CHUNK_MAX))];
                let write = |chunk: &mut Chunk| write_out($std().lock(), chunk.loaded());
                self.get_mut().ferry.poll_write(cx, &slices, CHUNK_MAX, write)
            }

            fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
                self.get_mut().ferry.poll_flush(cx)
            }

            fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
                self.poll_flush(cx)
            }
        }
    )*};
}

outputs! {
    Stdout, io::stdout;
    Stderr, io::stderr;
}

// One row a stream: each is a descriptor that outlives everything.
macro_rules! streams {
    ($($of:ident, $name:literal;)*) => {$(
        impl AsRawFd for $of {
            fn as_raw_fd(&self) -> RawFd {
                self.std.as_raw_fd()
            }
        }

        impl AsFd for $of {
            fn as_fd(&self) -> BorrowedFd<'_> {
                self.std.as_fd()
            }
        }

        impl fmt::Debug for $of {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct($name).finish_non_exhaustive()
            }
        }

        impl UnwindSafe for $of {}
        impl RefUnwindSafe for $of {}
    )*};
}

streams! {
    Stdin, "Stdin";
    Stdout, "Stdout";
    Stderr, "Stderr";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_between_characters() {
        let text = "aé€🦀é€🦀a";
        for max in 4..text.len() + 2 {
            let cut = whole_characters(text.as_bytes(), max);
            assert!(cut.len() <= max && cut.len() + 4 > max.min(text.len()), "at {max}");
            assert!(str::from_utf8(cut).is_ok(), "at {max}");
        }
    }

    #[test]
    fn what_is_no_text_is_cut_at_the_limit() {
        for byte in [0x80, 0xBF, 0xC0, 0xFF] {
            assert_eq!(whole_characters(&[byte; 9], 5), [byte; 5]);
        }
        assert_eq!(whole_characters("🦀".as_bytes(), 3).len(), 3, "no room for any character");
    }
}

//! Reading from buffered streams, for programs.

use super::fill_buf::FillBuf;
use super::read_line::ReadLine;
use super::read_until::ReadUntil;
use super::{Lines, Split};
use crate::io::AsyncBufRead;
use std::pin::Pin;

/// Adds futures and adapters to every [`AsyncBufRead`].
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::io::{AsyncBufReadExt, BufReader};
///
/// let mut lines = BufReader::new(&b"one\ntwo\n"[..]).lines();
/// while let Some(line) = lines.next_line().await? {
///     assert_eq!(line.len(), 3);
/// }
/// # Ok(())
/// # }
/// ```
pub trait AsyncBufReadExt: AsyncBufRead {
    /// Appends to `buf` up to and including `byte`, or up to the end of the stream.
    ///
    /// Gives the number of bytes read; zero means that the stream had ended. There is no limit to
    /// how far `buf` grows; [`take`](crate::io::AsyncReadExt::take) sets one.
    ///
    /// # Cancel safety
    ///
    /// What was read is in `buf`, so no byte is lost, and the method can be called again to read
    /// on. How many bytes it was called for is lost.
    ///
    /// # Errors
    ///
    /// What the reader reports; what was read before is in `buf`. Interrupted reads are made
    /// again.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::io::AsyncBufReadExt;
    ///
    /// let mut reader: &[u8] = b"key=value";
    /// let mut key = Vec::new();
    /// assert_eq!(reader.read_until(b'=', &mut key).await?, 4);
    /// assert_eq!(key, b"key=");
    /// # Ok(())
    /// # }
    /// ```
    fn read_until<'a>(&'a mut self, byte: u8, buf: &'a mut Vec<u8>) -> ReadUntil<'a, Self>
    where
        Self: Unpin,
    {
        ReadUntil::new(self, byte, buf)
    }

    /// Appends a line to `buf`, with its `\n`.
    ///
    /// Gives the number of bytes read; zero means that the stream had ended.
    ///
    /// # Cancel safety
    ///
    /// Not cancel safe: if the line breaks off inside a character, what was read of it is lost.
    /// [`lines`](AsyncBufReadExt::lines) keeps it, and so does
    /// [`read_until`](AsyncBufReadExt::read_until).
    ///
    /// # Errors
    ///
    /// What the reader reports; what was read before is in `buf`, if it is text. Or
    /// [`InvalidData`](std::io::ErrorKind::InvalidData) for a line that is not UTF-8; `buf` is
    /// unchanged then.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::io::AsyncBufReadExt;
    ///
    /// let mut reader: &[u8] = b"one\ntwo";
    /// let mut text = String::new();
    /// assert_eq!(reader.read_line(&mut text).await?, 4);
    /// assert_eq!(reader.read_line(&mut text).await?, 3);
    /// assert_eq!(text, "one\ntwo");
    /// # Ok(())
    /// # }
    /// ```
    fn read_line<'a>(&'a mut self, buf: &'a mut String) -> ReadLine<'a, Self>
    where
        Self: Unpin,
    {
        ReadLine::new(self, buf)
    }

    /// Makes a reader of the segments between delimiters.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::io::{AsyncBufReadExt, BufReader};
    ///
    /// let mut fields = BufReader::new(&b"a,b"[..]).split(b',');
    /// assert_eq!(fields.next_segment().await?.as_deref(), Some(&b"a"[..]));
    /// assert_eq!(fields.next_segment().await?.as_deref(), Some(&b"b"[..]));
    /// assert_eq!(fields.next_segment().await?, None);
    /// # Ok(())
    /// # }
    /// ```
    fn split(self, byte: u8) -> Split<Self>
    where
        Self: Sized + Unpin,
    {
        Split::new(self, byte)
    }

    /// Gives the bytes that are buffered, reading more if there are none.
    ///
    /// An empty slice means that the stream has ended. Say with
    /// [`consume`](AsyncBufReadExt::consume) how many bytes are used.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: what was read stays in the buffer.
    ///
    /// # Errors
    ///
    /// What the reader reports.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::io::{AsyncBufReadExt, BufReader};
    ///
    /// let mut reader = BufReader::new(&b"hello"[..]);
    /// assert_eq!(reader.fill_buf().await?, b"hello");
    /// # Ok(())
    /// # }
    /// ```
    fn fill_buf(&mut self) -> FillBuf<'_, Self>
    where
        Self: Unpin,
    {
        FillBuf::new(self)
    }

    /// Marks the first `amt` buffered bytes as used.
    ///
    /// `amt` must not be more than the last [`fill_buf`](AsyncBufReadExt::fill_buf) gave.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::io::{AsyncBufReadExt, BufReader};
    ///
    /// let mut reader = BufReader::new(&b"hello"[..]);
    /// reader.fill_buf().await?;
    /// reader.consume(4);
    /// assert_eq!(reader.fill_buf().await?, b"o");
    /// # Ok(())
    /// # }
    /// ```
    fn consume(&mut self, amt: usize)
    where
        Self: Unpin,
    {
        Pin::new(self).consume(amt);
    }

    /// Makes a reader of lines.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::io::AsyncBufReadExt;
    ///
    /// let mut lines = (&b"one\ntwo\n"[..]).lines();
    /// assert_eq!(lines.next_line().await?.as_deref(), Some("one"));
    /// # Ok(())
    /// # }
    /// ```
    fn lines(self) -> Lines<Self>
    where
        Self: Sized,
    {
        Lines::new(self)
    }
}

impl<R: AsyncBufRead + ?Sized> AsyncBufReadExt for R {}

//! Seeking, for programs.

use super::seek::Seek;
use crate::io::AsyncSeek;
use std::io::SeekFrom;

/// Adds futures to every [`AsyncSeek`].
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::io::{AsyncReadExt, AsyncSeekExt, SeekFrom};
/// use std::io::Cursor;
///
/// let mut stream = Cursor::new(b"hello");
/// stream.seek(SeekFrom::End(-1)).await?;
/// assert_eq!(stream.read_u8().await?, b'o');
/// # Ok(())
/// # }
/// ```
pub trait AsyncSeekExt: AsyncSeek {
    /// Moves to a position, and gives it back counted from the start.
    ///
    /// A seek that a dropped future left under way is waited for first.
    ///
    /// # Errors
    ///
    /// If the position lies before the start, or what the stream reports.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::io::{AsyncSeekExt, SeekFrom};
    /// use std::io::Cursor;
    ///
    /// let mut stream = Cursor::new([0; 10]);
    /// assert_eq!(stream.seek(SeekFrom::Start(4)).await?, 4);
    /// assert_eq!(stream.seek(SeekFrom::Current(-1)).await?, 3);
    /// assert!(stream.seek(SeekFrom::Current(-100)).await.is_err());
    /// # Ok(())
    /// # }
    /// ```
    fn seek(&mut self, pos: SeekFrom) -> Seek<'_, Self>
    where
        Self: Unpin,
    {
        Seek::new(self, pos)
    }

    /// Moves back to the start.
    ///
    /// # Errors
    ///
    /// As for [`seek`](AsyncSeekExt::seek).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::io::{AsyncReadExt, AsyncSeekExt};
    /// use std::io::Cursor;
    ///
    /// let mut stream = Cursor::new(b"ab");
    /// assert_eq!(stream.read_u8().await?, b'a');
    /// stream.rewind().await?;
    /// assert_eq!(stream.read_u8().await?, b'a');
    /// # Ok(())
    /// # }
    /// ```
    fn rewind(&mut self) -> Seek<'_, Self>
    where
        Self: Unpin,
    {
        self.seek(SeekFrom::Start(0))
    }

    /// Gives the current position, counted from the start.
    ///
    /// # Errors
    ///
    /// As for [`seek`](AsyncSeekExt::seek).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::io::{AsyncReadExt, AsyncSeekExt};
    /// use std::io::Cursor;
    ///
    /// let mut stream = Cursor::new(b"ab");
    /// stream.read_u8().await?;
    /// assert_eq!(stream.stream_position().await?, 1);
    /// # Ok(())
    /// # }
    /// ```
    fn stream_position(&mut self) -> Seek<'_, Self>
    where
        Self: Unpin,
    {
        self.seek(SeekFrom::Current(0))
    }
}

impl<S: AsyncSeek + ?Sized> AsyncSeekExt for S {}

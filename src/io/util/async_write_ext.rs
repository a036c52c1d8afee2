//! Writing, for programs.

use super::flush::Flush;
use super::shutdown::Shutdown;
use super::write::Write;
use super::write_all::WriteAll;
use super::write_all_buf::WriteAllBuf;
use super::write_buf::WriteBuf;
use super::write_number::WriteNumber;
use super::write_vectored::WriteVectored;
use crate::io::AsyncWrite;
use bytes::Buf;
use std::io::IoSlice;

// One row a number: the methods differ in nothing but the type and the order of its bytes.
macro_rules! write_numbers {
    ($($method:ident: $what:literal, $number:ident, $encode:ident;)*) => {$(
        #[doc = concat!("Writes ", $what, ".")]
        ///
        /// See [Numbers](AsyncWriteExt#numbers) for cancel safety and errors.
        ///
        /// # Examples
        ///
        /// ```
        /// # #[runtime::main(flavor = "current_thread")]
        /// # async fn main() -> std::io::Result<()> {
        /// use runtime::io::AsyncWriteExt;
        ///
        /// let mut writer = Vec::new();
        #[doc = concat!("writer.", stringify!($method), "(7 as ", stringify!($number), ").await?;")]
        #[doc = concat!("assert_eq!(writer, (7 as ", stringify!($number), ").", stringify!($encode), "());")]
        /// # Ok(())
        /// # }
        /// ```
        fn $method(&mut self, n: $number) -> WriteNumber<&mut Self, [u8; size_of::<$number>()]>
        where
            Self: Unpin,
        {
            WriteNumber::new(self, n.$encode())
        }
    )*};
}

/// Adds futures to every [`AsyncWrite`].
///
/// # Numbers
///
/// The methods `write_u8` to `write_f64_le` write a number in as many bytes as it has.
/// They are not cancel safe: how many bytes a dropped future has written is lost. They fail with
/// [`WriteZero`](std::io::ErrorKind::WriteZero) if the writer takes no more bytes, or with what
/// it reports; interrupted writes are made again.
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::io::AsyncWriteExt;
///
/// let mut writer = Vec::new();
/// writer.write_u16(5).await?;
/// writer.write_all(b"hello").await?;
/// writer.flush().await?;
/// assert_eq!(writer, b"\x00\x05hello");
/// # Ok(())
/// # }
/// ```
pub trait AsyncWriteExt: AsyncWrite {
    /// Writes once from `src`, and gives how many bytes were taken.
    ///
    /// Zero means that the writer takes no more bytes, or that `src` is empty.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: if the future is dropped before it is done, nothing was written.
    ///
    /// # Errors
    ///
    /// What the writer reports; nothing was written then.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::io::AsyncWriteExt;
    /// use std::io::Cursor;
    ///
    /// let mut three = [0; 3];
    /// assert_eq!(Cursor::new(&mut three[..]).write(b"hello").await?, 3);
    /// # Ok(())
    /// # }
    /// ```
    fn write<'a>(&'a mut self, src: &'a [u8]) -> Write<'a, Self>
    where
        Self: Unpin,
    {
        Write::new(self, src)
    }

    /// Writes once from several buffers, in order, and gives how many bytes were taken.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: if the future is dropped before it is done, nothing was written.
    ///
    /// # Errors
    ///
    /// What the writer reports; nothing was written then.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::io::AsyncWriteExt;
    /// use std::io::IoSlice;
    ///
    /// let mut writer = Vec::new();
    /// let bufs = [IoSlice::new(b"hello "), IoSlice::new(b"world")];
    /// assert_eq!(writer.write_vectored(&bufs).await?, 11);
    /// # Ok(())
    /// # }
    /// ```
    fn write_vectored<'a, 'b>(&'a mut self, bufs: &'a [IoSlice<'b>]) -> WriteVectored<'a, 'b, Self>
    where
        Self: Unpin,
    {
        WriteVectored::new(self, bufs)
    }

    /// Writes once from `src`, and advances it by what was taken.
    ///
    /// Gives how many bytes that were. A writer that can takes several chunks of `src` at once.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: if the future is dropped before it is done, nothing was written.
    ///
    /// # Errors
    ///
    /// What the writer reports; nothing was written then.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use bytes::Buf;
    /// use runtime::io::AsyncWriteExt;
    /// use std::io::Cursor;
    ///
    /// let mut three = [0; 3];
    /// let mut source: &[u8] = b"hello";
    /// Cursor::new(&mut three[..]).write_buf(&mut source).await?;
    /// assert_eq!(source, b"lo");
    /// # Ok(())
    /// # }
    /// ```
    fn write_buf<'a, B>(&'a mut self, src: &'a mut B) -> WriteBuf<'a, Self, B>
    where
        Self: Sized + Unpin,
        B: Buf,
    {
        WriteBuf::new(self, src)
    }

    /// Writes all that `src` has left, advancing it as bytes are taken.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe in that no byte is lost or written twice: `src` says what is left, and the
    /// method can be called again with it.
    ///
    /// # Errors
    ///
    /// [`WriteZero`](std::io::ErrorKind::WriteZero) if the writer takes no more bytes, or what it
    /// reports; `src` says what is left. Interrupted writes are made again.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use bytes::Buf;
    /// use runtime::io::AsyncWriteExt;
    ///
    /// let mut writer = Vec::new();
    /// let mut source = (&b"hello "[..]).chain(&b"world"[..]);
    /// writer.write_all_buf(&mut source).await?;
    /// assert_eq!(writer, b"hello world");
    /// assert!(!source.has_remaining());
    /// # Ok(())
    /// # }
    /// ```
    fn write_all_buf<'a, B>(&'a mut self, src: &'a mut B) -> WriteAllBuf<'a, Self, B>
    where
        Self: Sized + Unpin,
        B: Buf,
    {
        WriteAllBuf::new(self, src)
    }

    /// Writes all of `src`.
    ///
    /// # Cancel safety
    ///
    /// Not cancel safe: how much was written is lost;
    /// [`write_all_buf`](AsyncWriteExt::write_all_buf) keeps count.
    ///
    /// # Errors
    ///
    /// [`WriteZero`](std::io::ErrorKind::WriteZero) if the writer takes no more bytes, or what it
    /// reports; some bytes may have been written. Interrupted writes are made again.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::io::{AsyncWriteExt, ErrorKind};
    /// use std::io::Cursor;
    ///
    /// let mut three = [0; 3];
    /// let error = Cursor::new(&mut three[..]).write_all(b"hello").await.unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::WriteZero);
    /// assert_eq!(&three, b"hel");
    /// # Ok(())
    /// # }
    /// ```
    fn write_all<'a>(&'a mut self, src: &'a [u8]) -> WriteAll<'a, Self>
    where
        Self: Unpin,
    {
        WriteAll::new(self, src)
    }

    write_numbers! {
        write_u8: "an unsigned 8-bit number", u8, to_be_bytes;
        write_i8: "a signed 8-bit number", i8, to_be_bytes;
        write_u16: "an unsigned 16-bit number, big-endian", u16, to_be_bytes;
        write_i16: "a signed 16-bit number, big-endian", i16, to_be_bytes;
        write_u32: "an unsigned 32-bit number, big-endian", u32, to_be_bytes;
        write_i32: "a signed 32-bit number, big-endian", i32, to_be_bytes;
        write_u64: "an unsigned 64-bit number, big-endian", u64, to_be_bytes;
        write_i64: "a signed 64-bit number, big-endian", i64, to_be_bytes;
        write_u128: "an unsigned 128-bit number, big-endian", u128, to_be_bytes;
        write_i128: "a signed 128-bit number, big-endian", i128, to_be_bytes;
        write_f32: "a 32-bit floating point number, big-endian", f32, to_be_bytes;
        write_f64: "a 64-bit floating point number, big-endian", f64, to_be_bytes;
        write_u16_le: "an unsigned 16-bit number, little-endian", u16, to_le_bytes;
        write_i16_le: "a signed 16-bit number, little-endian", i16, to_le_bytes;
        write_u32_le: "an unsigned 32-bit number, little-endian", u32, to_le_bytes;
        write_i32_le: "a signed 32-bit number, little-endian", i32, to_le_bytes;
        write_u64_le: "an unsigned 64-bit number, little-endian", u64, to_le_bytes;
        write_i64_le: "a signed 64-bit number, little-endian", i64, to_le_bytes;
        write_u128_le: "an unsigned 128-bit number, little-endian", u128, to_le_bytes;
        write_i128_le: "a signed 128-bit number, little-endian", i128, to_le_bytes;
        write_f32_le: "a 32-bit floating point number, little-endian", f32, to_le_bytes;
        write_f64_le: "a 64-bit floating point number, little-endian", f64, to_le_bytes;
    }

    /// Passes on everything that is buffered on the way.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: it can be called again to go on.
    ///
    /// # Errors
    ///
    /// What the writer reports; some of the buffered bytes may have been passed on.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::io::{AsyncWriteExt, BufWriter};
    ///
    /// let mut writer = BufWriter::new(Vec::new());
    /// writer.write_all(b"hello").await?;
    /// writer.flush().await?;
    /// assert_eq!(writer.get_ref(), b"hello");
    /// # Ok(())
    /// # }
    /// ```
    fn flush(&mut self) -> Flush<'_, Self>
    where
        Self: Unpin,
    {
        Flush::new(self)
    }

    /// Ends the stream: flushes, then tells the other side that nothing will follow.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: it can be called again to go on. Nothing must be written meanwhile.
    ///
    /// # Errors
    ///
    /// What the writer reports; the stream may not have been ended.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::io::{AsyncReadExt, AsyncWriteExt, duplex};
    ///
    /// let (mut near, mut far) = duplex(64);
    /// near.shutdown().await?;
    /// assert_eq!(far.read(&mut [0; 8]).await?, 0);
    /// # Ok(())
    /// # }
    /// ```
    fn shutdown(&mut self) -> Shutdown<'_, Self>
    where
        Self: Unpin,
    {
        Shutdown::new(self)
    }
}

impl<W: AsyncWrite + ?Sized> AsyncWriteExt for W {}

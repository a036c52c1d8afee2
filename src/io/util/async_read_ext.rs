//! Reading, for programs.

use super::read::Read;
use super::read_buf::ReadBuf;
use super::read_exact::ReadExact;
use super::read_number::ReadNumber;
use super::read_to_end::ReadToEnd;
use super::read_to_string::ReadToString;
use super::{Chain, Take};
use crate::io::AsyncRead;
use bytes::BufMut;

// One row a number: the methods differ in nothing but the type and the order of its bytes.
macro_rules! read_numbers {
    ($($method:ident: $what:literal, $number:ident, $decode:ident, $encode:ident;)*) => {$(
        #[doc = concat!("Reads ", $what, ".")]
        ///
        /// See [Numbers](AsyncReadExt#numbers) for cancel safety and errors.
        ///
        /// # Examples
        ///
        /// ```
        /// # #[runtime::main(flavor = "current_thread")]
        /// # async fn main() -> std::io::Result<()> {
        /// use runtime::io::AsyncReadExt;
        ///
        #[doc = concat!("let bytes = (7 as ", stringify!($number), ").", stringify!($encode), "();")]
        #[doc = concat!("let number = (&bytes[..]).", stringify!($method), "().await?;")]
        #[doc = concat!("assert_eq!(number, 7 as ", stringify!($number), ");")]
        /// # Ok(())
        /// # }
        /// ```
        fn $method(&mut self) -> ReadNumber<&mut Self, $number, [u8; size_of::<$number>()]>
        where
            Self: Unpin,
        {
            ReadNumber::new(self, [0; size_of::<$number>()], $number::$decode)
        }
    )*};
}

/// Adds futures and adapters to every [`AsyncRead`].
///
/// # Numbers
///
/// The methods `read_u8` to `read_f64_le` read a number in as many bytes as it has.
/// They are not cancel safe: the bytes that a dropped future has read are lost. They fail with
/// [`UnexpectedEof`](std::io::ErrorKind::UnexpectedEof) if the stream ends before the last byte,
/// or with what the reader reports; interrupted reads are made again.
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::io::AsyncReadExt;
///
/// let mut reader: &[u8] = b"\x00\x05hello";
/// let mut text = String::new();
/// let length = reader.read_u16().await?;
/// reader.take(length.into()).read_to_string(&mut text).await?;
/// assert_eq!(text, "hello");
/// # Ok(())
/// # }
/// ```
pub trait AsyncReadExt: AsyncRead {
    /// Makes a reader that goes on with `next` where this one ends.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::io::AsyncReadExt;
    ///
    /// let mut all = Vec::new();
    /// (&b"ab"[..]).chain(&b"cd"[..]).read_to_end(&mut all).await?;
    /// assert_eq!(all, b"abcd");
    /// # Ok(())
    /// # }
    /// ```
    fn chain<R>(self, next: R) -> Chain<Self, R>
    where
        Self: Sized,
        R: AsyncRead,
    {
        Chain::new(self, next)
    }

    /// Reads once into `buf`, and gives how many bytes came.
    ///
    /// Zero means that the stream has ended, or that `buf` is empty. Otherwise any number up to
    /// the size of `buf` can come, whatever the stream still has.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: if the future is dropped before it is done, nothing was read.
    ///
    /// # Errors
    ///
    /// What the reader reports; nothing was read then.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::io::AsyncReadExt;
    ///
    /// let mut reader: &[u8] = b"hello";
    /// let mut buf = [0; 8];
    /// assert_eq!(reader.read(&mut buf).await?, 5);
    /// assert_eq!(reader.read(&mut buf).await?, 0);
    /// # Ok(())
    /// # }
    /// ```
    fn read<'a>(&'a mut self, buf: &'a mut [u8]) -> Read<'a, Self>
    where
        Self: Unpin,
    {
        Read::new(self, buf)
    }

    /// Reads once into the room that `buf` offers, and gives how many bytes came.
    ///
    /// The room is not zeroed first. Zero means that the stream has ended, or that `buf` has no
    /// room; a `Vec` or `BytesMut` makes some.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: if the future is dropped before it is done, nothing was read.
    ///
    /// # Errors
    ///
    /// What the reader reports; nothing was read then.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::io::AsyncReadExt;
    ///
    /// let mut reader: &[u8] = b"hello";
    /// let mut buf = bytes::BytesMut::with_capacity(1024);
    /// while reader.read_buf(&mut buf).await? > 0 {}
    /// assert_eq!(&buf[..], b"hello");
    /// # Ok(())
    /// # }
    /// ```
    fn read_buf<'a, B>(&'a mut self, buf: &'a mut B) -> ReadBuf<'a, Self, B>
    where
        Self: Unpin,
        B: BufMut + ?Sized,
    {
        ReadBuf::new(self, buf)
    }

    /// Reads until `buf` is full, and gives its size.
    ///
    /// # Cancel safety
    ///
    /// Not cancel safe: what was read is in `buf`, but how much that is is lost.
    ///
    /// # Errors
    ///
    /// [`UnexpectedEof`](std::io::ErrorKind::UnexpectedEof) if the stream ends before, or what
    /// the reader reports; the contents of `buf` are unspecified then. Interrupted reads are made
    /// again.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::io::{AsyncReadExt, ErrorKind};
    ///
    /// let mut reader: &[u8] = b"hello";
    /// let mut buf = [0; 4];
    /// reader.read_exact(&mut buf).await?;
    /// assert_eq!(&buf, b"hell");
    ///
    /// let error = reader.read_exact(&mut buf).await.unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
    /// # Ok(())
    /// # }
    /// ```
    fn read_exact<'a>(&'a mut self, buf: &'a mut [u8]) -> ReadExact<'a, Self>
    where
        Self: Unpin,
    {
        ReadExact::new(self, buf)
    }

    read_numbers! {
        read_u8: "an unsigned 8-bit number", u8, from_be_bytes, to_be_bytes;
        read_i8: "a signed 8-bit number", i8, from_be_bytes, to_be_bytes;
        read_u16: "an unsigned 16-bit number, big-endian", u16, from_be_bytes, to_be_bytes;
        read_i16: "a signed 16-bit number, big-endian", i16, from_be_bytes, to_be_bytes;
        read_u32: "an unsigned 32-bit number, big-endian", u32, from_be_bytes, to_be_bytes;
        read_i32: "a signed 32-bit number, big-endian", i32, from_be_bytes, to_be_bytes;
        read_u64: "an unsigned 64-bit number, big-endian", u64, from_be_bytes, to_be_bytes;
        read_i64: "a signed 64-bit number, big-endian", i64, from_be_bytes, to_be_bytes;
        read_u128: "an unsigned 128-bit number, big-endian", u128, from_be_bytes, to_be_bytes;
        read_i128: "a signed 128-bit number, big-endian", i128, from_be_bytes, to_be_bytes;
        read_f32: "a 32-bit floating point number, big-endian", f32, from_be_bytes, to_be_bytes;
        read_f64: "a 64-bit floating point number, big-endian", f64, from_be_bytes, to_be_bytes;
        read_u16_le: "an unsigned 16-bit number, little-endian", u16, from_le_bytes, to_le_bytes;
        read_i16_le: "a signed 16-bit number, little-endian", i16, from_le_bytes, to_le_bytes;
        read_u32_le: "an unsigned 32-bit number, little-endian", u32, from_le_bytes, to_le_bytes;
        read_i32_le: "a signed 32-bit number, little-endian", i32, from_le_bytes, to_le_bytes;
        read_u64_le: "an unsigned 64-bit number, little-endian", u64, from_le_bytes, to_le_bytes;
        read_i64_le: "a signed 64-bit number, little-endian", i64, from_le_bytes, to_le_bytes;
        read_u128_le: "an unsigned 128-bit number, little-endian", u128, from_le_bytes, to_le_bytes;
        read_i128_le: "a signed 128-bit number, little-endian", i128, from_le_bytes, to_le_bytes;
        read_f32_le: "a 32-bit floating point number, little-endian", f32, from_le_bytes, to_le_bytes;
        read_f64_le: "a 64-bit floating point number, little-endian", f64, from_le_bytes, to_le_bytes;
    }

    /// Appends to `buf` all that is left of the stream, and gives how many bytes that were.
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
    /// use runtime::io::AsyncReadExt;
    ///
    /// let mut all = b"say: ".to_vec();
    /// assert_eq!((&b"hello"[..]).read_to_end(&mut all).await?, 5);
    /// assert_eq!(all, b"say: hello");
    /// # Ok(())
    /// # }
    /// ```
    fn read_to_end<'a>(&'a mut self, buf: &'a mut Vec<u8>) -> ReadToEnd<'a, Self>
    where
        Self: Unpin,
    {
        ReadToEnd::new(self, buf)
    }

    /// Appends to `dst` all that is left of the stream, as text.
    ///
    /// Gives how many bytes that were.
    ///
    /// # Cancel safety
    ///
    /// Not cancel safe: what was read is lost; `dst` is as it was before.
    ///
    /// # Errors
    ///
    /// What the reader reports, or [`InvalidData`](std::io::ErrorKind::InvalidData) if the bytes
    /// are not UTF-8; `dst` is as it was before. Interrupted reads are made again.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::io::AsyncReadExt;
    ///
    /// let mut text = String::from("say: ");
    /// (&b"hello"[..]).read_to_string(&mut text).await?;
    /// assert_eq!(text, "say: hello");
    /// # Ok(())
    /// # }
    /// ```
    fn read_to_string<'a>(&'a mut self, dst: &'a mut String) -> ReadToString<'a, Self>
    where
        Self: Unpin,
    {
        ReadToString::new(self, dst)
    }

    /// Makes a reader that ends after `limit` bytes, or where this one ends.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::io::AsyncReadExt;
    ///
    /// let mut head = Vec::new();
    /// (&b"hello"[..]).take(2).read_to_end(&mut head).await?;
    /// assert_eq!(head, b"he");
    /// # Ok(())
    /// # }
    /// ```
    fn take(self, limit: u64) -> Take<Self>
    where
        Self: Sized,
    {
        Take::new(self, limit)
    }
}

impl<R: AsyncRead + ?Sized> AsyncReadExt for R {}

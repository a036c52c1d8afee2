//! What owned halves have in common: a stream that is shared until it is put together again.

use crate::net::impl_for::impl_for;
use crate::net::watched::Streamed;
use crate::net::{tcp, unix};
use std::error::Error;
use std::fmt;
use std::io;

impl_for! { tcp::OwnedWriteHalf, unix::OwnedWriteHalf => {
    /// Drops this half without closing the writing direction, which stays open as long as the
    /// other half lives.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let (stream, peer) = runtime::net::UnixStream::pair()?;
    /// let (mut read, write) = stream.into_split();
    /// write.forget();
    ///
    /// # peer.try_write(b"hi")?;
    /// use runtime::io::AsyncReadExt;
    /// read.read_exact(&mut [0; 2]).await?;
    /// let still_open = peer.try_read(&mut [0; 1]).unwrap_err();
    /// assert_eq!(still_open.kind(), std::io::ErrorKind::WouldBlock);
    /// # Ok(()) }
    /// ```
    pub fn forget(mut self) {
        self.close_on_drop = false;
    }
} }

impl_for! { tcp::OwnedWriteHalf, unix::OwnedWriteHalf => {
    /// Closes the writing direction, which then need not be done when the half is dropped.
    pub(in crate::net) fn close_write(&mut self) -> io::Result<()> {
        self.stream().shutdown_write()?;
        self.close_on_drop = false;
        Ok(())
    }
} }

impl_for! { tcp::WriteHalf<'_>, unix::WriteHalf<'_> => {
    /// Closes the writing direction.
    pub(in crate::net) fn close_write(&mut self) -> io::Result<()> {
        self.stream().shutdown_write()
    }
} }

impl_for! { tcp::OwnedWriteHalf, unix::OwnedWriteHalf => impl Drop {
    fn drop(&mut self) {
        if self.close_on_drop {
            // Nobody is left to tell; a direction that cannot be closed is closed already.
            let _ = self.stream().shutdown_write();
        }
    }
} }

impl_for! { tcp::ReuniteError, unix::ReuniteError => impl fmt::Display {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("tried to reunite halves that are not from the same socket")
    }
} }

impl_for! { tcp::ReuniteError, unix::ReuniteError => impl Error {} }

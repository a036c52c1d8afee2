//! What only Linux lets sockets do, or pipes.

use super::impl_for::impl_for;
use super::unix::pipe::OpenOptions;
use super::{TcpSocket, TcpStream, UdpSocket};
use socket2::SockRef;
use std::io;

impl_for! { TcpSocket, UdpSocket => {
    /// Returns the network device that the socket is bound to (`SO_BINDTODEVICE`).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let socket = runtime::net::TcpSocket::new_v4()?;
    /// assert_eq!(socket.device()?, None);
    /// # Ok(()) }
    /// ```
    pub fn device(&self) -> io::Result<Option<Vec<u8>>> {
        SockRef::from(self).device()
    }

    /// Binds the socket to a network device, or with `None` to none again (`SO_BINDTODEVICE`).
    ///
    /// From then on it sends and receives through that device only.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let socket = runtime::net::TcpSocket::new_v4()?;
    /// // Older systems allow this to privileged processes only.
    /// match socket.bind_device(Some(b"lo")) {
    ///     Ok(()) => assert_eq!(socket.device()?, Some(b"lo".to_vec())),
    ///     Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::PermissionDenied),
    /// }
    /// # Ok(()) }
    /// ```
    pub fn bind_device(&self, interface: Option<&[u8]>) -> io::Result<()> {
        SockRef::from(self).bind_device(interface)
    }
} }

impl TcpStream {
    /// Returns whether data is confirmed at once (`TCP_QUICKACK`).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let listener = runtime::net::TcpListener::bind("127.0.0.1:0").await?;
    /// # let client = runtime::net::TcpStream::connect(listener.local_addr()?).await?;
    /// # let (server, _) = listener.accept().await?;
    /// client.set_quickack(true)?;
    /// assert!(client.quickack()?);
    /// # drop(server);
    /// # Ok(()) }
    /// ```
    pub fn quickack(&self) -> io::Result<bool> {
        SockRef::from(self).tcp_quickack()
    }

    /// Sets whether data is confirmed at once rather than together with the next answer
    /// (`TCP_QUICKACK`).
    ///
    /// The system changes its mind as the connection goes on, so this holds for a while only.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let listener = runtime::net::TcpListener::bind("127.0.0.1:0").await?;
    /// # let client = runtime::net::TcpStream::connect(listener.local_addr()?).await?;
    /// # let (server, _) = listener.accept().await?;
    /// client.set_quickack(true)?;
    /// # drop(server);
    /// # Ok(()) }
    /// ```
    pub fn set_quickack(&self, quickack: bool) -> io::Result<()> {
        SockRef::from(self).set_tcp_quickack(quickack)
    }
}

impl OpenOptions {
    /// Sets whether to open the named pipe for both directions, whichever of them is used.
    ///
    /// A [`Sender`](super::unix::pipe::Sender) can then be opened before anybody reads, and a
    /// [`Receiver`](super::unix::pipe::Receiver) never sees the end, since it could write itself.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let dir = std::env::temp_dir().join(format!("ringloop-doc-{}", std::process::id()));
    /// # std::fs::create_dir_all(&dir)?;
    /// use runtime::net::unix::pipe::OpenOptions;
    ///
    /// let path = dir.join("read_write.fifo");
    /// # assert!(std::process::Command::new("mkfifo").arg(&path).status()?.success());
    /// let sender = OpenOptions::new().read_write(true).open_sender(&path)?;
    /// sender.writable().await?;
    /// sender.try_write(b"hi")?;
    /// let receiver = OpenOptions::new().open_receiver(&path)?;
    /// receiver.readable().await?;
    /// assert_eq!(receiver.try_read(&mut [0; 16])?, 2);
    /// # std::fs::remove_dir_all(&dir)?;
    /// # Ok(()) }
    /// ```
    pub fn read_write(&mut self, value: bool) -> &mut Self {
        self.read_write = value;
        self
    }
}

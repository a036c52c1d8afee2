//! The options of a TCP socket that is being set up.

use crate::net::TcpSocket;
use std::io;

impl TcpSocket {
    /// Sets whether an idle connection is checked now and then (`SO_KEEPALIVE`).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let socket = runtime::net::TcpSocket::new_v4()?;
    /// socket.set_keepalive(true)?;
    /// assert!(socket.keepalive()?);
    /// # Ok(()) }
    /// ```
    pub fn set_keepalive(&self, keepalive: bool) -> io::Result<()> {
        self.socket.set_keepalive(keepalive)
    }

    /// Returns whether an idle connection is checked now and then (`SO_KEEPALIVE`).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let socket = runtime::net::TcpSocket::new_v4()?;
    /// assert!(!socket.keepalive()?);
    /// # Ok(()) }
    /// ```
    pub fn keepalive(&self) -> io::Result<bool> {
        self.socket.keepalive()
    }

    /// Sets whether the address may be bound while old connections on it still linger
    /// (`SO_REUSEADDR`).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let socket = runtime::net::TcpSocket::new_v4()?;
    /// socket.set_reuseaddr(true)?;
    /// assert!(socket.reuseaddr()?);
    /// # Ok(()) }
    /// ```
    pub fn set_reuseaddr(&self, reuseaddr: bool) -> io::Result<()> {
        self.socket.set_reuse_address(reuseaddr)
    }

    /// Returns whether the address may be bound while old connections on it still linger
    /// (`SO_REUSEADDR`).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let socket = runtime::net::TcpSocket::new_v4()?;
    /// assert!(!socket.reuseaddr()?);
    /// # Ok(()) }
    /// ```
    pub fn reuseaddr(&self) -> io::Result<bool> {
        self.socket.reuse_address()
    }

    /// Sets whether several sockets may be bound to one address (`SO_REUSEPORT`).
    ///
    /// All of them have to say so before they are bound.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::net::TcpSocket;
    ///
    /// let (first, second) = (TcpSocket::new_v4()?, TcpSocket::new_v4()?);
    /// first.set_reuseport(true)?;
    /// second.set_reuseport(true)?;
    /// first.bind("127.0.0.1:0".parse().unwrap())?;
    /// second.bind(first.local_addr()?)?;
    /// # Ok(()) }
    /// ```
    pub fn set_reuseport(&self, reuseport: bool) -> io::Result<()> {
        self.socket.set_reuse_port(reuseport)
    }

    /// Returns whether several sockets may be bound to one address (`SO_REUSEPORT`).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let socket = runtime::net::TcpSocket::new_v4()?;
    /// assert!(!socket.reuseport()?);
    /// # Ok(()) }
    /// ```
    pub fn reuseport(&self) -> io::Result<bool> {
        self.socket.reuse_port()
    }

    /// Sets how many bytes may wait to be sent (`SO_SNDBUF`).
    ///
    /// The system may round, and Linux doubles the number for its own needs.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let socket = runtime::net::TcpSocket::new_v4()?;
    /// socket.set_send_buffer_size(16_384)?;
    /// assert!(socket.send_buffer_size()? >= 16_384);
    /// # Ok(()) }
    /// ```
    pub fn set_send_buffer_size(&self, size: u32) -> io::Result<()> {
        self.socket.set_send_buffer_size(size as usize)
    }

    /// Returns how many bytes may wait to be sent (`SO_SNDBUF`).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let socket = runtime::net::TcpSocket::new_v4()?;
    /// assert_ne!(socket.send_buffer_size()?, 0);
    /// # Ok(()) }
    /// ```
    pub fn send_buffer_size(&self) -> io::Result<u32> {
        self.socket.send_buffer_size().map(clamped)
    }

    /// Sets how many bytes may wait to be read (`SO_RCVBUF`).
    ///
    /// The system may round, and Linux doubles the number for its own needs.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let socket = runtime::net::TcpSocket::new_v4()?;
    /// socket.set_recv_buffer_size(16_384)?;
    /// assert!(socket.recv_buffer_size()? >= 16_384);
    /// # Ok(()) }
    /// ```
    pub fn set_recv_buffer_size(&self, size: u32) -> io::Result<()> {
        self.socket.set_recv_buffer_size(size as usize)
    }

    /// Returns how many bytes may wait to be read (`SO_RCVBUF`).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let socket = runtime::net::TcpSocket::new_v4()?;
    /// assert_ne!(socket.recv_buffer_size()?, 0);
    /// # Ok(()) }
    /// ```
    pub fn recv_buffer_size(&self) -> io::Result<u32> {
        self.socket.recv_buffer_size().map(clamped)
    }
}

fn clamped(size: usize) -> u32 {
    u32::try_from(size).unwrap_or(u32::MAX)
}

//! The options of a UDP socket, from broadcast to multicast.

use crate::net::UdpSocket;
use crate::net::watched::Watched;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};

impl UdpSocket {
    /// Returns whether datagrams may be sent to a broadcast address (`SO_BROADCAST`).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let socket = runtime::net::UdpSocket::bind("127.0.0.1:0").await?;
    /// # let peer = runtime::net::UdpSocket::bind("127.0.0.1:0").await?;
    /// assert!(!socket.broadcast()?);
    /// # Ok(()) }
    /// ```
    pub fn broadcast(&self) -> io::Result<bool> {
        self.io().broadcast()
    }

    /// Sets whether datagrams may be sent to a broadcast address (`SO_BROADCAST`).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let socket = runtime::net::UdpSocket::bind("127.0.0.1:0").await?;
    /// # let peer = runtime::net::UdpSocket::bind("127.0.0.1:0").await?;
    /// socket.set_broadcast(true)?;
    /// assert!(socket.broadcast()?);
    /// # Ok(()) }
    /// ```
    pub fn set_broadcast(&self, on: bool) -> io::Result<()> {
        self.io().set_broadcast(on)
    }

    /// Returns whether this machine gets its own IPv4 multicast datagrams (`IP_MULTICAST_LOOP`).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let socket = runtime::net::UdpSocket::bind("127.0.0.1:0").await?;
    /// # let peer = runtime::net::UdpSocket::bind("127.0.0.1:0").await?;
    /// assert!(socket.multicast_loop_v4()?);
    /// # Ok(()) }
    /// ```
    pub fn multicast_loop_v4(&self) -> io::Result<bool> {
        self.io().multicast_loop_v4()
    }

    /// Sets whether this machine gets its own IPv4 multicast datagrams (`IP_MULTICAST_LOOP`).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let socket = runtime::net::UdpSocket::bind("127.0.0.1:0").await?;
    /// # let peer = runtime::net::UdpSocket::bind("127.0.0.1:0").await?;
    /// socket.set_multicast_loop_v4(false)?;
    /// assert!(!socket.multicast_loop_v4()?);
    /// # Ok(()) }
    /// ```
    pub fn set_multicast_loop_v4(&self, on: bool) -> io::Result<()> {
        self.io().set_multicast_loop_v4(on)
    }

    /// Returns how many hops an IPv4 multicast datagram may take (`IP_MULTICAST_TTL`).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let socket = runtime::net::UdpSocket::bind("127.0.0.1:0").await?;
    /// # let peer = runtime::net::UdpSocket::bind("127.0.0.1:0").await?;
    /// assert_eq!(socket.multicast_ttl_v4()?, 1);
    /// # Ok(()) }
    /// ```
    pub fn multicast_ttl_v4(&self) -> io::Result<u32> {
        self.io().multicast_ttl_v4()
    }

    /// Sets how many hops an IPv4 multicast datagram may take (`IP_MULTICAST_TTL`).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let socket = runtime::net::UdpSocket::bind("127.0.0.1:0").await?;
    /// # let peer = runtime::net::UdpSocket::bind("127.0.0.1:0").await?;
    /// socket.set_multicast_ttl_v4(8)?;
    /// assert_eq!(socket.multicast_ttl_v4()?, 8);
    /// # Ok(()) }
    /// ```
    pub fn set_multicast_ttl_v4(&self, ttl: u32) -> io::Result<()> {
        self.io().set_multicast_ttl_v4(ttl)
    }

    /// Returns whether this machine gets its own IPv6 multicast datagrams (`IPV6_MULTICAST_LOOP`).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let socket = runtime::net::UdpSocket::bind("[::1]:0").await?;
    /// assert!(socket.multicast_loop_v6()?);
    /// # Ok(()) }
    /// ```
    pub fn multicast_loop_v6(&self) -> io::Result<bool> {
        self.io().multicast_loop_v6()
    }

    /// Sets whether this machine gets its own IPv6 multicast datagrams (`IPV6_MULTICAST_LOOP`).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let socket = runtime::net::UdpSocket::bind("[::1]:0").await?;
    /// socket.set_multicast_loop_v6(false)?;
    /// assert!(!socket.multicast_loop_v6()?);
    /// # Ok(()) }
    /// ```
    pub fn set_multicast_loop_v6(&self, on: bool) -> io::Result<()> {
        self.io().set_multicast_loop_v6(on)
    }

    /// Joins an IPv4 multicast group on the interface that has the address `interface`.
    ///
    /// With `0.0.0.0` the system chooses an interface.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::net::UdpSocket;
    /// use std::net::Ipv4Addr;
    ///
    /// let socket = UdpSocket::bind("0.0.0.0:0").await?;
    /// let group = Ipv4Addr::new(239, 255, 0, 17);
    /// socket.join_multicast_v4(group, Ipv4Addr::LOCALHOST)?;
    /// socket.leave_multicast_v4(group, Ipv4Addr::LOCALHOST)?;
    /// # Ok(()) }
    /// ```
    pub fn join_multicast_v4(&self, multiaddr: Ipv4Addr, interface: Ipv4Addr) -> io::Result<()> {
        self.io().join_multicast_v4(&multiaddr, &interface)
    }

    /// Joins an IPv6 multicast group on the interface with the index `interface`.
    ///
    /// With 0 the system chooses an interface.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::net::UdpSocket;
    ///
    /// let socket = UdpSocket::bind("[::]:0").await?;
    /// let group = "ff01::17".parse().unwrap();
    /// // Not every machine has an interface for it.
    /// if socket.join_multicast_v6(&group, 0).is_ok() {
    ///     socket.leave_multicast_v6(&group, 0)?;
    /// }
    /// # Ok(()) }
    /// ```
    pub fn join_multicast_v6(&self, multiaddr: &Ipv6Addr, interface: u32) -> io::Result<()> {
        self.io().join_multicast_v6(multiaddr, interface)
    }

    /// Leaves an IPv4 multicast group that was joined with the same arguments.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let socket = runtime::net::UdpSocket::bind("127.0.0.1:0").await?;
    /// # let peer = runtime::net::UdpSocket::bind("127.0.0.1:0").await?;
    /// let group = "239.255.0.17".parse().unwrap();
    /// let never_joined = socket.leave_multicast_v4(group, [127, 0, 0, 1].into());
    /// assert!(never_joined.is_err());
    /// # Ok(()) }
    /// ```
    pub fn leave_multicast_v4(&self, multiaddr: Ipv4Addr, interface: Ipv4Addr) -> io::Result<()> {
        self.io().leave_multicast_v4(&multiaddr, &interface)
    }

    /// Leaves an IPv6 multicast group that was joined with the same arguments.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let socket = runtime::net::UdpSocket::bind("[::1]:0").await?;
    /// let never_joined = socket.leave_multicast_v6(&"ff01::17".parse().unwrap(), 0);
    /// assert!(never_joined.is_err());
    /// # Ok(()) }
    /// ```
    pub fn leave_multicast_v6(&self, multiaddr: &Ipv6Addr, interface: u32) -> io::Result<()> {
        self.io().leave_multicast_v6(multiaddr, interface)
    }
}

//! Where to: the arguments that name one or more socket addresses.

use crate::task::spawn_blocking;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

pub(super) use self::sealed::{Addrs, Target, Targeted};

/// Names one or more socket addresses, as `std::net::ToSocketAddrs` does, without blocking.
///
/// Everything that the trait of the standard library takes is taken here. An argument that is an
/// address already, also as text, needs no other thread; a host name is looked up on the runtime's
/// threads for blocking work.
///
/// The trait is sealed: it is there to be named in bounds. [`lookup_host`] turns an argument into
/// addresses.
///
/// # Examples
///
/// ```
/// use runtime::net::{TcpListener, TcpStream, ToSocketAddrs};
///
/// async fn open(to: impl ToSocketAddrs) -> std::io::Result<TcpStream> {
///     TcpStream::connect(to).await
/// }
///
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// let listener = TcpListener::bind("127.0.0.1:0").await?;
/// let port = listener.local_addr()?.port();
/// open(("127.0.0.1", port)).await?;
/// open(format!("127.0.0.1:{port}")).await?;
/// # Ok(()) }
/// ```
pub trait ToSocketAddrs: Targeted {}

mod sealed {
    use std::net::SocketAddr;

    /// What only this crate can ask of an argument.
    pub trait Targeted {
        /// Reads the argument, without looking anything up.
        fn target(&self) -> Target;
    }

    /// What an argument says before anything is looked up.
    #[derive(Debug)]
    pub enum Target {
        /// Addresses, ready to use.
        Known(Addrs),
        /// A name to look up, with the port that goes with every answer.
        Name(String, u16),
        /// Neither, with the reason.
        Malformed(&'static str),
    }

    /// Addresses in the order to try them; a single one takes no allocation.
    #[derive(Debug)]
    pub struct Addrs {
        pub(super) first: Option<SocketAddr>,
        pub(super) rest: std::vec::IntoIter<SocketAddr>,
    }
}

impl Iterator for Addrs {
    type Item = SocketAddr;

    fn next(&mut self) -> Option<SocketAddr> {
        self.first.take().or_else(|| self.rest.next())
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.rest.len() + usize::from(self.first.is_some());
        (left, Some(left))
    }
}

impl From<Vec<SocketAddr>> for Addrs {
    fn from(all: Vec<SocketAddr>) -> Self {
        Self { first: None, rest: all.into_iter() }
    }
}

impl Target {
    fn addr(addr: SocketAddr) -> Self {
        Self::Known(Addrs { first: Some(addr), rest: Vec::new().into_iter() })
    }

    fn host(host: &str, port: u16) -> Self {
        match host.parse() {
            Ok(ip) => Self::addr(SocketAddr::new(ip, port)),
            Err(_) => Self::Name(host.to_owned(), port),
        }
    }

    /// A host and a port in one text, as in `localhost:80` or `[::1]:80`.
    fn host_and_port(text: &str) -> Self {
        if let Ok(addr) = text.parse() {
            return Self::addr(addr);
        }
        let Some((host, port)) = text.rsplit_once(':') else {
            return Self::Malformed("invalid socket address: no port after the host");
        };
        match port.parse() {
            Ok(port) => Self::Name(host.to_owned(), port),
            Err(_) => Self::Malformed("invalid socket address: the port is not a number"),
        }
    }
}

// One row a type: what an argument is, and how it names its target.
macro_rules! targets {
    ($($of:ty, $arg:pat => $target:expr;)*) => {$(
        impl ToSocketAddrs for $of {}

        impl Targeted for $of {
            fn target(&self) -> Target {
                let $arg = self;
                $target
            }
        }
    )*};
}

targets! {
    SocketAddr, addr => Target::addr(*addr);
    SocketAddrV4, addr => Target::addr((*addr).into());
    SocketAddrV6, addr => Target::addr((*addr).into());
    (IpAddr, u16), &pair => Target::addr(pair.into());
    (Ipv4Addr, u16), &pair => Target::addr(pair.into());
    (Ipv6Addr, u16), &pair => Target::addr(pair.into());
    (&str, u16), (host, port) => Target::host(host, *port);
    (String, u16), (host, port) => Target::host(host, *port);
    str, text => Target::host_and_port(text);
    String, text => Target::host_and_port(text);
    &[SocketAddr], addrs => Target::Known(addrs.to_vec().into());
}

impl<T: ToSocketAddrs + ?Sized> ToSocketAddrs for &T {}

impl<T: Targeted + ?Sized> Targeted for &T {
    fn target(&self) -> Target {
        T::target(self)
    }
}

/// Looks a host up and yields its addresses, which may be none, one or several.
///
/// `host` is anything that names an address, mostly a text like `example.org:443`; the port is
/// handed through to every answer. Use this to see the addresses; to connect, give the name itself
/// to [`TcpStream::connect`](super::TcpStream::connect), which tries all of them.
///
/// # Cancel safety
///
/// This method is cancel safe: the answer of a lookup that nobody waits for is thrown away.
///
/// # Errors
///
/// With `InvalidInput` if the text has no port; otherwise with what the system's resolver says.
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// for addr in runtime::net::lookup_host("localhost:3000").await? {
///     assert!(addr.ip().is_loopback() && addr.port() == 3000);
/// }
/// # Ok(()) }
/// ```
pub async fn lookup_host<T>(host: T) -> io::Result<impl Iterator<Item = SocketAddr>>
where
    T: ToSocketAddrs,
{
    addresses(host.target()).await
}

/// Turns a target into addresses; only a name has anything to wait for.
pub(super) async fn addresses(target: Target) -> io::Result<Addrs> {
    match target {
        Target::Known(addrs) => Ok(addrs),
        Target::Name(host, port) => resolve(host, port).await,
        Target::Malformed(why) => Err(io::Error::new(io::ErrorKind::InvalidInput, why)),
    }
}

/// Asks the system's resolver, which blocks, on a thread for such code.
async fn resolve(host: String, port: u16) -> io::Result<Addrs> {
    let ask = move || std::net::ToSocketAddrs::to_socket_addrs(&(host, port));
    Ok(spawn_blocking(ask).await??.collect::<Vec<_>>().into())
}

/// Runs `attempt` on the addresses in turn until one works.
///
/// Fails with the last error, or with `InvalidInput` if there was nothing to try.
pub(super) async fn first_that_works<T, F>(
    target: Target,
    mut attempt: impl FnMut(SocketAddr) -> F,
) -> io::Result<T>
where
    F: Future<Output = io::Result<T>>,
{
    let mut last = None;
    for addr in addresses(target).await? {
        match attempt(addr).await {
            Ok(done) => return Ok(done),
            Err(error) => last = Some(error),
        }
    }
    Err(last.unwrap_or_else(|| {
        io::Error::new(io::ErrorKind::InvalidInput, "could not resolve to any address")
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The addresses of an argument that is one already.
    fn known(of: impl ToSocketAddrs) -> Vec<String> {
        match of.target() {
            Target::Known(addrs) => addrs.map(|addr| addr.to_string()).collect(),
            other => panic!("not an address: {other:?}"),
        }
    }

    fn name(of: impl ToSocketAddrs) -> (String, u16) {
        match of.target() {
            Target::Name(host, port) => (host, port),
            other => panic!("not a name: {other:?}"),
        }
    }

    #[test]
    fn addresses_need_no_lookup_in_whatever_form() {
        let v4: SocketAddrV4 = "127.0.0.1:80".parse().unwrap();
        let v6: SocketAddrV6 = "[::1]:80".parse().unwrap();
        assert_eq!(known(v4), ["127.0.0.1:80"]);
        assert_eq!(known(SocketAddr::from(v4)), ["127.0.0.1:80"]);
        assert_eq!(known((*v4.ip(), 80)), ["127.0.0.1:80"]);
        assert_eq!(known((IpAddr::from(*v4.ip()), 80)), ["127.0.0.1:80"]);
        assert_eq!(known(v6), ["[::1]:80"]);
        assert_eq!(known((*v6.ip(), 80)), ["[::1]:80"]);
        for text in ["127.0.0.1:80", "[::1]:80"] {
            assert_eq!(known(text), [text]);
            assert_eq!(known(text.to_owned()), [text]);
            let twice = &text;
            assert_eq!(known(twice), [text]);
        }
        assert_eq!(known(("127.0.0.1", 80)), ["127.0.0.1:80"]);
        assert_eq!(known(("::1".to_owned(), 80)), ["[::1]:80"]);
        let several: &[SocketAddr] = &[v4.into(), v6.into()];
        assert_eq!(known(several), ["127.0.0.1:80", "[::1]:80"]);
        assert_eq!(known(&several[..0]), [""; 0]);
    }

    #[test]
    fn names_keep_their_port() {
        assert_eq!(name("example.org:443"), ("example.org".to_owned(), 443));
        assert_eq!(name(("example.org", 443)), ("example.org".to_owned(), 443));
        assert_eq!(name(("example.org".to_owned(), 0)), ("example.org".to_owned(), 0));
        assert_eq!(name("a:b:7"), ("a:b".to_owned(), 7), "the resolver knows what to say to that");
    }

    #[test]
    fn texts_without_a_port_are_malformed() {
        for text in ["", "localhost", "127.0.0.1", "localhost:", "localhost:http", "h:65536"] {
            assert!(matches!(text.target(), Target::Malformed(_)), "{text:?}");
        }
    }

    #[test]
    fn a_count_of_addresses_is_exact() {
        let Target::Known(mut one) = Target::addr(([127, 0, 0, 1], 80).into()) else { panic!() };
        assert_eq!(one.size_hint(), (1, Some(1)));
        one.next();
        assert_eq!((one.size_hint(), one.next()), ((0, Some(0)), None));
    }
}

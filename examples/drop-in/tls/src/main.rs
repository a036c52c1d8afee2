//! An echo over TLS 1.2 and 1.3 by tokio-rustls, with a certificate that rcgen makes; and a client
//! that does not trust it.

use rcgen::{CertifiedKey, generate_simple_self_signed};
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy, split};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{
    ClientConfig, ProtocolVersion, RootCertStore, ServerConfig, SupportedProtocolVersion,
};
use tokio_rustls::{TlsAcceptor, TlsConnector};

/// How many clients there are for each version, and what each sends.
const CLIENTS: usize = 8;
const LENGTH: usize = 1 << 20;

/// Echoes to each client until it ends its side; gives how many handshakes failed.
async fn serve(listener: TcpListener, acceptor: TlsAcceptor, clients: usize) -> usize {
    let mut sessions = JoinSet::new();
    for _ in 0..clients {
        let (tcp, _) = listener.accept().await.unwrap();
        let acceptor = acceptor.clone();
        sessions.spawn(async move {
            let Ok(tls) = acceptor.accept(tcp).await else { return false };
            let (mut reader, mut writer) = split(tls);
            copy(&mut reader, &mut writer).await.unwrap();
            writer.shutdown().await.unwrap();
            true
        });
    }
    sessions.join_all().await.into_iter().filter(|is_well| !is_well).count()
}

/// One client: sends while it receives, and compares.
async fn echo(address: SocketAddr, connector: TlsConnector, version: ProtocolVersion, seed: usize) {
    let tcp = TcpStream::connect(address).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let tls = connector.connect(name, tcp).await.unwrap();
    assert_eq!(tls.get_ref().1.protocol_version(), Some(version));
    let (mut reader, mut writer) = split(tls);
    let sent: Vec<u8> = (0..LENGTH).map(|i| (i * 31 + seed) as u8).collect();
    let expected = sent.clone();
    let sender = tokio::spawn(async move {
        writer.write_all(&sent).await.unwrap();
        writer.shutdown().await.unwrap();
    });
    let mut received = Vec::new();
    reader.read_to_end(&mut received).await.unwrap();
    sender.await.unwrap();
    assert!(received == expected, "the echo differs");
}

fn connector(
    trusted: &[&CertificateDer<'static>],
    version: &'static SupportedProtocolVersion,
) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    for certificate in trusted {
        roots.add((*certificate).clone()).unwrap();
    }
    let config = ClientConfig::builder_with_protocol_versions(&[version]);
    Arc::new(config.with_root_certificates(roots).with_no_client_auth()).into()
}

async fn tls() {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::Pkcs8(signing_key.serialize_der().into());
    let config = ServerConfig::builder_with_protocol_versions(&[&TLS12, &TLS13]);
    let config = config.with_no_client_auth().with_single_cert(vec![cert.der().clone()], key);
    let acceptor = TlsAcceptor::from(Arc::new(config.unwrap()));

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(serve(listener, acceptor, 2 * CLIENTS + 1));

    let mut clients = JoinSet::new();
    for version in [&TLS12, &TLS13] {
        let connector = connector(&[cert.der()], version);
        for seed in 0..CLIENTS {
            clients.spawn(echo(address, connector.clone(), version.version, seed));
        }
    }
    clients.join_all().await;

    let tcp = TcpStream::connect(address).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let error = connector(&[], &TLS13).connect(name, tcp).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidData, "{error}");
    assert_eq!(server.await.unwrap(), 1, "only the last client does not trust the server");
}

fn main() {
    support::run("tls", tls);
}

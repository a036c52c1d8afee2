//! hyper on both sides: a connection of HTTP/1 that is kept alive, one of HTTP/2 that many requests
//! share, bodies that stream both ways, and a graceful shutdown of the server.

use bytes::Bytes;
use futures::channel::mpsc;
use futures::{SinkExt, StreamExt, future};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Empty, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode, client};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use std::convert::Infallible;
use std::net::SocketAddr;
use tokio::net::{TcpListener, TcpStream};
use tokio::select;
use tokio::sync::oneshot;

/// Requests on one connection: one after the other in HTTP/1, all at once in HTTP/2.
const REQUESTS: usize = 100;
/// More than sockets and windows hold.
const LARGE: usize = 4 << 20;

/// `POST /echo` sends the body back as it comes; `GET /version` tells what the server saw.
async fn answer(
    request: Request<Incoming>,
) -> Result<Response<BoxBody<Bytes, hyper::Error>>, hyper::Error> {
    let never = |error| match error {};
    Ok(match (request.method(), request.uri().path()) {
        (&Method::GET, "/version") => {
            let version = format!("{:?}", request.version());
            Response::new(Full::from(version).map_err(never).boxed())
        }
        (&Method::POST, "/echo") => Response::new(request.into_body().boxed()),
        _ => {
            let mut response = Response::new(Empty::new().map_err(never).boxed());
            *response.status_mut() = StatusCode::NOT_FOUND;
            response
        }
    })
}

/// Serves both versions on one port until told to stop; then lets what is in flight end.
async fn serve(listener: TcpListener, mut stop: oneshot::Receiver<()>) {
    let graceful = GracefulShutdown::new();
    let mut server = auto::Builder::new(TokioExecutor::new());
    server.http1().timer(TokioTimer::new());
    server.http2().timer(TokioTimer::new());
    loop {
        let (tcp, _) = select! {
            accepted = listener.accept() => accepted.unwrap(),
            _ = &mut stop => break,
        };
        let connection = server.serve_connection(TokioIo::new(tcp), service_fn(answer));
        let connection = graceful.watch(connection.into_owned());
        tokio::spawn(async move { connection.await.expect("clients behave") });
    }
    drop(listener);
    graceful.shutdown().await;
}

fn get(path: &str) -> Request<BoxBody<Bytes, Infallible>> {
    Request::get(path).header("host", "loopback").body(Full::default().boxed()).unwrap()
}

fn post(path: &str, body: Bytes) -> Request<BoxBody<Bytes, Infallible>> {
    Request::post(path).header("host", "loopback").body(Full::new(body).boxed()).unwrap()
}

/// Bytes that differ from place to place.
fn pattern(seed: usize, length: usize) -> Bytes {
    (0..length).map(|i| ((i >> 8) + i * 7 + seed) as u8).collect()
}

async fn whole(response: Response<Incoming>) -> Bytes {
    response.into_body().collect().await.unwrap().to_bytes()
}

/// Requests follow each other on one connection.
async fn http1(address: SocketAddr) {
    let io = TokioIo::new(TcpStream::connect(address).await.unwrap());
    let (mut sender, connection) = client::conn::http1::handshake(io).await.unwrap();
    let connection = tokio::spawn(connection);
    let version = sender.send_request(get("/version")).await.unwrap();
    assert_eq!(whole(version).await, "HTTP/1.1");
    for n in 0..REQUESTS {
        let body = pattern(n, n * 10);
        // The connection is free a moment after the last response has been read.
        sender.ready().await.unwrap();
        let response = sender.send_request(post("/echo", body.clone())).await.unwrap();
        assert_eq!(whole(response).await, body);
    }
    let body = pattern(1, LARGE);
    sender.ready().await.unwrap();
    let response = sender.send_request(post("/echo", body.clone())).await.unwrap();
    assert!(whole(response).await == body, "the large body differs");
    sender.ready().await.unwrap();
    let missing = sender.send_request(get("/missing")).await.unwrap();
    assert_eq!(missing.status(), StatusCode::NOT_FOUND);
    drop(sender);
    connection.await.unwrap().unwrap();
}

/// Requests overlap on one connection, and outlive the wish to shut down.
async fn http2(address: SocketAddr, stop: oneshot::Sender<()>) {
    let io = TokioIo::new(TcpStream::connect(address).await.unwrap());
    let mut builder = client::conn::http2::Builder::new(TokioExecutor::new());
    let (mut sender, connection) = builder.timer(TokioTimer::new()).handshake(io).await.unwrap();
    let connection = tokio::spawn(connection);
    let url = |path: &str| format!("http://loopback{path}");
    let version = sender.send_request(get(&url("/version"))).await.unwrap();
    assert_eq!(whole(version).await, "HTTP/2.0");

    let calls = (0..REQUESTS).map(|n| {
        let mut sender = sender.clone();
        let length = if n == 0 { LARGE } else { n * 100 };
        let request = post(&url("/echo"), pattern(n, length));
        tokio::spawn(async move {
            let response = sender.send_request(request).await.unwrap();
            assert!(whole(response).await == pattern(n, length), "body {n} differs");
        })
    });
    for call in future::join_all(calls).await {
        call.unwrap();
    }

    // A request is in flight: the server has its first half, and has been told to stop.
    let (mut pieces, body) = mpsc::channel(1);
    let body = BodyExt::boxed(StreamBody::new(body.map(Ok::<_, Infallible>)));
    let last = Request::post(url("/echo")).body(body).unwrap();
    let mut response = sender.send_request(last).await.unwrap();
    pieces.send(Frame::data(Bytes::from("first "))).await.unwrap();
    let first = response.frame().await.unwrap().unwrap().into_data().unwrap();
    assert_eq!(first, "first ");
    stop.send(()).unwrap();
    pieces.send(Frame::data(Bytes::from("second"))).await.unwrap();
    drop(pieces);
    assert_eq!(whole(response).await, "second");
    // Both sides close, and whoever is second may find the connection reset.
    drop(sender);
    let _ended = connection.await.unwrap();
}

async fn http() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let server = tokio::spawn(serve(listener, stopped));
    http1(address).await;
    http2(address, stop).await;
    server.await.unwrap();
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
}

fn main() {
    support::run("http", http);
}

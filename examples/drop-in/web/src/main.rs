//! An axum service on loopback, called by reqwest: JSON, streaming bodies both ways, a websocket, a
//! route that times out, and a shutdown that lets the request in flight end.

use axum::body::{Body, BodyDataStream};
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use bytes::Bytes;
use futures::{SinkExt, StreamExt, future};
use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::time;
use tokio_stream::wrappers::ReceiverStream;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message as ClientMessage;

/// How many clients call at once.
const CLIENTS: u64 = 50;
/// Pieces of a streamed body, and the size of each.
const PIECES: usize = 64;
const PIECE: usize = 16 * 1024;

/// Asked: the sum of these.
#[derive(Deserialize, Serialize)]
struct Sum {
    numbers: Vec<u64>,
}

/// Answered.
#[derive(Debug, Deserialize, PartialEq, Serialize)]
struct Total {
    total: u64,
}

/// Lets the test see when a slow request has arrived, and decide when it ends.
#[derive(Default)]
struct Gate {
    arrived: Notify,
    open: Notify,
}

async fn sum(Json(sum): Json<Sum>) -> Json<Total> {
    Json(Total { total: sum.numbers.iter().sum() })
}

/// Sends its body piece by piece, from a task of its own.
async fn download(Path(pieces): Path<usize>) -> Body {
    let (sender, pieces_out) = mpsc::channel(2);
    tokio::spawn(async move {
        for piece in 0..pieces {
            let bytes = Bytes::from(vec![piece as u8; PIECE]);
            sender.send(Ok::<_, Infallible>(bytes)).await.expect("the client reads to the end");
        }
    });
    Body::from_stream(ReceiverStream::new(pieces_out))
}

/// Counts the bytes of a body as they come.
async fn upload(body: Body) -> String {
    let mut stream: BodyDataStream = body.into_data_stream();
    let mut length = 0;
    while let Some(piece) = stream.next().await {
        length += piece.expect("the client sends all of it").len();
    }
    length.to_string()
}

async fn silent() {
    future::pending().await
}

async fn limited() -> StatusCode {
    match time::timeout(Duration::from_millis(20), silent()).await {
        Ok(()) => StatusCode::OK,
        Err(_) => StatusCode::GATEWAY_TIMEOUT,
    }
}

async fn slow(State(gate): State<Arc<Gate>>) -> &'static str {
    gate.arrived.notify_one();
    gate.open.notified().await;
    "done"
}

async fn upgrade(upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(shout)
}

/// Sends every text back in capitals.
async fn shout(mut socket: WebSocket) {
    while let Some(Ok(message)) = socket.recv().await {
        if let Message::Text(text) = message {
            let answer = Message::Text(text.to_uppercase().into());
            socket.send(answer).await.expect("the client waits for the answer");
        }
    }
}

fn routes(gate: Arc<Gate>) -> Router {
    Router::new()
        .route("/sum", post(sum))
        .route("/download/{pieces}", get(download))
        .route("/upload", post(upload))
        .route("/silent", get(silent))
        .route("/limited", get(limited))
        .route("/slow", get(slow))
        .route("/shout", get(upgrade))
        .with_state(gate)
}

async fn json_from_many_clients(client: &reqwest::Client, address: SocketAddr) {
    let calls = (0..CLIENTS).map(|n| {
        let call = client.post(format!("http://{address}/sum"));
        let call = call.json(&Sum { numbers: (0..=n).collect() });
        tokio::spawn(async move { call.send().await.unwrap().json::<Total>().await.unwrap() })
    });
    for (n, total) in (0..).zip(future::join_all(calls).await) {
        assert_eq!(total.unwrap(), Total { total: n * (n + 1) / 2 });
    }
    let bad = client.post(format!("http://{address}/sum")).json(&"no sum").send().await.unwrap();
    assert_eq!(bad.status(), reqwest::StatusCode::UNPROCESSABLE_ENTITY);
}

async fn streams_both_ways(client: &reqwest::Client, address: SocketAddr) {
    let url = format!("http://{address}/download/{PIECES}");
    let mut body = client.get(url).send().await.unwrap().bytes_stream();
    let mut received = Vec::new();
    while let Some(piece) = body.next().await {
        received.extend_from_slice(&piece.unwrap());
    }
    let expected: Vec<u8> = (0..PIECES).flat_map(|piece| [piece as u8; PIECE]).collect();
    assert!(received == expected, "the download differs");

    let pieces = (0..PIECES).map(|_| Ok::<_, Infallible>(Bytes::from(vec![7; PIECE])));
    let body = reqwest::Body::wrap_stream(futures::stream::iter(pieces));
    let answer = client.post(format!("http://{address}/upload")).body(body).send().await.unwrap();
    assert_eq!(answer.text().await.unwrap(), (PIECES * PIECE).to_string());
}

async fn times_out_on_either_side(client: &reqwest::Client, address: SocketAddr) {
    let answer = client.get(format!("http://{address}/limited")).send().await.unwrap();
    assert_eq!(answer.status(), reqwest::StatusCode::GATEWAY_TIMEOUT);
    let call = client.get(format!("http://{address}/silent")).timeout(Duration::from_millis(20));
    let error = call.send().await.unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
}

async fn websocket(address: SocketAddr) {
    let (mut socket, _) = connect_async(format!("ws://{address}/shout")).await.unwrap();
    for n in 0..100 {
        socket.send(ClientMessage::text(format!("message {n}"))).await.unwrap();
        let answer = socket.next().await.unwrap().unwrap();
        assert_eq!(answer, ClientMessage::text(format!("MESSAGE {n}")));
    }
    socket.close(None).await.unwrap();
    while let Some(Ok(message)) = socket.next().await {
        assert!(message.is_close(), "{message:?}");
    }
}

async fn web() {
    let gate = Arc::new(Gate::default());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let server = axum::serve(listener, routes(gate.clone()));
    let server = server.with_graceful_shutdown(async { stopped.await.unwrap() });
    let server = tokio::spawn(server.into_future());

    let client = reqwest::Client::new();
    json_from_many_clients(&client, address).await;
    streams_both_ways(&client, address).await;
    times_out_on_either_side(&client, address).await;
    websocket(address).await;

    let last = tokio::spawn(client.get(format!("http://{address}/slow")).send());
    gate.arrived.notified().await;
    stop.send(()).unwrap();
    // The listener is gone before the last request is answered.
    while tokio::net::TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    gate.open.notify_one();
    assert_eq!(last.await.unwrap().unwrap().text().await.unwrap(), "done");
    server.await.unwrap().unwrap();
}

fn main() {
    support::run("web", web);
}

//! tonic on both sides: single calls, a stream from the server that the client drops, streams both
//! ways, a deadline, and a shutdown.

use std::future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::task::JoinSet;
use tokio_stream::wrappers::{ReceiverStream, TcpListenerStream};
use tokio_stream::{Stream, StreamExt};
use tonic::transport::{Channel, Endpoint, Server};
use tonic::{Code, Request, Response, Status, Streaming};

/// What `build.rs` generates.
mod generated {
    tonic::include_proto!("dropin.Sums");
}

use generated::sums_client::SumsClient;
use generated::sums_server::{Sums, SumsServer};

/// Calls at once on one channel.
const CALLS: i64 = 100;
/// Numbers in a stream; more than a window holds.
const NUMBERS: i64 = 10_000;

/// The one message of the service.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Number {
    /// Its value.
    #[prost(int64, tag = "1")]
    value: i64,
}

impl Number {
    fn of(value: i64) -> Self {
        Self { value }
    }
}

type Numbers = Pin<Box<dyn Stream<Item = Result<Number, Status>> + Send>>;

/// The service; it tells when a client has dropped a stream.
#[derive(Default)]
struct Service {
    dropped: Arc<Notify>,
}

#[tonic::async_trait]
impl Sums for Service {
    type CountToStream = Numbers;
    type SumStream = Numbers;

    async fn square(&self, request: Request<Number>) -> Result<Response<Number>, Status> {
        let value = request.into_inner().value;
        if value < 0 {
            // Longer than any deadline.
            future::pending::<()>().await;
        }
        let square = value.checked_mul(value).ok_or(Status::out_of_range("too large"))?;
        Ok(Response::new(Number::of(square)))
    }

    async fn count_to(&self, request: Request<Number>) -> Result<Response<Numbers>, Status> {
        let (sender, numbers) = mpsc::channel(16);
        let dropped = self.dropped.clone();
        tokio::spawn(async move {
            for value in 1..=request.into_inner().value {
                if sender.send(Ok(Number::of(value))).await.is_err() {
                    dropped.notify_one();
                    return;
                }
            }
        });
        Ok(Response::new(Box::pin(ReceiverStream::new(numbers))))
    }

    async fn sum(&self, request: Request<Streaming<Number>>) -> Result<Response<Numbers>, Status> {
        let mut sum = 0;
        let sums = request.into_inner().map(move |number| {
            sum += number?.value;
            Ok(Number::of(sum))
        });
        Ok(Response::new(Box::pin(sums)))
    }
}

async fn single_calls(client: &SumsClient<Channel>) {
    let mut calls = JoinSet::new();
    for value in 0..CALLS {
        let mut client = client.clone();
        calls.spawn(async move {
            let answer = client.square(Number::of(value)).await.unwrap().into_inner();
            assert_eq!(answer.value, value * value);
        });
    }
    calls.join_all().await;
    let error = client.clone().square(Number::of(i64::MAX)).await.unwrap_err();
    assert_eq!((error.code(), error.message()), (Code::OutOfRange, "too large"));
}

async fn a_deadline(mut client: SumsClient<Channel>) {
    let mut request = Request::new(Number::of(-1));
    request.set_timeout(Duration::from_millis(20));
    let error = client.square(request).await.unwrap_err();
    assert!(matches!(error.code(), Code::Cancelled | Code::DeadlineExceeded), "{error}");
}

/// The first numbers arrive; the server learns that nobody wants the others.
async fn a_dropped_stream(mut client: SumsClient<Channel>, dropped: &Notify) {
    let mut numbers = client.count_to(Number::of(i64::MAX)).await.unwrap().into_inner();
    for value in 1..=100 {
        assert_eq!(numbers.message().await.unwrap(), Some(Number::of(value)));
    }
    drop(numbers);
    dropped.notified().await;
}

/// Each number is sent when the sum so far has come back, then many without waiting.
async fn streams_both_ways(mut client: SumsClient<Channel>) {
    let (sender, numbers) = mpsc::channel(16);
    let answer = client.sum(ReceiverStream::new(numbers)).await.unwrap();
    let mut sums = answer.into_inner();
    for value in 1..=100 {
        sender.send(Number::of(value)).await.unwrap();
        let sum = sums.message().await.unwrap().unwrap().value;
        assert_eq!(sum, value * (value + 1) / 2);
    }
    tokio::spawn(async move {
        for value in 101..=NUMBERS {
            sender.send(Number::of(value)).await.unwrap();
        }
    });
    let mut last = 0;
    while let Some(sum) = sums.message().await.unwrap() {
        last = sum.value;
    }
    assert_eq!(last, NUMBERS * (NUMBERS + 1) / 2);
}

async fn rpc() {
    let service = Service::default();
    let dropped = service.dropped.clone();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let server = Server::builder().add_service(SumsServer::new(service));
    let server = server.serve_with_incoming_shutdown(TcpListenerStream::new(listener), async {
        stopped.await.unwrap();
    });
    let server = tokio::spawn(server);

    let channel = Endpoint::from_shared(format!("http://{address}")).unwrap();
    let client = SumsClient::new(channel.connect().await.unwrap());
    single_calls(&client).await;
    a_deadline(client.clone()).await;
    a_dropped_stream(client.clone(), &dropped).await;
    streams_both_ways(client.clone()).await;
    stop.send(()).unwrap();
    drop(client);
    server.await.unwrap().unwrap();
}

fn main() {
    support::run("rpc", rpc);
}

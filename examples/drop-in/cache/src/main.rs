//! The redis crate against a server of its own: pipelines, many tasks on one connection, a command
//! that blocks, publish and subscribe.

use futures::{StreamExt, future};
use redis::aio::MultiplexedConnection;
use redis::{AsyncCommands, AsyncConnectionConfig, Client, pipe};
use std::net::TcpListener;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// Commands in one pipeline, and tasks that share a connection.
const COMMANDS: usize = 1000;
const TASKS: usize = 50;

/// A `redis-server` on a free port, with nothing on disk but its empty folder.
struct Server {
    process: Child,
    port: u16,
    _folder: tempfile::TempDir,
}

impl Server {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new("redis-server");
        command.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", ""]);
        command.arg("--dir").arg(folder.path()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut process = command.spawn().expect("redis-server is not installed");
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        loop {
            let line = lines.next_line().await.unwrap().expect("redis-server ended early");
            if line.contains("Ready to accept connections") {
                break;
            }
        }
        // It goes on to write; somebody must read.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Self { process, port, _folder: folder }
    }

    fn client(&self) -> Client {
        Client::open(format!("redis://127.0.0.1:{}/", self.port)).unwrap()
    }

    /// Asks the server to end, and sees that it does.
    async fn stop(mut self, mut connection: MultiplexedConnection) {
        let answer = redis::cmd("SHUTDOWN").arg("NOSAVE").exec_async(&mut connection).await;
        assert!(answer.is_err(), "there is no answer, only the end of the connection");
        assert!(self.process.wait().await.unwrap().success());
    }
}

/// Patient, since the machine may have more to do.
async fn connect(client: &Client) -> MultiplexedConnection {
    let patience = Some(Duration::from_secs(60));
    let config = AsyncConnectionConfig::new().set_connection_timeout(patience);
    let config = config.set_response_timeout(patience);
    client.get_multiplexed_async_connection_with_config(&config).await.unwrap()
}

async fn one_pipeline(mut connection: MultiplexedConnection) {
    let mut pipeline = pipe();
    for n in 0..COMMANDS {
        pipeline.set(format!("key {n}"), n).ignore();
    }
    for n in 0..COMMANDS {
        pipeline.get(format!("key {n}"));
    }
    let values: Vec<usize> = pipeline.query_async(&mut connection).await.unwrap();
    assert!(values.into_iter().eq(0..COMMANDS));
    assert_eq!(connection.get::<_, Option<String>>("no key").await.unwrap(), None);
    let large = "x".repeat(1 << 20);
    connection.set::<_, _, ()>("large", &large).await.unwrap();
    assert!(connection.get::<_, String>("large").await.unwrap() == large);
}

/// All share one connection, and each gets its own answers.
async fn many_tasks(connection: MultiplexedConnection) {
    let tasks = (0..TASKS).map(|n| {
        let mut connection = connection.clone();
        tokio::spawn(async move {
            for round in 0..20 {
                let key = format!("task {n}");
                connection.set::<_, _, ()>(&key, round * n).await.unwrap();
                assert_eq!(connection.get::<_, usize>(&key).await.unwrap(), round * n);
                connection.incr::<_, _, ()>("count", 1).await.unwrap();
            }
        })
    });
    for task in future::join_all(tasks).await {
        task.unwrap();
    }
    let mut connection = connection;
    assert_eq!(connection.get::<_, usize>("count").await.unwrap(), 20 * TASKS);
}

/// A connection of its own waits for what the other pushes later.
async fn blocking_command(client: &Client, mut connection: MultiplexedConnection) {
    let mut waiting = connect(client).await;
    let popped = tokio::spawn(async move { waiting.blpop("queue", 50.0).await });
    loop {
        let clients: String =
            redis::cmd("CLIENT").arg("LIST").query_async(&mut connection).await.unwrap();
        if clients.contains("cmd=blpop") {
            break;
        }
        tokio::task::yield_now().await;
    }
    connection.rpush::<_, _, ()>("queue", "work").await.unwrap();
    let popped: (String, String) = popped.await.unwrap().unwrap();
    assert_eq!(popped, ("queue".into(), "work".into()));
}

async fn publish_and_subscribe(client: &Client, mut connection: MultiplexedConnection) {
    let mut subscriber = client.get_async_pubsub().await.unwrap();
    subscriber.subscribe("news").await.unwrap();
    let publisher = tokio::spawn(async move {
        for n in 0..100 {
            assert_eq!(connection.publish::<_, _, usize>("news", n).await.unwrap(), 1);
        }
    });
    let mut messages = subscriber.on_message();
    for n in 0..100 {
        let message = messages.next().await.unwrap();
        assert_eq!(message.get_payload::<usize>().unwrap(), n);
    }
    publisher.await.unwrap();
}

async fn cache() {
    let server = Server::start().await;
    let client = server.client();
    let connection = connect(&client).await;
    one_pipeline(connection.clone()).await;
    many_tasks(connection.clone()).await;
    blocking_command(&client, connection.clone()).await;
    publish_and_subscribe(&client, connection.clone()).await;
    server.stop(connection).await;
}

fn main() {
    support::run("cache", cache);
}

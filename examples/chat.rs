//! A chat: what one client writes, all the others read. Ctrl-C stops it.
//!
//! ```text
//! cargo run --example chat -- 127.0.0.1:7777
//! nc 127.0.0.1 7777                            # in several other terminals
//! cargo run --example chat -- --demo           # talks to itself, and ends
//! ```

use futures::StreamExt;
use futures::channel::mpsc::{UnboundedSender, unbounded};
use runtime::io::{self, AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use runtime::net::tcp::OwnedReadHalf;
use runtime::net::{TcpListener, TcpStream};
use runtime::signal::ctrl_c;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Everybody who is here, with the way to each one's writer task.
#[derive(Clone, Default)]
struct Room(Arc<Mutex<HashMap<SocketAddr, UnboundedSender<String>>>>);

impl Room {
    fn members(&self) -> MutexGuard<'_, HashMap<SocketAddr, UnboundedSender<String>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues a line for all but its author. The lock is not held across an await.
    fn say(&self, author: SocketAddr, line: &str) {
        for (_, member) in self.members().iter().filter(|(addr, _)| **addr != author) {
            // Who has just left needs no line.
            let _ = member.unbounded_send(format!("{author}: {line}\n"));
        }
    }
}

#[runtime::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let argument = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:7777".into());
    if argument == "--demo" {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let addr = listener.local_addr()?;
        let server = runtime::spawn(serve(listener));
        demo(addr).await?;
        server.abort();
        return Ok(());
    }
    let listener = TcpListener::bind(argument).await?;
    println!("listening on {}", listener.local_addr()?);
    runtime::select! {
        result = serve(listener) => result,
        result = ctrl_c() => result,
    }
}

async fn serve(listener: TcpListener) -> io::Result<()> {
    let room = Room::default();
    loop {
        let (stream, addr) = listener.accept().await?;
        let room = room.clone();
        runtime::spawn(async move {
            let result = attend(stream, addr, &room).await;
            room.members().remove(&addr);
            room.say(addr, if result.is_ok() { "(leaves)" } else { "(is cut off)" });
        });
    }
}

/// Reads what one member says, until the member leaves.
async fn attend(stream: TcpStream, addr: SocketAddr, room: &Room) -> io::Result<()> {
    // Owned halves may live in two tasks: a member who does not read holds up nobody.
    let (reader, mut writer) = stream.into_split();
    let (sender, mut lines) = unbounded::<String>();
    room.members().insert(addr, sender);
    room.say(addr, "(joins)");
    runtime::spawn(async move {
        while let Some(line) = lines.next().await {
            writer.write_all(line.as_bytes()).await?;
        }
        io::Result::Ok(())
    });
    let mut said = BufReader::new(reader).lines();
    while let Some(line) = said.next_line().await? {
        room.say(addr, &line);
    }
    Ok(())
}

/// Two members, one line.
async fn demo(addr: SocketAddr) -> io::Result<()> {
    let (mut ann_reads, _ann) = join(addr).await?;
    let (_, mut bob) = join(addr).await?;
    println!("ann reads {}", ann_reads.next_line().await?.unwrap_or_default());
    bob.write_all(b"hello, ann\n").await?;
    println!("ann reads {}", ann_reads.next_line().await?.unwrap_or_default());
    Ok(())
}

type Member = (Lines<BufReader<OwnedReadHalf>>, runtime::net::tcp::OwnedWriteHalf);

async fn join(addr: SocketAddr) -> io::Result<Member> {
    let (reader, writer) = TcpStream::connect(addr).await?.into_split();
    Ok((BufReader::new(reader).lines(), writer))
}

//! A TCP server that sends back what it gets. Ctrl-C stops it.
//!
//! ```text
//! cargo run --example echo_tcp -- 127.0.0.1:7777
//! nc 127.0.0.1 7777
//! ```

use runtime::io;
use runtime::net::{TcpListener, TcpStream};
use runtime::signal::ctrl_c;

#[runtime::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let addr = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:7777".into());
    let listener = TcpListener::bind(addr).await?;
    println!("listening on {}", listener.local_addr()?);
    // Whichever ends first drops the other: a Ctrl-C ends the accepting.
    runtime::select! {
        result = serve(listener) => result,
        result = ctrl_c() => result,
    }
}

async fn serve(listener: TcpListener) -> io::Result<()> {
    loop {
        let (stream, from) = listener.accept().await?;
        // A task each, so that a slow client holds up nobody.
        runtime::spawn(async move {
            match echo(stream).await {
                Ok(bytes) => println!("{from} was sent {bytes} bytes"),
                Err(error) => println!("{from} is gone: {error}"),
            }
        });
    }
}

async fn echo(mut stream: TcpStream) -> io::Result<u64> {
    // Two halves of one stream, borrowed: one is read while the other is written.
    let (mut reader, mut writer) = stream.split();
    io::copy(&mut reader, &mut writer).await
}

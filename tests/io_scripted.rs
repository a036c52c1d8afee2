//! Readers, writers and copies against scripted I/O, which knows nothing of ours but the traits.

use runtime::io::{self, AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, BufWriter};
use runtime::time::Duration;
use tokio_test::io::Builder;

#[runtime::test]
async fn lines_come_whole_out_of_pieces() {
    let pieces = Builder::new().read(b"one\ntw").read(b"o\r\n").read(b"three").build();
    let mut lines = BufReader::new(pieces).lines();
    let mut all = Vec::new();
    while let Some(line) = lines.next_line().await.unwrap() {
        all.push(line);
    }
    assert_eq!(all, ["one", "two", "three"]);
}

#[runtime::test]
async fn buffered_writes_reach_the_other_side_at_once() {
    let peer = Builder::new().write(b"hello world").build();
    let mut writer = BufWriter::new(peer);
    writer.write_all(b"hello ").await.unwrap();
    writer.write_all(b"world").await.unwrap();
    writer.flush().await.unwrap();
}

#[runtime::test(start_paused = true)]
async fn a_copy_waits_for_slow_pieces_and_hands_on_the_error() {
    let mut from = Builder::new()
        .read(b"first ")
        .wait(Duration::from_secs(60))
        .read(b"second")
        .read_error(io::ErrorKind::ConnectionReset.into())
        .build();
    let mut to = Builder::new().write(b"first ").write(b"second").build();
    let error = io::copy(&mut from, &mut to).await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
}

#[runtime::test]
async fn a_request_is_answered_in_turn() {
    let mut peer =
        Builder::new().read(b"\x00\x05").read(b"query").write(b"\x00\x06").write(b"answer").build();
    let length = peer.read_u16().await.unwrap();
    let mut request = vec![0; length.into()];
    peer.read_exact(&mut request).await.unwrap();
    assert_eq!(request, b"query");
    peer.write_u16(6).await.unwrap();
    peer.write_all(b"answer").await.unwrap();
}

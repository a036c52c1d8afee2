//! `copy` and its siblings: when they flush, what they do at an end and after an error.

#[path = "support/faults.rs"]
mod faults;

use faults::{Faulty, Step, Wakes, poll_once};
use futures::executor::block_on;
use runtime::io::{
    self, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader, BufWriter, ErrorKind,
    ReadBuf,
};
use std::collections::VecDeque;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

/// Gives what its script says, one answer a read; `None` is "not yet".
struct Script(VecDeque<Option<io::Result<&'static [u8]>>>);

impl Script {
    fn new<const N: usize>(answers: [Option<io::Result<&'static [u8]>>; N]) -> Self {
        Self(answers.into())
    }
}

impl AsyncRead for Script {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.0.pop_front() {
            None => Poll::Ready(Ok(())),
            Some(None) => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Some(Some(answer)) => Poll::Ready(answer.map(|bytes| buf.put_slice(bytes))),
        }
    }
}

/// Notes what is done to it; never ready if `blocked`.
#[derive(Default)]
struct Journal {
    notes: Vec<String>,
    blocked: bool,
}

impl Journal {
    fn note(mut self: Pin<&mut Self>, what: String) -> Poll<io::Result<()>> {
        self.notes.push(what);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Journal {
    fn poll_write(
        self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.blocked {
            return Poll::Pending;
        }
        self.note(String::from_utf8(buf.to_vec()).unwrap()).map_ok(|()| buf.len())
    }

    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.note("flush".into())
    }

    fn poll_shutdown(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.note("shutdown".into())
    }
}

#[test]
fn a_copy_flushes_when_the_reader_is_not_ready_and_at_the_end() {
    let script = || Script::new([Some(Ok(b"ab")), None, None, Some(Ok(b"cd")), Some(Ok(b"ef"))]);
    let expected = ["ab", "flush", "cd", "ef", "flush"];

    let mut journal = Journal::default();
    assert_eq!(block_on(io::copy(&mut script(), &mut journal)).unwrap(), 6);
    assert_eq!(journal.notes, expected);

    let mut journal = Journal::default();
    let mut reader = BufReader::with_capacity(2, script());
    assert_eq!(block_on(io::copy_buf(&mut reader, &mut journal)).unwrap(), 6);
    assert_eq!(journal.notes, expected);
}

#[test]
fn a_copy_of_nothing_does_nothing() {
    let mut journal = Journal::default();
    assert_eq!(block_on(io::copy(&mut io::empty(), &mut journal)).unwrap(), 0);
    assert_eq!(block_on(io::copy_buf(&mut io::empty(), &mut journal)).unwrap(), 0);
    assert!(journal.notes.is_empty());
}

#[test]
fn a_copy_reads_on_while_the_writer_is_not_ready() {
    let mut reader = Script::new([Some(Ok(b"ab")), Some(Ok(b"cd"))]);
    let mut writer = Faulty::new(Journal::default(), &[Step::Wait, Step::MoveAll]);
    assert_eq!(block_on(io::copy(&mut reader, &mut writer)).unwrap(), 4);
    assert_eq!(writer.inner.notes, ["abcd", "flush"], "one write for two reads");
}

#[test]
fn a_copy_writes_what_it_can_before_it_reports_an_error() {
    let script = || Script::new([Some(Ok(b"ab")), Some(Err(io::Error::other("broken")))]);
    for step in [Step::MoveAll, Step::Move(1)] {
        let mut writer = Faulty::new(Vec::new(), &[step]);
        let error = block_on(io::copy(&mut script(), &mut writer)).unwrap_err();
        assert_eq!(error.to_string(), "broken");
        assert_eq!(writer.inner, b"ab");
    }
}

#[test]
fn a_failed_reader_is_reported_even_if_the_writer_is_stuck() {
    let mut reader = Script::new([Some(Ok(b"ab")), Some(Err(io::Error::other("broken")))]);
    let mut writer = Journal { blocked: true, ..Journal::default() };
    let mut copy = pin!(io::copy(&mut reader, &mut writer));
    assert!(poll_once(copy.as_mut()).is_none());
    assert_eq!(poll_once(copy).unwrap().unwrap_err().to_string(), "broken");
}

#[test]
fn a_copy_waits_for_reader_or_writer_and_is_woken_by_them() {
    let (mut source, mut reader) = io::duplex(4);
    let (mut writer, mut target) = io::duplex(4);
    let mut copy = pin!(io::copy(&mut reader, &mut writer));
    let (wakes, waker) = Wakes::new();
    let mut cx = Context::from_waker(&waker);
    assert!(copy.as_mut().poll(&mut cx).is_pending());
    for _ in 0..2 {
        let before = wakes.count();
        assert_eq!(block_on(source.write(b"12345678")).unwrap(), 4);
        assert!(wakes.count() > before, "woken by the reader");
        assert!(copy.as_mut().poll(&mut cx).is_pending());
    }
    let before = wakes.count();
    block_on(target.read_exact(&mut [0; 4])).unwrap();
    assert!(wakes.count() > before, "woken by the writer");
    drop(source);
    assert_eq!(poll_once(copy).unwrap().unwrap(), 8);
}

#[test]
fn one_end_closes_one_direction() {
    let (mut client, mut inbound) = io::duplex(64);
    let (mut outbound, mut server) = io::duplex(64);
    let mut proxy = pin!(io::copy_bidirectional(&mut inbound, &mut outbound));

    block_on(client.write_all(b"request")).unwrap();
    block_on(client.shutdown()).unwrap();
    assert!(poll_once(proxy.as_mut()).is_none());
    let mut request = String::new();
    block_on(server.read_to_string(&mut request)).unwrap();
    assert_eq!(request, "request", "the server sees the end");

    block_on(server.write_all(b"answer")).unwrap();
    assert!(poll_once(proxy.as_mut()).is_none());
    let mut answer = [0; 6];
    block_on(client.read_exact(&mut answer)).unwrap();
    assert_eq!(&answer, b"answer", "the other direction is still open");

    drop(server);
    assert_eq!(poll_once(proxy).unwrap().unwrap(), (7, 6));
    assert_eq!(block_on(client.read(&mut [0; 1])).unwrap(), 0);
}

#[test]
fn each_direction_is_flushed_then_shut_down_once() {
    let mut a = io::join(&b"up"[..], Journal::default());
    let mut b = io::join(Script::new([None, Some(Ok(b"down"))]), Journal::default());
    assert_eq!(block_on(io::copy_bidirectional(&mut a, &mut b)).unwrap(), (2, 4));
    assert_eq!(a.writer().notes, ["down", "flush", "shutdown"]);
    assert_eq!(b.writer().notes, ["up", "flush", "shutdown"]);
}

#[test]
fn an_error_in_one_direction_ends_both() {
    let (mut near, _far) = io::duplex(4);
    let mut broken = io::join(Script::new([Some(Err(io::Error::other("broken")))]), io::sink());
    let error = poll_once(io::copy_bidirectional(&mut near, &mut broken)).unwrap().unwrap_err();
    assert_eq!(error.to_string(), "broken");
}

#[test]
fn a_full_writer_ends_a_proxy() {
    let mut a = io::join(&b"x"[..], io::sink());
    let mut b = io::join(io::empty(), std::io::Cursor::new(Box::<[u8]>::default()));
    let error = block_on(io::copy_bidirectional(&mut a, &mut b)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WriteZero);
}

#[test]
#[should_panic(expected = "`a_to_b_buf_size` must be greater than 0")]
fn a_proxy_needs_a_buffer_upwards() {
    let (mut a, mut b) = io::duplex(1);
    let _ = block_on(io::copy_bidirectional_with_sizes(&mut a, &mut b, 0, 1));
}

#[test]
#[should_panic(expected = "`b_to_a_buf_size` must be greater than 0")]
fn a_proxy_needs_a_buffer_downwards() {
    let (mut a, mut b) = io::duplex(1);
    let _ = block_on(io::copy_bidirectional_with_sizes(&mut a, &mut b, 1, 0));
}

#[test]
fn a_copy_takes_trait_objects() {
    let mut output = Vec::new();
    {
        let reader: &mut (dyn AsyncRead + Unpin) = &mut &b"hello"[..];
        let writer: &mut (dyn AsyncWrite + Unpin) = &mut BufWriter::new(&mut output);
        assert_eq!(block_on(io::copy(reader, writer)).unwrap(), 5);
    }
    assert_eq!(output, b"hello", "the buffer was flushed");
}

//! `Take`, `Chain`, `Join`, `Lines`, `Split`, and the streams that are always ready.

#[path = "support/faults.rs"]
mod faults;

use faults::{Faulty, Step, poll_once};
use futures::executor::block_on;
use runtime::io::{
    self, AsyncBufRead, AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncSeekExt, AsyncWrite,
    AsyncWriteExt, BufReader, ErrorKind, ReadBuf, SeekFrom,
};
use std::future::poll_fn;
use std::io::{Cursor, IoSlice};
use std::pin::Pin;
use std::string::FromUtf8Error;
use std::task::{Context, Poll};

#[test]
fn take_leaves_the_rest() {
    let mut reader: &[u8] = b"hello world";
    let mut head = Vec::new();
    assert_eq!(block_on((&mut reader).take(5).read_to_end(&mut head)).unwrap(), 5);
    assert_eq!((head.as_slice(), reader), (&b"hello"[..], &b" world"[..]));
}

#[test]
fn take_at_its_limit_does_not_ask_the_inner_stream() {
    let (near, _far) = io::duplex(8);
    let mut reader = BufReader::new(near).take(0);
    assert_eq!(poll_once(reader.read(&mut [0; 4])).unwrap().unwrap(), 0);
    assert_eq!(poll_once(reader.fill_buf()).unwrap().unwrap(), b"");
    reader.set_limit(1);
    assert!(poll_once(reader.read(&mut [0; 4])).is_none(), "now it waits");
}

#[test]
fn take_counts_what_is_consumed() {
    let mut reader = (&b"hello world"[..]).take(7);
    block_on(async {
        assert_eq!(reader.fill_buf().await.unwrap(), b"hello w");
        reader.consume(5);
        assert_eq!(reader.limit(), 2);
        assert_eq!(reader.fill_buf().await.unwrap(), b" w");
        reader.consume(100);
        assert_eq!((reader.limit(), *reader.get_ref()), (0, &b"orld"[..]));
    });
}

#[test]
fn take_appends_to_what_is_there() {
    let mut memory = [0; 8];
    let mut buf = ReadBuf::new(&mut memory);
    buf.put_slice(b"AB");
    let mut reader = (&b"hello"[..]).take(4);
    block_on(poll_fn(|cx| AsyncRead::poll_read(Pin::new(&mut reader), cx, &mut buf))).unwrap();
    assert_eq!(buf.filled(), b"ABhell");
}

#[test]
fn take_of_a_larger_limit_than_memory_changes_nothing() {
    let mut all = String::new();
    block_on((&b"hello"[..]).take(u64::MAX).read_to_string(&mut all)).unwrap();
    assert_eq!(all, "hello");
}

#[test]
fn chain_goes_on_only_at_an_end() {
    let first = Faulty::new(&b"hello "[..], &[Step::Wait, Step::Move(2)]);
    let mut reader = first.chain(&b"world"[..]);
    block_on(async {
        assert_eq!(reader.read(&mut []).await.unwrap(), 0, "no room is not an end");
        let mut all = String::new();
        reader.read_to_string(&mut all).await.unwrap();
        assert_eq!(all, "hello world");
    });
}

#[test]
fn chain_lends_out_the_buffers_of_both() {
    let mut reader = (&b"one\ntw"[..]).chain(&b"o\nthree"[..]);
    block_on(async {
        assert_eq!(reader.fill_buf().await.unwrap(), b"one\ntw");
        let mut lines = reader.lines();
        for expected in ["one", "two", "three"] {
            assert_eq!(lines.next_line().await.unwrap().as_deref(), Some(expected));
        }
    });
}

#[test]
fn join_reads_here_and_writes_there() {
    let mut stream = io::join(BufReader::new(&b"in"[..]), Vec::new());
    assert!(stream.is_write_vectored());
    block_on(async {
        assert_eq!(stream.fill_buf().await.unwrap(), b"in");
        stream.consume(1);
        assert_eq!(stream.read_u8().await.unwrap(), b'n');
        let bufs = [IoSlice::new(b"o"), IoSlice::new(b"ut")];
        assert_eq!(stream.write_vectored(&bufs).await.unwrap(), 3);
        stream.flush().await.unwrap();
        stream.shutdown().await.unwrap();
    });
    assert_eq!(stream.into_inner().1, b"out");
}

#[test]
fn a_line_that_is_not_text_is_skipped_with_an_error() {
    let mut lines = (&b"ok\n\xff\xfe\r\nnext\n\xff"[..]).lines();
    block_on(async {
        assert_eq!(lines.next_line().await.unwrap().as_deref(), Some("ok"));
        let error = lines.next_line().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidData);
        let bytes = error.into_inner().unwrap().downcast::<FromUtf8Error>().unwrap().into_bytes();
        assert_eq!(bytes, b"\xff\xfe", "the error has the line");
        assert_eq!(lines.next_line().await.unwrap().as_deref(), Some("next"));
        assert_eq!(lines.next_line().await.unwrap_err().kind(), ErrorKind::InvalidData);
        assert_eq!(lines.next_line().await.unwrap(), None);
    });
}

#[test]
fn only_line_ends_are_taken_off() {
    let mut lines = (&b"a\rb\n\r\r\n\n\r"[..]).lines();
    for expected in ["a\rb", "\r", "", "\r"] {
        assert_eq!(block_on(lines.next_line()).unwrap().as_deref(), Some(expected));
    }
    assert_eq!(block_on(lines.next_line()).unwrap(), None);
}

/// Gives some bytes, then fails once, then the rest.
fn broken_reader(first: &'static [u8], rest: &'static [u8]) -> impl AsyncBufRead + Unpin {
    BufReader::new(first.chain(FailOnce(false)).chain(rest))
}

struct FailOnce(bool);

impl AsyncRead for FailOnce {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
        _buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let failed = std::mem::replace(&mut self.0, true);
        Poll::Ready(if failed { Ok(()) } else { Err(io::Error::other("broken")) })
    }
}

#[test]
fn an_error_does_not_cost_what_was_read_before() {
    // The character in the middle is torn apart.
    let (first, rest) = ("zwölf\n".as_bytes()).split_at(3);
    block_on(async {
        let mut lines = broken_reader(first, rest).lines();
        assert_eq!(lines.next_line().await.unwrap_err().to_string(), "broken");
        assert_eq!(lines.next_line().await.unwrap().as_deref(), Some("zwölf"));

        let mut segments = broken_reader(first, rest).split(b'f');
        assert_eq!(segments.next_segment().await.unwrap_err().to_string(), "broken");
        assert_eq!(segments.next_segment().await.unwrap().unwrap(), "zwöl".as_bytes());

        let mut bytes = Vec::new();
        let mut reader = broken_reader(first, rest);
        reader.read_until(b'l', &mut bytes).await.unwrap_err();
        assert_eq!(bytes, first);
        reader.read_to_end(&mut bytes).await.unwrap();
        assert_eq!(bytes, "zwölf\n".as_bytes());
    });
}

#[test]
fn an_error_leaves_whole_text_in_the_string() {
    block_on(async {
        let mut text = String::from("> ");
        let error = broken_reader(b"one", b"").read_line(&mut text).await.unwrap_err();
        assert_eq!((error.to_string().as_str(), text.as_str()), ("broken", "> one"));
        let error = broken_reader(b"two\xff", b"").read_line(&mut text).await.unwrap_err();
        assert_eq!((error.to_string().as_str(), text.as_str()), ("broken", "> one"));
        broken_reader(b"two", b"").read_to_string(&mut text).await.unwrap_err();
        assert_eq!(text, "> one", "all or nothing");
    });
}

#[test]
fn read_line_without_text_leaves_the_string_as_it_was() {
    let mut text = String::from("before");
    let mut reader: &[u8] = b"\xff\nafter";
    let error = block_on(reader.read_line(&mut text)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidData);
    assert_eq!((text.as_str(), reader), ("before", &b"after"[..]));
    let error = block_on((&b"\xff"[..]).read_to_string(&mut text)).unwrap_err();
    assert_eq!((error.kind(), text.as_str()), (ErrorKind::InvalidData, "before"));
}

#[test]
fn a_delimiter_at_the_end_begins_no_segment() {
    for (text, expected) in [
        (&b"a,b,"[..], &[&b"a"[..], b"b"][..]),
        (b",a", &[b"", b"a"]),
        (b",,", &[b"", b""]),
        (b"", &[]),
    ] {
        let mut segments = BufReader::new(text).split(b',');
        let mut found = Vec::new();
        while let Some(segment) = block_on(segments.next_segment()).unwrap() {
            found.push(segment);
        }
        assert_eq!(found, expected);
    }
}

#[test]
fn empty_is_at_its_end_everywhere() {
    let mut nothing = io::empty();
    block_on(async {
        assert_eq!(nothing.read(&mut [0; 8]).await.unwrap(), 0);
        assert_eq!(nothing.fill_buf().await.unwrap(), b"");
        nothing.consume(5);
        for position in [SeekFrom::Start(u64::MAX), SeekFrom::End(i64::MIN), SeekFrom::Current(1)] {
            assert_eq!(nothing.seek(position).await.unwrap(), 0);
        }
        assert_eq!(nothing.write(b"abc").await.unwrap(), 3);
        assert!(nothing.is_write_vectored());
        nothing.shutdown().await.unwrap();
    });
}

#[test]
fn repeat_fills_whatever_it_is_given() {
    let mut bytes = Vec::with_capacity(100);
    block_on(async {
        assert_eq!(io::repeat(7).read_buf(&mut bytes).await.unwrap(), bytes.len());
        assert!(bytes.len() >= 100 && bytes.iter().all(|byte| *byte == 7));
        bytes.clear();
        assert_eq!(io::repeat(9).take(5).read_to_end(&mut bytes).await.unwrap(), 5);
        assert_eq!(bytes, [9; 5]);
    });
}

#[test]
fn sink_takes_everything() {
    let mut sink = io::sink();
    block_on(async {
        assert_eq!(sink.write(&[0; 1000]).await.unwrap(), 1000);
        let bufs = [IoSlice::new(b"ab"), IoSlice::new(b""), IoSlice::new(b"cde")];
        assert_eq!(sink.write_vectored(&bufs).await.unwrap(), 5);
        sink.flush().await.unwrap();
    });
}

#[test]
fn slices_and_cursors_are_streams() {
    block_on(async {
        let mut reader: &[u8] = b"abc";
        assert_eq!(reader.read(&mut [0; 2]).await.unwrap(), 2);
        assert_eq!(reader, b"c");

        let mut cursor = Cursor::new(b"abc");
        cursor.seek(SeekFrom::Start(2)).await.unwrap();
        assert_eq!(cursor.fill_buf().await.unwrap(), b"c");
        cursor.seek(SeekFrom::Start(u64::MAX)).await.unwrap();
        assert_eq!(cursor.read(&mut [0; 4]).await.unwrap(), 0, "far behind the end");
        assert_eq!(cursor.fill_buf().await.unwrap(), b"");
    });
}

#[test]
fn memory_takes_writes_as_it_does_in_the_standard_library() {
    block_on(async {
        let mut vec = b"> ".to_vec();
        vec.write_all(b"abc").await.unwrap();
        let bufs = [IoSlice::new(b"d"), IoSlice::new(b"ef")];
        assert_eq!(vec.write_vectored(&bufs).await.unwrap(), 3);
        assert_eq!(vec, b"> abcdef");

        let mut fixed = [0; 4];
        let mut cursor = Cursor::new(&mut fixed[..]);
        assert_eq!(cursor.write_vectored(&bufs).await.unwrap(), 3);
        assert_eq!(cursor.write(b"xyz").await.unwrap(), 1, "no more than there is room for");
        assert_eq!(&fixed, b"defx");

        let mut over = Cursor::new(b"123456".to_vec());
        over.seek(SeekFrom::Start(4)).await.unwrap();
        over.write_all(b"abcd").await.unwrap();
        assert_eq!(over.into_inner(), b"1234abcd");

        let mut target = Vec::new();
        Cursor::new(&mut target).write_all(b"ab").await.unwrap();
        let mut boxed = Cursor::new(vec![0; 2].into_boxed_slice());
        boxed.write_all(&target).await.unwrap();
        assert_eq!(&**boxed.get_ref(), b"ab");
    });
}

#[test]
fn pointers_to_streams_are_streams() {
    block_on(async {
        let mut boxed: Box<dyn AsyncBufRead + Unpin> = Box::new(&b"one\ntwo\n"[..]);
        let mut pinned = Pin::new(&mut boxed);
        let mut line = String::new();
        AsyncBufReadExt::read_line(&mut pinned, &mut line).await.unwrap();
        assert_eq!(line, "one\n");
        assert_eq!(boxed.read_u8().await.unwrap(), b't');

        let mut writer = Box::pin(Vec::new());
        AsyncWriteExt::write_all(&mut &mut writer, b"abc").await.unwrap();
        assert!(writer.is_write_vectored());
        writer.as_mut().flush().await.unwrap();
        assert_eq!(*writer, b"abc");

        let mut seeker = Box::pin(Cursor::new([0; 9]));
        assert_eq!(AsyncSeekExt::seek(&mut &mut seeker, SeekFrom::End(-2)).await.unwrap(), 7);
        assert_eq!(Box::new(seeker).stream_position().await.unwrap(), 7);
    });
}

/// Writes through the trait's own methods only.
struct Plain(Vec<u8>);

impl AsyncWrite for Plain {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.0.extend_from_slice(buf);
        Poll::Ready(Ok(buf.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_flush(cx)
    }
}

#[test]
fn a_writer_without_vectored_writes_takes_the_first_buffer_that_is_not_empty() {
    let mut writer = Plain(Vec::new());
    let bufs = [IoSlice::new(b""), IoSlice::new(b"abc"), IoSlice::new(b"d")];
    assert!(!writer.is_write_vectored());
    assert_eq!(block_on(writer.write_vectored(&bufs)).unwrap(), 3);
    assert_eq!(block_on(writer.write_vectored(&[])).unwrap(), 0);
    assert_eq!(block_on(writer.write_buf(&mut Cursor::new(b"xy"))).unwrap(), 2);
    assert_eq!(writer.0, b"abcxy");
}

#[test]
fn a_buffer_of_many_chunks_goes_out_in_one_write_where_that_is_possible() {
    use bytes::Buf;
    let source = || Buf::chain(&b"ab"[..], Buf::chain(&b"cd"[..], &b"ef"[..]));
    block_on(async {
        let (mut vectored, mut plain) = (Vec::new(), Plain(Vec::new()));
        assert_eq!(vectored.write_buf(&mut source()).await.unwrap(), 6);
        assert_eq!(plain.write_buf(&mut source()).await.unwrap(), 2);
        plain.write_all_buf(&mut source()).await.unwrap();
        assert_eq!(plain.0, b"ababcdef");
        assert_eq!(vectored.write_buf(&mut &b""[..]).await.unwrap(), 0);
    });
}

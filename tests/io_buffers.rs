//! `BufReader`, `BufWriter` and `BufStream`: what is buffered, and what goes past the buffer.

#[path = "support/faults.rs"]
mod faults;

use faults::{Faulty, Step, poll_once};
use futures::executor::block_on;
use runtime::io::{
    self, AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncSeek, AsyncSeekExt, AsyncWrite,
    AsyncWriteExt, BufReader, BufStream, BufWriter, ReadBuf, SeekFrom,
};
use std::io::{Cursor, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

/// Notes the size of each call that reaches it.
#[derive(Default)]
struct Sizes {
    calls: Vec<usize>,
    vectored: bool,
}

impl AsyncRead for Sizes {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.calls.push(buf.remaining());
        buf.initialize_unfilled().fill(7);
        buf.advance(buf.remaining());
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Sizes {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.calls.push(buf.len());
        Poll::Ready(Ok(buf.len()))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let whole: Vec<u8> = bufs.iter().flat_map(|buf| buf.to_vec()).collect();
        self.poll_write(cx, &whole)
    }

    fn is_write_vectored(&self) -> bool {
        self.vectored
    }

    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[test]
fn small_reads_share_one_large_one() {
    let mut reader = BufReader::with_capacity(16, Sizes::default());
    block_on(async {
        for _ in 0..4 {
            reader.read_exact(&mut [0; 4]).await.unwrap();
        }
        assert_eq!(reader.get_ref().calls, [16]);
        reader.read_exact(&mut [0; 16]).await.unwrap();
        assert_eq!(reader.get_ref().calls, [16, 16], "a large read goes past an empty buffer");
        assert!(reader.buffer().is_empty());
        reader.read_exact(&mut [0; 20]).await.unwrap();
        assert_eq!(reader.get_ref().calls, [16, 16, 20]);
    });
}

#[test]
fn consuming_more_than_is_buffered_empties_the_buffer() {
    let mut reader = BufReader::with_capacity(3, &b"abcdef"[..]);
    block_on(reader.fill_buf()).unwrap();
    reader.consume(usize::MAX);
    assert_eq!(block_on(reader.fill_buf()).unwrap(), b"def");
}

#[test]
fn a_failed_seek_keeps_the_place() {
    let mut reader = BufReader::with_capacity(4, Cursor::new(b"0123456789"));
    block_on(async {
        reader.seek(SeekFrom::Start(2)).await.unwrap();
        assert_eq!(reader.read_u8().await.unwrap(), b'2');
        for impossible in [SeekFrom::Current(-100), SeekFrom::Current(i64::MIN), SeekFrom::End(-11)]
        {
            reader.seek(impossible).await.unwrap_err();
            assert_eq!(reader.fill_buf().await.unwrap()[0], b'3', "{impossible:?}");
        }
        assert_eq!(reader.stream_position().await.unwrap(), 3);
    });
}

#[test]
fn polling_without_a_seek_keeps_the_buffer() {
    let mut reader = BufReader::with_capacity(4, Cursor::new(b"0123456789"));
    block_on(reader.fill_buf()).unwrap();
    let inner = block_on(std::future::poll_fn(|cx| Pin::new(&mut reader).poll_complete(cx)));
    assert_eq!(inner.unwrap(), 4);
    assert_eq!(reader.buffer(), b"0123");
}

#[test]
fn a_reader_passes_writes_on() {
    let mut reader = BufReader::new(Sizes { vectored: true, ..Sizes::default() });
    assert!(reader.is_write_vectored());
    block_on(async {
        assert_eq!(reader.write(b"abc").await.unwrap(), 3);
        let bufs = [IoSlice::new(b"abc"), IoSlice::new(b"de")];
        assert_eq!(reader.write_vectored(&bufs).await.unwrap(), 5);
        reader.flush().await.unwrap();
        reader.shutdown().await.unwrap();
    });
    assert_eq!(reader.into_inner().calls, [3, 5]);
}

#[test]
fn small_writes_share_one_large_one() {
    let mut writer = BufWriter::with_capacity(8, Sizes::default());
    block_on(async {
        for size in [3, 3, 3, 8, 1, 9] {
            assert_eq!(writer.write(&[7; 9][..size]).await.unwrap(), size);
        }
        assert_eq!(writer.get_ref().calls, [6, 3, 8, 1, 9]);
        assert!(writer.buffer().is_empty());
    });
}

#[test]
fn a_full_buffer_is_not_written_out_before_it_must_be() {
    let mut writer = BufWriter::with_capacity(4, Sizes::default());
    block_on(async {
        writer.write_all(b"ab").await.unwrap();
        writer.write_all(b"cd").await.unwrap();
        assert!(writer.get_ref().calls.is_empty());
        writer.write_all(b"").await.unwrap();
        assert_eq!(writer.buffer(), b"abcd");
    });
}

#[test]
fn vectored_writes_are_collected_or_passed_on_whole() {
    let parts = [b"ab".as_slice(), b"", b"cde", b"fg"].map(IoSlice::new);
    for (vectored, capacity, taken, calls) in [
        (true, 8, 7, &[][..]),
        (true, 6, 7, &[7][..]),
        (false, 8, 7, &[]),
        (false, 6, 5, &[]),
        (false, 2, 2, &[2]),
    ] {
        let inner = Sizes { vectored, ..Sizes::default() };
        let mut writer = BufWriter::with_capacity(capacity, inner);
        assert_eq!(block_on(writer.write_vectored(&parts)).unwrap(), taken, "{capacity}");
        assert_eq!(writer.get_ref().calls, calls, "{vectored} {capacity}");
    }
}

#[test]
fn a_buffer_shows_what_is_left_to_write() {
    let inner = Faulty::new(Vec::new(), &[Step::Move(2), Step::Wait]);
    let mut writer = BufWriter::new(inner);
    block_on(writer.write_all(b"abcdef")).unwrap();
    assert!(poll_once(writer.flush()).is_none());
    assert_eq!(writer.buffer(), b"cdef");
    assert_eq!(writer.get_ref().inner, b"ab");
    assert!(format!("{writer:?}").contains("waiting: 4"));
}

#[test]
fn a_writer_passes_reads_on() {
    let (near, mut far) = io::duplex(64);
    let mut writer = BufWriter::new(BufReader::new(near));
    block_on(async {
        far.write_all(b"abc").await.unwrap();
        assert_eq!(writer.fill_buf().await.unwrap(), b"abc");
        writer.consume(1);
        assert_eq!(writer.read_u8().await.unwrap(), b'b');
    });
}

#[test]
fn buffers_keep_their_contents_when_they_change_places() {
    let (near, mut far) = io::duplex(64);
    block_on(async {
        far.write_all(b"incoming").await.unwrap();
        let mut outer = BufWriter::new(BufReader::new(near));
        outer.write_all(b"outgoing").await.unwrap();
        assert_eq!(outer.read_u8().await.unwrap(), b'i');

        let mut stream = BufStream::from(outer);
        let mut rest = [0; 7];
        stream.read_exact(&mut rest).await.unwrap();
        assert_eq!(&rest, b"ncoming");
        stream.shutdown().await.unwrap();
        let mut sent = String::new();
        far.read_to_string(&mut sent).await.unwrap();
        assert_eq!(sent, "outgoing");
    });
}

#[test]
fn both_directions_are_buffered() {
    let mut stream = BufStream::with_capacity(8, 8, Sizes { vectored: true, ..Sizes::default() });
    assert!(stream.is_write_vectored());
    block_on(async {
        stream.write_all(b"abc").await.unwrap();
        stream.read_exact(&mut [0; 3]).await.unwrap();
        assert_eq!(stream.fill_buf().await.unwrap(), [7; 5]);
        assert_eq!(stream.get_ref().calls, [8], "only the read got through");
        stream.flush().await.unwrap();
        assert_eq!(stream.into_inner().calls, [8, 3]);
    });
}

#[test]
#[should_panic(expected = "capacity must be greater than zero")]
fn a_reader_needs_room() {
    BufReader::with_capacity(0, io::empty());
}

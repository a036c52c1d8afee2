//! Every operation gets through streams that dribble, wait and are interrupted.

#[path = "support/faults.rs"]
mod faults;

use faults::{Faulty, INTERRUPTED, SCRIPTS, Step};
use futures::executor::block_on;
use runtime::io::{
    self, AsyncBufReadExt, AsyncReadExt, AsyncSeekExt, AsyncWriteExt, BufReader, BufStream,
    BufWriter, ErrorKind, SeekFrom,
};
use std::future::{Future, poll_fn};
use std::io::{Cursor, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

const TEXT: &[u8] = b"first line\nsecond\r\n\nlast, without an end";

fn all_scripts() -> impl Iterator<Item = &'static [Step]> {
    SCRIPTS.iter().chain(INTERRUPTED).copied()
}

fn readers() -> impl Iterator<Item = Faulty<&'static [u8]>> {
    all_scripts().map(|script| Faulty::new(TEXT, script))
}

/// Runs `write` against writers that follow every script, and checks what arrives.
fn check_writes(expected: &[u8], write: impl AsyncFn(&mut Faulty<Vec<u8>>) -> io::Result<()>) {
    for script in all_scripts() {
        let mut writer = Faulty::new(Vec::new(), script);
        block_on(write(&mut writer)).unwrap();
        assert_eq!(writer.inner, expected, "{script:?}");
    }
}

#[test]
fn read_exact_fills_the_buffer() {
    for mut reader in readers() {
        let mut buf = [0; 20];
        assert_eq!(block_on(reader.read_exact(&mut buf)).unwrap(), 20);
        assert_eq!(buf, TEXT[..20]);
        assert_eq!(reader.inner, &TEXT[20..], "not a byte more is taken");
    }
}

#[test]
fn read_exact_reports_an_early_end() {
    for mut reader in readers() {
        let mut buf = [0; 100];
        let error = block_on(reader.read_exact(&mut buf)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
    }
}

#[test]
fn read_exact_of_nothing_does_not_touch_the_reader() {
    let mut reader = Faulty::new(TEXT, &[Step::Interrupt]);
    assert_eq!(block_on(reader.read_exact(&mut [])).unwrap(), 0);
}

#[test]
fn read_passes_an_interruption_on() {
    let mut reader = Faulty::new(TEXT, INTERRUPTED[0]);
    let mut buf = [0; 8];
    let error = block_on(reader.read(&mut buf)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Interrupted);
    assert_eq!(block_on(reader.read(&mut buf)).unwrap(), 8);
}

#[test]
fn read_to_end_appends_everything() {
    for mut reader in readers() {
        let mut all = b"> ".to_vec();
        assert_eq!(block_on(reader.read_to_end(&mut all)).unwrap(), TEXT.len());
        assert_eq!(all, [b"> ", TEXT].concat());
    }
}

#[test]
fn read_to_end_does_not_grow_a_vector_that_fits() {
    for mut reader in readers() {
        let mut all = Vec::with_capacity(TEXT.len());
        block_on(reader.read_to_end(&mut all)).unwrap();
        assert_eq!((all.as_slice(), all.capacity()), (TEXT, TEXT.len()));
    }
}

#[test]
fn read_to_string_appends_everything() {
    for mut reader in readers() {
        let mut all = String::from("> ");
        assert_eq!(block_on(reader.read_to_string(&mut all)).unwrap(), TEXT.len());
        assert_eq!(all.as_bytes(), [b"> ", TEXT].concat());
    }
}

#[test]
fn read_until_stops_behind_the_delimiter() {
    for script in all_scripts() {
        for capacity in [1, 3, 100] {
            let mut reader = BufReader::with_capacity(capacity, Faulty::new(TEXT, script));
            let mut found = Vec::new();
            assert_eq!(block_on(reader.read_until(b'o', &mut found)).unwrap(), 15);
            assert_eq!(found, b"first line\nseco");
        }
    }
}

#[test]
fn lines_come_whole() {
    for reader in readers() {
        let mut lines = BufReader::with_capacity(4, reader).lines();
        let mut found = Vec::new();
        while let Some(line) = block_on(lines.next_line()).unwrap() {
            found.push(line);
        }
        assert_eq!(found, ["first line", "second", "", "last, without an end"]);
    }
}

#[test]
fn read_line_keeps_the_line_end() {
    for reader in readers() {
        let mut reader = BufReader::with_capacity(4, reader);
        let mut text = String::new();
        let lengths: Vec<usize> =
            (0..5).map(|_| block_on(reader.read_line(&mut text)).unwrap()).collect();
        assert_eq!(lengths, [11, 8, 1, 20, 0]);
        assert_eq!(text.as_bytes(), TEXT);
    }
}

#[test]
fn segments_come_whole() {
    for reader in readers() {
        let mut segments = BufReader::with_capacity(4, reader).split(b'e');
        let mut found = Vec::new();
        while let Some(segment) = block_on(segments.next_segment()).unwrap() {
            found.push(segment);
        }
        assert_eq!(found.join(&b'e'), TEXT);
        assert_eq!(found.len(), 1 + TEXT.iter().filter(|byte| **byte == b'e').count());
    }
}

#[test]
fn numbers_survive_the_way() {
    for script in all_scripts() {
        let mut stream = Faulty::new(Cursor::new(Vec::new()), script);
        block_on(async {
            stream.write_u8(1).await?;
            stream.write_i8(-2).await?;
            stream.write_u16(0x1234).await?;
            stream.write_i32_le(-5).await?;
            stream.write_u64_le(u64::MAX - 1).await?;
            stream.write_i128(i128::MIN + 7).await?;
            stream.write_f32_le(0.5).await?;
            stream.write_f64(-1e300).await?;
            stream.rewind().await?;
            assert_eq!(stream.read_u8().await?, 1);
            assert_eq!(stream.read_i8().await?, -2);
            assert_eq!(stream.read_u16().await?, 0x1234);
            assert_eq!(stream.read_i32_le().await?, -5);
            assert_eq!(stream.read_u64_le().await?, u64::MAX - 1);
            assert_eq!(stream.read_i128().await?, i128::MIN + 7);
            assert_eq!(stream.read_f32_le().await?, 0.5);
            assert_eq!(stream.read_f64().await?, -1e300);
            let end = stream.read_u8().await.unwrap_err();
            assert_eq!(end.kind(), ErrorKind::UnexpectedEof);
            io::Result::Ok(())
        })
        .unwrap();
    }
}

#[test]
fn write_all_writes_all() {
    check_writes(TEXT, async |writer| writer.write_all(TEXT).await);
}

#[test]
fn write_all_buf_writes_all_chunks() {
    use bytes::Buf;
    check_writes(TEXT, async |writer| {
        let mut source = Buf::chain(&TEXT[..7], &TEXT[7..]);
        writer.write_all_buf(&mut source).await?;
        assert!(!source.has_remaining());
        Ok(())
    });
}

#[test]
fn buf_writer_writes_all_in_order() {
    for capacity in [0, 1, 7, 100] {
        check_writes(TEXT, async |writer| {
            let mut writer = BufWriter::with_capacity(capacity, writer);
            for chunk in TEXT.chunks(3) {
                let mut rest = chunk;
                // A large write goes straight to the writer, and may be interrupted there.
                while !rest.is_empty() {
                    match writer.write(rest).await {
                        Ok(n) => rest = &rest[n..],
                        Err(error) => assert_eq!(error.kind(), ErrorKind::Interrupted),
                    }
                }
            }
            writer.flush().await
        });
    }
}

#[test]
fn buf_writer_writes_out_before_it_shuts_down() {
    check_writes(TEXT, async |writer| {
        let mut writer = BufWriter::new(writer);
        writer.write_all(TEXT).await?;
        writer.shutdown().await
    });
}

#[test]
fn buf_writer_collects_vectored_writes() {
    check_writes(b"onetwothree", async |writer| {
        let mut writer = BufWriter::with_capacity(64, writer);
        let bufs = [b"one".as_slice(), b"", b"two", b"three"].map(IoSlice::new);
        assert_eq!(writer.write_vectored(&bufs).await?, 11);
        assert!(writer.get_ref().inner.is_empty(), "nothing is written before the flush");
        writer.flush().await
    });
}

#[test]
fn copies_move_all() {
    for script in all_scripts() {
        check_writes(TEXT, async |writer| {
            let mut reader = Faulty::new(TEXT, script);
            assert_eq!(io::copy(&mut reader, writer).await?, TEXT.len() as u64);
            Ok(())
        });
        check_writes(TEXT, async |writer| {
            let mut reader = BufReader::with_capacity(5, Faulty::new(TEXT, script));
            assert_eq!(io::copy_buf(&mut reader, writer).await?, TEXT.len() as u64);
            Ok(())
        });
    }
}

#[test]
fn copy_bidirectional_moves_all_both_ways() {
    for script in all_scripts() {
        for size in [1, 8192] {
            let side =
                |bytes| io::join(Faulty::new(bytes, script), Faulty::new(Vec::new(), script));
            let (mut a, mut b) = (side(TEXT), side(b"short"));
            let copied = block_on(io::copy_bidirectional_with_sizes(&mut a, &mut b, size, size));
            assert_eq!(copied.unwrap(), (TEXT.len() as u64, 5));
            assert_eq!(a.writer().inner, b"short");
            assert_eq!(b.writer().inner, TEXT);
        }
    }
}

#[test]
fn a_writer_that_takes_nothing_is_an_error() {
    let kind = |result: io::Result<()>| result.unwrap_err().kind();
    let full = || Cursor::new(Box::<[u8]>::default());
    block_on(async {
        assert_eq!(kind(full().write_all(b"x").await), ErrorKind::WriteZero);
        assert_eq!(kind(full().write_all_buf(&mut &b"x"[..]).await), ErrorKind::WriteZero);
        assert_eq!(kind(full().write_u32(1).await), ErrorKind::WriteZero);
        assert_eq!(
            kind(io::copy(&mut &b"x"[..], &mut full()).await.map(drop)),
            ErrorKind::WriteZero
        );
        assert_eq!(
            kind(io::copy_buf(&mut &b"x"[..], &mut full()).await.map(drop)),
            ErrorKind::WriteZero
        );
        let mut writer = BufWriter::new(full());
        writer.write_all(b"x").await.unwrap();
        assert_eq!(kind(writer.flush().await), ErrorKind::WriteZero);
        // Nothing to write is no reason to fail.
        full().write_all(b"").await.unwrap();
        full().write_all_buf(&mut &b""[..]).await.unwrap();
    });
}

#[test]
fn seeks_wait_for_buffers_to_be_written_out() {
    for script in all_scripts() {
        let mut stream =
            BufStream::with_capacity(2, 4, Faulty::new(Cursor::new(Vec::new()), script));
        block_on(async {
            stream.write_all(b"0123456789").await?;
            assert_eq!(stream.seek(SeekFrom::Start(3)).await?, 3);
            assert_eq!(stream.read_u8().await?, b'3');
            assert_eq!(stream.seek(SeekFrom::Current(1)).await?, 5, "counted from what was read");
            stream.write_all(b"x").await?;
            stream.flush().await?;
            assert_eq!(stream.get_ref().inner.get_ref(), b"01234x6789");
            io::Result::Ok(())
        })
        .unwrap();
    }
}

#[test]
fn a_stream_that_is_interrupted_for_ever_lets_other_tasks_run() {
    /// Answers nothing else.
    struct Interrupted;
    impl io::AsyncRead for Interrupted {
        fn poll_read(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
            _: &mut io::ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            Poll::Ready(Err(ErrorKind::Interrupted.into()))
        }
    }
    impl io::AsyncBufRead for Interrupted {
        fn poll_fill_buf(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
            Poll::Ready(Err(ErrorKind::Interrupted.into()))
        }
        fn consume(self: Pin<&mut Self>, _: usize) {}
    }
    impl io::AsyncWrite for Interrupted {
        fn poll_write(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
            _: &[u8],
        ) -> Poll<io::Result<usize>> {
            Poll::Ready(Err(ErrorKind::Interrupted.into()))
        }
        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }
    let rt = runtime::runtime::Builder::new_current_thread().build().unwrap();
    let never: [Pin<Box<dyn Future<Output = ()>>>; 7] = [
        Box::pin(async { drop(Interrupted.read_exact(&mut [0; 4]).await) }),
        Box::pin(async { drop(Interrupted.read_to_end(&mut Vec::new()).await) }),
        Box::pin(async { drop(Interrupted.read_line(&mut String::new()).await) }),
        Box::pin(async { drop(Interrupted.write_all(b"x").await) }),
        Box::pin(async { drop(Interrupted.write_all_buf(&mut &b"x"[..]).await) }),
        Box::pin(async { drop(io::copy(&mut Interrupted, &mut Vec::new()).await) }),
        Box::pin(async { drop(io::copy_buf(&mut Interrupted, &mut Vec::new()).await) }),
    ];
    rt.block_on(async {
        for mut one in never {
            // Once without a limit it would not come back.
            let once = poll_fn(|cx| Poll::Ready(one.as_mut().poll(cx)));
            assert!(once.await.is_pending());
            runtime::task::yield_now().await;
        }
    });
}

//! Futures that are dropped half-way lose nothing, where they promise so.
//!
//! Each test polls an operation k times, drops it, finishes in another way, and looks at every
//! byte; for every k that makes a difference, against every script.

#[path = "support/faults.rs"]
mod faults;

use bytes::Buf;
use faults::{Faulty, SCRIPTS, Step, poll_at_most};
use futures::executor::block_on;
use runtime::io::{
    self, AsyncBufReadExt, AsyncReadExt, AsyncSeekExt, AsyncWriteExt, BufReader, BufWriter,
    SeekFrom,
};
use std::io::{Cursor, IoSlice};

const TEXT: &[u8] = "zwölf Boxkämpfer\njagen Viktor\nquer über den Sylter Deich".as_bytes();
const POLLS: usize = 90;

type Reader = Faulty<&'static [u8]>;
type Writer = Faulty<Vec<u8>>;

/// Runs `act` with every script and number of polls; `act` gives all the bytes that it saw.
fn check_reads(act: impl Fn(Reader, usize) -> Vec<u8>) {
    for script in SCRIPTS {
        for polls in 0..POLLS {
            let seen = act(Faulty::new(TEXT, script), polls);
            assert_eq!(seen, TEXT, "{script:?}, dropped after {polls} polls");
        }
    }
}

/// Runs `act` with every script and number of polls; `act` must write all of `TEXT`.
fn check_writes(act: impl Fn(&mut Writer, usize)) {
    for script in SCRIPTS {
        for polls in 0..POLLS {
            let mut writer = Faulty::new(Vec::new(), script);
            act(&mut writer, polls);
            assert_eq!(writer.inner, TEXT, "{script:?}, dropped after {polls} polls");
        }
    }
}

/// What is left of a reader.
fn rest(mut reader: impl io::AsyncRead + Unpin) -> Vec<u8> {
    let mut rest = Vec::new();
    block_on(reader.read_to_end(&mut rest)).unwrap();
    rest
}

#[test]
fn a_dropped_read_has_read_nothing() {
    check_reads(|mut reader, polls| {
        let mut buf = [0; 7];
        let read = poll_at_most(polls, reader.read(&mut buf)).map_or(0, Result::unwrap);
        [&buf[..read], &rest(reader)].concat()
    });
}

#[test]
fn a_dropped_read_buf_has_read_nothing() {
    check_reads(|mut reader, polls| {
        let mut seen = Vec::new();
        let read = poll_at_most(polls, reader.read_buf(&mut seen)).map_or(0, Result::unwrap);
        assert_eq!(seen.len(), read);
        seen.extend(rest(reader));
        seen
    });
}

#[test]
fn a_dropped_fill_buf_keeps_what_it_read() {
    check_reads(|reader, polls| {
        let mut reader = BufReader::with_capacity(4, reader);
        let _ = poll_at_most(polls, reader.fill_buf());
        rest(reader)
    });
}

#[test]
fn a_dropped_read_until_has_put_everything_into_the_buffer() {
    check_reads(|reader, polls| {
        let mut reader = BufReader::with_capacity(4, reader);
        let mut seen = Vec::new();
        let _ = poll_at_most(polls, reader.read_until(b'D', &mut seen));
        seen.extend(rest(reader));
        seen
    });
}

#[test]
fn a_dropped_read_to_end_has_put_everything_into_the_buffer() {
    check_reads(|mut reader, polls| {
        let mut seen = Vec::new();
        let _ = poll_at_most(polls, reader.read_to_end(&mut seen));
        seen.extend(rest(reader));
        seen
    });
}

#[test]
fn a_dropped_next_line_is_gone_on_with() {
    check_reads(|reader, polls| {
        let mut lines = BufReader::with_capacity(4, reader).lines();
        let mut seen = Vec::new();
        if let Some(line) = poll_at_most(polls, lines.next_line()) {
            seen.extend(line.unwrap());
        }
        while let Some(line) = block_on(lines.next_line()).unwrap() {
            seen.push(line);
        }
        seen.join("\n").into_bytes()
    });
}

#[test]
fn a_dropped_next_segment_is_gone_on_with() {
    check_reads(|reader, polls| {
        let mut segments = BufReader::with_capacity(4, reader).split(b' ');
        let mut seen = Vec::new();
        if let Some(segment) = poll_at_most(polls, segments.next_segment()) {
            seen.extend(segment.unwrap());
        }
        while let Some(segment) = block_on(segments.next_segment()).unwrap() {
            seen.push(segment);
        }
        seen.join(&b' ')
    });
}

#[test]
fn a_dropped_read_line_keeps_text_that_ends_with_a_whole_character() {
    check_reads(|reader, polls| {
        // One byte at a time would break inside a character.
        let mut reader = BufReader::with_capacity(5, reader);
        let mut text = String::new();
        let unread =
            |reader: &BufReader<Reader>| reader.buffer().len() + reader.get_ref().inner.len();
        let _ = poll_at_most(polls, reader.read_line(&mut text));
        let read = TEXT.len() - unread(&reader);
        // A broken character takes the rest with it.
        let whole = std::str::from_utf8(&TEXT[..read]).is_ok();
        assert_eq!(text.as_bytes(), if whole { &TEXT[..read] } else { b"" });
        [&TEXT[..read], &rest(reader)].concat()
    });
}

#[test]
fn a_dropped_read_to_string_leaves_the_string_as_it_was() {
    for script in SCRIPTS {
        for polls in 0..20 {
            let mut text = String::from("before");
            let mut reader = Faulty::new(TEXT, script);
            if poll_at_most(polls, reader.read_to_string(&mut text)).is_none() {
                assert_eq!(text, "before");
            }
        }
    }
}

#[test]
fn a_dropped_write_has_written_nothing() {
    check_writes(|writer, polls| {
        let written = poll_at_most(polls, writer.write(TEXT)).map_or(0, Result::unwrap);
        block_on(writer.write_all(&TEXT[written..])).unwrap();
    });
}

#[test]
fn a_dropped_vectored_write_has_written_nothing() {
    check_writes(|writer, polls| {
        let bufs = [IoSlice::new(&TEXT[..9]), IoSlice::new(&TEXT[9..])];
        let written = poll_at_most(polls, writer.write_vectored(&bufs)).map_or(0, Result::unwrap);
        block_on(writer.write_all(&TEXT[written..])).unwrap();
    });
}

#[test]
fn a_dropped_write_buf_keeps_count() {
    check_writes(|writer, polls| {
        let mut source = TEXT;
        let _ = poll_at_most(polls, writer.write_buf(&mut source));
        block_on(writer.write_all(source)).unwrap();
    });
}

#[test]
fn a_dropped_write_all_buf_keeps_count() {
    check_writes(|writer, polls| {
        let mut source = Buf::chain(&TEXT[..9], &TEXT[9..]);
        let _ = poll_at_most(polls, writer.write_all_buf(&mut source));
        block_on(writer.write_all_buf(&mut source)).unwrap();
    });
}

#[test]
fn a_dropped_buffered_write_has_written_nothing_of_it() {
    check_writes(|writer, polls| {
        let mut writer = BufWriter::with_capacity(10, writer);
        for chunk in TEXT.chunks(4) {
            let taken = poll_at_most(polls, writer.write(chunk)).map_or(0, Result::unwrap);
            block_on(writer.write_all(&chunk[taken..])).unwrap();
        }
        block_on(writer.flush()).unwrap();
    });
}

#[test]
fn a_dropped_flush_goes_on_where_it_was() {
    check_writes(|writer, polls| {
        let mut writer = BufWriter::new(writer);
        block_on(writer.write_all(TEXT)).unwrap();
        let _ = poll_at_most(polls, writer.flush());
        assert!(TEXT.ends_with(writer.buffer()), "the buffer shows what is left");
        let _ = poll_at_most(polls, writer.shutdown());
        block_on(writer.shutdown()).unwrap();
    });
}

#[test]
fn a_dropped_copy_buf_has_written_what_it_consumed() {
    check_writes(|writer, polls| {
        let mut reader =
            BufReader::with_capacity(6, Faulty::new(TEXT, &[Step::Move(3), Step::Wait]));
        let _ = poll_at_most(polls, io::copy_buf(&mut reader, writer));
        block_on(io::copy_buf(&mut reader, writer)).unwrap();
    });
}

#[test]
fn a_dropped_seek_is_waited_for_by_the_next_one() {
    for script in SCRIPTS {
        for polls in 0..6 {
            let stream = Faulty::new(Cursor::new(TEXT), script);
            let mut reader = BufReader::with_capacity(4, stream);
            block_on(reader.fill_buf()).unwrap();
            let _ = poll_at_most(polls, reader.seek(SeekFrom::Start(20)));
            assert_eq!(block_on(reader.seek(SeekFrom::Start(9))).unwrap(), 9);
            assert_eq!(rest(reader), TEXT[9..]);
        }
    }
}

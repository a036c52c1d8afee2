//! `ReadBuf` counts filled and initialised bytes, and refuses what would be unsound.

use bytes::BufMut;
use futures::executor::block_on;
use runtime::io::{self, AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader, ReadBuf};
use std::mem::MaybeUninit;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

/// Runs `act`, which must panic, and gives the message.
fn panic_of(act: impl FnOnce()) -> String {
    let payload = catch_unwind(AssertUnwindSafe(act)).expect_err("must panic");
    payload.downcast_ref::<String>().expect("a formatted message").clone()
}

#[test]
fn the_parts_follow_each_other() {
    let mut memory = [MaybeUninit::uninit(); 10];
    let mut buf = ReadBuf::uninit(&mut memory);
    buf.put_slice(b"abc");
    buf.initialize_unfilled_to(4).copy_from_slice(b"wxyz");
    assert_eq!(buf.filled(), b"abc");
    assert_eq!(buf.initialized(), b"abcwxyz");
    assert_eq!((buf.remaining(), buf.capacity()), (7, 10));

    buf.advance(2);
    assert_eq!(buf.filled(), b"abcwx");
    assert_eq!(buf.initialized(), b"abcwxyz", "advancing initialises nothing");
    assert_eq!(format!("{buf:?}"), "ReadBuf { filled: 5, initialized: 7, capacity: 10 }");
}

#[test]
fn clearing_forgets_the_filled_part_only() {
    let mut memory = [MaybeUninit::uninit(); 8];
    let mut buf = ReadBuf::uninit(&mut memory);
    buf.put_slice(b"abcdef");
    buf.clear();
    assert_eq!(buf.filled(), b"");
    assert_eq!(buf.initialized(), b"abcdef");
    buf.put_slice(b"xy");
    assert_eq!(buf.initialized(), b"xycdef", "a short write takes nothing back");
    buf.set_filled(6);
    assert_eq!(buf.filled(), b"xycdef");
}

#[test]
fn initialising_zeroes_only_what_is_not_initialised() {
    let mut memory = [MaybeUninit::uninit(); 6];
    let mut buf = ReadBuf::uninit(&mut memory);
    buf.put_slice(b"abcd");
    buf.set_filled(1);
    assert_eq!(buf.initialize_unfilled(), b"bcd\0\0");
    assert_eq!(buf.filled_mut(), b"a");
    assert_eq!(buf.initialized_mut(), b"abcd\0\0");
}

#[test]
fn a_part_is_a_window_on_the_unfilled_bytes() {
    let mut memory = *b"0123456789";
    let mut buf = ReadBuf::new(&mut memory);
    buf.set_filled(4);
    let mut part = buf.take(3);
    assert_eq!((part.capacity(), part.initialized()), (3, &b"456"[..]));
    part.put_slice(b"xy");
    assert_eq!(buf.filled(), b"0123", "the part's bytes are not counted");
    buf.advance(2);
    assert_eq!(buf.filled(), b"0123xy");
    assert_eq!(buf.take(100).capacity(), 4);
}

#[test]
fn misuse_panics_and_says_what_to_do() {
    let mut memory = [MaybeUninit::uninit(); 4];
    let mut buf = ReadBuf::uninit(&mut memory);
    assert!(panic_of(|| buf.advance(1)).contains("only 0 are initialised"));
    assert!(panic_of(|| buf.set_filled(1)).contains("write them first"));
    assert!(panic_of(|| buf.put_slice(b"12345")).contains("only 4 remain"));
    assert!(panic_of(|| buf.initialize_unfilled_to(5).fill(0)).contains("only 4 remain"));
    buf.put_slice(b"12");
    assert!(panic_of(|| buf.advance(usize::MAX)).contains("only 2 are initialised"));
    assert_eq!(buf.filled(), b"12", "a refused call changes nothing");
}

#[test]
fn it_is_a_buf_mut_of_fixed_size() {
    let mut memory = [MaybeUninit::uninit(); 8];
    let mut buf = ReadBuf::uninit(&mut memory);
    buf.put_u32(0x6162_6364);
    BufMut::put_slice(&mut buf, b"ef");
    buf.put_bytes(b'g', 1);
    assert_eq!(buf.filled(), b"abcdefg");
    assert_eq!((buf.remaining_mut(), buf.chunk_mut().len()), (1, 1));
    assert!(panic_of(|| buf.put_u16(1)).contains('2'));
}

/// Answers with a buffer of its own in place of the one it was given.
struct Swindler;

impl AsyncRead for Swindler {
    fn poll_read(
        self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        *buf = ReadBuf::new(Box::leak(vec![7; 64].into_boxed_slice()));
        buf.advance(64);
        Poll::Ready(Ok(()))
    }
}

#[test]
fn a_reader_that_replaces_the_buffer_is_found_out() {
    let replaced = "not replace it";
    let mut vec = Vec::with_capacity(100);
    let read_to_end = || drop(block_on(Swindler.read_to_end(&mut vec)));
    assert!(message_of(read_to_end).contains(replaced));
    assert!(vec.is_empty());
    assert!(message_of(|| drop(block_on(Swindler.read_buf(&mut vec)))).contains(replaced));
    assert!(message_of(|| drop(block_on(Swindler.take(9).read(&mut [0; 9])))).contains(replaced));
    let mut reader = BufReader::new(Swindler);
    assert!(message_of(|| drop(block_on(reader.fill_buf()).map(<[u8]>::len))).contains(replaced));
    assert_eq!(reader.buffer(), b"");
}

/// As `panic_of`, for messages without values.
fn message_of(act: impl FnOnce()) -> String {
    let payload = catch_unwind(AssertUnwindSafe(act)).expect_err("must panic");
    (*payload.downcast_ref::<&str>().expect("a plain message")).to_owned()
}

/// Says that it has read bytes which it never wrote.
struct Boaster;

impl AsyncRead for Boaster {
    fn poll_read(
        self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        buf.advance(1);
        Poll::Ready(Ok(()))
    }
}

#[test]
fn a_reader_cannot_give_out_uninitialised_bytes() {
    let mut vec = Vec::with_capacity(100);
    let message = panic_of(|| drop(block_on(Boaster.read_buf(&mut vec))));
    assert!(message.contains("write them first"));
    assert!(vec.is_empty());
}

/// Initialises two bytes a time and fills one, so that it can see what it left.
struct Rememberer(Vec<usize>);

impl AsyncRead for Rememberer {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.0.push(buf.initialized().len() - buf.filled().len());
        if self.0.len() < 5 {
            let known = self.0.len() - 1;
            buf.initialize_unfilled_to(known + 2);
            buf.advance(1);
        }
        Poll::Ready(Ok(()))
    }
}

#[test]
fn read_to_end_does_not_forget_what_is_initialised() {
    let mut reader = Rememberer(Vec::new());
    let mut vec = Vec::with_capacity(64);
    assert_eq!(block_on(reader.read_to_end(&mut vec)).unwrap(), 4);
    assert_eq!(reader.0, [0, 1, 2, 3, 4]);
}

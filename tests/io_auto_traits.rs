//! Which futures and adapters may move between threads, and which must stay in place.

use runtime::io::{
    self, AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncSeek, AsyncSeekExt, AsyncWrite,
    AsyncWriteExt, BufReader, BufStream, BufWriter, Chain, DuplexStream, Empty, Join, Lines,
    ReadBuf, ReadHalf, Repeat, SimplexStream, Sink, Split, Take, WriteHalf,
};
use std::cell::Cell;
use std::marker::PhantomPinned;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::pin::Pin;
use std::rc::Rc;

/// Says of an expression's type whether it has a trait: inherent methods win over the trait's.
macro_rules! has {
    ($bound:path: $value:expr) => {{
        struct Probe<T>(Option<T>);
        #[allow(dead_code, reason = "for each type one of the two answers")]
        trait No {
            fn has(&self) -> bool {
                false
            }
        }
        impl<T> No for Probe<T> {}
        impl<T: $bound> Probe<T> {
            #[allow(dead_code, reason = "for each type one of the two answers")]
            fn has(&self) -> bool {
                true
            }
        }
        fn probe<T>(_: fn() -> T) -> Probe<T> {
            Probe(None)
        }
        probe(|| $value).has()
    }};
}

type Reader = Pin<Box<dyn AsyncBufRead + Send + Sync>>;
type Writer = Pin<Box<dyn AsyncWrite + Send + Sync>>;
type Seeker = Pin<Box<dyn AsyncSeek + Send + Sync>>;
type LocalReader = Pin<Box<dyn AsyncBufRead>>;
type LocalWriter = Pin<Box<dyn AsyncWrite>>;

/// Stands for a value in code that is only type-checked.
fn any<T>() -> T {
    unreachable!("only its type is wanted")
}

macro_rules! futures_follow {
    ($($value:expr;)*) => {$(
        assert!(has!(Send: $value) && has!(Sync: $value), stringify!($value));
        assert!(!has!(Unpin: $value), "{} must stay in place", stringify!($value));
    )*};
}

#[test]
fn futures_of_shareable_streams_are_shareable_and_pinned() {
    futures_follow! {
        AsyncReadExt::read(any::<&mut Reader>(), any());
        AsyncReadExt::read_exact(any::<&mut Reader>(), any());
        AsyncReadExt::read_buf(any::<&mut Reader>(), any::<&mut Vec<u8>>());
        AsyncReadExt::read_to_end(any::<&mut Reader>(), any());
        AsyncReadExt::read_to_string(any::<&mut Reader>(), any());
        AsyncReadExt::read_u8(any::<&mut Reader>());
        AsyncReadExt::read_f64_le(any::<&mut Reader>());
        AsyncBufReadExt::read_until(any::<&mut Reader>(), 0, any());
        AsyncBufReadExt::read_line(any::<&mut Reader>(), any());
        AsyncBufReadExt::fill_buf(any::<&mut Reader>());
        Lines::next_line(any::<&mut Lines<Reader>>());
        Split::next_segment(any::<&mut Split<Reader>>());
        AsyncSeekExt::seek(any::<&mut Seeker>(), any());
        AsyncSeekExt::stream_position(any::<&mut Seeker>());
        AsyncWriteExt::write(any::<&mut Writer>(), any());
        AsyncWriteExt::write_vectored(any::<&mut Writer>(), any());
        AsyncWriteExt::write_all(any::<&mut Writer>(), any());
        AsyncWriteExt::write_buf(any::<&mut Writer>(), any::<&mut bytes::Bytes>());
        AsyncWriteExt::write_all_buf(any::<&mut Writer>(), any::<&mut bytes::Bytes>());
        AsyncWriteExt::write_u16(any::<&mut Writer>(), 0);
        AsyncWriteExt::write_f32_le(any::<&mut Writer>(), 0.0);
        AsyncWriteExt::flush(any::<&mut Writer>());
        AsyncWriteExt::shutdown(any::<&mut Writer>());
        io::copy(any::<&mut Reader>(), any::<&mut Writer>());
        io::copy_buf(any::<&mut Reader>(), any::<&mut Writer>());
        io::copy_bidirectional(any::<&mut DuplexStream>(), any::<&mut DuplexStream>());
    }
}

#[test]
fn futures_of_local_streams_stay_on_their_thread() {
    assert!(!has!(Send: AsyncReadExt::read(any::<&mut LocalReader>(), any())));
    assert!(!has!(Sync: AsyncReadExt::read_u32(any::<&mut LocalReader>())));
    assert!(!has!(Send: AsyncWriteExt::write_all(any::<&mut LocalWriter>(), any())));
    assert!(!has!(Send: io::copy(any::<&mut LocalReader>(), any::<&mut LocalWriter>())));
    assert!(!has!(Send: any::<BufReader<LocalReader>>()));
}

#[test]
fn streams_in_memory_go_anywhere() {
    macro_rules! free {
        ($($stream:ty;)*) => {$(
            assert!(has!(Send: any::<$stream>()) && has!(Sync: any::<$stream>()));
            assert!(has!(Unpin: any::<$stream>()), stringify!($stream));
        )*};
    }
    free! {
        DuplexStream; SimplexStream; Empty; Repeat; Sink; ReadBuf<'static>;
        BufReader<DuplexStream>; BufWriter<DuplexStream>; BufStream<DuplexStream>;
        Take<DuplexStream>; Chain<Empty, Repeat>; Join<Empty, Sink>; Lines<Empty>; Split<Empty>;
        ReadHalf<PhantomPinned>; WriteHalf<PhantomPinned>;
    }
}

#[test]
fn adapters_of_pinned_streams_are_pinned() {
    assert!(!has!(Unpin: any::<BufReader<PhantomPinned>>()));
    assert!(!has!(Unpin: any::<BufStream<PhantomPinned>>()));
    assert!(!has!(Unpin: any::<Chain<Empty, PhantomPinned>>()));
    assert!(!has!(Unpin: any::<Join<PhantomPinned, Sink>>()));
    assert!(!has!(Unpin: any::<Lines<PhantomPinned>>()));
    assert!(!has!(Unpin: any::<Take<PhantomPinned>>()));
}

#[test]
fn halves_are_shared_only_if_their_stream_is() {
    assert!(has!(Send: any::<ReadHalf<Cell<u8>>>()) && !has!(Sync: any::<ReadHalf<Cell<u8>>>()));
    assert!(!has!(Send: any::<WriteHalf<Rc<u8>>>()) && !has!(Sync: any::<WriteHalf<Rc<u8>>>()));
}

#[test]
fn panics_may_be_caught_around_streams() {
    assert!(has!(UnwindSafe: any::<BufReader<Empty>>()));
    assert!(
        has!(RefUnwindSafe: any::<SimplexStream>()) && has!(UnwindSafe: any::<SimplexStream>())
    );
    assert!(has!(UnwindSafe: any::<ReadHalf<Cell<u8>>>()));
    assert!(has!(RefUnwindSafe: any::<WriteHalf<Cell<u8>>>()));
    assert!(has!(RefUnwindSafe: any::<ReadBuf<'static>>()));
}

//! Everything that is made of the traits: futures, adapters, streams in memory.

mod async_buf_read_ext;
mod async_read_ext;
mod async_seek_ext;
mod async_write_ext;

#[allow(unsafe_code)]
mod fill_buf;
mod flush;
mod interrupted;
mod read;
mod read_buf;
mod read_exact;
mod read_line;
mod read_number;
mod read_to_end;
mod read_to_string;
mod read_until;
mod seek;
mod shutdown;
#[allow(unsafe_code)]
mod spare;
mod utf8;
mod write;
mod write_all;
mod write_all_buf;
mod write_buf;
mod write_number;
mod write_vectored;

mod buf_reader;
mod buf_stream;
mod buf_writer;
mod byte_queue;
mod chain;
mod join;
mod lines;
mod split;
mod take;
mod window;

mod at_once;
mod copy;
mod copy_bidirectional;
mod copy_buf;
mod copy_buffer;

mod duplex;
mod empty;
mod pipe;
mod repeat;
mod simplex;
mod sink;

pub use self::async_buf_read_ext::AsyncBufReadExt;
pub use self::async_read_ext::AsyncReadExt;
pub use self::async_seek_ext::AsyncSeekExt;
pub use self::async_write_ext::AsyncWriteExt;
pub use self::buf_reader::BufReader;
pub use self::buf_stream::BufStream;
pub use self::buf_writer::BufWriter;
pub use self::chain::Chain;
pub use self::copy::copy;
pub use self::copy_bidirectional::{copy_bidirectional, copy_bidirectional_with_sizes};
pub use self::copy_buf::copy_buf;
pub use self::duplex::{DuplexStream, duplex};
pub use self::empty::{Empty, empty};
pub use self::join::{Join, join};
pub use self::lines::Lines;
pub use self::repeat::{Repeat, repeat};
pub use self::simplex::{SimplexStream, simplex};
pub use self::sink::{Sink, sink};
pub use self::split::Split;
pub use self::take::Take;

/// What a buffer holds if its user does not say.
const DEFAULT_CAPACITY: usize = 8 * 1024;

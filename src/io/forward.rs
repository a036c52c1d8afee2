//! Trait impls that hand every call to one inner stream.
//!
//! Boxes, references, pins, buffers around a stream: each is a row `self => the pinned inner
//! stream`, so that no wrapper can forget one of the methods (vectored writes above all).

/// The methods of `AsyncWrite`; the second expression is the answer to `is_write_vectored`.
macro_rules! forward_write {
    ($self:ident => $pinned:expr, $vectored:expr) => {
        fn poll_write(
            $self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            buf: &[u8],
        ) -> Poll<std::io::Result<usize>> {
            $pinned.poll_write(cx, buf)
        }

        fn poll_write_vectored(
            $self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            bufs: &[std::io::IoSlice<'_>],
        ) -> Poll<std::io::Result<usize>> {
            $pinned.poll_write_vectored(cx, bufs)
        }

        fn is_write_vectored(&$self) -> bool {
            $vectored
        }

        fn poll_flush($self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
            $pinned.poll_flush(cx)
        }

        fn poll_shutdown($self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
            $pinned.poll_shutdown(cx)
        }
    };
}

/// The method of `AsyncRead`.
macro_rules! forward_read {
    ($self:ident => $pinned:expr) => {
        fn poll_read(
            $self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            buf: &mut crate::io::ReadBuf<'_>,
        ) -> Poll<std::io::Result<()>> {
            $pinned.poll_read(cx, buf)
        }
    };
}

/// The methods of `AsyncBufRead`.
macro_rules! forward_buf_read {
    ($self:ident => $pinned:expr) => {
        fn poll_fill_buf(
            $self: Pin<&mut Self>,
            cx: &mut Context<'_>,
        ) -> Poll<std::io::Result<&[u8]>> {
            $pinned.poll_fill_buf(cx)
        }

        fn consume($self: Pin<&mut Self>, amt: usize) {
            $pinned.consume(amt);
        }
    };
}

/// The methods of `AsyncSeek`.
macro_rules! forward_seek {
    ($self:ident => $pinned:expr) => {
        fn start_seek($self: Pin<&mut Self>, position: std::io::SeekFrom) -> std::io::Result<()> {
            $pinned.start_seek(position)
        }

        fn poll_complete(
            $self: Pin<&mut Self>,
            cx: &mut Context<'_>,
        ) -> Poll<std::io::Result<u64>> {
            $pinned.poll_complete(cx)
        }
    };
}

pub(crate) use {forward_buf_read, forward_read, forward_seek, forward_write};

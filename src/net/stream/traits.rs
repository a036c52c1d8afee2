//! The traits of a stream of bytes.

use crate::io::{AsyncRead, AsyncWrite, ReadBuf};
use crate::net::impl_for::impl_for;
use crate::net::unix::pipe::{Receiver, Sender};
use crate::net::watched::Streamed;
use crate::net::{TcpStream, UnixStream, tcp, unix};
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

impl_for! {
    TcpStream, tcp::ReadHalf<'_>, tcp::OwnedReadHalf,
    UnixStream, unix::ReadHalf<'_>, unix::OwnedReadHalf, Receiver => impl AsyncRead {
        fn poll_read(
            self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            buf: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            self.stream().poll_read(cx, buf)
        }
    }
}

impl_for! {
    TcpStream, tcp::WriteHalf<'_>, tcp::OwnedWriteHalf,
    UnixStream, unix::WriteHalf<'_>, unix::OwnedWriteHalf, Sender => impl AsyncWrite {
        fn poll_write(
            self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            buf: &[u8],
        ) -> Poll<io::Result<usize>> {
            self.stream().poll_write(cx, buf)
        }

        fn poll_write_vectored(
            self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            bufs: &[IoSlice<'_>],
        ) -> Poll<io::Result<usize>> {
            self.stream().poll_write_vectored(cx, bufs)
        }

        fn is_write_vectored(&self) -> bool {
            true
        }

        // What is written is with the kernel.
        fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_shutdown(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(self.get_mut().close_write())
        }
    }
}

//! What can be seen from inside only: streams that are always ready yield all the same.

use super::*;
use crate::engine::task::budget;
use std::future::{Future, poll_fn};
use std::io::IoSlice;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

/// Polls `future`, which never ends by itself, as a task would be polled.
#[track_caller]
fn assert_yields(future: impl Future<Output = Result<()>>) {
    let mut future = pin!(future);
    let mut cx = Context::from_waker(Waker::noop());
    // Twice: a second poll has a budget of its own.
    for _ in 0..2 {
        let polled = budget::limited(|| future.as_mut().poll(&mut cx));
        assert!(polled.is_pending(), "it ended: {polled:?}");
    }
}

/// A reader and writer that is always ready and knows of no budget.
struct Greedy;

impl AsyncRead for Greedy {
    fn poll_read(
        self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        buf.fill(7);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Greedy {
    fn poll_write(self: Pin<&mut Self>, _cx: &mut Context<'_>, buf: &[u8]) -> Poll<Result<usize>> {
        Poll::Ready(Ok(buf.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[test]
fn empty_yields() {
    assert_yields(async {
        loop {
            empty().read(&mut [0; 8]).await?;
        }
    });
    assert_yields(async {
        loop {
            empty().read_line(&mut String::new()).await?;
        }
    });
    assert_yields(async {
        loop {
            empty().rewind().await?;
        }
    });
    assert_yields(async {
        loop {
            empty().write(b"x").await?;
        }
    });
}

#[test]
fn repeat_yields() {
    assert_yields(async {
        loop {
            repeat(7).read_exact(&mut [0; 8]).await?;
        }
    });
}

#[test]
fn sink_yields() {
    assert_yields(async {
        loop {
            sink().write_all(b"abc").await?;
        }
    });
    assert_yields(async {
        loop {
            sink().write_vectored(&[IoSlice::new(b"abc")]).await?;
        }
    });
    assert_yields(async {
        loop {
            sink().flush().await?;
        }
    });
    assert_yields(async {
        loop {
            sink().shutdown().await?;
        }
    });
}

#[test]
fn pipes_yield() {
    let (mut near, mut far) = duplex(1024);
    assert_yields(async {
        loop {
            near.write_all(&[7; 512]).await?;
            far.read_exact(&mut [0; 512]).await?;
        }
    });
    let mut pipe = SimplexStream::new_unsplit(8);
    assert_yields(async {
        loop {
            pipe.write_u8(7).await?;
            pipe.read_u8().await?;
        }
    });
}

#[test]
fn a_copy_without_end_yields() {
    assert_yields(async { copy(&mut Greedy, &mut Greedy).await.map(drop) });
    let mut reader = BufReader::new(Greedy);
    assert_yields(async { copy_buf(&mut reader, &mut Greedy).await.map(drop) });
    assert_yields(async { copy_bidirectional(&mut Greedy, &mut Greedy).await.map(drop) });
}

#[test]
fn many_short_copies_yield() {
    assert_yields(async {
        loop {
            copy(&mut &b"x"[..], &mut Vec::new()).await?;
        }
    });
    assert_yields(async {
        loop {
            copy_buf(&mut &b"x"[..], &mut Vec::new()).await?;
        }
    });
}

#[test]
fn waiting_costs_no_budget() {
    let (mut near, mut far) = duplex(1);
    budget::limited(|| {
        let mut cx = Context::from_waker(Waker::noop());
        for _ in 0..1_000 {
            assert!(pin!(near.read_u8()).poll(&mut cx).is_pending());
        }
        let written = pin!(poll_fn(|cx| Pin::new(&mut far).poll_write(cx, b"x"))).poll(&mut cx);
        assert!(matches!(written, Poll::Ready(Ok(1))));
    });
}

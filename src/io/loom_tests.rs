//! Every interleaving of the halves of a split, of the ends of a pipe.

use super::turn::Turns;
use super::{AsyncReadExt, AsyncWriteExt, duplex};
use crate::shim::atomic::{AtomicU32, Ordering};
use crate::shim::thread;
use std::future::poll_fn;
use std::task::{Context, Poll, Waker};

/// Takes a turn and counts it.
fn count(turns: &Turns<AtomicU32>, cx: &mut Context<'_>) -> Poll<()> {
    turns.poll_with(cx, |value, _cx| {
        // Relaxed: only one thread at a time is here; but loom may switch threads at an atomic,
        // and so finds out what happens to the other meanwhile.
        let before = value.load(Ordering::Relaxed);
        value.store(before + 1, Ordering::Relaxed);
        Poll::Ready(())
    })
}

/// Lets two threads take turns, of which this one polls `before_waiting` times without a waker.
fn take_turns(before_waiting: usize) {
    let turns = Turns::new(AtomicU32::from(0));
    let other = turns.clone();
    let peer = thread::spawn(move || loom::future::block_on(poll_fn(|cx| count(&other, cx))));
    let mut noop = Context::from_waker(Waker::noop());
    let early = (0..before_waiting).find(|_| count(&turns, &mut noop).is_ready());
    if early.is_none() {
        loom::future::block_on(poll_fn(|cx| count(&turns, cx)));
    }
    peer.join().unwrap();
    let value = Turns::into_inner(turns).expect("the other thread is done");
    // Relaxed: it has been joined.
    assert_eq!(value.load(Ordering::Relaxed), 2);
}

#[test]
fn a_half_that_found_the_stream_in_use_is_woken_when_it_is_free() {
    loom::model(|| take_turns(0));
}

#[test]
fn of_two_wakers_of_a_half_the_later_one_is_woken() {
    loom::model(|| take_turns(1));
}

#[test]
fn a_reader_cannot_miss_the_byte_or_the_end_it_waits_for() {
    loom::model(|| {
        let (near, mut far) = duplex(1);
        let writer = thread::spawn(move || {
            let mut near = near;
            loom::future::block_on(near.write_u8(7)).unwrap();
        });
        loom::future::block_on(async {
            assert_eq!(far.read_u8().await.unwrap(), 7);
            assert_eq!(far.read(&mut [0]).await.unwrap(), 0);
        });
        writer.join().unwrap();
    });
}

#[test]
fn a_writer_cannot_miss_the_room_it_waits_for() {
    loom::model(|| {
        let (mut near, far) = duplex(1);
        let reader = thread::spawn(move || {
            let mut far = far;
            loom::future::block_on(far.read_u16()).unwrap()
        });
        loom::future::block_on(near.write_u16(500)).unwrap();
        assert_eq!(reader.join().unwrap(), 500);
    });
}

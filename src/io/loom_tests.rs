//! The protocols of the halves of a split and of the pipe, in every interleaving.

use super::turn::Turns;
use super::{AsyncReadExt, AsyncWriteExt, duplex};
use crate::shim::thread;
use std::future::poll_fn;
use std::task::Poll;

#[test]
fn a_half_that_found_the_stream_in_use_is_woken_when_it_is_free() {
    loom::model(|| {
        let turns = Turns::new(0);
        let other = turns.clone();
        let add = |turns: &Turns<i32>| {
            loom::future::block_on(poll_fn(|cx| {
                turns.poll_with(cx, |mut value, _cx| {
                    *value += 1;
                    Poll::Ready(())
                })
            }));
        };
        let peer = thread::spawn(move || add(&other));
        add(&turns);
        peer.join().unwrap();
        assert_eq!(Turns::into_inner(turns), Some(2));
    });
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

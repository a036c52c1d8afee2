//! The sets `Interest` and `Ready`.

use runtime::io::{Interest, Ready};

#[test]
fn interests_unite_and_part() {
    let mut all = Interest::READABLE | Interest::WRITABLE;
    all |= Interest::PRIORITY.add(Interest::ERROR);
    assert!(all.is_readable() && all.is_writable() && all.is_priority() && all.is_error());
    assert_eq!(format!("{all:?}"), "READABLE | WRITABLE | PRIORITY | ERROR");
    let rest = all.remove(Interest::READABLE | Interest::ERROR).unwrap();
    assert_eq!(rest, Interest::WRITABLE | Interest::PRIORITY);
    assert_eq!(rest.remove(all), None, "the empty set is no interest");
    assert_eq!(rest.remove(Interest::READABLE), Some(rest));
}

#[test]
fn a_closed_side_counts_as_ready() {
    let rows = [
        (Ready::READABLE, true, false),
        (Ready::READ_CLOSED, true, false),
        (Ready::WRITABLE, false, true),
        (Ready::WRITE_CLOSED, false, true),
        (Ready::PRIORITY, false, false),
        (Ready::ERROR, false, false),
    ];
    for (ready, readable, writable) in rows {
        assert_eq!((ready.is_readable(), ready.is_writable()), (readable, writable), "{ready:?}");
    }
    assert!(Ready::READ_CLOSED.is_read_closed() && !Ready::READABLE.is_read_closed());
    assert!(Ready::WRITE_CLOSED.is_write_closed() && !Ready::WRITABLE.is_write_closed());
    assert!(Ready::PRIORITY.is_priority() && Ready::ERROR.is_error());
}

#[test]
fn readiness_is_a_set() {
    let mut ready = Ready::EMPTY;
    assert!(ready.is_empty());
    ready |= Ready::READABLE | Ready::ERROR;
    assert_eq!(ready & Ready::READABLE, Ready::READABLE);
    assert_eq!(ready - Ready::READABLE, Ready::ERROR);
    assert_eq!(Ready::ALL - Ready::ALL, Ready::EMPTY);
    assert!(Ready::EMPTY < ready && ready < Ready::ALL);
    assert_eq!(
        format!("{:?}", Ready::READABLE),
        "Ready { is_readable: true, is_writable: false, is_read_closed: false, \
         is_write_closed: false, is_error: false, is_priority: false }"
    );
}

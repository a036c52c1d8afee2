//! What somebody sees who runs the load example.

#[path = "support/programs.rs"]
mod programs;

use programs::{interrupt, program};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, UdpSocket};
use std::process::{Output, Stdio};
use std::thread;

fn run(arguments: &[&str]) -> (Output, String) {
    programs::run("load", arguments)
}

/// The fields of the row that begins with `name`.
fn row<'a>(text: &'a str, name: &str) -> Vec<&'a str> {
    let row = text.lines().find(|line| line.starts_with(name));
    row.unwrap_or_else(|| panic!("no row {name} in:\n{text}")).split_whitespace().collect()
}

#[test]
fn both_protocols_get_through_without_an_error() {
    let (output, text) = run(&["--seconds", "1", "--connections", "8"]);
    assert!(output.status.success(), "{text}");
    for protocol in ["TCP ", "UDP "] {
        let row = row(&text, protocol);
        assert_eq!(row[1], "8");
        assert!(row[2].parse::<u64>().unwrap() > 0, "{text}");
        assert_eq!(row.last(), Some(&"0"), "{text}");
    }
    assert!(text.contains("TCP timers late") && text.contains("UDP timers late"));
}

#[test]
fn a_payload_larger_than_the_socket_buffers_gets_through() {
    let (output, text) =
        run(&["--tcp", "--seconds", "1", "--connections", "1", "--size", "16777216"]);
    assert!(output.status.success(), "{text}");
}

#[test]
fn an_interrupt_ends_it_early_with_the_table() {
    let server = UdpSocket::bind("127.0.0.1:0").unwrap();
    let addr = server.local_addr().unwrap().to_string();
    let arguments = ["--udp", "--connections", "1", "--seconds", "600", "--connect", &addr];
    let mut child = program("load").args(arguments).stdout(Stdio::piped()).spawn().unwrap();
    let mut buffer = [0; 2048];
    // Whoever sends a third payload has had two back.
    for _ in 0..3 {
        let (length, from) = server.recv_from(&mut buffer).unwrap();
        server.send_to(&buffer[..length], from).unwrap();
    }
    interrupt(&child);
    let mut text = String::new();
    child.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    assert!(child.wait().unwrap().success(), "{text}");
    assert_eq!(row(&text, "UDP ")[1], "1");
}

#[test]
fn wrong_bytes_are_noticed() {
    let server = UdpSocket::bind("127.0.0.1:0").unwrap();
    let addr = server.local_addr().unwrap().to_string();
    thread::spawn(move || {
        let mut buffer = [0; 2048];
        while let Ok((length, from)) = server.recv_from(&mut buffer) {
            buffer[length - 1] ^= 1;
            let _ = server.send_to(&buffer[..length], from);
        }
    });
    let (output, text) =
        run(&["--udp", "--connect", &addr, "--seconds", "1", "--connections", "1"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text.contains("WRONG BYTES"), "{text}");
}

#[test]
fn a_server_that_cuts_connections_is_reported() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = server.local_addr().unwrap().to_string();
    thread::spawn(move || {
        for stream in server.incoming().flatten() {
            // One round trip, then the end.
            let mut reader = BufReader::new(stream);
            let length = reader.fill_buf().map_or(0, <[u8]>::len);
            let echo = reader.buffer().to_vec();
            reader.consume(length);
            let _ = reader.get_mut().write_all(&echo);
        }
    });
    let (output, text) = run(&["--tcp", "--connect", &addr, "--seconds", "1"]);
    assert!(output.status.success(), "{text}");
    assert_ne!(row(&text, "TCP ").last(), Some(&"0"), "{text}");
    assert!(text.lines().any(|line| line.starts_with("TCP: ") && line.contains(" x ")), "{text}");
}

#[test]
fn nothing_that_gets_through_is_a_failure() {
    // Bound and closed again, so that nobody listens there.
    let addr = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let (output, text) = run(&["--tcp", "--connect", &addr, "--seconds", "1"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text.contains("NOTHING GOT THROUGH") && text.contains("refused"), "{text}");
}

#[test]
fn arguments_that_make_no_sense_are_explained() {
    for (arguments, word) in [
        (&["--size", "70000"][..], "add --tcp"),
        (&["--connections", "0"], "--connections"),
        (&["--tcp", "--udp"], "--udp"),
        (&["--connect", "nowhere"], "--connect"),
    ] {
        let (output, _) = run(arguments);
        assert_eq!(output.status.code(), Some(2));
        let message = String::from_utf8_lossy(&output.stderr);
        assert!(message.contains(word), "{message}");
    }
}

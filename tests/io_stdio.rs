//! The standard streams, in a process of their own: this program started again with a part to play.

use runtime::io::{self, AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use runtime::runtime::{Builder, Runtime, is_rt_shutdown_err};
use std::io::{Read, Write};
use std::os::fd::{AsFd, AsRawFd};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const PART: &str = "STDIO_PART";

fn built() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// Starts this program again to play `part`.
fn start(part: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "plays_a_part", "--nocapture", "--quiet"])
        .env(PART, part)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// What the part has written between the marks, once it has got `input` and ended.
fn outputs(part: &str, input: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let mut child = start(part);
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success(), "{output:?}");
    (marked(output.stdout), output.stderr)
}

fn marked(bytes: Vec<u8>) -> Vec<u8> {
    let find = |mark: &[u8]| bytes.windows(mark.len()).position(|window| window == mark);
    let (begin, end) = (find(b"<<<").expect("a begin"), find(b">>>").expect("an end"));
    bytes[begin + 3..end].to_owned()
}

/// Text whose characters have one to four bytes, `len` bytes or a few less.
fn text(len: usize) -> String {
    "aé€🦀"
        .chars()
        .cycle()
        .scan(0, |sum, c| {
            *sum += c.len_utf8();
            (*sum <= len).then_some(c)
        })
        .collect()
}

#[test]
fn after_the_end_of_the_runtime_output_is_refused() {
    let handle = built().handle().clone();
    handle.block_on(async {
        let error = io::stdout().write_all(b"lost").await.unwrap_err();
        assert!(is_rt_shutdown_err(&error), "{error}");
        let error = io::stderr().write_all(b"lost").await.unwrap_err();
        assert!(is_rt_shutdown_err(&error), "{error}");
    });
}

#[test]
fn plays_a_part() {
    let Ok(part) = std::env::var(PART) else { return };
    let rt = built();
    match part.as_str() {
        "echo" => rt.block_on(async {
            let (mut input, mut output) = (io::stdin(), io::stdout());
            output.write_all(b"<<<").await.unwrap();
            io::copy(&mut input, &mut output).await.unwrap();
            output.write_all(b">>>").await.unwrap();
            output.flush().await.unwrap();
        }),
        "lines" => rt.block_on(async {
            let mut lines = BufReader::new(io::stdin()).lines();
            let mut output = io::stdout();
            output.write_all(b"<<<").await.unwrap();
            while let Some(line) = lines.next_line().await.unwrap() {
                output.write_all(format!("{}\n", line.len()).as_bytes()).await.unwrap();
            }
            output.write_all(b">>>").await.unwrap();
            output.flush().await.unwrap();
        }),
        "many" => {
            print!("<<<");
            rt.block_on(async {
                let tasks: Vec<_> = ('a'..='h')
                    .map(|letter| {
                        runtime::spawn(async move {
                            let (mut out, mut err) = (io::stdout(), io::stderr());
                            let line = format!("{}\n", String::from(letter).repeat(1000));
                            for _ in 0..50 {
                                out.write_all(line.as_bytes()).await.unwrap();
                                err.write_all(line.as_bytes()).await.unwrap();
                            }
                            out.flush().await.unwrap();
                            err.flush().await.unwrap();
                        })
                    })
                    .collect();
                for task in tasks {
                    task.await.unwrap();
                }
            });
            println!(">>>");
        }
        "large" => rt.block_on(async {
            let (text, mut output) = (text(5_000_000), io::stdout());
            output.write_all(b"<<<").await.unwrap();
            let mut rest = text.as_bytes();
            while !rest.is_empty() {
                let count = output.write(rest).await.unwrap();
                assert!(std::str::from_utf8(&rest[..count]).is_ok(), "cut within a character");
                rest = &rest[count..];
            }
            output.write_all(b">>>").await.unwrap();
            output.flush().await.unwrap();
        }),
        "unflushed" => {
            rt.block_on(async {
                io::stdout().write_all(b"<<<all the same>>>").await.unwrap();
            });
            // The end of the runtime waits for what was accepted.
            drop(rt);
        }
        "impatient" => {
            rt.block_on(async {
                let mut byte = [0];
                let mut input = io::stdin();
                let read = input.read(&mut byte);
                let timeout = runtime::time::timeout(Duration::from_millis(1), read);
                assert!(timeout.await.is_err());
            });
            rt.shutdown_background();
            print!("<<<gone>>>");
        }
        other => panic!("no such part: {other}"),
    }
}

#[test]
fn what_comes_in_goes_out() {
    let bytes: Vec<u8> = (0..1_000_000_u32).map(|i| (i % 50) as u8).collect();
    let (out, _) = outputs("echo", &bytes);
    assert!(out == bytes);
}

#[test]
fn lines_are_read_to_the_end_of_the_stream() {
    let (out, _) = outputs("lines", b"one\nthree\n\nlast");
    assert_eq!(out, b"3\n5\n0\n4\n");
}

#[test]
fn what_several_tasks_write_is_not_torn() {
    let (out, err) = outputs("many", b"");
    for stream in [String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap()] {
        let lines: Vec<_> = stream.lines().filter(|line| line.len() == 1000).collect();
        assert_eq!(lines.len(), 400);
        assert!(lines.iter().all(|line| line.bytes().all(|byte| byte == line.as_bytes()[0])));
    }
}

#[test]
fn characters_are_not_cut() {
    let (out, _) = outputs("large", b"");
    assert!(out == text(5_000_000).as_bytes());
}

#[test]
fn what_was_accepted_is_written_before_the_runtime_has_ended() {
    assert_eq!(outputs("unflushed", b"").0, b"all the same");
}

#[test]
fn a_read_that_waits_does_not_keep_the_process() {
    let mut child = start("impatient");
    // Nothing is sent, and the pipe stays open.
    let mut out = Vec::new();
    child.stdout.take().unwrap().read_to_end(&mut out).unwrap();
    assert_eq!(marked(out), b"gone");
    assert!(child.wait().unwrap().success());
}

#[test]
fn output_that_nobody_reads_fails_at_the_flush() {
    // The far end is closed before the first byte.
    let mut child = start("echo");
    drop(child.stdout.take());
    let _ = child.stdin.take().unwrap().write_all(b"x");
    let output = child.wait_with_output().unwrap();
    assert!(!output.status.success());
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(text.contains("BrokenPipe"), "{text}");
}

#[test]
fn streams_are_descriptors() {
    assert_eq!((io::stdin().as_raw_fd(), io::stdin().as_fd().as_raw_fd()), (0, 0));
    assert_eq!((io::stdout().as_raw_fd(), io::stdout().as_fd().as_raw_fd()), (1, 1));
    assert_eq!((io::stderr().as_raw_fd(), io::stderr().as_fd().as_raw_fd()), (2, 2));
}

//! The pipes of a child, as descriptors and from one child to another.

#[path = "support/net.rs"]
mod support;

use runtime::io::{AsyncReadExt, AsyncWriteExt};
use runtime::process::{ChildStdin, ChildStdout, Command};
use socket2::SockRef;
use std::os::fd::{AsFd, AsRawFd};
use std::process::Stdio;
use support::soon;

#[runtime::test]
async fn the_output_of_one_child_is_the_input_of_another() {
    let mut first = Command::new("echo").arg("hello").stdout(Stdio::piped()).spawn().unwrap();
    let stdio: Stdio = first.stdout.take().unwrap().try_into().unwrap();
    let second = Command::new("tr").args(["a-z", "A-Z"]).stdin(stdio).output();
    assert_eq!(soon(second).await.unwrap().stdout, b"HELLO\n");
    assert!(soon(first.wait()).await.unwrap().success());
}

#[runtime::test]
async fn the_input_of_one_child_is_the_output_of_another() {
    let mut reader =
        Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let stdio: Stdio = reader.stdin.take().unwrap().try_into().unwrap();
    let writer = Command::new("echo").arg("hello").stdout(stdio).status();
    assert!(soon(writer).await.unwrap().success());
    assert_eq!(soon(reader.wait_with_output()).await.unwrap().stdout, b"hello\n");
}

#[runtime::test]
async fn pipes_are_handed_out_in_blocking_mode() {
    let mut child = Command::new("cat")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let stdin = child.stdin.take().unwrap();
    assert!(SockRef::from(&stdin).nonblocking().unwrap());
    let number = stdin.as_raw_fd();
    assert_eq!(stdin.as_fd().as_raw_fd(), number);
    let fd = stdin.into_owned_fd().unwrap();
    assert_eq!(fd.as_raw_fd(), number);
    assert!(!SockRef::from(&fd).nonblocking().unwrap());
    for fd in [
        child.stdout.take().unwrap().into_owned_fd().unwrap(),
        child.stderr.take().unwrap().into_owned_fd().unwrap(),
    ] {
        assert!(!SockRef::from(&fd).nonblocking().unwrap());
    }
    drop(fd);
    assert!(soon(child.wait()).await.unwrap().success());
}

#[runtime::test]
async fn pipes_of_the_standard_library_are_taken_over() {
    let mut child = std::process::Command::new("cat")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = ChildStdin::from_std(child.stdin.take().unwrap()).unwrap();
    let mut stdout = ChildStdout::from_std(child.stdout.take().unwrap()).unwrap();
    stdin.write_all(b"through").await.unwrap();
    drop(stdin);
    let mut all = String::new();
    soon(stdout.read_to_string(&mut all)).await.unwrap();
    assert_eq!(all, "through");
    child.wait().unwrap();
}

#[runtime::test]
async fn a_command_of_the_standard_library_becomes_one_of_ours() {
    let mut command = std::process::Command::new("echo");
    command.arg("hi");
    let mut command = Command::from(command);
    assert!(!command.get_kill_on_drop());
    assert_eq!(soon(command.output()).await.unwrap().stdout, b"hi\n");
}

//! What somebody sees who runs the examples.

#[path = "support/programs.rs"]
mod programs;

use programs::{interrupt, program, run};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::process::{Child, ChildStdout, Stdio};
use std::time::Duration;

/// How long anything here may take before it counts as hung.
const PATIENCE: Duration = Duration::from_secs(20);

/// An example that runs until it is told to stop.
struct Server {
    child: Child,
    addr: SocketAddr,
    // Kept open: a server whose output nobody takes would be cut off.
    _output: BufReader<ChildStdout>,
}

impl Server {
    /// Starts a server, and waits until it says where it listens.
    fn start(name: &str) -> Self {
        let mut command = program(name);
        command.arg("127.0.0.1:0").stdout(Stdio::piped());
        let mut child = command.spawn().expect("it is a program");
        let mut output = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut line = String::new();
        output.read_line(&mut line).expect("it prints text");
        let addr = line.trim().rsplit(' ').next().and_then(|addr| addr.parse().ok());
        let addr = addr.unwrap_or_else(|| panic!("{name} does not say where it listens: {line}"));
        Self { child, addr, _output: output }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.addr).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout that is not zero");
        stream
    }

    /// Sends what Ctrl-C sends; answers whether the server ends well.
    fn interrupt(mut self) -> bool {
        interrupt(&self.child);
        self.child.wait().expect("it was not waited for").success()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Of a test that failed; a server that has ended is not there to be killed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A line of somebody in the chat.
fn line(reader: &mut impl BufRead) -> String {
    let mut line = String::new();
    reader.read_line(&mut line).expect("a line in time");
    line
}

#[test]
fn hello_greets() {
    let (output, text) = run("hello", &[]);
    assert!(output.status.success());
    assert_eq!(text, "hello,\nworld\n");
}

#[test]
fn timers_tick_three_times_and_give_up_on_what_never_ends() {
    let (output, text) = run("timers", &[]);
    assert!(output.status.success());
    assert_eq!(text.lines().filter(|line| line.starts_with("tick ")).count(), 3, "{text}");
    assert!(text.ends_with("gave up: deadline has elapsed\n"), "{text}");
}

#[test]
fn echo_tcp_sends_back_until_it_is_interrupted() {
    let server = Server::start("echo_tcp");
    let mut streams = [server.connect(), server.connect()];
    for (stream, word) in streams.iter_mut().zip(["one", "two"]) {
        stream.write_all(word.as_bytes()).unwrap();
    }
    for (stream, word) in streams.iter_mut().zip(["one", "two"]) {
        let mut back = [0; 3];
        stream.read_exact(&mut back).unwrap();
        assert_eq!(back, word.as_bytes());
    }
    assert!(server.interrupt());
}

#[test]
fn echo_udp_sends_back_until_it_is_interrupted() {
    let server = Server::start("echo_udp");
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket.send_to(b"datagram", server.addr).unwrap();
    let mut back = [0; 16];
    assert_eq!(socket.recv_from(&mut back).unwrap(), (8, server.addr));
    assert_eq!(&back[..8], b"datagram");
    assert!(server.interrupt());
}

#[test]
fn chat_passes_lines_on_to_the_others() {
    let server = Server::start("chat");
    let mut ann = BufReader::new(server.connect());
    let mut bob = server.connect();
    assert!(line(&mut ann).ends_with(": (joins)\n"));
    bob.write_all(b"hello, ann\n").unwrap();
    let said = line(&mut ann);
    assert_eq!(said, format!("{}: hello, ann\n", bob.local_addr().unwrap()));
    drop(bob);
    assert!(line(&mut ann).ends_with(": (leaves)\n"));
    assert!(server.interrupt());
}

#[test]
fn chat_shows_itself() {
    let (output, text) = run("chat", &["--demo"]);
    assert!(output.status.success());
    assert!(text.lines().last().is_some_and(|line| line.ends_with(": hello, ann")), "{text}");
}

/// Answers one question with 192.0.2.7, named by a pointer to the name in the question.
fn answer_to(question: &[u8]) -> Vec<u8> {
    let mut answer = question.to_vec();
    answer[2..4].copy_from_slice(&[0x81, 0x80]);
    answer[6..8].copy_from_slice(&[0, 1]);
    answer.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 7]);
    answer
}

#[test]
fn udp_dns_asks_again_when_an_answer_is_lost() -> io::Result<()> {
    let server = UdpSocket::bind("127.0.0.1:0")?;
    server.set_read_timeout(Some(PATIENCE))?;
    let addr = server.local_addr()?.to_string();
    let mut command = program("udp_dns");
    let child = command.args([&addr, "example.test"]).stdout(Stdio::piped()).spawn()?;
    let mut question = [0; 512];
    server.recv_from(&mut question)?;
    let (length, from) = server.recv_from(&mut question)?;
    assert!(question[..length].windows(9).any(|part| part == b"\x07example\x04"));
    server.send_to(&answer_to(&question[..length]), from)?;
    let output = child.wait_with_output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(text, "no answer to question 1\nexample.test has address 192.0.2.7\n");
    assert!(output.status.success());
    Ok(())
}

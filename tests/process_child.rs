//! Children: how they end, and how that is awaited.

#[path = "support/net.rs"]
mod support;

use runtime::io::{AsyncReadExt, AsyncWriteExt};
use runtime::join;
use runtime::process::{Child, Command};
use runtime::runtime::{Builder, Runtime};
use std::future::{Future, poll_fn};
use std::io::{self, ErrorKind};
use std::os::unix::process::ExitStatusExt;
use std::pin::pin;
use std::process::Stdio;
use std::task::{Context, Waker};
use support::{pattern, poll_once, soon};

fn sh(script: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", script]).kill_on_drop(true);
    command
}

/// A child that reads its input to the end and writes what it has read.
fn cat() -> Child {
    let mut cat = Command::new("cat");
    cat.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap()
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

#[runtime::test]
async fn the_status_says_how_a_child_has_ended() {
    assert_eq!(soon(sh("exit 7").status()).await.unwrap().code(), Some(7));
    assert_eq!(soon(sh("kill -TERM $$").status()).await.unwrap().signal(), Some(libc::SIGTERM));
}

#[runtime::test]
async fn every_wait_gives_the_same_answer() {
    let mut child = sh("exit 5").spawn().unwrap();
    let first = soon(child.wait()).await.unwrap();
    assert_eq!(soon(child.wait()).await.unwrap(), first);
    assert_eq!(child.try_wait().unwrap(), Some(first));
}

#[runtime::test]
async fn the_number_goes_with_the_end() {
    let mut child = cat();
    assert!(child.id().is_some());
    soon(child.wait()).await.unwrap();
    assert_eq!(child.id(), None);
}

#[runtime::test]
async fn waiting_closes_the_input_first() {
    let mut child = cat();
    assert!(soon(child.wait()).await.unwrap().success());
    assert!(child.stdin.is_none());
}

#[runtime::test]
async fn looking_leaves_the_input_open() {
    let mut child = cat();
    assert_eq!(child.try_wait().unwrap(), None);
    child.stdin.as_mut().unwrap().write_all(b"still there").await.unwrap();
    let output = soon(child.wait_with_output()).await.unwrap();
    assert_eq!(output.stdout, b"still there");
}

#[runtime::test]
async fn a_wait_that_is_dropped_loses_nothing() {
    let mut child = sh("read line; exit 3").stdin(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    for _ in 0..3 {
        assert!(poll_once(pin!(child.wait())).is_pending());
    }
    stdin.write_all(b"go\n").await.unwrap();
    assert_eq!(soon(child.wait()).await.unwrap().code(), Some(3));
}

#[runtime::test]
async fn the_end_wakes_a_task_that_drops_its_wait_after_each_poll() {
    let mut child = sh("read line; exit 3").stdin(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // As a stream does that keeps the child and no future of it.
    let task = runtime::spawn(async move {
        let waiting = poll_fn(|cx| pin!(child.wait()).poll(cx));
        join!(biased; waiting, stdin.write_all(b"go\n"))
    });
    let (status, written) = soon(task).await.unwrap();
    written.unwrap();
    assert_eq!(status.unwrap().code(), Some(3));
}

#[runtime::test]
async fn a_child_that_ignores_sigterm_is_killed() {
    let mut child = sh("trap '' TERM; echo ready; while :; do sleep 1000; done")
        .stdout(Stdio::piped())
        .process_group(0)
        .spawn()
        .unwrap();
    let group = -i32::try_from(child.id().unwrap()).unwrap();
    child.stdout.as_mut().unwrap().read_exact(&mut [0; 6]).await.unwrap();
    // SAFETY: the call takes two numbers, and no memory.
    assert_eq!(unsafe { libc::kill(group.abs(), libc::SIGTERM) }, 0);
    assert_eq!(child.try_wait().unwrap(), None);
    soon(child.kill()).await.unwrap();
    assert_eq!(child.try_wait().unwrap().unwrap().signal(), Some(libc::SIGKILL));
    // SAFETY: as above; what the shell had started is still in the group that was made for it.
    unsafe { libc::kill(group, libc::SIGKILL) };
}

#[runtime::test]
async fn to_kill_what_has_ended_does_nothing() {
    let mut child = sh("exit 4").spawn().unwrap();
    soon(child.wait()).await.unwrap();
    child.start_kill().unwrap();
    soon(child.kill()).await.unwrap();
    assert_eq!(child.try_wait().unwrap().unwrap().code(), Some(4));
}

#[runtime::test]
async fn both_outputs_are_read_at_once() {
    // More than both pipes hold, in turns: who reads one to its end first never gets there.
    let script = "i=0; while [ $i -lt 40 ]; do \
                  head -c 8192 /dev/zero; head -c 8192 /dev/zero >&2; i=$((i+1)); done";
    let output = soon(sh(script).output()).await.unwrap();
    assert!(output.status.success());
    assert_eq!((output.stdout.len(), output.stderr.len()), (40 * 8192, 40 * 8192));
}

#[runtime::test]
async fn bytes_go_through_a_child_unchanged() {
    let mut child = cat();
    let sent = pattern(300_000);
    let mut stdin = child.stdin.take().unwrap();
    let writer = runtime::spawn({
        let sent = sent.clone();
        async move { stdin.write_all(&sent).await }
    });
    let output = soon(child.wait_with_output()).await.unwrap();
    writer.await.unwrap().unwrap();
    assert!(output.stdout == sent);
}

#[runtime::test]
async fn a_child_that_closes_its_output_is_waited_for() {
    let script = "exec >&- 2>&-; read line; exit 6";
    let mut child = sh(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut all = pin!(child.wait_with_output());
    assert!(poll_once(all.as_mut()).is_pending());
    stdin.write_all(b"go\n").await.unwrap();
    let output = soon(all).await.unwrap();
    assert_eq!(output.status.code(), Some(6));
    assert!(output.stdout.is_empty() && output.stderr.is_empty());
}

#[runtime::test]
async fn the_end_shows_though_a_grandchild_keeps_the_pipe() {
    let mut child = sh("sleep 1000 & echo $!").stdout(Stdio::piped()).spawn().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let mut buf = [0; 32];
    let read = soon(stdout.read(&mut buf)).await.unwrap();
    assert!(soon(child.wait()).await.unwrap().success());

    let mut rest = Vec::new();
    let mut more = pin!(stdout.read_to_end(&mut rest));
    assert!(poll_once(more.as_mut()).is_pending(), "the grandchild may still write");
    let grandchild = String::from_utf8_lossy(&buf[..read]).trim().parse().unwrap();
    // SAFETY: the call takes two numbers, and no memory.
    assert_eq!(unsafe { libc::kill(grandchild, libc::SIGKILL) }, 0);
    assert_eq!(soon(more).await.unwrap(), 0);
}

#[runtime::test]
async fn a_writer_hears_that_the_child_reads_no_more() {
    let mut child = sh("exec <&-; echo closed; read line")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    child.stdout.as_mut().unwrap().read_exact(&mut [0; 7]).await.unwrap();
    // Another test's child may hold a copy of the other end for a moment, until its program starts.
    let until_refused = async {
        loop {
            if let Err(error) = stdin.write_all(b"anybody?").await {
                return error;
            }
        }
    };
    let error = soon(until_refused).await;
    assert_eq!(error.kind(), ErrorKind::BrokenPipe);
    soon(child.wait()).await.unwrap();
}

#[runtime::test]
async fn a_program_that_does_not_exist_is_an_error() {
    let mut command = Command::new("/no/such/program");
    assert_eq!(command.spawn().unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(command.status().await.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(command.output().await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[runtime::test]
async fn a_child_that_ends_before_its_program_starts_has_a_status() {
    let mut command = Command::new("true");
    // SAFETY: `_exit` is one of the few calls that a child of several threads may make.
    let mut child = unsafe { command.pre_exec(|| libc::_exit(9)) }.spawn().unwrap();
    assert_eq!(soon(child.wait()).await.unwrap().code(), Some(9));
}

#[runtime::test]
async fn an_error_before_the_program_starts_is_that_of_the_spawn() {
    let mut command = Command::new("true");
    let fail = || Err(io::Error::from_raw_os_error(libc::EDOM));
    // SAFETY: the closure makes a value of a number, and calls nothing.
    let error = unsafe { command.pre_exec(fail) }.spawn().unwrap_err();
    assert_eq!(error.raw_os_error(), Some(libc::EDOM));
}

#[runtime::test]
async fn a_child_reaped_by_somebody_else_is_an_error_for_ever() {
    let mut child = sh("exit 1").spawn().unwrap();
    let id = i32::try_from(child.id().unwrap()).unwrap();
    // SAFETY: the pointer may be null if the status is not wanted.
    assert_eq!(unsafe { libc::waitpid(id, std::ptr::null_mut(), 0) }, id);
    for _ in 0..2 {
        let error = soon(child.wait()).await.unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::ECHILD));
        assert_eq!(child.id(), None, "the number may be a stranger's");
    }
    // It would hit the stranger.
    child.start_kill().unwrap();
}

#[runtime::test]
async fn many_children_at_once_are_all_waited_for() {
    wait_for_many().await;
}

#[runtime::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_loops_wait_for_children() {
    wait_for_many().await;
}

async fn wait_for_many() {
    let children: Vec<_> =
        (0..50).map(|code| runtime::spawn(sh(&format!("exit {code}")).status())).collect();
    for (code, child) in children.into_iter().enumerate() {
        assert_eq!(soon(child).await.unwrap().unwrap().code(), Some(code as i32));
    }
}

#[runtime::test]
async fn the_future_of_a_command_does_not_borrow_it() {
    let mut command = sh("exit 2");
    let (status, output) = (command.status(), command.output());
    drop(command);
    assert_eq!(status.await.unwrap().code(), Some(2));
    assert_eq!(output.await.unwrap().status.code(), Some(2));
}

#[test]
fn a_child_may_be_waited_for_on_another_runtime() {
    let mut child = runtime().block_on(async { cat() });
    let stdin = child.stdin.take();
    let mut second = Some(runtime());
    second.as_ref().unwrap().block_on(async {
        // Leaves a watch behind on a runtime that nobody drives after this.
        assert!(poll_once(pin!(child.wait())).is_pending());
    });
    drop(stdin);
    drop(second.take());
    runtime().block_on(async {
        assert!(soon(child.wait()).await.unwrap().success());
    });
}

#[test]
fn a_child_may_be_waited_for_outside_of_its_runtime() {
    let rt = runtime();
    let mut child = rt.block_on(async { cat() });
    let (done, driven) = runtime::sync::oneshot::channel::<()>();
    let driver = std::thread::spawn(move || rt.block_on(driven));
    assert!(futures::executor::block_on(child.wait()).unwrap().success());
    drop(done);
    driver.join().unwrap().unwrap_err();
}

#[test]
fn a_child_that_has_ended_needs_no_runtime() {
    let rt = runtime();
    let mut child = rt.block_on(async {
        let mut child = sh("echo over; exit 8").stdout(Stdio::piped()).spawn().unwrap();
        child.stdout.take().unwrap().read_to_end(&mut Vec::new()).await.unwrap();
        child
    });
    drop(rt);
    // The output ends a moment before the process does.
    let status = loop {
        match pin!(child.wait()).poll(&mut Context::from_waker(Waker::noop())) {
            std::task::Poll::Ready(Ok(status)) => break status,
            _ => std::thread::yield_now(),
        }
    };
    assert_eq!(status.code(), Some(8));
}

#[test]
fn the_end_of_the_runtime_ends_a_wait() {
    let rt = runtime();
    let mut child = rt.block_on(async { cat() });
    let stdin = child.stdin.take();
    drop(rt);
    let error = futures::executor::block_on(child.wait()).unwrap_err();
    assert!(runtime::runtime::is_rt_shutdown_err(&error));
    drop(stdin);
}

#[test]
#[should_panic(expected = "there is no reactor running")]
fn a_spawn_outside_of_a_runtime_panics() {
    let _ = Command::new("true").spawn();
}

#[test]
#[should_panic(expected = "IO is disabled")]
fn a_spawn_without_io_panics() {
    let rt = Builder::new_current_thread().build().unwrap();
    rt.block_on(async { Command::new("true").spawn() }).unwrap();
}

#[test]
fn nothing_is_started_where_a_spawn_panics() {
    let spawn = || Command::new("true").spawn_with(|_| unreachable!("nobody could wait for it"));
    assert!(std::panic::catch_unwind(spawn).is_err());
}

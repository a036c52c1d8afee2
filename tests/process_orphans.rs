//! Children that are dropped: killed or not, all are reaped.
#![cfg(target_os = "linux")]

use runtime::io::AsyncReadExt;
use runtime::process::{Child, Command};
use runtime::runtime::Builder;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// Has `child` started in a runtime of its own, which is gone by now.
fn spawned(command: &mut Command) -> Child {
    let rt = Builder::new_current_thread().enable_all().build().unwrap();
    rt.block_on(async { command.spawn().unwrap() })
}

fn sleep(kill_on_drop: bool) -> Child {
    spawned(Command::new("sleep").arg("1000").kill_on_drop(kill_on_drop))
}

/// Where the system lists a process, until it is reaped.
fn listing(id: u32) -> PathBuf {
    format!("/proc/{id}/stat").into()
}

fn number(child: &Child) -> u32 {
    child.id().expect("it runs")
}

/// Waits until `done`; what takes this long does not happen.
fn until(done: impl Fn() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < Duration::from_secs(20), "it does not happen");
        std::thread::yield_now();
    }
}

fn until_reaped(id: u32) {
    until(|| !listing(id).exists());
}

fn kill(id: u32) {
    // SAFETY: the call takes two numbers, and no memory.
    assert_eq!(unsafe { libc::kill(id as i32, libc::SIGKILL) }, 0);
}

#[test]
fn a_dropped_child_is_killed_if_that_was_asked_for() {
    let child = sleep(true);
    let id = number(&child);
    drop(child);
    until_reaped(id);
}

#[test]
fn a_dropped_child_goes_on_and_is_reaped_when_it_ends() {
    let child = sleep(false);
    let id = number(&child);
    drop(child);
    let state = std::fs::read_to_string(listing(id)).unwrap();
    assert!(!state.contains(") Z"), "it is alive: {state}");
    kill(id);
    until_reaped(id);
}

#[test]
fn a_child_that_ended_before_it_was_dropped_is_reaped() {
    let child = sleep(false);
    let id = number(&child);
    kill(id);
    until(|| std::fs::read_to_string(listing(id)).unwrap().contains(") Z"));
    drop(child);
    until_reaped(id);
}

#[test]
fn orphans_that_come_one_after_the_other_are_all_reaped() {
    let mut numbers = Vec::new();
    for round in 0..30 {
        let child = sleep(round % 2 == 0);
        numbers.push(number(&child));
        drop(child);
        if round % 2 == 1 {
            kill(numbers[round]);
        }
        // Lets the one who reaps come to its end in some rounds, and be surprised in others.
        if round % 3 == 0 {
            until_reaped(numbers[round]);
        }
    }
    numbers.into_iter().for_each(until_reaped);
}

#[test]
fn an_orphan_that_lives_on_keeps_no_other_from_being_reaped() {
    let (long, short) = (sleep(false), sleep(true));
    let (long_id, short_id) = (number(&long), number(&short));
    drop(long);
    drop(short);
    until_reaped(short_id);
    kill(long_id);
    until_reaped(long_id);
}

#[test]
fn children_of_others_keep_their_status() {
    let mut foreign = std::process::Command::new("sh").args(["-c", "exit 3"]).spawn().unwrap();
    until(|| std::fs::read_to_string(listing(foreign.id())).unwrap().contains(") Z"));
    let child = sleep(true);
    let id = number(&child);
    drop(child);
    until_reaped(id);
    assert_eq!(foreign.wait().unwrap().code(), Some(3));
}

#[test]
fn a_future_of_a_command_kills_when_it_is_dropped_if_that_was_asked_for() {
    let rt = Builder::new_current_thread().enable_all().build().unwrap();
    rt.block_on(async {
        let (mut number, report) = runtime::net::unix::pipe::pipe()
            .map(|(sender, receiver)| (receiver, sender.into_blocking_fd().unwrap()))
            .unwrap();
        let status = Command::new("sh")
            .args(["-c", "echo $$; exec sleep 1000"])
            .stdout(Stdio::from(report))
            .kill_on_drop(true)
            .status();
        let mut id = String::new();
        while !id.ends_with('\n') {
            id.push(number.read_u8().await.unwrap().into());
        }
        drop(status);
        until_reaped(id.trim().parse().unwrap());
    });
}

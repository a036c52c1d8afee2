//! A child process as its parent holds it.

use super::os_process::Process;
use super::stdio::{ChildStderr, ChildStdin, ChildStdout};
use crate::io::{AsyncRead, AsyncReadExt};
use crate::runtime::Handle;
use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::process::{self, ExitStatus, Output};
use std::task::{Context, Poll, ready};

/// A child process.
///
/// Dropping it lets the process go on by itself, unless [`Command::kill_on_drop`] was set. Either
/// way the process is reaped once it has ended.
///
/// [`Command::kill_on_drop`]: super::Command::kill_on_drop
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::process::Command;
///
/// let mut child = Command::new("sh").args(["-c", "exit 3"]).spawn()?;
/// assert_eq!(child.wait().await?.code(), Some(3));
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct Child {
    process: Process,

    /// The pipe to the child's standard input, if one was asked for.
    ///
    /// Waiting for the child closes it. Take it out to write to it meanwhile.
    pub stdin: Option<ChildStdin>,

    /// The pipe from the child's standard output, if one was asked for.
    ///
    /// A child that nobody reads from stops as soon as the pipe is full.
    pub stdout: Option<ChildStdout>,

    /// The pipe from the child's standard error, if one was asked for.
    pub stderr: Option<ChildStderr>,
}

impl Child {
    /// Takes over a child of the standard library, together with its pipes.
    ///
    /// If that fails, nobody is left to care for the process, so it is killed.
    #[track_caller]
    pub(super) fn new(
        mut child: process::Child,
        runtime: Handle,
        kill_on_drop: bool,
    ) -> io::Result<Child> {
        let (stdin, stdout, stderr) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let mut process = Process::new(child, runtime);
        let stdin = stdin.map(ChildStdin::from_std).transpose()?;
        let stdout = stdout.map(ChildStdout::from_std).transpose()?;
        let stderr = stderr.map(ChildStderr::from_std).transpose()?;
        process.kill_on_drop = kill_on_drop;
        Ok(Child { process, stdin, stdout, stderr })
    }

    /// Returns the number that the operating system knows the child by.
    ///
    /// There is none any more once the child was seen to have ended: the number may be that of
    /// another process by then.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::process::Command;
    ///
    /// let mut child = Command::new("true").spawn()?;
    /// assert!(child.id().is_some());
    /// child.wait().await?;
    /// assert_eq!(child.id(), None);
    /// # Ok(()) }
    /// ```
    pub fn id(&self) -> Option<u32> {
        self.process.id()
    }

    /// Has the child end at once (`SIGKILL`), without waiting until it has.
    ///
    /// It is to be waited for nevertheless. To kill a child that was seen to have ended is no error
    /// and does nothing.
    ///
    /// # Errors
    ///
    /// If the child has become a process that we have no right to kill.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::process::Command;
    ///
    /// let mut child = Command::new("sleep").arg("1000").spawn()?;
    /// child.start_kill()?;
    /// assert!(!child.wait().await?.success());
    /// # Ok(()) }
    /// ```
    pub fn start_kill(&mut self) -> io::Result<()> {
        self.process.kill()
    }

    /// Has the child end at once (`SIGKILL`), and waits until it has.
    ///
    /// # Cancel safety
    ///
    /// The child is killed by the first poll; stopping after that only stops to wait.
    ///
    /// # Errors
    ///
    /// As [`Child::start_kill`] and [`Child::wait`].
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::process::Command;
    ///
    /// let mut child = Command::new("sleep").arg("1000").spawn()?;
    /// child.kill().await?;
    /// assert_eq!(child.id(), None);
    /// # Ok(()) }
    /// ```
    pub async fn kill(&mut self) -> io::Result<()> {
        self.start_kill()?;
        self.wait().await.map(drop)
    }

    /// Waits until the child has ended, and says how it did.
    ///
    /// Closes the pipe to the child's standard input first, if it is still in [`Child::stdin`], so
    /// that the two do not wait for each other. Once the child has ended every further call gives
    /// the same answer.
    ///
    /// # Cancel safety
    ///
    /// This method is cancel safe: the end of the child is there for the next call. The pipe stays
    /// closed.
    ///
    /// # Errors
    ///
    /// If its runtime shuts down, or if somebody else has reaped the child. If there are neither
    /// descriptors nor threads left to watch the child with.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::process::Command;
    /// use std::process::Stdio;
    ///
    /// // Ends with its input.
    /// let mut cat = Command::new("cat").stdin(Stdio::piped()).spawn()?;
    /// assert!(cat.wait().await?.success());
    /// # Ok(()) }
    /// ```
    pub async fn wait(&mut self) -> io::Result<ExitStatus> {
        drop(self.stdin.take());
        self.process.wait().await
    }

    /// Says how the child has ended, or `None` if it has not.
    ///
    /// Unlike [`Child::wait`] this leaves the pipe to the child's standard input open.
    ///
    /// # Errors
    ///
    /// If somebody else has reaped the child.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::process::Command;
    ///
    /// let mut child = Command::new("sleep").arg("1000").spawn()?;
    /// assert_eq!(child.try_wait()?, None);
    /// child.kill().await?;
    /// assert!(child.try_wait()?.is_some());
    /// # Ok(()) }
    /// ```
    pub fn try_wait(&mut self) -> io::Result<Option<ExitStatus>> {
        self.process.try_wait()
    }

    /// Reads all that the child writes, and waits until it has ended.
    ///
    /// Closes the pipe to the child's standard input first, if it is still in [`Child::stdin`].
    /// Output that was not piped, or whose pipe was taken out, comes back empty. A process that the
    /// child has left behind with its output keeps this waiting, too.
    ///
    /// # Cancel safety
    ///
    /// This method is not cancel safe: it drops the child, and what was read so far.
    ///
    /// # Errors
    ///
    /// If a pipe cannot be read, or as [`Child::wait`].
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::process::Command;
    /// use std::process::Stdio;
    ///
    /// let child = Command::new("echo").arg("hi").stdout(Stdio::piped()).spawn()?;
    /// assert_eq!(child.wait_with_output().await?.stdout, b"hi\n");
    /// # Ok(()) }
    /// ```
    pub async fn wait_with_output(mut self) -> io::Result<Output> {
        drop(self.stdin.take());
        let (stdout, stderr) = read_both(self.stdout.take(), self.stderr.take()).await?;
        let status = self.wait().await?;
        Ok(Output { status, stdout, stderr })
    }
}

/// Reads two streams to their ends at once: a child may have to fill one to go on with the other.
async fn read_both(
    stdout: Option<ChildStdout>,
    stderr: Option<ChildStderr>,
) -> io::Result<(Vec<u8>, Vec<u8>)> {
    let (mut stdout, mut stderr) = (pin!(read_all(stdout)), pin!(read_all(stderr)));
    let (mut output, mut errors) = (None, None);
    poll_fn(|cx| {
        let read = poll_into(&mut output, stdout.as_mut(), cx)?;
        ready!(poll_into(&mut errors, stderr.as_mut(), cx)?);
        ready!(read);
        Poll::Ready(io::Result::Ok(()))
    })
    .await?;
    Ok((output.unwrap_or_default(), errors.unwrap_or_default()))
}

async fn read_all(stream: Option<impl AsyncRead + Unpin>) -> io::Result<Vec<u8>> {
    let mut all = Vec::new();
    if let Some(mut stream) = stream {
        stream.read_to_end(&mut all).await?;
    }
    Ok(all)
}

/// Polls a future unless it has filled its slot.
fn poll_into<T>(
    slot: &mut Option<T>,
    future: Pin<&mut impl Future<Output = io::Result<T>>>,
    cx: &mut Context<'_>,
) -> Poll<io::Result<()>> {
    if slot.is_none() {
        *slot = Some(ready!(future.poll(cx))?);
    }
    Poll::Ready(Ok(()))
}

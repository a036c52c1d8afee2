//! What is to be started as a process.

use super::Child;
use crate::io::runtime_with_io;
use crate::runtime::Handle;
use std::ffi::OsStr;
use std::future::Future;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{self, ExitStatus, Output, Stdio};

/// Sets up a process and starts it, as its namesake of the standard library does.
///
/// Unless set otherwise the child gets the arguments it was given and no others, the environment
/// and the working directory of this process, and shares its standard input, output and error.
/// A command may be started any number of times.
///
/// # Examples
///
/// ```
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use runtime::process::Command;
///
/// let status = Command::new("test").args(["-d", "/"]).status().await?;
/// assert!(status.success());
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct Command {
    std: process::Command,
    kill_on_drop: bool,
}

impl Command {
    /// Makes a command that starts `program`.
    ///
    /// A name without a slash is looked for in the folders of `PATH`.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::process::Command;
    /// let output = Command::new("echo").output().await?;
    /// assert_eq!(output.stdout, b"\n");
    /// # Ok(()) }
    /// ```
    pub fn new<S: AsRef<OsStr>>(program: S) -> Command {
        process::Command::new(program).into()
    }

    /// Shows the command of the standard library inside.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::process::Command;
    /// let mut command = Command::new("echo");
    /// command.arg("hi");
    /// assert_eq!(command.as_std().get_program(), "echo");
    /// assert_eq!(command.as_std().get_args().count(), 1);
    /// ```
    pub fn as_std(&self) -> &process::Command {
        &self.std
    }

    /// Shows the command of the standard library inside, to set what this type has no method for.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::process::Command;
    /// use std::os::unix::process::CommandExt;
    ///
    /// let mut command = Command::new("sh");
    /// command.as_std_mut().arg0("shell");
    /// ```
    pub fn as_std_mut(&mut self) -> &mut process::Command {
        &mut self.std
    }

    /// Gives the command of the standard library away; it knows nothing of
    /// [`Command::kill_on_drop`].
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::process::Command;
    /// let status = Command::new("true").into_std().status()?;
    /// assert!(status.success());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn into_std(self) -> process::Command {
        self.std
    }

    /// Adds an argument, as it is: there is no shell to interpret it.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::process::Command;
    /// let output = Command::new("echo").arg("$HOME and  more").output().await?;
    /// assert_eq!(output.stdout, b"$HOME and  more\n");
    /// # Ok(()) }
    /// ```
    pub fn arg<S: AsRef<OsStr>>(&mut self, arg: S) -> &mut Command {
        self.std.arg(arg);
        self
    }

    /// Adds several arguments.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::process::Command;
    /// let output = Command::new("echo").args(["a", "b"]).output().await?;
    /// assert_eq!(output.stdout, b"a b\n");
    /// # Ok(()) }
    /// ```
    pub fn args<I, S>(&mut self, args: I) -> &mut Command
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        self.std.args(args);
        self
    }

    /// Sets the name that the child is told to be called by, which is otherwise that of the program.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::process::Command;
    /// let output = Command::new("sh").arg0("shell").args(["-c", "echo $0"]).output().await?;
    /// assert_eq!(output.stdout, b"shell\n");
    /// # Ok(()) }
    /// ```
    pub fn arg0<S>(&mut self, arg: S) -> &mut Command
    where
        S: AsRef<OsStr>,
    {
        self.std.arg0(arg);
        self
    }

    /// Sets a variable of the child's environment.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::process::Command;
    /// let output = Command::new("sh").args(["-c", "echo $WHO"]).env("WHO", "me").output().await?;
    /// assert_eq!(output.stdout, b"me\n");
    /// # Ok(()) }
    /// ```
    pub fn env<K, V>(&mut self, key: K, val: V) -> &mut Command
    where
        K: AsRef<OsStr>,
        V: AsRef<OsStr>,
    {
        self.std.env(key, val);
        self
    }

    /// Sets several variables of the child's environment.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::process::Command;
    /// let script = "echo $A$B";
    /// let output =
    ///    Command::new("sh").args(["-c", script]).envs([("A", "1"), ("B", "2")]).output().await?;
    /// assert_eq!(output.stdout, b"12\n");
    /// # Ok(()) }
    /// ```
    pub fn envs<I, K, V>(&mut self, vars: I) -> &mut Command
    where
        I: IntoIterator<Item = (K, V)>,
        K: AsRef<OsStr>,
        V: AsRef<OsStr>,
    {
        self.std.envs(vars);
        self
    }

    /// Takes a variable out of the child's environment.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::process::Command;
    /// let status = Command::new("sh").args(["-c", "test -z \"$HOME\""]).env_remove("HOME").status().await?;
    /// assert!(status.success());
    /// # Ok(()) }
    /// ```
    pub fn env_remove<K: AsRef<OsStr>>(&mut self, key: K) -> &mut Command {
        self.std.env_remove(key);
        self
    }

    /// Empties the child's environment; what is set afterwards is all there is.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::process::Command;
    /// let output = Command::new("/usr/bin/env").env_clear().env("A", "1").output().await?;
    /// assert_eq!(output.stdout, b"A=1\n");
    /// # Ok(()) }
    /// ```
    pub fn env_clear(&mut self) -> &mut Command {
        self.std.env_clear();
        self
    }

    /// Sets the child's working directory.
    ///
    /// Whether a relative path to the program starts from here or from there differs between
    /// platforms; an absolute one is the same everywhere.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::process::Command;
    /// let output = Command::new("pwd").current_dir("/").output().await?;
    /// assert_eq!(output.stdout, b"/\n");
    /// # Ok(()) }
    /// ```
    pub fn current_dir<P: AsRef<Path>>(&mut self, dir: P) -> &mut Command {
        self.std.current_dir(dir);
        self
    }

    /// Sets where the child's standard input comes from; otherwise the child shares that of this process.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::process::Command;
    /// use std::process::Stdio;
    ///
    /// let status = Command::new("cat").stdin(Stdio::null()).status().await?;
    /// assert!(status.success());
    /// # Ok(()) }
    /// ```
    pub fn stdin<T: Into<Stdio>>(&mut self, cfg: T) -> &mut Command {
        self.std.stdin(cfg);
        self
    }

    /// Sets where the child's standard output goes to; otherwise the child shares that of this process.
    ///
    /// [`Command::output`] pipes it whatever this says.
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
    pub fn stdout<T: Into<Stdio>>(&mut self, cfg: T) -> &mut Command {
        self.std.stdout(cfg);
        self
    }

    /// Sets where the child's standard error goes to; otherwise the child shares that of this process.
    ///
    /// [`Command::output`] pipes it whatever this says.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::process::Command;
    /// use std::process::Stdio;
    ///
    /// let status = Command::new("ls").arg("/no/such/file").stderr(Stdio::null()).status().await?;
    /// assert!(!status.success());
    /// # Ok(()) }
    /// ```
    pub fn stderr<T: Into<Stdio>>(&mut self, cfg: T) -> &mut Command {
        self.std.stderr(cfg);
        self
    }

    /// Sets the user that the child runs as. It takes privileges to become somebody else.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::process::Command;
    /// let output = Command::new("id").arg("-u").output().await?;
    /// let ours = String::from_utf8_lossy(&output.stdout).trim().parse().expect("a number");
    /// let status = Command::new("true").uid(ours).status().await?;
    /// assert!(status.success());
    /// # Ok(()) }
    /// ```
    pub fn uid(&mut self, id: u32) -> &mut Command {
        self.std.uid(id);
        self
    }

    /// Sets the group of users that the child runs as.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::process::Command;
    /// let output = Command::new("id").arg("-g").output().await?;
    /// let ours = String::from_utf8_lossy(&output.stdout).trim().parse().expect("a number");
    /// let status = Command::new("true").gid(ours).status().await?;
    /// assert!(status.success());
    /// # Ok(()) }
    /// ```
    pub fn gid(&mut self, id: u32) -> &mut Command {
        self.std.gid(id);
        self
    }

    /// Puts the child into a group of processes: that of number `pgroup`, or for 0 a new one of its own.
    ///
    /// Ctrl-C at the terminal goes to the group in the foreground only.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::process::Command;
    /// let mut child = Command::new("true").process_group(0).spawn()?;
    /// assert!(child.wait().await?.success());
    /// # Ok(()) }
    /// ```
    pub fn process_group(&mut self, pgroup: i32) -> &mut Command {
        self.std.process_group(pgroup);
        self
    }

    /// Has the child call `f` between its fork and the start of the program.
    ///
    /// An error of `f` is that of [`Command::spawn`]. Several calls run in the order they were set.
    ///
    /// # Safety
    ///
    /// The child is a copy of one thread of this process. Locks that other threads held at that moment
    /// are never released in it, that of the memory allocator included. So `f` must call nothing but what
    /// a signal handler may call, and touch no lock and no memory that is not its own.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::process::Command;
    /// use std::io;
    ///
    /// let mut command = Command::new("true");
    /// let fail = || Err(io::Error::from_raw_os_error(libc::EPERM));
    /// // SAFETY: it makes a value of a number, and calls nothing.
    /// let error = unsafe { command.pre_exec(fail) }.spawn().unwrap_err();
    /// assert_eq!(error.raw_os_error(), Some(libc::EPERM));
    /// # Ok(()) }
    /// ```
    pub unsafe fn pre_exec<F>(&mut self, f: F) -> &mut Command
    where
        F: FnMut() -> io::Result<()> + Send + Sync + 'static,
    {
        // SAFETY: the caller knows what the child may do.
        unsafe { self.std.pre_exec(f) };
        self
    }

    /// Sets whether the process is killed when its [`Child`] is dropped before it was seen to have
    /// ended; it is not by default.
    ///
    /// This holds for the futures of [`Command::status`] and [`Command::output`], too. The process is
    /// reaped in either case.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::process::Command;
    /// let child = Command::new("sleep").arg("1000").kill_on_drop(true).spawn()?;
    /// drop(child);
    /// # Ok(()) }
    /// ```
    pub fn kill_on_drop(&mut self, kill_on_drop: bool) -> &mut Command {
        self.kill_on_drop = kill_on_drop;
        self
    }

    /// Returns whether the process is killed when its [`Child`] is dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::process::Command;
    /// assert!(!Command::new("true").get_kill_on_drop());
    /// assert!(Command::new("true").kill_on_drop(true).get_kill_on_drop());
    /// ```
    pub fn get_kill_on_drop(&self) -> bool {
        self.kill_on_drop
    }

    /// Starts the process.
    ///
    /// # Errors
    ///
    /// If the program does not exist or may not be run, or the system has no room for another process.
    ///
    /// # Panics
    ///
    /// Outside a runtime with I/O enabled.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::process::Command;
    /// let mut child = Command::new("true").spawn()?;
    /// assert!(child.wait().await?.success());
    ///
    /// let error = Command::new("/no/such/program").spawn().unwrap_err();
    /// assert_eq!(error.kind(), std::io::ErrorKind::NotFound);
    /// # Ok(()) }
    /// ```
    #[track_caller]
    pub fn spawn(&mut self) -> io::Result<Child> {
        self.spawn_with(process::Command::spawn)
    }

    /// Starts the process in the caller's own way.
    ///
    /// `with` is given the command of the standard library, and gives the process that it has started.
    /// That process must be a child of this one, and nobody else may wait for it.
    ///
    /// # Errors
    ///
    /// With what `with` says.
    ///
    /// # Panics
    ///
    /// Outside a runtime with I/O enabled.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::process::Command;
    /// let mut child = Command::new("true").spawn_with(|command| command.arg("ignored").spawn())?;
    /// assert!(child.wait().await?.success());
    /// # Ok(()) }
    /// ```
    #[track_caller]
    pub fn spawn_with(
        &mut self,
        with: impl FnOnce(&mut process::Command) -> io::Result<process::Child>,
    ) -> io::Result<Child> {
        // Comes first: nobody could wait for a process that was started outside of a runtime.
        let runtime = Handle::new(runtime_with_io()?);
        let child = with(&mut self.std)?;
        Child::new(child, runtime, self.kill_on_drop)
    }

    /// Starts the process at once, and gives a future of how it ends.
    ///
    /// Pipes that were asked for are closed. Dropping the future lets the process go on, unless
    /// [`Command::kill_on_drop`] was set.
    ///
    /// # Errors
    ///
    /// The future fails as [`Command::spawn`] and [`Child::wait`] do.
    ///
    /// # Panics
    ///
    /// Outside a runtime with I/O enabled.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::process::Command;
    /// let status = Command::new("false").status().await?;
    /// assert_eq!(status.code(), Some(1));
    /// # Ok(()) }
    /// ```
    #[track_caller]
    pub fn status(&mut self) -> impl Future<Output = io::Result<ExitStatus>> + use<> {
        let child = self.spawn();
        async {
            let mut child = child?;
            drop((child.stdin.take(), child.stdout.take(), child.stderr.take()));
            child.wait().await
        }
    }

    /// Starts the process at once, and gives a future of all that it writes and how it ends.
    ///
    /// Standard output and standard error are piped, from now on and whatever was set before; the rest
    /// is as it was set. Dropping the future lets the process go on, unless [`Command::kill_on_drop`]
    /// was set.
    ///
    /// # Errors
    ///
    /// The future fails as [`Command::spawn`] and [`Child::wait_with_output`] do.
    ///
    /// # Panics
    ///
    /// Outside a runtime with I/O enabled.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use runtime::process::Command;
    /// let output = Command::new("sh").args(["-c", "echo hi; echo alas >&2"]).output().await?;
    /// assert_eq!((&output.stdout[..], &output.stderr[..]), (&b"hi\n"[..], &b"alas\n"[..]));
    /// # Ok(()) }
    /// ```
    #[track_caller]
    pub fn output(&mut self) -> impl Future<Output = io::Result<Output>> + use<> {
        let child = self.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        async { child?.wait_with_output().await }
    }
}

impl From<process::Command> for Command {
    fn from(std: process::Command) -> Command {
        Command { std, kill_on_drop: false }
    }
}

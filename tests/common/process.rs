//! Child processes that never outlive their test.

use std::{
    io::Read,
    process::{Child, Command, ExitStatus, Stdio},
    sync::{
        Mutex,
        mpsc::{Receiver, RecvTimeoutError, channel},
    },
    thread,
    time::Duration,
};

pub use rustix::process::Signal;
use rustix::{
    io::Errno,
    process::{Pid, kill_process},
};

/// Sends `signal` to the process `pid`.
pub fn signal(pid: u32, signal: Signal) {
    let process = Pid::from_raw(pid as i32).expect("a process has a number");
    // A process that has just exited needs no signal.
    assert!(matches!(kill_process(process, signal), Ok(()) | Err(Errno::SRCH)), "{pid}");
}

/// A child whose exit can be awaited for a limited time; killed when dropped.
pub struct Watched {
    /// Its process id.
    pub pid: u32,
    /// The lock only makes it shareable between tests; it is never contended.
    end: Mutex<Receiver<ExitStatus>>,
    has_ended: bool,
}

impl Watched {
    /// Watches `child`; its pipes stay with the caller.
    pub fn new(mut child: Child) -> Self {
        let (sender, end) = channel();
        let pid = child.id();
        thread::spawn(move || sender.send(child.wait().unwrap()));
        Self { pid, end: Mutex::new(end), has_ended: false }
    }

    /// Its exit status, if it exits within `patience`.
    pub fn wait(&mut self, patience: Duration) -> Option<ExitStatus> {
        match self.end.get_mut().unwrap().recv_timeout(patience) {
            Ok(status) => {
                self.has_ended = true;
                Some(status)
            }
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => panic!("it was awaited twice"),
        }
    }

    /// Whether it is still running.
    pub fn is_running(&mut self) -> bool {
        !self.has_ended && self.wait(Duration::ZERO).is_none()
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if self.is_running() {
            signal(self.pid, Signal::KILL);
            self.wait(Duration::from_secs(10));
        }
    }
}

/// A finished process.
pub struct Finished {
    /// Its exit code; none if a signal ended it.
    pub code: Option<i32>,
    /// Its stdout.
    pub stdout: String,
    /// Its stderr.
    pub stderr: String,
}

/// Runs `command`, which must exit within `patience`.
pub fn run(command: &mut Command, patience: Duration) -> Finished {
    let pipes = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = pipes.spawn().unwrap();
    let stdout = collect(child.stdout.take().unwrap());
    let stderr = collect(child.stderr.take().unwrap());
    let mut watched = Watched::new(child);
    let status = watched.wait(patience).unwrap_or_else(|| panic!("{command:?} does not exit"));
    Finished { code: status.code(), stdout: stdout.join().unwrap(), stderr: stderr.join().unwrap() }
}

/// Reads a pipe to its end on a thread, so that its writer never blocks.
pub fn collect(mut pipe: impl Read + Send + 'static) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // An error ends the pipe as its writer's exit does.
        let _ = pipe.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

//! Processes that are watched, told to stop and never left behind.

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

/// Sends the signal `name`, such as `TERM`, to the process `pid`.
pub fn signal(pid: u32, name: &str) {
    let status = Command::new("kill").args(["-s", name, &pid.to_string()]).status().unwrap();
    assert!(status.success(), "kill -s {name} {pid}");
}

/// A child whose end can be awaited for a limited time.
pub struct Watched {
    /// For signals.
    pub pid: u32,
    /// Behind a lock only to be shared between tests; it is never contended.
    end: Mutex<Receiver<ExitStatus>>,
    has_ended: bool,
}

impl Watched {
    /// Watches `child`, whose pipes are the caller's.
    pub fn new(mut child: Child) -> Self {
        let (sender, end) = channel();
        let pid = child.id();
        thread::spawn(move || sender.send(child.wait().unwrap()));
        Self { pid, end: Mutex::new(end), has_ended: false }
    }

    /// How it ended, if it did within `patience`.
    pub fn wait(&mut self, patience: Duration) -> Option<ExitStatus> {
        match self.end.get_mut().unwrap().recv_timeout(patience) {
            Ok(status) => {
                self.has_ended = true;
                Some(status)
            }
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => panic!("the end was asked for twice"),
        }
    }

    /// Whether it still runs.
    pub fn is_running(&mut self) -> bool {
        !self.has_ended && self.wait(Duration::ZERO).is_none()
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if self.is_running() {
            signal(self.pid, "KILL");
            self.wait(Duration::from_secs(10));
        }
    }
}

/// A finished process.
pub struct Finished {
    /// Its exit code; none is a signal's doing.
    pub code: Option<i32>,
    /// What it wrote to stdout.
    pub stdout: String,
    /// What it wrote to stderr.
    pub stderr: String,
}

/// Runs `command` to its end, which must come within `patience`.
pub fn run(command: &mut Command, patience: Duration) -> Finished {
    let pipes = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = pipes.spawn().unwrap();
    let stdout = collect(child.stdout.take().unwrap());
    let stderr = collect(child.stderr.take().unwrap());
    let mut watched = Watched::new(child);
    let status = watched.wait(patience).unwrap_or_else(|| panic!("{command:?} does not end"));
    Finished { code: status.code(), stdout: stdout.join().unwrap(), stderr: stderr.join().unwrap() }
}

/// Reads a pipe to its end, so that its writer never waits.
pub fn collect(mut pipe: impl Read + Send + 'static) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // A killed process closes its pipes; what came before counts.
        let _ = pipe.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

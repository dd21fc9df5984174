//! A radio: the real binary, alone in a folder of its own.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Command, ExitStatus, Stdio},
    sync::{Arc, Mutex, Weak},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;

use super::{
    ELECTROPUNK,
    http::{Answer, ask},
    process::{Watched, collect, signal},
};

/// One station only, so that several radios fit on a small machine.
pub const ONE_STATION: &str = "[themes.a]\ntempo = 128\n\
    [[stations]]\nname = \"a\"\ntheme = \"a\"\ntitle = \"Test Tone's \u{fc}ber\"\n";

/// The stations of the built-in programme.
pub const STATIONS: [&str; 4] = ["techno", "dub", "punk", "ambient"];

/// A radio on the air; stopped when dropped.
pub struct Radio {
    /// Where it listens.
    pub address: SocketAddr,
    /// When its process was started.
    pub started: Instant,
    process: Watched,
    log: Option<JoinHandle<String>>,
    /// What it plays in; outlives it where somebody keeps it.
    pub folder: Arc<TempDir>,
}

impl Radio {
    /// Plays the built-in programme.
    pub fn start() -> Self {
        Self::start_with("", &[])
    }

    /// Plays `toml`, or the built-in programme if that is empty, with more arguments.
    pub fn start_with(toml: &str, args: &[&str]) -> Self {
        Self::start_by(Command::new(ELECTROPUNK), toml, args)
    }

    /// The same, where `command` starts the program.
    pub fn start_by(command: Command, toml: &str, args: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        if !toml.is_empty() {
            std::fs::write(folder.path().join("radio.toml"), toml).unwrap();
        }
        Self::start_by_in(command, folder.into(), args)
    }

    /// Plays what is in `folder`, which another radio may have left.
    pub fn start_in(folder: impl Into<Arc<TempDir>>, args: &[&str]) -> Self {
        Self::start_by_in(Command::new(ELECTROPUNK), folder.into(), args)
    }

    /// The same, where `command` starts the program.
    pub fn start_by_in(mut command: Command, folder: Arc<TempDir>, args: &[&str]) -> Self {
        command.args(["serve", "--bind", "127.0.0.1:0"]).args(args).current_dir(folder.path());
        let pipes = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let started = Instant::now();
        let mut child = pipes.spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let log = collect(child.stderr.take().unwrap());
        let process = Watched::new(child);
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let address = line
            .strip_prefix("on air; the player is at http://")
            .and_then(|rest| rest.trim_end().strip_suffix('/')?.parse().ok());
        let Some(address) = address else {
            drop(process);
            panic!("expected an address, found {line:?}; {}", log.join().unwrap());
        };
        collect(stdout);
        Self { address, started, process, log: Some(log), folder }
    }

    /// Where its files are.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The bars that `station` tells, by number, without the seconds at which they sound.
    pub fn bars(&self, station: &str) -> BTreeMap<u64, Value> {
        let text = self.get(&format!("/api/stations/{station}/bars")).text();
        let mut answer: Value = serde_json::from_str(&text).unwrap();
        let bars = answer["bars"].as_array_mut().unwrap().iter_mut();
        let bars = bars.map(|bar| {
            bar.as_object_mut().unwrap().remove("start_second");
            (bar["number"].as_u64().unwrap(), bar.take())
        });
        bars.collect()
    }

    /// The built-in programme, played once for all tests that run at a time.
    pub fn shared() -> Arc<Self> {
        static SHARED: Mutex<Weak<Radio>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        shared.upgrade().unwrap_or_else(|| {
            let radio = Arc::new(Self::start());
            *shared = Arc::downgrade(&radio);
            radio
        })
    }

    /// The address of `path`.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Asks as a simple player does.
    pub fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, "Connection: close")
    }

    /// Asks by `method` with more header lines.
    pub fn ask(&self, method: &str, path: &str, lines: &str) -> Answer {
        ask(self.address, &format!("{method} {path} HTTP/1.1\nHost: {}\n{lines}", self.address), "")
    }

    /// Asks as old players do.
    pub fn get_1_0(&self, path: &str, lines: &str) -> Answer {
        ask(self.address, &format!("GET {path} HTTP/1.0\n{lines}"), "")
    }

    /// Saves `toml` as its radio.toml, as an operator does who edits it.
    pub fn save(&self, toml: &str) {
        std::fs::write(self.folder.path().join("radio.toml"), toml).unwrap();
    }

    /// The number of its process.
    pub fn pid(&self) -> u32 {
        self.process.pid
    }

    /// Sends the signal `name`.
    pub fn signal(&self, name: &str) {
        signal(self.process.pid, name);
    }

    /// How it ended, if it did within `patience`, and its log.
    pub fn wait(mut self, patience: Duration) -> (Option<ExitStatus>, String) {
        let status = self.process.wait(patience);
        if status.is_none() {
            self.signal("KILL");
        }
        (status, self.log.take().map(|log| log.join().unwrap()).unwrap_or_default())
    }
}

impl Drop for Radio {
    fn drop(&mut self) {
        if self.process.is_running() {
            self.signal("TERM");
            self.process.wait(Duration::from_secs(10));
        }
        let log = self.log.take().and_then(|log| log.join().ok()).unwrap_or_default();
        // Shown by the test harness where a test fails.
        println!("the log of the radio in {}:\n{log}", self.folder.path().display());
    }
}

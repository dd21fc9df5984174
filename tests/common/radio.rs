//! A radio: the real binary, serving from a folder of its own.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Command, Stdio},
    sync::{Arc, Mutex, Weak},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;

use super::{
    ELECTROPUNK,
    http::{Answer, ask},
    process::{Signal, Watched, collect, signal},
    wait::until_some,
};

/// A radio.toml of one station, so that several radios fit on a small machine.
pub const ONE_STATION: &str = "[themes.a]\ntempo = 128\n\
    [[stations]]\nname = \"a\"\ntheme = \"a\"\ntitle = \"Test Tone's \u{fc}ber\"\n";

/// The stations of the built-in radio.toml.
pub const STATIONS: [&str; 4] = ["techno", "dub", "punk", "ambient"];

/// How long it may take to exit, on a machine under load.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running radio; stopped when dropped.
pub struct Radio {
    /// The address that it listens on.
    pub address: SocketAddr,
    /// When its process was started.
    pub started: Instant,
    process: Watched,
    log: Option<JoinHandle<String>>,
    /// The lines that it has printed after the first.
    printed: Arc<Mutex<Vec<String>>>,
    /// Its working directory, deleted with the last reference to it.
    pub folder: Arc<TempDir>,
}

impl Radio {
    /// Starts with the built-in radio.toml.
    pub fn start() -> Self {
        Self::start_with("", &[])
    }

    /// Starts with the radio.toml `toml`, or the built-in one if it is empty, and more arguments.
    pub fn start_with(toml: &str, args: &[&str]) -> Self {
        Self::start_by(Command::new(ELECTROPUNK), toml, args)
    }

    /// Starts with `command`, which runs the program, and `toml` as above.
    pub fn start_by(command: Command, toml: &str, args: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        if !toml.is_empty() {
            std::fs::write(folder.path().join("radio.toml"), toml).unwrap();
        }
        Self::start_by_in(command, folder.into(), args)
    }

    /// Starts in `folder`, which may contain the files of an earlier radio.
    pub fn start_in(folder: impl Into<Arc<TempDir>>, args: &[&str]) -> Self {
        Self::start_by_in(Command::new(ELECTROPUNK), folder.into(), args)
    }

    /// Starts in `folder` with more environment variables.
    pub fn start_with_env(
        folder: impl Into<Arc<TempDir>>,
        args: &[&str],
        env: &[(&str, &str)],
    ) -> Self {
        let mut command = Command::new(ELECTROPUNK);
        command.envs(env.iter().copied());
        Self::start_by_in(command, folder.into(), args)
    }

    /// Starts with `command`, which runs the program, in `folder`.
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
        let printed = Arc::default();
        keep_lines(stdout, Arc::clone(&printed));
        Self { address, started, process, log: Some(log), printed, folder }
    }

    /// The path of its working directory.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The bars that the API shows of `station`, by number, without the seconds at which they sound.
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

    /// A radio with the built-in radio.toml, shared by the tests that run at the same time.
    pub fn shared() -> Arc<Self> {
        static SHARED: Mutex<Weak<Radio>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        shared.upgrade().unwrap_or_else(|| {
            let radio = Arc::new(Self::start());
            *shared = Arc::downgrade(&radio);
            radio
        })
    }

    /// The URL of `path`.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Sends a GET request.
    pub fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, "Connection: close")
    }

    /// Sends a request with the header lines `lines`.
    pub fn ask(&self, method: &str, path: &str, lines: &str) -> Answer {
        ask(self.address, &format!("{method} {path} HTTP/1.1\nHost: {}\n{lines}", self.address), "")
    }

    /// Sends a GET request of HTTP/1.0.
    pub fn get_1_0(&self, path: &str, lines: &str) -> Answer {
        ask(self.address, &format!("GET {path} HTTP/1.0\n{lines}"), "")
    }

    /// The address of its studio with the key, which it prints.
    pub fn studio_address(&self) -> String {
        until_some("the radio prints the address of its studio", || {
            let lines = self.printed.lock().unwrap();
            let mut found = lines.iter().filter_map(|line| line.strip_prefix("the studio is at "));
            found.next().map(str::to_owned)
        })
    }

    /// The key of its studio.
    pub fn studio_key(&self) -> String {
        self.studio_address().split_once("?key=").unwrap().1.to_owned()
    }

    /// Saves `toml` as its radio.toml, which it watches.
    pub fn save(&self, toml: &str) {
        std::fs::write(self.folder.path().join("radio.toml"), toml).unwrap();
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.process.pid
    }

    /// Stops its process until [`resume`](Self::resume).
    pub fn pause(&self) {
        signal(self.pid(), Signal::STOP);
    }

    /// Lets its process continue.
    pub fn resume(&self) {
        signal(self.pid(), Signal::CONT);
    }

    /// Kills it at once, as a crash would; returns its working directory.
    pub fn kill(mut self) -> Arc<TempDir> {
        signal(self.pid(), Signal::KILL);
        assert!(self.process.wait(PATIENCE).is_some());
        self.folder.clone()
    }

    /// Stops it by SIGTERM, which must succeed; returns its log.
    pub fn stop(mut self) -> String {
        signal(self.pid(), Signal::TERM);
        let status = self.process.wait(PATIENCE);
        if status.is_none() {
            signal(self.pid(), Signal::KILL);
        }
        let log = self.log.take().map(|log| log.join().unwrap()).unwrap_or_default();
        assert!(status.is_some_and(|status| status.success()), "{status:?}\n{log}");
        assert!(!log.contains("panicked"), "{log}");
        log
    }
}

/// Reads lines to the end of `pipe` on a thread, so that its writer never blocks.
fn keep_lines(pipe: impl BufRead + Send + 'static, lines: Arc<Mutex<Vec<String>>>) {
    thread::spawn(move || {
        for line in pipe.lines().map_while(Result::ok) {
            lines.lock().unwrap().push(line);
        }
    });
}

impl Drop for Radio {
    fn drop(&mut self) {
        if self.process.is_running() {
            signal(self.pid(), Signal::TERM);
            if self.process.wait(PATIENCE).is_none() {
                signal(self.pid(), Signal::KILL);
            }
        }
        let log = self.log.take().and_then(|log| log.join().ok()).unwrap_or_default();
        // The test harness shows it if the test fails.
        println!("the log of the radio in {}:\n{log}", self.folder.path().display());
    }
}

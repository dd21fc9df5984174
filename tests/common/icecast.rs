//! Icecast 2.4, in a folder of its own.

use std::{
    fs,
    net::{SocketAddr, TcpListener, TcpStream},
    os::unix::fs::PermissionsExt as _,
    process::{self, Stdio},
    sync::atomic::{AtomicU16, Ordering::Relaxed},
    thread::sleep,
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;

use super::{
    http::{Answer, ask},
    process::{Signal, Watched, signal},
    tool::tool_of_nobody,
};

/// The password of sources and of the operator.
const PASSWORD: &str = "hackme";

/// How long it may take to open its port.
const PATIENCE: Duration = Duration::from_secs(30);

/// An address for a server that can't choose its port itself. Its port is below those that the system hands
/// out, and no two calls return the same, so that nothing else takes it first.
pub fn free_address() -> SocketAddr {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = 10_000 + (process::id() % 200) as u16 * 100;
    let mut ports = std::iter::repeat_with(|| first + NEXT.fetch_add(1, Relaxed) % 100);
    let addresses = ports.by_ref().map(|port| SocketAddr::from(([127, 0, 0, 1], port)));
    addresses.take(100).find(|address| TcpListener::bind(address).is_ok()).expect("a free port")
}

/// A running Icecast; killed when dropped.
pub struct Icecast {
    /// The address that it listens on.
    pub address: SocketAddr,
    process: Watched,
    _folder: TempDir,
}

impl Icecast {
    /// Starts Icecast at `address` with the XML `more` in its configuration; none, after a line
    /// on stderr, if it is not installed.
    pub fn start(address: SocketAddr, more: &str) -> Option<Self> {
        let mut command = tool_of_nobody("icecast2")?;
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).unwrap();
        let file = folder.path().join("icecast.xml");
        fs::write(&file, configuration(address, &folder, more)).unwrap();
        let child = command
            .arg("-c")
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let process = Watched::new(child);
        let began = Instant::now();
        while TcpStream::connect(address).is_err() {
            assert!(began.elapsed() < PATIENCE, "icecast2 does not listen on {address}");
            sleep(Duration::from_millis(50));
        }
        Some(Self { address, process, _folder: folder })
    }

    /// Stops its process until [`resume`](Self::resume).
    pub fn pause(&self) {
        signal(self.process.pid, Signal::STOP);
    }

    /// Lets its process continue.
    pub fn resume(&self) {
        signal(self.process.pid, Signal::CONT);
    }

    /// Requests `path` with the header lines `lines`.
    pub fn get(&self, path: &str, lines: &str) -> Answer {
        ask(self.address, &format!("GET {path} HTTP/1.0\nHost: localhost\n{lines}"), "")
    }

    /// Its status of the source on `mount`, or null. Right after its start Icecast 2.4 writes broken JSON,
    /// which counts as null too.
    pub fn source(&self, mount: &str) -> Value {
        let status = self.get("/status-json.xsl", "").text();
        let status: Value = serde_json::from_str(&status).unwrap_or_default();
        let source = &status["icestats"]["source"];
        let sources = source.as_array().cloned().unwrap_or_else(|| vec![source.clone()]);
        let is_it =
            |source: &Value| source["listenurl"].as_str().is_some_and(|url| url.ends_with(mount));
        sources.into_iter().find(is_it).unwrap_or_default()
    }
}

fn configuration(address: SocketAddr, folder: &TempDir, more: &str) -> String {
    let (port, folder) = (address.port(), folder.path().display());
    format!(
        "<icecast>
           <limits>
             <clients>100</clients><sources>10</sources>
             <source-timeout>10</source-timeout><burst-size>65536</burst-size>
           </limits>
           <authentication>
             <source-password>{PASSWORD}</source-password>
             <admin-user>admin</admin-user><admin-password>{PASSWORD}</admin-password>
           </authentication>
           <hostname>localhost</hostname>
           <listen-socket><port>{port}</port><bind-address>127.0.0.1</bind-address></listen-socket>
           {more}
           <paths>
             <logdir>{folder}</logdir>
             <webroot>/usr/share/icecast2/web</webroot><adminroot>/usr/share/icecast2/admin</adminroot>
           </paths>
           <logging><accesslog>access.log</accesslog><errorlog>error.log</errorlog></logging>
         </icecast>"
    )
}

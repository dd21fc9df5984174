//! A server whose answer to a source depends on the mount.

use std::{
    collections::HashMap,
    io::{self, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::Instant,
};

use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned};

const CONTINUE: &str = "HTTP/1.1 100 Continue\r\nContent-Length: 0\r\n\r\n";
const OK: &str = "HTTP/1.0 200 OK\r\n\r\n";

/// How many bytes `/late.mp3` accepts before it answers 200 and closes the connection.
const LATE: usize = 40_000;

trait Connection: Read + Write {}

impl<T: Read + Write> Connection for T {}

/// What a mount has received.
#[derive(Default, Clone)]
pub struct Got {
    /// The heads of all requests.
    pub heads: Vec<String>,
    /// The sound of each accepted connection, and the arrival times of its parts.
    pub sounds: Vec<(Vec<u8>, Vec<Instant>)>,
}

/// A server that runs until the tests end.
pub struct Fake {
    /// The address that it listens on.
    pub address: SocketAddr,
    got: Arc<Mutex<HashMap<String, Got>>>,
}

impl Fake {
    /// Starts one, over TLS if `tls` is given.
    pub fn start(tls: Option<Arc<ServerConfig>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let fake = Self { address: listener.local_addr().unwrap(), got: Arc::default() };
        let got = fake.got.clone();
        thread::spawn(move || {
            for socket in listener.incoming() {
                let (socket, got, tls) = (socket.unwrap(), got.clone(), tls.clone());
                thread::spawn(move || converse(socket, tls, &got));
            }
        });
        fake
    }

    /// What it has received for `path` so far.
    pub fn got(&self, path: &str) -> Got {
        self.got.lock().unwrap().get(path).cloned().unwrap_or_default()
    }

    /// How many bytes of sound it has received for `path`, over all connections.
    pub fn n_bytes(&self, path: &str) -> usize {
        self.got(path).sounds.iter().map(|(sound, _)| sound.len()).sum()
    }
}

fn converse(socket: TcpStream, tls: Option<Arc<ServerConfig>>, got: &Mutex<HashMap<String, Got>>) {
    let answered = match tls {
        None => answer(socket, got),
        Some(tls) => answer(StreamOwned::new(ServerConnection::new(tls).unwrap(), socket), got),
    };
    // The client may close the connection at any time.
    let _: io::Result<()> = answered;
}

fn answer(mut connection: impl Connection, got: &Mutex<HashMap<String, Got>>) -> io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        connection.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let path = head.split([' ', '?']).nth(1).unwrap().to_owned();
    let of_path = |change: &mut dyn FnMut(&mut Got)| {
        change(got.lock().unwrap().entry(path.clone()).or_default());
    };
    of_path(&mut |got| got.heads.push(head.clone()));
    let is_put = head.starts_with("PUT ");
    let welcome = match path.as_str() {
        "/double.mp3" => format!("{CONTINUE}{OK}"),
        "/late.mp3" => CONTINUE.to_owned(),
        "/old.mp3" if is_put => "HTTP/1.0 405 Method Not Allowed\r\n\r\n".to_owned(),
        "/gone.mp3" => "HTTP/1.1 404 Not Checkpoint\r\nContent-Length: 0\r\n\r\n".to_owned(),
        _ => OK.to_owned(),
    };
    connection.write_all(welcome.as_bytes())?;
    connection.flush()?;
    if path == "/admin/metadata" || !(welcome.contains(" 200 ") || welcome.contains(" 100 ")) {
        return Ok(());
    }
    of_path(&mut |got| got.sounds.push(Default::default()));
    let (mut n_bytes, mut bytes) = (0, [0; 4096]);
    while path != "/late.mp3" || n_bytes < LATE {
        let n_read = connection.read(&mut bytes)?;
        if n_read == 0 {
            return Ok(());
        }
        n_bytes += n_read;
        of_path(&mut |got| {
            let (sound, times) = got.sounds.last_mut().unwrap();
            sound.extend_from_slice(&bytes[..n_read]);
            times.push(Instant::now());
        });
    }
    connection.write_all(OK.as_bytes())
}

//! A minimal HTTP client that shows the raw bytes of an answer.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{Shutdown, SocketAddr, TcpStream},
    time::Duration,
};

use serde_json::Value;

/// Timeout of a read: generous, so that only an answer that never arrives fails the test.
const PATIENCE: Duration = Duration::from_mins(1);

/// The parsed head of an answer, and the connection that its body arrives on.
pub struct Answer {
    /// Such as `HTTP/1.0 200 OK`.
    pub status_line: String,
    headers: Vec<(String, String)>,
    body: BufReader<TcpStream>,
}

/// Sends a request: `head`, its lines without the empty line that ends them, and `body`.
pub fn ask(address: SocketAddr, head: &str, body: &str) -> Answer {
    let mut socket = TcpStream::connect(address).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    let request = format!("{}\r\n\r\n{body}", head.replace('\n', "\r\n"));
    socket.write_all(request.as_bytes()).unwrap();
    Answer::begin(BufReader::new(socket))
}

impl Answer {
    fn begin(mut body: BufReader<TcpStream>) -> Self {
        let mut line = || {
            let mut line = String::new();
            body.read_line(&mut line).unwrap();
            line.strip_suffix("\r\n").expect("lines of a head end with CR LF").to_owned()
        };
        let status_line = line();
        let mut headers = Vec::new();
        while let Some((name, value)) = line().split_once(':') {
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        Self { status_line, headers, body }
    }

    /// The status code.
    pub fn status(&self) -> u16 {
        self.status_line.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap()
    }

    /// The value of the header `name`, which is in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(header, _)| header == name);
        let value = found.next().map(|(_, value)| value.as_str());
        assert!(found.next().is_none(), "{name} occurs twice");
        value
    }

    /// The next `n_bytes` of the body.
    pub fn read(&mut self, n_bytes: usize) -> Vec<u8> {
        let mut bytes = vec![0; n_bytes];
        self.body.read_exact(&mut bytes).unwrap();
        bytes
    }

    /// The next line of the body, without its end.
    pub fn line(&mut self) -> String {
        let mut line = String::new();
        self.body.read_line(&mut line).unwrap();
        assert!(line.ends_with('\n'), "the body has ended");
        line.trim_end().to_owned()
    }

    /// The next server-sent event of JSON whose type is `kind`.
    pub fn event(&mut self, kind: &str) -> Value {
        loop {
            let line = self.line();
            let Some(data) = line.strip_prefix("data: ") else { continue };
            let event: Value = serde_json::from_str(data).unwrap();
            if event["type"] == kind {
                return event;
            }
        }
    }

    /// The rest of the body: up to its content length, or else until the connection ends.
    pub fn rest(mut self) -> Vec<u8> {
        let length = self.header("content-length").map(|length| length.parse().unwrap());
        if let Some(length) = length {
            return self.read(length);
        }
        let mut bytes = Vec::new();
        self.body.read_to_end(&mut bytes).unwrap();
        bytes
    }

    /// The body as text.
    pub fn text(self) -> String {
        String::from_utf8(self.rest()).unwrap()
    }

    /// What the server still sends after the client has shut down its side of the connection. For answers
    /// without a body on connections that stay open otherwise.
    pub fn what_follows(mut self) -> Vec<u8> {
        self.body.get_ref().shutdown(Shutdown::Write).unwrap();
        let mut bytes = Vec::new();
        self.body.read_to_end(&mut bytes).unwrap();
        bytes
    }
}

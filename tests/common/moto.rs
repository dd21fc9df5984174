//! S3 storage: moto, which verifies signatures as Amazon does.
//!
//! 5.2.5 or later: 5.2.1 rejects valid signatures of listings.

use std::{
    fs::{self, File},
    net::{SocketAddr, TcpStream},
    process::Stdio,
    thread::sleep,
    time::{Duration, Instant},
};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tempfile::TempDir;

use super::{
    http::{Answer, ask},
    process::Watched,
    tool::tool,
};

/// How long it may take to open its port.
const PATIENCE: Duration = Duration::from_mins(1);

/// Its bucket, readable by everybody.
pub const BUCKET: &str = "my-radio";

const EVERYBODY: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
    "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::my-radio/*"}]}"#;

const MAY_WRITE: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
    "Action": ["s3:PutObject", "s3:DeleteObject", "s3:ListBucket"], "Resource": "*"}]}"#;

/// A running moto; killed when dropped, together with its bucket.
pub struct Moto {
    /// The address that it listens on.
    pub address: SocketAddr,
    _process: Watched,
    folder: TempDir,
}

/// An access key.
pub struct Key {
    /// The key's public name.
    pub id: String,
    /// The key's secret.
    pub secret: String,
}

impl Moto {
    /// Starts moto at `address` with a bucket, accepting every key; none, after a line
    /// on stderr, if it is not installed.
    pub fn start(address: SocketAddr) -> Option<Self> {
        let mut command = tool("moto_server")?;
        let folder = tempfile::tempdir().unwrap();
        let log = File::create(folder.path().join("log")).unwrap();
        let (host, port) = (address.ip().to_string(), address.port().to_string());
        let child = command
            .args(["-H", &host, "-p", &port])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let moto = Self { address, _process: Watched::new(child), folder };
        let began = Instant::now();
        while TcpStream::connect(address).is_err() {
            assert!(began.elapsed() < PATIENCE, "moto_server does not listen on {address}");
            sleep(Duration::from_millis(50));
        }
        moto.must("PUT", "", "", "");
        moto.must("PUT", "?policy", "Content-Type: application/json", EVERYBODY);
        Some(moto)
    }

    /// Accepts only the returned key from now on.
    pub fn lock(&self) -> Key {
        self.account("Action=CreateUser");
        let policy = utf8_percent_encode(MAY_WRITE, NON_ALPHANUMERIC);
        self.account(&format!("Action=PutUserPolicy&PolicyName=may-write&PolicyDocument={policy}"));
        let answer = self.account("Action=CreateAccessKey");
        let field = |name: &str| {
            let (_, rest) = answer.split_once(&format!("<{name}>")).expect(name);
            rest.split_once('<').unwrap().0.to_owned()
        };
        let key = Key { id: field("AccessKeyId"), secret: field("SecretAccessKey") };
        self.ask("POST", "/moto-api/reset-auth", "", "0");
        key
    }

    /// Sends a form to its accounts service, which it selects by the scope of a request's signature.
    fn account(&self, form: &str) -> String {
        let lines = "Authorization: AWS4-HMAC-SHA256 Credential=x/20261127/us-east-1/iam/aws4_request\n\
                     Content-Type: application/x-www-form-urlencoded";
        let form = format!("{form}&UserName=radio&Version=2010-05-08");
        let answer = self.ask("POST", "/", lines, &form);
        assert_eq!(answer.status(), 200, "{form}");
        answer.text()
    }

    /// Writes a file into the bucket.
    pub fn put(&self, name: &str) {
        self.must("PUT", &format!("/{name}"), "Content-Type: audio/mpeg", "x");
    }

    /// Requests a file of the bucket without a key.
    pub fn get(&self, name: &str) -> Answer {
        self.ask("GET", &format!("/{BUCKET}/{name}"), "", "")
    }

    /// The URL of a file of the bucket.
    pub fn url(&self, name: &str) -> String {
        format!("http://{}/{BUCKET}/{name}", self.address)
    }

    /// How many requests that contain `what` it has answered with `status`.
    pub fn count(&self, what: &str, status: u16) -> usize {
        let log = fs::read_to_string(self.folder.path().join("log")).unwrap();
        let is_one = |line: &&str| line.contains(what) && line.ends_with(&format!(" {status} -"));
        log.lines().filter(is_one).count()
    }

    fn must(&self, method: &str, path: &str, lines: &str, body: &str) {
        let answer = self.ask(method, &format!("/{BUCKET}{path}"), lines, body);
        assert_eq!(answer.status(), 200, "{method} {path}");
    }

    fn ask(&self, method: &str, path: &str, lines: &str, body: &str) -> Answer {
        let lines = if lines.is_empty() { String::new() } else { format!("\n{lines}") };
        let (address, length) = (self.address, body.len());
        let head = format!(
            "{method} {path} HTTP/1.1\nHost: {address}\nConnection: close\n\
             Content-Length: {length}{lines}"
        );
        ask(address, &head, body)
    }
}

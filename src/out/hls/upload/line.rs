//! `object_store`'s requests, on our own connections.
//!
//! So what connects to other servers is one thing only, with one TLS and the same authorities; its own
//! way, `reqwest`, would bring a second one and AWS-LC, which needs more than a C compiler.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Limited};
use hyper::{
    Response, StatusCode, Uri,
    client::conn::http1::{SendRequest, handshake},
    header::{HOST, HeaderValue, USER_AGENT},
};
use hyper_util::rt::TokioIo;
use object_store::{
    ClientOptions,
    client::{
        HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpRequestBody,
        HttpResponse, HttpService,
    },
};
use tokio::time::timeout;

use crate::{
    config::Remote,
    out::{
        client::NAME,
        connect::{self, connect},
    },
};

/// For a whole exchange: a segment takes 25 s at 128 kbit/s where the line is as slow as that.
const PATIENCE: Duration = Duration::from_secs(30);

/// The most that is read of an answer, in bytes: a page of a listing has a thousand names.
const MOST: usize = 4 << 20;

/// A connection to storage, made where there is none and kept while the storage keeps it.
#[derive(Debug, Clone)]
pub struct Line {
    to: Remote,
    ca_file: Option<PathBuf>,
    kept: Arc<Mutex<Option<SendRequest<HttpRequestBody>>>>,
}

/// Why a request was in vain; the rest of a sentence about the storage.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no connection.
    #[error(transparent)]
    Connect(#[from] connect::Error),
    /// The connection broke, or what came is no HTTP.
    #[error("the connection broke: {0}")]
    Broken(#[from] hyper::Error),
    /// There is no end to what it answers, or none that came.
    #[error("its answer can't be read: {0}")]
    Answer(String),
    /// It took too long.
    #[error("no answer within {} s", PATIENCE.as_secs())]
    Late,
    /// It says no.
    #[error("it refuses: {} {reason}", status.as_u16())]
    Refused {
        /// In three digits.
        status: StatusCode,
        /// The storage's own word for it, such as `SignatureDoesNotMatch`.
        reason: String,
    },
}

impl Line {
    /// To the host of `to`; `ca_file` holds certificates that are trusted besides this machine's.
    pub fn new(to: Remote, ca_file: Option<PathBuf>) -> Self {
        Self { to, ca_file, kept: Arc::default() }
    }

    async fn exchange(&self, mut request: HttpRequest) -> Result<Response<Bytes>, Error> {
        let target = request.uri().path_and_query().cloned();
        *request.uri_mut() = target.map(Uri::from).unwrap_or_default();
        request.headers_mut().insert(HOST, header(&self.to.authority()));
        request.headers_mut().insert(USER_AGENT, HeaderValue::from_static(NAME));
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner).take();
        // The storage may have closed it. All requests may be repeated: they say what shall be.
        if let Some(sender) = kept
            && let Ok(answer) = self.ask(sender, request.clone()).await
        {
            return Ok(answer);
        }
        let stream = TokioIo::new(connect(&self.to, self.ca_file.as_deref()).await?);
        let (sender, connection) = handshake(stream).await?;
        // Ends with its sender; what ends it before that is told to the sender.
        tokio::spawn(connection);
        self.ask(sender, request).await
    }

    async fn ask(
        &self,
        mut sender: SendRequest<HttpRequestBody>,
        request: HttpRequest,
    ) -> Result<Response<Bytes>, Error> {
        sender.ready().await?;
        let (head, body) = sender.send_request(request).await?.into_parts();
        let body = Limited::new(body, MOST).collect().await;
        let body = body.map_err(|error| Error::Answer(error.to_string()))?.to_bytes();
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(sender);
        Ok(Response::from_parts(head, body))
    }
}

/// Refusals end here: `object_store` would tell them with all that the storage says, which may be long.
fn granted(answer: Response<Bytes>) -> Result<HttpResponse, Error> {
    let (head, body) = answer.into_parts();
    match head.status.is_success() {
        true => Ok(HttpResponse::from_parts(head, body.into())),
        false => Err(Error::Refused { status: head.status, reason: reason(head.status, &body) }),
    }
}

/// What stands in the `Code` of S3's errors, which are XML; else what HTTP says.
fn reason(status: StatusCode, body: &[u8]) -> String {
    let body = String::from_utf8_lossy(body);
    let code = body.split_once("<Code>").and_then(|(_, rest)| Some(rest.split_once("</Code>")?.0));
    let is_word = |code: &&str| {
        (1..=60).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    code.filter(is_word).or(status.canonical_reason()).unwrap_or_default().to_owned()
}

fn header(authority: &str) -> HeaderValue {
    HeaderValue::from_str(authority).expect("a host and a port were parsed as such")
}

impl HttpConnector for Line {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.clone()))
    }
}

#[async_trait]
impl HttpService for Line {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let answer = timeout(PATIENCE, self.exchange(request)).await.unwrap_or(Err(Error::Late));
        // Of no kind that `object_store` would try again by itself.
        answer.and_then(granted).map_err(|error| HttpError::new(HttpErrorKind::Unknown, error))
    }
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
        net::TcpListener,
    };

    use super::*;

    /// Answers two requests on each connection, then closes it. Says on which one each came.
    async fn serve(listener: TcpListener, came: tokio::sync::mpsc::Sender<(usize, Vec<String>)>) {
        for n in 0.. {
            let mut socket = BufReader::new(listener.accept().await.unwrap().0);
            for _ in 0..2 {
                let mut head = Vec::new();
                while head.last().is_none_or(|line: &String| !line.is_empty()) {
                    let mut line = String::new();
                    socket.read_line(&mut line).await.unwrap();
                    head.push(line.trim_end().to_owned());
                }
                came.send((n, head)).await.unwrap();
                let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
                socket.write_all(answer).await.unwrap();
            }
        }
    }

    #[tokio::test]
    async fn a_connection_is_kept_while_the_storage_keeps_it() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, mut came) = tokio::sync::mpsc::channel(9);
        let serving = tokio::spawn(serve(listener, sender));
        let line = Line::new(format!("http://{address}").parse().unwrap(), None);

        for _ in 0..4 {
            let request = hyper::Request::delete(format!("http://{address}/bucket/a?b=c"));
            line.call(request.body(HttpRequestBody::empty()).unwrap()).await.unwrap();
        }

        serving.abort();
        let mut on = Vec::new();
        while let Ok((n, head)) = came.try_recv() {
            assert_eq!(head[0], "DELETE /bucket/a?b=c HTTP/1.1");
            assert!(head.contains(&format!("host: {address}")), "{head:?}");
            on.push(n);
        }
        assert_eq!(on, [0, 0, 1, 1]);
    }

    #[test]
    fn a_refusal_is_told_in_the_storage_s_own_word() {
        let forbidden = StatusCode::FORBIDDEN;
        let xml = "<?xml version=\"1.0\"?><Error><Code>SignatureDoesNotMatch</Code><Message>...";
        assert_eq!(reason(forbidden, xml.as_bytes()), "SignatureDoesNotMatch");
        for odd in ["", "<Code>", "<Code></Code>", "<Code>a\nb</Code>", "<html>no</html>"] {
            assert_eq!(reason(forbidden, odd.as_bytes()), "Forbidden");
        }
        assert_eq!(
            reason(forbidden, format!("<Code>{}</Code>", "x".repeat(99)).as_bytes()),
            "Forbidden"
        );
    }
}

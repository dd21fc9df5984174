//! The HTTP transport of `object_store`, on the connections of [`crate::out::connect`].
//!
//! All connections to other servers therefore use the same TLS and the same authorities. The default
//! transport, `reqwest`, would add a second HTTP client and AWS-LC, which needs more than a C compiler
//! to build.

use std::{path::PathBuf, sync::Arc, time::Duration};

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
use parking_lot::Mutex;
use tokio::time::timeout;

use crate::{
    config::Remote,
    out::{
        client::NAME,
        connect::{self, connect},
    },
};

/// Limit for a whole exchange. A segment of 10 s at 320 kbit/s takes 25 s on a line of 128 kbit/s.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Longest response body in bytes; a page of a listing has a thousand names.
const MAX_BODY: usize = 4 << 20;

/// An HTTP connection to the storage, reused while the storage keeps it open.
#[derive(Debug, Clone)]
pub struct Transport {
    to: Remote,
    ca_file: Option<PathBuf>,
    kept: Arc<Mutex<Option<SendRequest<HttpRequestBody>>>>,
}

/// Why a request failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Connecting failed.
    #[error(transparent)]
    Connect(#[from] connect::Error),
    /// The connection failed, or the response is not HTTP.
    #[error("connection lost: {0}")]
    Broken(#[from] hyper::Error),
    /// The response body is too long or incomplete.
    #[error("failed to read the response: {0}")]
    Body(String),
    /// The exchange took too long.
    #[error("no response within {} s", TIMEOUT.as_secs())]
    Timeout,
    /// The storage refused.
    #[error("refused: {} {reason}", status.as_u16())]
    Refused {
        /// The status code.
        status: StatusCode,
        /// The S3 error code, such as `SignatureDoesNotMatch`, or the HTTP reason.
        reason: String,
    },
}

impl Transport {
    /// A transport to the host of `to`. The authorities in `ca_file` are trusted in addition to the
    /// system's.
    pub fn new(to: Remote, ca_file: Option<PathBuf>) -> Self {
        Self { to, ca_file, kept: Arc::default() }
    }

    async fn exchange(&self, mut request: HttpRequest) -> Result<Response<Bytes>, Error> {
        let target = request.uri().path_and_query().cloned();
        *request.uri_mut() = target.map(Uri::from).unwrap_or_default();
        request.headers_mut().insert(HOST, header(&self.to.authority()));
        request.headers_mut().insert(USER_AGENT, HeaderValue::from_static(NAME));
        let kept = self.kept.lock().take();
        // The storage may have closed it. All requests are idempotent, so they can be repeated.
        if let Some(sender) = kept
            && let Ok(response) = self.send(sender, request.clone()).await
        {
            return Ok(response);
        }
        let stream = TokioIo::new(connect(&self.to, self.ca_file.as_deref()).await?);
        let (sender, connection) = handshake(stream).await?;
        // Ends with its sender, which receives its errors.
        tokio::spawn(connection);
        self.send(sender, request).await
    }

    async fn send(
        &self,
        mut sender: SendRequest<HttpRequestBody>,
        request: HttpRequest,
    ) -> Result<Response<Bytes>, Error> {
        sender.ready().await?;
        let (head, body) = sender.send_request(request).await?.into_parts();
        let body = Limited::new(body, MAX_BODY).collect().await;
        let body = body.map_err(|error| Error::Body(error.to_string()))?.to_bytes();
        *self.kept.lock() = Some(sender);
        Ok(Response::from_parts(head, body))
    }
}

/// Turns refusals into errors here: those of `object_store` include the whole body, which may be long.
fn check_status(response: Response<Bytes>) -> Result<HttpResponse, Error> {
    let (head, body) = response.into_parts();
    match head.status.is_success() {
        true => Ok(HttpResponse::from_parts(head, body.into())),
        false => Err(Error::Refused { status: head.status, reason: reason(head.status, &body) }),
    }
}

/// The `Code` of an S3 error document (XML), or the HTTP reason.
fn reason(status: StatusCode, body: &[u8]) -> String {
    let body = String::from_utf8_lossy(body);
    let code = body.split_once("<Code>").and_then(|(_, rest)| Some(rest.split_once("</Code>")?.0));
    let is_word = |code: &&str| {
        (1..=60).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    code.filter(is_word).or(status.canonical_reason()).unwrap_or_default().to_owned()
}

fn header(authority: &str) -> HeaderValue {
    HeaderValue::from_str(authority).expect("host and port were parsed from a URI")
}

impl HttpConnector for Transport {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.clone()))
    }
}

#[async_trait]
impl HttpService for Transport {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let response = timeout(TIMEOUT, self.exchange(request)).await;
        let response = response.unwrap_or(Err(Error::Timeout));
        // An error kind that `object_store` does not retry itself.
        response
            .and_then(check_status)
            .map_err(|error| HttpError::new(HttpErrorKind::Unknown, error))
    }
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
        net::TcpListener,
    };

    use super::*;

    /// Serves two requests per connection, then closes it. Reports the connection and head of each.
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
    async fn a_connection_is_reused_while_it_is_open() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, mut came) = tokio::sync::mpsc::channel(9);
        let serving = tokio::spawn(serve(listener, sender));
        let transport = Transport::new(format!("http://{address}").parse().unwrap(), None);

        for _ in 0..4 {
            let request = hyper::Request::delete(format!("http://{address}/bucket/a?b=c"));
            transport.call(request.body(HttpRequestBody::empty()).unwrap()).await.unwrap();
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
    fn a_refusal_has_the_storage_s_error_code() {
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

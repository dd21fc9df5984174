//! Responses of the studio: not cached, and neither readable nor framed by other origins.

use bytes::Bytes;
use hyper::{StatusCode, header::HeaderValue};
use serde::Serialize;
use serde_json::json;

use crate::web::{
    body::BodyError,
    response::{FullResponse, HTML, JSON, private, with},
    studio::denial::Denial,
};

/// Content-Security-Policy of the studio's pages.
const CONTENT_POLICY: &str = "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; \
     base-uri 'none'; form-action 'self'";

/// A request of the API that can't be fulfilled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{sentence}")]
pub struct Failure {
    /// Status of the response.
    pub status: StatusCode,
    /// What was expected and found.
    pub sentence: String,
}

impl Failure {
    /// A failure with `status`, explained by `sentence`.
    pub fn new(status: StatusCode, sentence: impl ToString) -> Self {
        Self { status, sentence: sentence.to_string() }
    }

    /// A request that can't be understood.
    pub fn bad(sentence: impl ToString) -> Self {
        Self::new(StatusCode::BAD_REQUEST, sentence)
    }

    /// Something that does not exist.
    pub fn missing(sentence: impl ToString) -> Self {
        Self::new(StatusCode::NOT_FOUND, sentence)
    }
}

impl From<BodyError> for Failure {
    fn from(error: BodyError) -> Self {
        Self::new(error.status(), error)
    }
}

impl From<Denial> for Failure {
    fn from(denial: Denial) -> Self {
        let status = match denial {
            Denial::Unknown => StatusCode::UNAUTHORIZED,
            Denial::MustWait => StatusCode::TOO_MANY_REQUESTS,
        };
        Self::new(status, denial)
    }
}

/// The answer to a request of the API.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    /// A JSON value.
    Json(String),
    /// A file: its content type, and its bytes.
    File(&'static str, Bytes),
}

impl Reply {
    /// `value` as JSON.
    ///
    /// # Errors
    /// JSON can't represent a number in it.
    pub fn json(value: &impl Serialize) -> Result<Self, Failure> {
        let text = serde_json::to_string(value);
        let text = text.map_err(|error| Failure::new(StatusCode::INTERNAL_SERVER_ERROR, error));
        text.map(Self::Json)
    }
}

/// The response to a request of the API.
pub fn respond(result: Result<Reply, Failure>) -> FullResponse {
    match result {
        Ok(Reply::Json(text)) => guarded(private(StatusCode::OK, JSON, text)),
        Ok(Reply::File(content_type, bytes)) => {
            guarded(private(StatusCode::OK, content_type, bytes))
        }
        Err(failure) => refuse(&failure),
    }
}

/// The response of a failure, in JSON. A connection whose body was not read to its end is closed.
pub fn refuse(failure: &Failure) -> FullResponse {
    let text = json!({ "error": failure.sentence }).to_string();
    let response = guarded(private(failure.status, JSON, text));
    match failure.status {
        StatusCode::TOO_MANY_REQUESTS => with(response, "retry-after", "60"),
        StatusCode::SERVICE_UNAVAILABLE => with(response, "retry-after", "1"),
        // Not the Basic scheme: a browser would show its own password dialog.
        StatusCode::UNAUTHORIZED => with(response, "www-authenticate", "Bearer realm=\"studio\""),
        StatusCode::PAYLOAD_TOO_LARGE | StatusCode::REQUEST_TIMEOUT => {
            with(response, "connection", "close")
        }
        _ => response,
    }
}

/// A page, script or style sheet.
pub fn page(
    status: StatusCode,
    content_type: &'static str,
    text: impl Into<Bytes>,
) -> FullResponse {
    guarded(private(status, content_type, text))
}

/// An HTML page.
pub fn html(status: StatusCode, text: impl Into<Bytes>) -> FullResponse {
    page(status, HTML, text)
}

/// A redirection to `path`, relative to the request's, with the cookie `cookie` if given.
pub fn redirect(path: &'static str, cookie: Option<&str>) -> FullResponse {
    let mut response = with(html(StatusCode::SEE_OTHER, ""), "location", path);
    if let Some(cookie) = cookie.and_then(|cookie| HeaderValue::from_str(cookie).ok()) {
        response.headers_mut().insert("set-cookie", cookie);
    }
    response
}

fn guarded(response: FullResponse) -> FullResponse {
    let response = with(response, "cache-control", "no-store");
    // Not no-referrer: browsers then send forms with the origin null, which is refused.
    let response = with(response, "referrer-policy", "same-origin");
    with(response, "content-security-policy", CONTENT_POLICY)
}

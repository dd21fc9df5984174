//! Building full responses: headers, content types, CORS.

use std::convert::Infallible;

use bytes::Bytes;
use http_body_util::{Either, Full, combinators::UnsyncBoxBody};
use hyper::{
    Response, StatusCode,
    header::{HeaderName, HeaderValue},
};

/// Value of the `Server` header.
pub const SERVER: &str = concat!("electropunk/", env!("CARGO_PKG_VERSION"));

/// CORS headers: pages of any origin may read all but `/admin` and `/studio`.
pub const CORS: [(&str, &str); 5] = [
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS"),
    (
        "Access-Control-Allow-Headers",
        "Origin, Accept, Range, If-Range, Icy-MetaData, X-Requested-With, Content-Type, Authorization",
    ),
    (
        "Access-Control-Expose-Headers",
        "content-range, icy-br, icy-description, icy-genre, icy-metaint, icy-name, icy-pub, icy-sr, icy-url",
    ),
    ("Access-Control-Max-Age", "300"),
];

/// Content type of JSON.
pub const JSON: &str = "application/json; charset=UTF-8";
/// Content type of pages.
pub const HTML: &str = "text/html; charset=UTF-8";
/// Content type of plain text.
pub const TEXT: &str = "text/plain; charset=UTF-8";

/// Content-Security-Policy of the small player, which any page may show in a frame.
pub const EMBED_POLICY: &str =
    "default-src 'self'; img-src 'self' data:; frame-ancestors *; base-uri 'none'";

/// Content-Security-Policy of pages: they load nothing from other origins.
pub const CONTENT_POLICY: &str =
    "default-src 'self'; img-src 'self' data:; frame-ancestors 'self'; base-uri 'none'";

/// A response with its whole body.
pub type FullResponse = Response<Full<Bytes>>;

/// A body as hyper sends it: whole, or a stream of events.
pub type SentBody = Either<Full<Bytes>, UnsyncBoxBody<Bytes, Infallible>>;

/// A response with its whole body, or with a streamed one.
pub type SentResponse = Response<SentBody>;

/// `response` as hyper sends it.
pub fn sent(response: FullResponse) -> SentResponse {
    response.map(Either::Left)
}

/// An uncached response that pages of any origin may read.
pub fn respond(
    status: StatusCode,
    content_type: &'static str,
    body: impl Into<Bytes>,
) -> FullResponse {
    let mut response = private(status, content_type, body);
    for (name, value) in CORS {
        response.headers_mut().insert(header_name(name), HeaderValue::from_static(value));
    }
    response
}

/// An uncached response without CORS headers.
pub fn private(
    status: StatusCode,
    content_type: &'static str,
    body: impl Into<Bytes>,
) -> FullResponse {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = status;
    for (name, value) in [
        ("server", SERVER),
        ("content-type", content_type),
        ("cache-control", "no-cache"),
        ("x-content-type-options", "nosniff"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Adds a header.
pub fn with(mut response: FullResponse, name: &'static str, value: &'static str) -> FullResponse {
    response.headers_mut().insert(name, HeaderValue::from_static(value));
    response
}

/// A header name from a literal.
///
/// # Panics
/// If `name` is not valid.
pub fn header_name(name: &str) -> HeaderName {
    HeaderName::from_bytes(name.as_bytes()).expect("header names in the code are valid")
}

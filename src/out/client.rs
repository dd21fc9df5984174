//! A small HTTP client: one request per connection.

use std::{path::Path, time::Duration};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    HeaderMap, Method, Request, StatusCode,
    header::{AUTHORIZATION, CONNECTION, CONTENT_TYPE, HOST, USER_AGENT},
};
use hyper_util::rt::TokioIo;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use tokio::time::timeout;

use crate::{
    config::Remote,
    out::connect::{self, connect},
};

/// The `User-Agent`.
pub const NAME: &str = concat!("electropunk/", env!("CARGO_PKG_VERSION"));

/// Limit for a whole exchange.
const TIMEOUT: Duration = Duration::from_secs(15);

/// Everything but the unreserved characters of RFC 3986, section 2.3.
const RESERVED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A request.
pub struct ApiRequest<'a> {
    /// The server.
    pub to: &'a Remote,
    /// Certificate authorities trusted in addition to the system's.
    pub ca_file: Option<&'a Path>,
    /// Path and query; the path of `to` is not used.
    pub target: String,
    /// The `Authorization` header.
    pub authorization: Option<String>,
    /// The body of a POST; without it the request is a GET.
    pub body: Option<Body>,
}

/// The body of a POST.
pub struct Body {
    content_type: &'static str,
    text: String,
}

impl Body {
    /// An encoded form.
    pub fn form(text: String) -> Self {
        Self { content_type: "application/x-www-form-urlencoded", text }
    }

    /// `value` as JSON.
    pub fn json(value: &impl Serialize) -> Self {
        let text = serde_json::to_string(value).expect("plain texts and numbers");
        Self { content_type: "application/json", text }
    }
}

/// Status and headers of a response. The body is not read: it is not needed, and servers differ in
/// how they end it.
pub struct ResponseHead {
    /// The status code.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
}

/// Why there is no response.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Connecting failed.
    #[error(transparent)]
    Connect(#[from] connect::Error),
    /// The request is invalid, or the response is not valid HTTP.
    #[error("no valid HTTP response: {0}")]
    Http(String),
    /// The exchange took too long.
    #[error("no response within {} s", TIMEOUT.as_secs())]
    Timeout,
}

impl ApiRequest<'_> {
    /// Sends the request.
    ///
    /// # Errors
    /// See [`Error`]. A response of any status is a success.
    pub async fn send(self) -> Result<ResponseHead, Error> {
        timeout(TIMEOUT, self.exchange()).await.unwrap_or(Err(Error::Timeout))
    }

    async fn exchange(self) -> Result<ResponseHead, Error> {
        let stream = TokioIo::new(connect(self.to, self.ca_file).await?);
        let request = self.request().map_err(|error| Error::Http(error.to_string()))?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(stream)
            .await
            .map_err(|error| Error::Http(error.to_string()))?;
        // Dropping the sender and the body ends the connection.
        let exchange = async move { Ok(sender.send_request(request).await?.into_parts().0) };
        // An error of the connection is also an error of the exchange.
        let (_, response) = tokio::join!(connection, exchange);
        let head = response.map_err(|error: hyper::Error| Error::Http(error.to_string()))?;
        Ok(ResponseHead { status: head.status, headers: head.headers })
    }

    fn request(self) -> Result<Request<Full<Bytes>>, hyper::http::Error> {
        let method = if self.body.is_some() { Method::POST } else { Method::GET };
        let mut request = Request::builder()
            .method(method)
            .uri(self.target)
            .header(HOST, self.to.authority())
            .header(USER_AGENT, NAME)
            .header(CONNECTION, "close");
        if let Some(authorization) = self.authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        if let Some(body) = &self.body {
            request = request.header(CONTENT_TYPE, body.content_type);
        }
        request.body(Full::from(self.body.map(|body| body.text).unwrap_or_default()))
    }
}

/// `name=value&...` for a query or a form, percent-encoded.
pub fn fields(fields: &[(&str, &str)]) -> String {
    let encode = |text| utf8_percent_encode(text, &RESERVED);
    let fields = fields.iter().map(|(name, value)| format!("{name}={}", encode(value)));
    fields.collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_can_hold_any_text() {
        let text = fields(&[("song", "Caf\u{e9} & \"50%\" + #1\r\n"), ("x", "a-b_c.d~e")]);

        assert_eq!(text, "song=Caf%C3%A9%20%26%20%2250%25%22%20%2B%20%231%0D%0A&x=a-b_c.d~e");
    }
}

//! Questions to servers of others, one on each connection.

use std::{path::Path, time::Duration};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    HeaderMap, Method, Request, StatusCode,
    header::{AUTHORIZATION, CONNECTION, CONTENT_TYPE, HOST, USER_AGENT},
};
use hyper_util::rt::TokioIo;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::time::timeout;

use crate::{
    config::Remote,
    out::connect::{self, connect},
};

/// How we call ourselves to other servers.
pub const NAME: &str = concat!("electropunk/", env!("CARGO_PKG_VERSION"));

/// For a whole exchange.
const PATIENCE: Duration = Duration::from_secs(15);

/// What RFC 3986 (section 2.3) calls unreserved goes as it is, all else percent-encoded.
const RESERVED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A question.
pub struct Question<'a> {
    /// Whom.
    pub to: &'a Remote,
    /// Who vouches for the server besides this machine's authorities.
    pub ca_file: Option<&'a Path>,
    /// Path and query; `to`'s path does not count.
    pub target: String,
    /// The value of `Authorization`, if any.
    pub login: Option<String>,
    /// The fields of a form to post; with none it is a GET.
    pub form: Option<String>,
}

/// The head of an answer. The rest is never read: all that we ask for is in it, and servers differ in
/// how they end.
pub struct Answer {
    /// Its three digits.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no connection.
    #[error(transparent)]
    Connect(#[from] connect::Error),
    /// The question can't be asked or the answer not be understood.
    #[error("no HTTP answer: {0}")]
    Http(String),
    /// It took too long.
    #[error("no answer within {} s", PATIENCE.as_secs())]
    Late,
}

impl Question<'_> {
    /// Asks it.
    ///
    /// # Errors
    /// See [`Error`]; an answer of any status is none.
    pub async fn ask(self) -> Result<Answer, Error> {
        timeout(PATIENCE, self.ask_at_last()).await.unwrap_or(Err(Error::Late))
    }

    async fn ask_at_last(self) -> Result<Answer, Error> {
        let stream = TokioIo::new(connect(self.to, self.ca_file).await?);
        let request = self.request().map_err(|error| Error::Http(error.to_string()))?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(stream)
            .await
            .map_err(|error| Error::Http(error.to_string()))?;
        // The sender and the body end in here, and with them the connection.
        let exchange = async move { Ok(sender.send_request(request).await?.into_parts().0) };
        // The connection's own end tells nothing that the exchange does not.
        let (_, answer) = tokio::join!(connection, exchange);
        let head = answer.map_err(|error: hyper::Error| Error::Http(error.to_string()))?;
        Ok(Answer { status: head.status, headers: head.headers })
    }

    fn request(self) -> Result<Request<Full<Bytes>>, hyper::http::Error> {
        let method = if self.form.is_some() { Method::POST } else { Method::GET };
        let mut request = Request::builder()
            .method(method)
            .uri(self.target)
            .header(HOST, self.to.authority())
            .header(USER_AGENT, NAME)
            .header(CONNECTION, "close");
        if let Some(login) = self.login {
            request = request.header(AUTHORIZATION, login);
        }
        if self.form.is_some() {
            request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        request.body(Full::from(self.form.unwrap_or_default()))
    }
}

/// `name=value&...` as queries and forms have it.
pub fn fields(fields: &[(&str, &str)]) -> String {
    let encode = |text| utf8_percent_encode(text, &RESERVED);
    let fields = fields.iter().map(|(name, value)| format!("{name}={}", encode(value)));
    fields.collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_holds_any_text() {
        let text = fields(&[("song", "Caf\u{e9} & \"50%\" + #1\r\n"), ("x", "a-b_c.d~e")]);

        assert_eq!(text, "song=Caf%C3%A9%20%26%20%2250%25%22%20%2B%20%231%0D%0A&x=a-b_c.d~e");
    }
}

//! Why a push failed.

use std::{io, time::Duration};

use crate::{out::connect, stream::icy::clean};

/// Longest excerpt of a server's response in an error, in bytes.
const MOST: usize = 120;

/// Why a push ended or did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// Connecting failed.
    #[error(transparent)]
    Connect(#[from] connect::Error),
    /// 401.
    #[error("wrong user or password")]
    WrongPassword,
    /// 409, or 403 by Icecast 2.4.
    #[error("the mount is in use by another source")]
    InUse,
    /// 415, or 403 by Icecast 2.4.
    #[error("the mount does not accept this content type")]
    ContentType,
    /// 404.
    #[error("no such mount")]
    WrongMount,
    /// 503, or 403 by Icecast 2.4.
    #[error("too many sources")]
    Full,
    /// The server does not support this method: 400, 405 or 501.
    #[error("the server does not accept sources: {0}")]
    NotUnderstood(String),
    /// Any other status.
    #[error("refused: {0}")]
    Refused(String),
    /// The response is not HTTP.
    #[error("the response is not HTTP")]
    NoHttp,
    /// There was no response.
    #[error("no response")]
    Silent,
    /// The server closed the connection.
    #[error("the server closed the connection")]
    Ended,
    /// The connection failed.
    #[error("connection lost: {0}")]
    Broken(#[from] io::Error),
    /// The server stopped reading.
    #[error("stalled: nothing accepted for {} s", .0.as_secs())]
    Stalled(Duration),
}

impl Failure {
    /// The failure for a response with this status, reason phrase and body.
    pub fn from_response(status: u16, reason: &str, body: &str) -> Self {
        let text = without_tags(body).to_lowercase();
        match status {
            401 => Self::WrongPassword,
            404 => Self::WrongMount,
            409 => Self::InUse,
            415 => Self::ContentType,
            503 => Self::Full,
            403 if text.contains("in use") => Self::InUse,
            403 if text.contains("content") => Self::ContentType,
            403 if text.contains("too many") || text.contains("limit") => Self::Full,
            400 | 405 | 501 => Self::NotUnderstood(excerpt(status, reason, body)),
            _ => Self::Refused(excerpt(status, reason, body)),
        }
    }
}

/// The response as one short line for the log.
fn excerpt(status: u16, reason: &str, body: &str) -> String {
    let mut text = clean(&format!("{status} {reason} {}", without_tags(body)));
    text.truncate(text.floor_char_boundary(MOST));
    text
}

/// `page` without HTML tags: error responses are web pages.
fn without_tags(page: &str) -> String {
    let mut parts = page.split('<');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + " " + part.split_once('>').map_or("", |(_, rest)| rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_recognised_by_status_and_by_the_texts_of_icecast_2_4() {
        let page = |text: &str| format!("<html><body><b>403 - {text}</b></body></html>");
        for (status, body, sentence) in [
            (401, "", "wrong user or password"),
            (404, "", "no such mount"),
            (409, "", "the mount is in use by another source"),
            (403, &*page("Mountpoint in use"), "the mount is in use by another source"),
            (403, &page("No Content-type given"), "the mount does not accept this content type"),
            (415, "", "the mount does not accept this content type"),
            (403, &page("too many sources connected"), "too many sources"),
            (503, "", "too many sources"),
            (403, &page("internal format allocation"), "refused: 403 No 403 - internal format"),
            (501, "", "the server does not accept sources: 501 No"),
        ] {
            let shown = Failure::from_response(status, "No", body).to_string();
            assert!(shown.starts_with(sentence), "{shown}");
        }
    }

    #[test]
    fn an_excerpt_is_one_short_line() {
        let body = format!("<b>a\r\nb</b>\u{1b}[31m<unfinished {}", "x".repeat(9999));
        let long = "\u{1f3b9}".repeat(999);

        assert_eq!(
            Failure::from_response(500, "No", &body).to_string(),
            "refused: 500 No a b [31m"
        );
        assert!(Failure::from_response(500, "No", &long).to_string().len() < 2 * MOST);
    }
}

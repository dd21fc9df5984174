//! Why a station is not on air at another server.

use std::{io, time::Duration};

use crate::{out::connect, stream::icy::clean};

/// The most that is repeated of what a server says, in bytes.
const MOST: usize = 120;

/// Why a push ended or did not begin; each is the rest of a sentence about the server.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// There is no connection.
    #[error(transparent)]
    Connect(#[from] connect::Error),
    /// 401.
    #[error("it does not accept this user and password")]
    WrongPassword,
    /// 409, or 403 by Icecast 2.4.
    #[error("the mount is in use by another source")]
    InUse,
    /// 415, or 403 by Icecast 2.4.
    #[error("it takes no such sound on this mount")]
    ContentType,
    /// 404.
    #[error("it has no such mount")]
    WrongMount,
    /// 503, or 403 by Icecast 2.4.
    #[error("it takes no more sources for now")]
    Full,
    /// It does not know how to take a source in this way: 400, 405 or 501.
    #[error("it takes no sources here: {0}")]
    NotUnderstood(String),
    /// Any other status.
    #[error("it refuses: {0}")]
    Refused(String),
    /// What comes is no HTTP.
    #[error("it does not answer as an Icecast would")]
    NoHttp,
    /// It says nothing.
    #[error("it does not answer")]
    Silent,
    /// It ended the stream.
    #[error("it has ended the stream")]
    Ended,
    /// The connection broke.
    #[error("the connection broke: {0}")]
    Broken(#[from] io::Error),
    /// It takes nothing any more.
    #[error("it has taken nothing for {} s", .0.as_secs())]
    Stuck(Duration),
}

impl Failure {
    /// What an answer of `status` means, with its reason phrase and body.
    pub fn of_answer(status: u16, reason: &str, body: &str) -> Self {
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
            400 | 405 | 501 => Self::NotUnderstood(told(status, reason, body)),
            _ => Self::Refused(told(status, reason, body)),
        }
    }
}

/// One short line, whatever the server sends: it goes into our log.
fn told(status: u16, reason: &str, body: &str) -> String {
    let mut text = clean(&format!("{status} {reason} {}", without_tags(body)));
    text.truncate(text.floor_char_boundary(MOST));
    text
}

/// Answers are pages, and pages have tags.
fn without_tags(page: &str) -> String {
    let mut parts = page.split('<');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + " " + part.split_once('>').map_or("", |(_, rest)| rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_refusal_is_told_apart_by_status_and_by_what_icecast_2_4_says() {
        let page = |text: &str| format!("<html><body><b>403 - {text}</b></body></html>");
        for (status, body, sentence) in [
            (401, "", "it does not accept this user and password"),
            (404, "", "it has no such mount"),
            (409, "", "the mount is in use by another source"),
            (403, &*page("Mountpoint in use"), "the mount is in use by another source"),
            (403, &page("No Content-type given"), "it takes no such sound on this mount"),
            (415, "", "it takes no such sound on this mount"),
            (403, &page("too many sources connected"), "it takes no more sources for now"),
            (503, "", "it takes no more sources for now"),
            (403, &page("internal format allocation"), "it refuses: 403 No 403 - internal format"),
            (501, "", "it takes no sources here: 501 No"),
        ] {
            let told = Failure::of_answer(status, "No", body).to_string();
            assert!(told.starts_with(sentence), "{told}");
        }
    }

    #[test]
    fn what_a_server_says_stays_short_and_on_its_line() {
        let body = format!("<b>a\r\nb</b>\u{1b}[31m<unfinished {}", "x".repeat(9999));
        let long = "\u{1f3b9}".repeat(999);

        assert_eq!(Failure::of_answer(500, "No", &body).to_string(), "it refuses: 500 No a b [31m");
        assert!(Failure::of_answer(500, "No", &long).to_string().len() < 2 * MOST);
    }
}

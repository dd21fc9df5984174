//! The head of a source request, which the audio follows.
//!
//! As in libshout (`proto_http.c`): a `PUT` without length and without chunked encoding, which Icecast
//! 2.4 does not decode, or the `SOURCE` method of older servers.

use base64::{Engine as _, prelude::BASE64_STANDARD};

use crate::{
    config::Push,
    out::client::NAME,
    stream::{icy::clean, mount::About},
};

/// Longest header value in bytes. Servers limit the whole head, Icecast to 4096.
const MAX_VALUE: usize = 256;

/// The method of a source request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Icecast since 2.4, Liquidsoap.
    Put,
    /// Servers without `PUT`.
    Source,
}

/// The request head; `home` is the radio's public URL.
pub fn head(method: Method, push: &Push, about: &About, home: Option<&str>) -> String {
    let server = &push.server;
    let mut lines = match method {
        Method::Put => vec![
            format!("PUT {} HTTP/1.1", server.path),
            format!("Host: {}", server.authority()),
            "Expect: 100-continue".to_owned(),
        ],
        Method::Source => vec![format!("SOURCE {} HTTP/1.0", server.path)],
    };
    let headers = [
        ("Authorization", authorization(push)),
        ("User-Agent", NAME.to_owned()),
        ("Content-Type", about.coding.content_type().to_owned()),
        ("ice-public", u8::from(push.public).to_string()),
        ("ice-name", to_value(&about.name)),
        ("ice-description", to_value(&about.description)),
        ("ice-genre", to_value(&about.genre)),
        ("ice-url", to_value(home.unwrap_or_default())),
        ("ice-bitrate", about.coding.kbps().to_string()),
        ("ice-audio-info", about.coding.info()),
    ];
    let given = headers.into_iter().filter(|(_, value)| !value.is_empty());
    lines.extend(given.map(|(name, value)| format!("{name}: {value}")));
    lines.join("\r\n") + "\r\n\r\n"
}

/// The value of `Authorization` (HTTP Basic, RFC 7617).
pub fn authorization(push: &Push) -> String {
    let pair = format!("{}:{}", push.user, push.password.expose());
    format!("Basic {}", BASE64_STANDARD.encode(pair))
}

/// `text` on one line for another server.
///
/// Icecast 2.4 sends titles of MP3 mounts in ISO 8859-1 unless the mount has a `<charset>`; the
/// typographic apostrophe would become `&#8217;`. The plain one is sent instead, except where players
/// would take it for the end of the title (`';`).
pub fn one_line(text: &str) -> String {
    clean(text).replace('\u{2019}', "'").replace("';", "\u{2019};")
}

fn to_value(text: &str) -> String {
    let mut value = one_line(text);
    value.truncate(value.floor_char_boundary(MAX_VALUE));
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{config::Secret, stream::coding::Coding};

    fn push() -> Push {
        Push {
            server: "http://ice.example:8000/live.mp3".parse().unwrap(),
            mount: None,
            user: "source".into(),
            password: Secret::new("hackme").unwrap(),
            public: true,
            ca_file: None,
        }
    }

    fn about() -> About {
        About {
            path: "/a.mp3".into(),
            name: "Nobody's\r\nX-Evil: 1';".into(),
            description: String::new(),
            genre: "Techno".into(),
            coding: Coding::default(),
            public: false,
        }
    }

    #[test]
    fn a_put_is_what_libshout_sends() {
        assert_eq!(
            head(Method::Put, &push(), &about(), Some("https://radio.example")),
            "PUT /live.mp3 HTTP/1.1\r\n\
             Host: ice.example:8000\r\n\
             Expect: 100-continue\r\n\
             Authorization: Basic c291cmNlOmhhY2ttZQ==\r\n\
             User-Agent: electropunk/0.1.0\r\n\
             Content-Type: audio/mpeg\r\n\
             ice-public: 1\r\n\
             ice-name: Nobody's X-Evil: 1\u{2019};\r\n\
             ice-genre: Techno\r\n\
             ice-url: https://radio.example\r\n\
             ice-bitrate: 128\r\n\
             ice-audio-info: bitrate=128;samplerate=44100;channels=2\r\n\r\n"
        );
    }

    #[test]
    fn source_requests_have_no_expect_header() {
        let head = head(Method::Source, &push(), &about(), None);

        assert!(head.starts_with("SOURCE /live.mp3 HTTP/1.0\r\nAuthorization: "), "{head}");
        assert!(!head.contains("Expect") && !head.contains("ice-url"));
    }
}

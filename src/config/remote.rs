//! URLs on other servers.

use std::{fmt, str::FromStr};

use hyper::Uri;

use crate::config::text::quoted;

/// A URL on another server: `http://HOST:PORT/PATH`, or https.
///
/// It never holds a user or a password, so it may be shown in logs and on public pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remote {
    /// Whether the scheme is https.
    pub is_tls: bool,
    /// A lower-case name or an IP address; IPv6 in brackets.
    pub host: String,
    /// Default 80, for https 443.
    pub port: u16,
    /// With the leading slash, percent-encoded.
    pub path: String,
}

impl Remote {
    /// The host to resolve: IPv6 without brackets.
    pub fn host_name(&self) -> &str {
        self.host.trim_start_matches('[').trim_end_matches(']')
    }

    /// The value of a `Host` header: without the port if it is the scheme's default.
    pub fn authority(&self) -> String {
        match self.port == default_port(self.is_tls) {
            true => self.host.clone(),
            false => format!("{}:{}", self.host, self.port),
        }
    }
}

impl fmt::Display for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.is_tls { "https" } else { "http" };
        write!(f, "{scheme}://{}{}", self.authority(), self.path)
    }
}

impl FromStr for Remote {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        // Not quoted: the password in the URL must not get into the log.
        if text.contains('@') {
            return Err(
                "expected a URL without user and password: they have their own keys".to_owned()
            );
        }
        read(text).ok_or_else(|| {
            let expected = "expected a URL such as \"http://radio.example.org:8000/live.mp3\"";
            format!("{expected}, found {}", quoted(text))
        })
    }
}

fn read(text: &str) -> Option<Remote> {
    let uri: Uri = text.parse().ok()?;
    let is_tls = match uri.scheme_str()? {
        "http" => false,
        "https" => true,
        _ => return None,
    };
    let authority = uri.authority()?;
    let port = match authority.as_str().strip_prefix(authority.host())? {
        "" => default_port(is_tls),
        port => port.strip_prefix(':')?.parse().ok().filter(|port| *port != 0)?,
    };
    // The parser drops the fragment after a #.
    let is_plain = uri.query().is_none() && !text.contains('#') && !authority.host().is_empty();
    let (host, path) = (authority.host().to_lowercase(), uri.path().to_owned());
    is_plain.then_some(Remote { is_tls, host, port, path })
}

fn default_port(is_tls: bool) -> u16 {
    if is_tls { 443 } else { 80 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_shown_without_the_default_port() {
        for (text, shown) in [
            ("http://a.example:8000/live.mp3", "http://a.example:8000/live.mp3"),
            ("https://a.example:443/x/y%20z", "https://a.example/x/y%20z"),
            ("http://[::1]:80/live", "http://[::1]/live"),
            ("https://a.example", "https://a.example/"),
        ] {
            assert_eq!(text.parse::<Remote>().unwrap().to_string(), shown);
        }
        let local: Remote = "http://[::1]:8000/a".parse().unwrap();
        assert_eq!((local.host_name(), local.authority()), ("::1", "[::1]:8000".to_owned()));
    }

    #[test]
    fn invalid_urls_are_quoted_unless_they_hold_a_password() {
        for text in [
            "",
            "a.example/live",
            "ftp://a.example/live",
            "http://",
            "http:///live",
            "http://a.example:99999/live",
            "http://a.example:/live",
            "http://a.example/live?x=y",
            "http://a.example/live#x",
            "http://a.example/li ve",
            "http://a.example/live\r\nX: y",
        ] {
            assert!(text.parse::<Remote>().unwrap_err().ends_with(&quoted(text)), "{text:?}");
        }
        let secret = "http://source:hackme@a.example/live".parse::<Remote>().unwrap_err();
        assert!(!secret.contains("hackme"));
    }
}

//! `[server]`: what listeners connect to.

use std::net::{Ipv4Addr, SocketAddr};

use super::{
    section::Section,
    value::{quoted, set},
};

/// What listeners connect to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// Where it listens; port 0 takes a free one. Default 0.0.0.0:8000: every interface.
    pub bind: SocketAddr,
    /// How the world reaches it, such as `https://radio.example.org`, without a slash at the end;
    /// for playlists and station lists behind a proxy. None: what each request names as its host.
    pub public_url: Option<String>,
    /// How many may listen at a time over all stations, 1 to 100 000. Default 500.
    pub max_listeners: usize,
    /// Bytes of sound that a new listener gets at once, so that its player starts without waiting,
    /// 4096 to 1 048 576. At 128 kbit/s a second is 16 000. Default 65 536.
    pub burst_bytes: usize,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            bind: SocketAddr::from((Ipv4Addr::UNSPECIFIED, 8000)),
            public_url: None,
            max_listeners: 500,
            burst_bytes: 65_536,
        }
    }
}

impl Server {
    pub(super) fn read(section: &mut Section) -> Self {
        let mut server = Self::default();
        set(&mut server.bind, section.text_as("bind", address));
        server.public_url = section.text_as("public_url", url);
        set(&mut server.max_listeners, section.whole("max_listeners", 1..=100_000));
        set(&mut server.burst_bytes, section.whole("burst_bytes", 4096..=1_048_576));
        server
    }
}

fn address(text: &str) -> Result<SocketAddr, String> {
    let expected = "expected an address and port such as \"0.0.0.0:8000\"";
    text.parse().map_err(|_| format!("{expected}, found {}", quoted(text)))
}

/// Odd characters would break the playlists that it is written into.
fn url(text: &str) -> Result<String, String> {
    let expected = "expected a URL such as \"https://radio.example.org\"";
    let url = text.trim_end_matches('/');
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let is_url = host.is_some_and(|host| {
        !host.is_empty()
            && host.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"<>".contains(&byte))
    });
    is_url.then(|| url.to_owned()).ok_or_else(|| format!("{expected}, found {}", quoted(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_url_loses_its_last_slash() {
        assert_eq!(url("https://radio.example.org/").unwrap(), "https://radio.example.org");
        assert_eq!(url("http://[::1]:8000/radio").unwrap(), "http://[::1]:8000/radio");
    }

    #[test]
    fn what_is_no_url_is_refused() {
        for text in ["", "https://", "radio.example.org", "http://a b", "http://a\r\nX: y"] {
            assert!(url(text).is_err(), "{text:?}");
        }
    }
}

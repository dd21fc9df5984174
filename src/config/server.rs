//! `[server]`: the HTTP server.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
};

use ipnet::IpNet;

use crate::config::{
    paths::existing_file,
    section::Section,
    text::{one_line, quoted},
    value::set,
};

/// The HTTP server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// Address and port to listen on; port 0 picks a free one. Default 0.0.0.0:8000: all interfaces.
    pub bind: SocketAddr,
    /// The public URL, such as `https://radio.example.org`, without a slash at the end; used in
    /// playlists and directories. Default none: the `Host` of each request.
    pub public_url: Option<String>,
    /// Most listeners at a time over all stations, 1 to 100 000. Default 500.
    pub max_listeners: usize,
    /// Most listeners from one IPv4 address or IPv6 /64, 0 to 100 000; 0 is no limit. Default 100.
    pub listeners_per_address: usize,
    /// Burst: bytes of past sound sent at once to a new listener, so that its player starts without
    /// buffering, 0 to 1 048 576. A second at 128 kbit/s is 16 000 bytes. Default 65 536.
    pub burst_bytes: usize,
    /// Bytes of sound between two blocks of ICY metadata, 256 to 65 536. Default 16 000.
    pub metaint_bytes: usize,
    /// Seconds that a listener may lag, beyond its burst, 5 to 300. One that lags further skips what it
    /// missed; the second time it is disconnected. Default 20.
    pub lag_seconds: usize,
    /// Proxies whose `X-Forwarded-For` is trusted. Default none.
    pub trusted_proxies: Vec<IpNet>,
    /// Clients that are refused. Default none.
    pub deny: Vec<IpNet>,
    /// HTTPS. Default off.
    pub tls: Option<Tls>,
    /// The operator, such as a mail address, for server lists. Default empty.
    pub contact: String,
    /// Where the server is, for server lists. Default empty.
    pub location: String,
}

/// HTTPS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tls {
    /// Address and port to listen on. Default 0.0.0.0:8443.
    pub bind: SocketAddr,
    /// Certificate chain (PEM), the server's own first; reloaded when the file changes.
    pub certificate: PathBuf,
    /// Private key (PEM).
    pub key: PathBuf,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            bind: SocketAddr::from((Ipv4Addr::UNSPECIFIED, 8000)),
            public_url: None,
            max_listeners: 500,
            listeners_per_address: 100,
            burst_bytes: 65_536,
            metaint_bytes: 16_000,
            lag_seconds: 20,
            trusted_proxies: Vec::new(),
            deny: Vec::new(),
            tls: None,
            contact: String::new(),
            location: String::new(),
        }
    }
}

impl Server {
    pub(super) fn read(section: &mut Section) -> Self {
        let mut server = Self::default();
        set(&mut server.bind, section.text_as("bind", address));
        server.public_url = section.text_as("public_url", url);
        set(&mut server.max_listeners, section.whole("max_listeners", 1..=100_000));
        let per_address = section.whole("listeners_per_address", 0..=100_000);
        set(&mut server.listeners_per_address, per_address);
        set(&mut server.burst_bytes, section.whole("burst_bytes", 0..=1_048_576));
        set(&mut server.metaint_bytes, section.whole("metaint_bytes", 256..=65_536));
        set(&mut server.lag_seconds, section.whole("lag_seconds", 5..=300));
        set(&mut server.trusted_proxies, section.list("trusted_proxies", 0..=100, network));
        set(&mut server.deny, section.list("deny", 0..=1000, network));
        server.tls = section.table("tls", Tls::read);
        set(&mut server.contact, section.text_as("contact", |text| one_line(text, 100)));
        set(&mut server.location, section.text_as("location", |text| one_line(text, 100)));
        server
    }
}

impl Tls {
    /// `None` without certificate and key.
    fn read(section: &mut Section) -> Option<Self> {
        let base_dir = section.reading.base_dir;
        let file = |path: &str| existing_file(base_dir, path);
        let mut bind = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 8443));
        set(&mut bind, section.text_as("bind", address));
        if section.has("certificate") != section.has("key") {
            let missing = if section.has("key") { "certificate" } else { "key" };
            section.note(missing, "expected both a certificate and a key".to_owned());
        }
        let certificate = section.text_as("certificate", file);
        let key = section.text_as("key", file);
        Some(Self { bind, certificate: certificate?, key: key? })
    }
}

/// A range of addresses, or one address. Ranges of IPv4-mapped IPv6 addresses become ranges of IPv4, as
/// clients' addresses do.
fn network(text: &str) -> Result<IpNet, String> {
    let one = || text.parse::<IpAddr>().map(IpNet::from);
    let network = text.parse::<IpNet>().or_else(|_| one()).map_err(|_| {
        format!("expected an address or a range such as \"10.0.0.0/8\", found {}", quoted(text))
    })?;
    let mapped = match (network.addr().to_canonical(), network.prefix_len()) {
        (IpAddr::V4(address), 96..) if matches!(network, IpNet::V6(_)) => {
            IpNet::new(address.into(), network.prefix_len() - 96).ok()
        }
        _ => None,
    };
    Ok(mapped.unwrap_or(network))
}

fn address(text: &str) -> Result<SocketAddr, String> {
    let expected = "expected an address and port such as \"0.0.0.0:8000\"";
    text.parse().map_err(|_| format!("{expected}, found {}", quoted(text)))
}

/// The URL without a slash at its end. Quotes and angle brackets would break the playlists.
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
    fn a_public_url_loses_its_trailing_slash() {
        assert_eq!(url("https://radio.example.org/").unwrap(), "https://radio.example.org");
        assert_eq!(url("http://[::1]:8000/radio").unwrap(), "http://[::1]:8000/radio");
    }

    #[test]
    fn a_network_may_be_a_single_address() {
        assert_eq!(network("10.1.2.3").unwrap().to_string(), "10.1.2.3/32");
        assert_eq!(network("fd00::/8").unwrap().to_string(), "fd00::/8");
        for (mapped, expected) in [
            ("::ffff:203.0.113.0/120", "203.0.113.0/24"),
            ("::ffff:cb00:7100/120", "203.0.113.0/24"),
            ("::ffff:203.0.113.7", "203.0.113.7/32"),
            ("::ffff:0:0/96", "0.0.0.0/0"),
            ("::/0", "::/0"),
        ] {
            assert_eq!(network(mapped).unwrap().to_string(), expected, "{mapped}");
        }
        for text in ["10.0.0", "10.0.0.0/33", "localhost", ""] {
            assert!(network(text).unwrap_err().starts_with("expected an address"), "{text}");
        }
    }

    #[test]
    fn invalid_urls_are_refused() {
        for text in ["", "https://", "radio.example.org", "http://a b", "http://a\r\nX: y"] {
            assert!(url(text).is_err(), "{text:?}");
        }
    }
}

//! The client's address, behind trusted proxies.

use std::net::{IpAddr, SocketAddr};

use hyper::HeaderMap;
use ipnet::IpNet;

/// Both ends of a connection.
#[derive(Debug, Clone, Copy)]
pub struct Ends {
    /// The server's end.
    pub local: SocketAddr,
    /// The client's end, or that of the last proxy.
    pub remote: SocketAddr,
    /// Whether the connection is HTTPS.
    pub is_secure: bool,
}

/// The address of the client that sent the request with `headers`.
///
/// Each proxy appends the address of its client to `X-Forwarded-For`. The list is read from its end as long
/// as the writer of an entry is in `trusted`; earlier entries may be forged.
pub fn address(remote: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: &IpAddr| trusted.iter().any(|net| net.contains(address));
    let mut address = remote.to_canonical();
    // A client's bytes before the proxy's entry may not be UTF-8.
    let lines = headers.get_all("x-forwarded-for").into_iter().rev();
    let lines: Vec<_> = lines.map(|line| String::from_utf8_lossy(line.as_bytes())).collect();
    for entry in lines.iter().flat_map(|line| line.rsplit(',')) {
        if !is_trusted(&address) {
            break;
        }
        let Some(before) = parse(entry.trim()) else { break };
        address = before;
    }
    address
}

/// Whether the client uses HTTPS, to this server or to a proxy in `trusted` that says so in
/// `X-Forwarded-Proto`.
pub fn is_secure(ends: Ends, headers: &HeaderMap, trusted: &[IpNet]) -> bool {
    let remote = ends.remote.ip().to_canonical();
    if !trusted.iter().any(|net| net.contains(&remote)) {
        return ends.is_secure;
    }
    let scheme = headers.get("x-forwarded-proto").and_then(|scheme| scheme.to_str().ok());
    // In a chain of proxies the first entry is the client's.
    match scheme.and_then(|scheme| scheme.split(',').next()).map(str::trim) {
        Some(scheme) if scheme.eq_ignore_ascii_case("https") => true,
        Some(scheme) if scheme.eq_ignore_ascii_case("http") => false,
        _ => ends.is_secure,
    }
}

/// An address, with or without a port: some proxies write one.
fn parse(entry: &str) -> Option<IpAddr> {
    let with_port = || entry.parse::<SocketAddr>().map(|address| address.ip());
    let bare = entry.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(entry);
    bare.parse::<IpAddr>().or_else(|_| with_port()).ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use hyper::header::HeaderValue;

    use super::*;

    fn seen(remote: &str, lines: &[&str], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append("x-forwarded-for", HeaderValue::from_bytes(line.as_bytes()).unwrap());
        }
        let trusted: Vec<IpNet> = trusted.iter().map(|net| net.parse().unwrap()).collect();
        address(remote.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn only_entries_of_trusted_proxies_count() {
        let proxies = ["127.0.0.1/32", "10.0.0.0/8"];

        assert_eq!(seen("9.9.9.9", &["1.1.1.1"], &proxies), "9.9.9.9");
        assert_eq!(seen("127.0.0.1", &["1.1.1.1"], &proxies), "1.1.1.1");
        assert_eq!(seen("127.0.0.1", &["6.6.6.6, 1.1.1.1, 10.1.2.3"], &proxies), "1.1.1.1");
        assert_eq!(seen("127.0.0.1", &["6.6.6.6", "1.1.1.1,10.1.2.3"], &proxies), "1.1.1.1");
        assert_eq!(seen("127.0.0.1", &["1.1.1.1"], &[]), "127.0.0.1");
        assert_eq!(seen("127.0.0.1", &["\u{ff}, 1.1.1.1"], &proxies), "1.1.1.1");
    }

    #[test]
    fn the_scheme_of_trusted_proxies_counts() {
        let is_secure = |remote: &str, scheme: &str| {
            let headers = HeaderMap::from_iter([(
                hyper::header::HeaderName::from_static("x-forwarded-proto"),
                HeaderValue::from_str(scheme).unwrap(),
            )]);
            let [local, remote] = ["10.0.0.1:8000", remote].map(|end| end.parse().unwrap());
            let ends = Ends { local, remote, is_secure: false };
            is_secure(ends, &headers, &["127.0.0.1/32".parse().unwrap()])
        };

        assert!(
            is_secure("127.0.0.1:9", "https") && is_secure("[::ffff:127.0.0.1]:9", "HTTPS, http")
        );
        assert!(!is_secure("127.0.0.1:9", "http") && !is_secure("127.0.0.1:9", "gopher"));
        assert!(!is_secure("9.9.9.9:9", "https"));
    }

    #[test]
    fn addresses_have_several_spellings_and_nonsense_is_ignored() {
        let proxies = ["127.0.0.1/32"];
        for (line, expected) in [
            ("2001:db8::1", "2001:db8::1"),
            ("[2001:db8::1]:4711", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("1.2.3.4:4711", "1.2.3.4"),
            ("unknown", "127.0.0.1"),
            ("", "127.0.0.1"),
        ] {
            assert_eq!(seen("127.0.0.1", &[line], &proxies), expected, "{line}");
        }
        assert_eq!(seen("::ffff:127.0.0.1", &["1.2.3.4"], &proxies), "1.2.3.4");
    }
}

//! Protects commands against cross-site request forgery.
//!
//! A browser that stores the password sends it with requests from any page. So a browser may change
//! something only by POST from the server's own page. Other programs send the password only explicitly and
//! may use GET, as Icecast's clients do.

use hyper::{
    HeaderMap, Method,
    header::{ACCEPT, ACCEPT_LANGUAGE, HOST, ORIGIN},
};

/// The header in which browsers state where a request comes from.
const FETCH_SITE: &str = "sec-fetch-site";

/// Whether a state-changing request is not forged by another site's page. `public_url` is that of
/// radio.toml.
pub fn is_own(method: &Method, headers: &HeaderMap, public_url: Option<&str>) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    // All browsers send Accept-Language; radio tools don't.
    let is_browser = [FETCH_SITE, ORIGIN.as_str(), ACCEPT_LANGUAGE.as_str()]
        .iter()
        .any(|name| headers.contains_key(*name));
    if !is_browser {
        return true;
    }
    let origins = headers.get_all(ORIGIN).iter().count();
    let origin = text(ORIGIN.as_str()).and_then(host_of_origin);
    if method != Method::POST || 1 < origins || (origins == 1 && origin.is_none()) {
        return false;
    }
    match (headers.contains_key(FETCH_SITE), origin) {
        (true, _) => text(FETCH_SITE) == Some("same-origin"),
        (false, Some(origin)) => {
            let public = public_url.and_then(|url| url.split_once("://"));
            let public = public.and_then(|(_, rest)| rest.split('/').next());
            [text(HOST.as_str()), public]
                .into_iter()
                .flatten()
                .any(|host| origin.eq_ignore_ascii_case(host))
        }
        (false, None) => false,
    }
}

/// Host and port of an origin; none if it is not that of a web page, such as `null` (RFC 6454, 6.1).
fn host_of_origin(origin: &str) -> Option<&str> {
    let host = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"))?;
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte);
    (!host.is_empty() && host.bytes().all(is_allowed)).then_some(host)
}

/// Whether the client is a browser with a page to return to.
pub fn wants_page(headers: &HeaderMap) -> bool {
    let accepts = headers.get(ACCEPT).and_then(|accept| accept.to_str().ok());
    accepts.is_some_and(|accepts| accepts.contains("text/html"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn may_change(method: Method, lines: &[(&'static str, &str)]) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, "radio.example:8000".parse().unwrap());
        for (name, value) in lines {
            headers.insert(*name, value.parse().unwrap());
        }
        is_own(&method, &headers, None)
    }

    #[test]
    fn tools_may_use_any_method() {
        assert!(may_change(Method::GET, &[("user-agent", "butt")]));
        assert!(may_change(Method::POST, &[]));
    }

    #[test]
    fn browsers_must_post_from_the_server_s_own_page() {
        let language = ("accept-language", "de");
        assert!(!may_change(Method::GET, &[language]));
        assert!(!may_change(Method::GET, &[("sec-fetch-site", "none")]));
        assert!(!may_change(Method::POST, &[language]));
        assert!(!may_change(Method::POST, &[("sec-fetch-site", "cross-site"), language]));
        assert!(!may_change(Method::POST, &[("origin", "http://evil.example"), language]));
        assert!(!may_change(Method::POST, &[("origin", "null"), language]));
        assert!(may_change(Method::POST, &[("sec-fetch-site", "same-origin"), language]));
        assert!(may_change(Method::POST, &[("origin", "http://radio.example:8000"), language]));
    }

    #[test]
    fn odd_origins_are_no_origins() {
        let may_change = |origin: &str, host: Option<&str>, public_url: Option<&str>| {
            let mut headers = HeaderMap::from_iter([(ORIGIN, origin.parse().unwrap())]);
            host.map(|host| headers.insert(HOST, host.parse().unwrap()));
            is_own(&Method::POST, &headers, public_url)
        };
        for origin in ["null", "", "radio.example", "file://", "ftp://radio.example", "http://"] {
            assert!(!may_change(origin, None, None), "{origin}");
            assert!(!may_change(origin, Some("radio.example"), None), "{origin}");
        }
        for origin in ["http://radio.example/a", "http://a@radio.example", "http://radio.example "]
        {
            assert!(!may_change(&format!("{origin}x"), Some("radio.example"), None), "{origin}");
        }
        assert!(may_change("https://Radio.example", Some("radio.example"), None));
        let public_url = Some("https://radio.example/live");
        assert!(may_change("https://radio.example", Some("127.0.0.1:8000"), public_url));
        assert!(!may_change("https://evil.example", Some("127.0.0.1:8000"), public_url));
    }
}

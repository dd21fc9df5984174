//! Protects commands against cross-site request forgery.
//!
//! A browser that knows the password sends it with any request that any page causes. So a browser may change
//! something only by POST from the server's own page. Other programs, which send the password only when
//! told to, may use GET as Icecast's clients do.

use hyper::{
    HeaderMap, Method,
    header::{ACCEPT, ACCEPT_LANGUAGE, HOST, ORIGIN},
};

/// Whether a request that changes something is not forged by another site's page.
pub fn is_own(method: &Method, headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let fetched_from = text("sec-fetch-site");
    let origin = text(ORIGIN.as_str());
    // All browsers send Accept-Language; radio tools don't.
    let is_browser =
        fetched_from.is_some() || origin.is_some() || headers.contains_key(ACCEPT_LANGUAGE);
    if !is_browser {
        return true;
    }
    if method != Method::POST {
        return false;
    }
    match (fetched_from, origin) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => {
            origin.split_once("://").map(|(_, host)| host) == text(HOST.as_str())
        }
        (None, None) => false,
    }
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
        is_own(&method, &headers)
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
}

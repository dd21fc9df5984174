//! A query, and the same bytes as an X-Forwarded-For header.

#![no_main]

use electropunk::web::{client, query::Query};
use hyper::{HeaderMap, header::HeaderValue};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let query = Query::new(&text);
    for name in ["mount", "song", "charset", "id", ""] {
        let _ = query.text(name, query.get("charset").as_deref());
    }
    if let Ok(value) = HeaderValue::from_bytes(bytes) {
        let headers = HeaderMap::from_iter([("x-forwarded-for".parse().unwrap(), value)]);
        let remote = [127, 0, 0, 1].into();
        let trusted = ["127.0.0.0/8", "10.0.0.0/8", "::/0"].map(|net| net.parse().unwrap());
        let _ = client::address(remote, &headers, &trusted);
    }
});

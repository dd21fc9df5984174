//! Requests for pages, and malformed ones.

use std::sync::Arc;

use super::{GET, N_CHUNK, Radio, read, read_head};
use crate::web::site::tests::aired;

#[tokio::test]
async fn each_method_and_path_has_its_status() {
    let radio = Radio::start();
    let close = "Host: a\r\nConnection: close\r\n\r\n";
    for (request, status, has) in [
        ("OPTIONS /a.mp3", "204 No Content", "access-control-allow-headers: Origin, Accept, Range"),
        ("POST /a.mp3", "405 Method Not Allowed", "allow: GET, HEAD, OPTIONS"),
        ("SOURCE /a.mp3", "405 Method Not Allowed", "only GET"),
        ("GET /b.mp3", "404 Not Found", "text/plain"),
        ("GET /../etc/passwd", "404 Not Found", "no such page or stream"),
        ("GET /", "200 OK", "content-security-policy: default-src 'self'"),
        ("HEAD /player.js", "200 OK", "content-type: text/javascript"),
        ("GET /style.css", "200 OK", "content-type: text/css"),
        ("GET /healthz", "503 Service Unavailable", "silent: a"),
        ("GET /a.m3u", "200 OK", "\r\n\r\nhttp://a/a.mp3\r\n"),
        ("GET /a.mp3.pls", "200 OK", "File1=http://a/a.mp3"),
        ("GET /status-json.xsl?mount=%2Fa.mp3", "200 OK", "\"listenurl\":\"http://a/a.mp3\""),
        ("GET /api/stations/a/bars", "200 OK", "\"bars\":[]"),
        ("GET /api/stations/b/bars", "404 Not Found", ""),
    ] {
        let answer = radio.ask(format!("{request} HTTP/1.1\r\n{close}")).await;

        assert!(answer.starts_with(&format!("HTTP/1.1 {status}\r\n")), "{request}: {answer}");
        assert!(answer.contains(has), "{request}: {answer}");
        assert!(answer.contains("access-control-allow-origin: *"), "{request}: {answer}");
    }
}

#[tokio::test]
async fn malformed_requests_are_refused_and_others_unaffected() {
    let mut radio = Radio::start();
    let mut listener = radio.send(GET).await;
    read_head(&mut listener).await;
    let long = "x".repeat(64 * 1024);
    let many = (0..100).map(|n| format!("x-{n}: 1\r\n")).collect::<Vec<_>>().concat();
    for (request, status) in [
        ("\x16\x03\x01\x02\0\x01\0\x01\u{fc}\x03\x03\r\n\r\n".to_owned(), "400"),
        ("GET\r\n\r\n".to_owned(), "400"),
        ("GET /a.mp3 HTTP/1.1\r\nx: a\0b\r\n\r\n".to_owned(), "400"),
        ("GET /a.mp3 HTTP/9.9\r\n\r\n".to_owned(), "400"),
        (format!("GET / HTTP/1.1\r\nHost: a\r\nx: {long}\r\n\r\n"), "431"),
        (format!("GET / HTTP/1.1\r\n{many}\r\n"), "431"),
        ("GET //x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".to_owned(), "404"),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 999999999999\r\n\r\nx".to_owned(), "405"),
    ] {
        let answer = radio.ask(&request).await;
        let shown: String = request.chars().take(40).collect();

        // A reset may overtake the response to a client that is still sending.
        let is_refused = answer.is_empty() && request.len() > 10_000;
        let is_status = answer.split(' ').nth(1) == Some(status);
        assert!(is_status || is_refused, "{shown:?}: {answer}");
    }

    let live = radio.push("one");
    assert_eq!(read(&mut listener, N_CHUNK).await, live);
}

#[tokio::test]
async fn any_title_is_a_string_in_json() {
    let mut radio = Radio::start();
    let title = "\"}]</script>\u{0}\r\n\u{1f3b9}\u{202e}\\";
    radio.push(title);
    radio.on_air.send_modify(|now| Arc::make_mut(now).bars.push_back(aired(0, title)));

    for path in ["/status-json.xsl", "/api/stations", "/api/stations/a/bars"] {
        let answer = radio.ask(format!("GET {path} HTTP/1.0\r\n\r\n")).await;
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        let json: serde_json::Value = serde_json::from_str(body).unwrap();

        let found =
            ["/icestats/source/title", "/0/title", "/bars/0/title"].map(|at| json.pointer(at));
        assert!(found.contains(&Some(&title.into())), "{path}: {body}");
    }
}

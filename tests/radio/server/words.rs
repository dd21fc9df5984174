//! Invalid requests, and titles with the syntax of their format.

use std::{
    io::{ErrorKind, Read as _, Write as _},
    net::TcpStream,
};

use super::{ADMIN, AS_ADMIN, GET, SECOND, check, json, radio, send};
use crate::common::{
    http::{Answer, ask},
    mp3::decode,
    process::run,
    radio::{ONE_STATION, Radio},
    recorder::Recorder,
    tool::tool,
    wait::PATIENCE,
};

/// The first title of a stream with interleaved titles.
fn first_title(mut answer: Answer) -> String {
    let metaint: usize = answer.header("icy-metaint").unwrap().parse().unwrap();
    answer.read(metaint);
    let n_units = answer.read(1)[0];
    let block = String::from_utf8(answer.read(usize::from(n_units) * 16)).unwrap();
    let title = block.trim_end_matches('\0').strip_prefix("StreamTitle='").unwrap();
    title.split_once("';").unwrap().0.to_owned()
}

#[test]
fn t04_t05_invalid_requests_get_a_status_and_no_file() {
    let radio = radio("");
    let mut good = Recorder::join(&radio, "/a.mp3");
    let long = "x".repeat(64 * 1024);
    let many = (0..100).map(|n| format!("x-{n}: 1\r\n")).collect::<Vec<_>>().concat();
    let close = "Host: a\r\nConnection: close\r\n\r\n";
    for (request, statuses) in [
        (format!("GET / HTTP/1.1\r\nx: {long}\r\n{close}"), "431"),
        (format!("GET / HTTP/1.1\r\n{many}{close}"), "431"),
        (format!("GET /{} HTTP/1.1\r\n{close}", "x".repeat(8 * 1024)), "431 414"),
        (format!("GET /a\0b HTTP/1.1\r\n{close}"), "400"),
        (format!("GET / HTTP/1.1\r\nx: a\rb\r\n{close}"), "400"),
        ("GET / HTTP/1.1\r\nConnection: close\r\n\r\n".to_owned(), "400"),
        (format!("GET / HTTP/1.1\r\nHost: b\r\n{close}"), "400"),
        ("GET / HTTP/1.0\r\n\r\n".to_owned(), "200"),
        (format!("GET http://radio.example/ HTTP/1.1\r\n{close}"), "200"),
        (format!("GET //a.mp3 HTTP/1.1\r\n{close}"), "404"),
        (format!("GET /..%2f..%2fetc/passwd HTTP/1.1\r\n{close}"), "404"),
        (format!("GET /../radio.toml HTTP/1.1\r\n{close}"), "404"),
        (format!("GET /a.mp3/ HTTP/1.1\r\n{close}"), "404"),
        (format!("GET /a.mp3. HTTP/1.1\r\n{close}"), "404"),
        (format!("GET /a.mp3\\ HTTP/1.1\r\n{close}"), "404 400"),
        (format!("GET /a.mp3%00 HTTP/1.1\r\n{close}"), "404"),
        (format!("POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n{close}"), "405"),
        (format!("POST / HTTP/1.1\r\nContent-Length: 4\r\nExpect: 100-continue\r\n{close}"), "405"),
        (format!("GET / HTTP/1.1\r\nContent-Length: 4\r\n{close}body"), "200"),
        (format!("PUT /a.mp3 HTTP/1.1\r\n{close}"), "405"),
        (format!("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /healthz HTTP/1.1\r\n{close}"), "200"),
    ] {
        let shown: String = request.chars().take(60).collect();
        let mut answer = Vec::new();
        let mut socket = TcpStream::connect(radio.address).unwrap();
        // The server may refuse it before all of it is sent.
        let _ = socket.write_all(request.as_bytes());
        let end = socket.read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let status = answer.split(' ').nth(1).unwrap_or_default().to_owned();
        // A reset may arrive before the answer while the client is still sending.
        let is_reset =
            answer.is_empty() && end.is_err_and(|e| e.kind() == ErrorKind::ConnectionReset);
        assert!(statuses.split(' ').any(|s| s == status) || is_reset, "{shown:?}: {answer}");
        assert!(
            !answer.contains("root:") && !answer.contains("[[stations]]"),
            "{shown:?}: {answer}"
        );
    }
    good.hear_seconds(2);
    check(&good);
}

#[test]
fn t09_no_title_escapes_from_its_format() {
    let radio = radio(&format!("burst_bytes = 0\nmetaint_bytes = 256\n{ADMIN}"));
    ask(radio.address, GET, "").read(SECOND);
    let long = "x".repeat(5000);
    for (song, shown) in [
        ("a';StreamUrl='http://evil/'", "a\u{2019};StreamUrl=\u{2019}http://evil/\u{2019}"),
        ("one%0D%0Aicy-name:two%00", "one icy-name:two"),
        ("%F0%9F%8E%B9+%D7%A9%D7%9C", "\u{1f3b9} \u{5e9}\u{5dc}"),
        ("bad%FF%ED%A0%80", "bad\u{fffd}\u{fffd}\u{fffd}\u{fffd}"),
        ("%3C/script%3E%22%7D%5D%26", "</script>\"}]&"),
        (&long, &long[..4065]),
    ] {
        let path = format!("/admin/metadata?mount=/a.mp3&mode=updinfo&song={song}");
        // The request is within its limit, the title is too long.
        let answer = radio.ask("GET", &path, &format!("{AS_ADMIN}\nConnection: close"));
        assert_eq!(answer.status(), 200, "{song}");
        let player = radio.ask("GET", "/a.mp3", "Icy-MetaData: 1");
        assert_eq!(first_title(player), shown);

        let status = json(&radio, "/status-json.xsl");
        let title = status["icestats"]["source"]["title"].as_str().unwrap().to_owned();
        assert!(title.starts_with(&shown[..shown.floor_char_boundary(4000)]), "{title}");
        for path in ["/status.xsl", "/stats", "/7.html", "/a.mp3.xspf", "/a.pls"] {
            let text = radio.get(path).text();
            assert!(!text.contains("</script>\"") && !text.contains('\0'), "{path}: {text}");
        }
    }
    let Some(mut ffprobe) = tool("ffprobe") else { return };
    ffprobe.args(["-v", "quiet", "-show_entries", "format_tags"]).arg(radio.url("/a.mp3"));
    let shown = run(&mut ffprobe, PATIENCE).stdout;
    assert!(shown.contains(&format!("TAG:StreamTitle={}", &long[..1000])), "{shown}");
}

#[test]
fn t10_titles_at_any_interval_do_not_change_the_sound() {
    for (metaint, burst) in [(256, 0), (8192, 65_536), (16_000, 1), (65_536, 65_536)] {
        let radio = radio(&format!("metaint_bytes = {metaint}\nburst_bytes = {burst}"));
        let mut plain = ask(radio.address, GET, "");
        let mut icy = radio.ask("GET", "/a.mp3", "Icy-MetaData: 1");
        let mut audio = Vec::new();
        while audio.len() < 5 * SECOND {
            audio.extend(icy.read(metaint));
            let n_units = icy.read(1)[0];
            icy.read(usize::from(n_units) * 16);
        }
        let heard = plain.read(8 * SECOND);

        // The listeners may have joined a chunk apart.
        let part = &audio[SECOND..4 * SECOND];
        assert!(heard.windows(part.len()).any(|window| window == part), "{metaint} {burst}");
        decode(&audio);
    }
}

#[test]
fn t19_no_request_forges_a_line_of_the_log() {
    let radio = Radio::start_with(&format!("{ONE_STATION}{ADMIN}"), &[]);
    for path in ["/a%0d%0aERROR%20forged", "/\u{1b}[31m", "/admin/x%0aERROR"] {
        let mut socket = send(&radio, &format!("GET {path} HTTP/1.1\r\n"));
        let _ = socket.write_all(b"User-Agent: a\x1b[2J\r\nConnection: close\r\n\r\n");
        let _ = socket.read_to_end(&mut Vec::new());
    }
    let song = "%0a2026-11-27T00:00:00Z%20ERROR%20forged%1b[31m";
    let path = format!("/admin/metadata?mount=/a.mp3&mode=updinfo&song={song}");
    radio.ask("GET", &path, &format!("{AS_ADMIN}\nConnection: close")).rest();
    let log = radio.stop();

    assert!(!log.contains("ERROR") && !log.contains('\u{1b}'), "{log}");
}

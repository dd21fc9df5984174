//! Streams, playlists and the page, as listeners and players receive them.

use std::{thread, time::Instant};

use crate::common::{
    http::{Answer, ask},
    mp3::{decode, whole_frames},
    radio::{ONE_STATION, Radio, STATIONS},
    tier::is_long,
    wait::until,
};
use electropunk::rng;
use rand::RngExt as _;

/// Bytes of a second of sound at 128 kbit/s.
const SECOND: usize = 16_000;

/// Bytes that a new listener receives at once.
const BURST: usize = 65_536;

/// Audio bytes between two titles.
const METAINT: usize = 16_000;

/// Peak that sound exceeds and silence does not.
const AUDIBLE: f32 = 0.02;

/// Connects to the stream of `station`.
fn listen(radio: &Radio, station: &str) -> Answer {
    radio.get(&format!("/{station}.mp3"))
}

#[test]
fn the_burst_begins_on_a_frame() {
    assert!(AUDIBLE < decode(&burst().0));
}

#[test]
fn long_the_burst_arrives_at_once() {
    if is_long() {
        let (audio, n_seconds) = burst();
        assert!(n_seconds < (audio.len() / SECOND) as f64 / 2.0, "{n_seconds} s");
    }
}

/// The burst of a listener of a station that is on air, and the seconds that it took to arrive.
fn burst() -> (Vec<u8>, f64) {
    let radio = Radio::start();
    let mut first = listen(&radio, "techno");
    first.read(1);
    let to_first_byte = radio.started.elapsed();
    eprintln!("first sound after {:.2} s", to_first_byte.as_secs_f64());
    first.read(BURST - 1);

    let joined = Instant::now();
    let audio = listen(&radio, "techno").read(BURST * 3 / 4);
    (audio, joined.elapsed().as_secs_f64())
}

#[test]
fn a_stream_has_icy_headers_and_ends_with_the_connection() {
    let radio = Radio::shared();
    for station in STATIONS {
        let path = format!("/{station}.mp3");
        for mut answer in [radio.get_1_0(&path, "User-Agent: old"), radio.get(&path)] {
            assert_eq!(answer.status_line, "HTTP/1.0 200 OK");
            for (name, value) in [
                ("content-type", "audio/mpeg"),
                ("connection", "close"),
                ("cache-control", "no-cache, no-store"),
                ("access-control-allow-origin", "*"),
                ("icy-br", "128"),
                ("icy-sr", "44100"),
                ("icy-pub", "0"),
                ("ice-audio-info", "bitrate=128;samplerate=44100;channels=2"),
            ] {
                assert_eq!(answer.header(name), Some(value), "{name}");
            }
            for name in ["icy-name", "icy-genre", "icy-description"] {
                assert!(answer.header(name).is_some_and(|value| !value.is_empty()), "{name}");
            }
            for name in ["content-length", "transfer-encoding", "accept-ranges", "icy-metaint"] {
                assert_eq!(answer.header(name), None, "{name}");
            }
            assert!(!whole_frames(&answer.read(SECOND)).is_empty());
        }
    }
}

/// Separates `n_intervals` of `body` into audio and titles.
fn take_titles(body: &mut Answer, n_intervals: usize) -> (Vec<u8>, Vec<String>) {
    let (mut audio, mut titles) = (Vec::new(), Vec::new());
    for _ in 0..n_intervals {
        audio.extend(body.read(METAINT));
        let n_units = body.read(1)[0];
        let block = String::from_utf8(body.read(usize::from(n_units) * 16)).unwrap();
        titles.push(block.trim_end_matches('\0').to_owned());
    }
    (audio, titles)
}

#[test]
fn titles_are_interleaved_on_request() {
    let radio = Radio::shared();
    let mut answer = radio.ask("GET", "/dub.mp3", "Icy-MetaData: 1");
    assert_eq!(answer.header("icy-metaint"), Some("16000"));

    let (audio, titles) = take_titles(&mut answer, 5);

    assert!(AUDIBLE < decode(&audio));
    let title = titles[0].strip_prefix("StreamTitle='").and_then(|rest| rest.strip_suffix("';"));
    assert!(title.is_some_and(|title| !title.trim().is_empty()), "{titles:?}");
    assert!(titles[1..].iter().all(|title| title.is_empty() || *title != titles[0]), "{titles:?}");
}

#[test]
fn a_picture_comes_with_the_title_where_the_radio_s_address_is_known() {
    let radio = Radio::shared();
    let url = |mut answer: Answer| {
        let (_, titles) = take_titles(&mut answer, 1);
        let (_, url) = titles[0].split_once("';StreamUrl='")?;
        Some(url.strip_suffix("';").unwrap().to_owned())
    };
    let shown = url(radio.ask("GET", "/dub.mp3", "Icy-MetaData: 1")).unwrap();
    let path = shown.strip_prefix(&format!("http://{}", radio.address)).unwrap();
    let piece = path.strip_prefix("/art/dub/").and_then(|file| file.strip_suffix(".png"));
    assert!(piece.is_some_and(|piece| piece.parse::<u64>().is_ok()), "{shown}");
    let picture = radio.get(path);
    assert_eq!((picture.status(), picture.header("content-type")), (200, Some("image/png")));
    assert_eq!(url(radio.get_1_0("/dub.mp3", "Icy-MetaData: 1")), None);

    let public = Radio::start_with(ONE_STATION, &[]);
    public.save(&format!("[server]\npublic_url = \"https://radio.example/\"\n{ONE_STATION}"));
    until("the address is known", || {
        public.get("/api/stations").text().contains("https://radio.example/")
    });
    let shown = url(public.get_1_0("/a.mp3", "Icy-MetaData: 1"));
    assert_eq!(shown.as_deref(), Some("https://radio.example/art/a/0.png"));
}

#[test]
fn head_and_options_have_no_body() {
    let radio = Radio::shared();

    let head = radio.ask("HEAD", "/punk.mp3", "Icy-MetaData: 1\nConnection: close");
    assert_eq!((head.status(), head.header("content-type")), (200, Some("audio/mpeg")));
    assert_eq!((head.header("icy-br"), head.header("icy-metaint")), (Some("128"), Some("16000")));
    assert_eq!(head.what_follows(), b"");

    let options = radio.ask("OPTIONS", "/punk.mp3", "Connection: close");
    assert_eq!(options.status(), 204);
    assert_eq!(options.header("access-control-allow-origin"), Some("*"));
    assert!(options.header("access-control-allow-headers").unwrap().contains("Icy-MetaData"));
    assert_eq!(options.what_follows(), b"");
}

#[test]
fn a_stream_ignores_ranges_and_queries() {
    let radio = Radio::shared();
    for range in ["bytes=0-", "bytes=0-1", "bytes=1000000-"] {
        let mut answer = radio.ask("GET", "/techno.mp3?t=1", &format!("Range: {range}"));

        assert_eq!((answer.status(), answer.header("content-range")), (200, None), "{range}");
        assert!(!whole_frames(&answer.read(5000)).is_empty());
    }
}

#[test]
fn unknown_paths_and_methods_are_refused() {
    let radio = Radio::shared();

    for path in ["/nothing.mp3", "/../Cargo.toml", "/techno.mp3/", "/%2e%2e/radio.toml"] {
        assert_eq!(radio.get(path).status(), 404, "{path}");
    }
    for method in ["POST", "PUT", "DELETE"] {
        let head = format!("{method} /techno.mp3 HTTP/1.1\nHost: a\nContent-Length: 2");
        let answer = ask(radio.address, &head, "hi");
        assert_eq!((answer.status(), answer.header("allow")), (405, Some("GET, HEAD, OPTIONS")));
    }
}

#[test]
fn the_status_lists_four_stations_as_icecast_does() {
    let radio = Radio::shared();

    let answer = radio.get("/status-json.xsl");
    assert_eq!(answer.header("content-type"), Some("application/json; charset=UTF-8"));
    let status: serde_json::Value = serde_json::from_str(&answer.text()).unwrap();

    let sources = status["icestats"]["source"].as_array().unwrap();
    let urls: Vec<&str> = sources.iter().filter_map(|s| s["listenurl"].as_str()).collect();
    assert_eq!(urls, STATIONS.map(|station| radio.url(&format!("/{station}.mp3"))));
    for source in sources {
        assert!(source["title"].as_str().is_some_and(|title| !title.is_empty()), "{source}");
        assert_eq!(source["server_type"], "audio/mpeg");
    }
}

#[test]
fn playlists_contain_the_url_of_the_stream() {
    let radio = Radio::shared();
    let url = radio.url("/ambient.mp3");

    for path in ["/ambient.m3u", "/ambient.mp3.m3u"] {
        let m3u = radio.get(path);
        assert_eq!(m3u.header("content-type"), Some("audio/x-mpegurl"));
        assert_eq!(m3u.text(), format!("{url}\r\n"));
    }
    let pls = radio.get("/ambient.pls");
    assert_eq!(pls.header("content-type"), Some("audio/x-scpls"));
    assert!(pls.text().contains(&format!("\nFile1={url}\n")));
}

#[test]
fn the_player_page_and_the_files_that_it_loads_are_served() {
    let radio = Radio::shared();

    let page = radio.get("/");
    assert_eq!(page.header("content-type"), Some("text/html; charset=UTF-8"));
    let page = page.text();
    for (path, mime) in [("player.js", "text/javascript"), ("style.css", "text/css")] {
        assert!(page.contains(&format!("\"{path}\"")), "{path}");
        let file = radio.get(&format!("/{path}"));
        assert!(file.header("content-type").unwrap().starts_with(mime));
        assert!(!file.text().is_empty());
    }
}

#[test]
fn twenty_listeners_who_join_at_random_moments_receive_whole_frames() {
    let radio = Radio::shared();
    let mut rng = rng::stream(20, "listeners");
    let mut moments: Vec<usize> =
        (0..20).map(|_| rng.random_range(0..BURST + 4 * SECOND)).collect();
    moments.sort_unstable();

    // The others join when the first has received as many bytes.
    let mut clock = listen(&radio, "punk");
    let mut n_heard = 0;
    let listeners: Vec<_> = moments
        .into_iter()
        .enumerate()
        .map(|(number, moment)| {
            clock.read(moment - n_heard);
            n_heard = moment;
            let mut answer = listen(&radio, STATIONS[number % 4]);
            thread::spawn(move || decode(&answer.read(BURST + 2 * SECOND)))
        })
        .collect();

    for listener in listeners {
        assert!(AUDIBLE < listener.join().unwrap());
    }
}

#[test]
fn a_listener_who_never_reads_disturbs_no_other() {
    let radio = Radio::shared();
    let deaf = radio.ask("GET", "/techno.mp3", "Icy-MetaData: 1");

    let mut other = listen(&radio, "techno");
    let audio = other.read(BURST + 8 * SECOND);

    assert!(AUDIBLE < decode(&audio));
    drop(deaf);
}

/// Whether `a` and `b` are parts of the same stream that overlap by half.
fn is_same(a: &[u8], b: &[u8]) -> bool {
    let (a, b) = (whole_frames(a), whole_frames(b));
    let overlaps = |a: &[&[u8]], b: &[&[u8]]| {
        (0..a.len() / 2).any(|from| a[from..].iter().zip(b).all(|(a, b)| a == b))
    };
    overlaps(&a, &b) || overlaps(&b, &a)
}

#[test]
fn one_seed_is_one_programme_byte_for_byte() {
    let radios = ["7", "7", "8"].map(|seed| Radio::start_with(ONE_STATION, &["--seed", seed]));
    let mut answers = radios.each_ref().map(|radio| listen(radio, "a"));

    let [first, again, other] = answers.each_mut().map(|answer| answer.read(10 * SECOND));

    assert!(is_same(&first, &again));
    assert!(!is_same(&first, &other));
}

#[test]
fn a_stop_ends_every_stream_on_a_frame() {
    let radio = Radio::start();
    let plain = STATIONS.map(|station| {
        let mut answer = listen(&radio, station);
        let begun = answer.read(SECOND);
        thread::spawn(move || [begun, answer.rest()].concat())
    });
    let mut titled = radio.ask("GET", "/dub.mp3", "Icy-MetaData: 1");
    titled.read(METAINT);
    let titled = thread::spawn(move || titled.rest());

    radio.stop();

    for stream in plain {
        let audio = stream.join().unwrap();
        let n_whole: usize = whole_frames(&audio).iter().map(|frame| frame.len()).sum();
        assert_eq!(n_whole, audio.len());
    }
    assert!(!titled.join().unwrap().is_empty());
}

//! What an internet does to a server, done to the real binary: the cases T1 to T21 of
//! docs/reliability.md that are about connections. Those that need minutes run where
//! `ELECTROPUNK_LONG_TESTS` is set.

// Helpers of tests too stop at what they can't go on from.
#![allow(clippy::unwrap_used)]

mod common;

use std::{
    env, fs,
    io::{ErrorKind, Read as _, Write as _},
    net::TcpStream,
    process::Command,
    time::{Duration, Instant},
};

use common::{
    http::{Answer, ask},
    mp3::{decode, whole_frames},
    process::{Watched, run, signal},
    radio::{ONE_STATION, Radio},
    recorder::Recorder,
    tool::tool,
};
use serde_json::Value;
use socket2::{Domain, Socket, Type};

const GET: &str = "GET /a.mp3 HTTP/1.0\nHost: radio.example";

/// Bytes of a second of sound at 128 kbit/s.
const SECOND: usize = 16_000;

/// The radio of one station under `server`, the keys of `[server]` and tables that follow.
fn radio(server: &str) -> Radio {
    Radio::start_with(&format!("{ONE_STATION}[server]\n{server}\n"), &[])
}

/// All that `listener` heard decodes, from the first byte.
fn check(listener: &Recorder) {
    decode(&listener.audio);
}

/// It was sent away: what came is whole frames, to the last byte.
fn check_ended(listener: Recorder) {
    let heard = listener.heard_to_end();
    assert_eq!(whole_frames(&heard).concat().len(), heard.len());
}

/// A connection to `radio` on which `request` was sent.
fn send(radio: &Radio, request: &str) -> TcpStream {
    let mut socket = TcpStream::connect(radio.address).unwrap();
    socket.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    socket.write_all(request.as_bytes()).unwrap();
    socket
}

/// The same, by a client whose kernel takes little on its behalf.
fn send_slow(radio: &Radio, request: &str) -> TcpStream {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    socket.connect(&radio.address.into()).unwrap();
    let mut socket: TcpStream = socket.into();
    socket.write_all(request.replace('\n', "\r\n").as_bytes()).unwrap();
    socket.write_all(b"\r\n\r\n").unwrap();
    socket
}

fn json(radio: &Radio, path: &str) -> Value {
    serde_json::from_slice(&radio.get(path).rest()).unwrap()
}

fn listeners(radio: &Radio) -> u64 {
    json(radio, "/api/stations")[0]["listeners"].as_u64().unwrap()
}

/// Asks until `is_so`: leaving is noticed by writing, so there is nothing to be told.
fn wait_until(what: &str, patience: Duration, mut is_so: impl FnMut() -> bool) -> Duration {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < patience, "{what} within {patience:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
    begun.elapsed()
}

fn is_long() -> bool {
    let is_long = env::var_os("ELECTROPUNK_LONG_TESTS").is_some();
    if !is_long {
        eprintln!("left out: takes minutes, runs where ELECTROPUNK_LONG_TESTS is set");
    }
    is_long
}

/// Kilobytes of memory that the process of `radio` has.
fn memory_kb(radio: &Radio) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", radio.pid())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

fn open_files(radio: &Radio) -> usize {
    fs::read_dir(format!("/proc/{}/fd", radio.pid())).unwrap().count()
}

/// Ticks of processor time, hundredths of a second, that the process of `radio` has used.
fn ticks(radio: &Radio) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{}/stat", radio.pid())).unwrap();
    let (_, rest) = stat.rsplit_once(')').unwrap();
    rest.split_whitespace().skip(11).take(2).map(|field| field.parse::<u64>().unwrap()).sum()
}

#[test]
fn t01_five_hundred_who_never_read_are_cut_and_cost_little() {
    rlimit::increase_nofile_limit(u64::MAX).unwrap();
    let radio = radio("lag_seconds = 5\nmax_listeners = 1000");
    let mut good = Recorder::join(&radio, "/a.mp3");
    good.hear_seconds(1);
    let before = memory_kb(&radio);

    let stuck: Vec<TcpStream> = (0..500).map(|_| send_slow(&radio, GET)).collect();
    wait_until("all are there", Duration::from_secs(30), || listeners(&radio) == 501);
    let grown = memory_kb(&radio).saturating_sub(before);
    let gone = wait_until("all are cut", Duration::from_mins(1), || listeners(&radio) == 1);

    eprintln!("cut after {gone:?}; memory grew by {grown} kB for 500");
    assert!(grown < 500 * 100, "{grown} kB");
    drop(stuck);
    good.hear_seconds(10);
    check(&good);
}

#[test]
fn t02_who_reads_at_half_the_rate_is_cut_and_nobody_else_notices() {
    if !is_long() {
        return;
    }
    let radio = radio("lag_seconds = 5\nburst_bytes = 16000");
    let mut good = Recorder::join(&radio, "/a.mp3");
    let mut slow = send_slow(&radio, GET);
    let (begun, mut gap, mut last) = (Instant::now(), Duration::ZERO, Instant::now());
    let reading = std::thread::spawn(move || {
        let mut bytes = [0; SECOND / 2];
        // The pace is the point: half a second's sound each second.
        while slow.read_exact(&mut bytes).is_ok() {
            std::thread::sleep(Duration::from_secs(1));
        }
        begun.elapsed()
    });
    while !reading.is_finished() {
        good.hear();
        gap = gap.max(last.elapsed());
        last = Instant::now();
    }
    eprintln!("cut after {:?}; the other's longest gap {gap:?}", reading.join().unwrap());
    assert!(gap < Duration::from_secs(3), "{gap:?}");
}

#[test]
fn t03_a_thousand_slow_and_a_thousand_silent_requests_disturb_nobody() {
    rlimit::increase_nofile_limit(u64::MAX).unwrap();
    let radio = radio("");
    let mut good = Recorder::join(&radio, "/a.mp3");
    good.hear_seconds(1);
    let idle = open_files(&radio);

    let begun = Instant::now();
    let silent: Vec<TcpStream> = (0..1000).map(|_| send(&radio, "")).collect();
    let mut slow: Vec<TcpStream> =
        (0..1000).map(|_| send(&radio, "GET /a.mp3 HTTP/1.1\r\nx: ")).collect();
    let gone = wait_until("all are let go", Duration::from_secs(40), || {
        // A letter a second for each.
        for socket in &mut slow {
            let _ = socket.write(b"x");
        }
        std::thread::sleep(Duration::from_millis(900));
        open_files(&radio) <= idle + 8
    });

    eprintln!("all let go {gone:?} after the last came, {:?} after the first", begun.elapsed());
    good.hear_seconds(10);
    check(&good);
    drop(silent);
    assert_eq!(radio.get("/healthz").status(), 200);
}

#[test]
fn t04_t05_what_is_no_request_for_anything_gets_a_status_and_no_file() {
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
        ("GET / HTTP/1.1\r\nConnection: close\r\n\r\n".to_owned(), "200"),
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
        // It may be refused before all of it is sent.
        let _ = socket.write_all(request.as_bytes());
        let end = socket.read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let status = answer.split(' ').nth(1).unwrap_or_default().to_owned();
        // A reset may overtake the answer to a client that is still sending.
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
fn t06_a_wave_of_two_thousand_is_taken_in() {
    rlimit::increase_nofile_limit(u64::MAX).unwrap();
    let radio = radio("max_listeners = 5000");
    ask(radio.address, GET, "").read(SECOND);

    let begun = Instant::now();
    let wave: Vec<TcpStream> =
        (0..2000).map(|_| send(&radio, "GET /a.mp3 HTTP/1.0\r\n\r\n")).collect();
    let connected = begun.elapsed();
    for mut socket in wave {
        let mut first = [0; 1];
        socket.read_exact(&mut first).unwrap();
    }

    eprintln!(
        "2000 connected in {connected:?}, all had their first byte after {:?}",
        begun.elapsed()
    );
    wait_until("all leave", Duration::from_secs(30), || listeners(&radio) == 0);
}

#[test]
fn t07_reconnecting_leaves_nothing_behind() {
    let radio = radio("");
    ask(radio.address, GET, "").read(SECOND);
    let rounds = if env::var_os("ELECTROPUNK_LONG_TESTS").is_some() { 600 } else { 10 };
    let round = || {
        let begun = Instant::now();
        for _ in 0..100 {
            ask(radio.address, GET, "").read(1);
        }
        // A hundred a second, not more.
        std::thread::sleep(Duration::from_secs(1).saturating_sub(begun.elapsed()));
    };
    (0..3).for_each(|_| round());
    wait_until("all leave", Duration::from_secs(10), || listeners(&radio) == 0);
    let (files, memory) = (open_files(&radio), memory_kb(&radio));

    (0..rounds).for_each(|_| round());
    wait_until("all leave", Duration::from_secs(10), || listeners(&radio) == 0);

    let (files_after, memory_after) = (open_files(&radio), memory_kb(&radio));
    eprintln!("{rounds} s: {files} to {files_after} files, {memory} to {memory_after} kB");
    assert!(files_after <= files + 4, "{files} to {files_after} files");
    assert!(memory_after <= memory + 20_000, "{memory} to {memory_after} kB");
}

#[test]
fn t08_a_listener_whose_machine_stands_still_is_let_go() {
    let Some(mut curl) = tool("curl") else { return };
    let radio = radio("lag_seconds = 5");
    curl.args(["--silent", "--output", "/dev/null"]).arg(radio.url("/a.mp3"));
    let mut player = Watched::new(curl.spawn().unwrap());
    wait_until("it listens", Duration::from_secs(30), || listeners(&radio) == 1);

    signal(player.pid, "STOP");
    let gone = wait_until("it is gone", Duration::from_mins(2), || listeners(&radio) == 0);

    eprintln!("let go after {gone:?}");
    signal(player.pid, "CONT");
    assert!(player.wait(Duration::from_secs(10)).is_some(), "its stream has an end");
}

/// The first title that a player which asked for titles shows.
fn first_title(mut answer: Answer) -> String {
    let metaint: usize = answer.header("icy-metaint").unwrap().parse().unwrap();
    answer.read(metaint);
    let n_units = answer.read(1)[0];
    let block = String::from_utf8(answer.read(usize::from(n_units) * 16)).unwrap();
    let title = block.trim_end_matches('\0').strip_prefix("StreamTitle='").unwrap();
    title.strip_suffix("';").unwrap().to_owned()
}

const ADMIN: &str = "[admin]\npassword = \"hackme\"\nrelay_password = \"relayme\"\n";

/// Name and password of the admin, as a header line.
const AS_ADMIN: &str = "Authorization: Basic YWRtaW46aGFja21l"; // admin:hackme
const AS_RELAY: &str = "Authorization: Basic cmVsYXk6cmVsYXltZQ=="; // relay:relayme
const AS_GUESSER: &str = "Authorization: Basic YWRtaW46Z3Vlc3M="; // admin:guess

#[test]
fn t09_no_title_gets_out_of_its_place() {
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
        // Header lines are short; the title is what is long.
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
    let shown = run(&mut ffprobe, Duration::from_mins(1)).stdout;
    assert!(shown.contains(&format!("TAG:StreamTitle={}", &long[..1000])), "{shown}");
}

#[test]
fn t10_titles_at_any_interval_leave_the_sound_alone() {
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

        // They may have come a chunk apart.
        let part = &audio[SECOND..4 * SECOND];
        assert!(heard.windows(part.len()).any(|window| window == part), "{metaint} {burst}");
        decode(&audio);
    }
}

#[test]
fn t12_five_hundred_stay_while_the_programme_is_edited_and_a_removed_mount_ends_alone() {
    rlimit::increase_nofile_limit(u64::MAX).unwrap();
    let two = format!("{ONE_STATION}[[stations]]\nname = \"b\"\ntheme = \"a\"\n");
    let radio = Radio::start_with(&format!("{two}[server]\nmax_listeners = 1000\n"), &[]);
    let mut there: Vec<Recorder> = (0..500).map(|_| Recorder::join(&radio, "/a.mp3")).collect();
    let mut gone = Recorder::join(&radio, "/b.mp3");
    gone.hear_seconds(1);

    radio.save("this is no radio.toml");
    wait_until("the mistake is told", Duration::from_secs(20), || {
        radio.get("/healthz").text().contains("radio.toml:1")
    });
    radio.save(&format!("{ONE_STATION}[server]\nmax_listeners = 1000\n"));
    check_ended(gone);

    assert_eq!(radio.get("/b.mp3").status(), 404);
    assert_eq!(listeners(&radio), 500);
    for listener in &mut there {
        listener.hear_seconds(6);
        assert!(!whole_frames(&listener.audio).is_empty());
    }
}

#[test]
fn t13_a_full_house_says_so_and_the_admin_gets_in() {
    let radio = radio(&format!("max_listeners = 2\n{ADMIN}"));
    let mut first = ask(radio.address, GET, "");
    let mut second = ask(radio.address, GET, "");
    first.read(1);
    second.read(1);

    let refused = radio.get("/a.mp3");
    assert_eq!((refused.status(), refused.header("retry-after")), (503, Some("30")));
    assert_eq!(refused.header("access-control-allow-origin"), Some("*"));
    let stats = radio.ask("GET", "/admin/stats.json", &format!("{AS_ADMIN}\nConnection: close"));
    let stats: Value = serde_json::from_slice(&stats.rest()).unwrap();
    assert_eq!(stats["listeners"], "2");

    drop((first, second));
    wait_until("the seats are free", Duration::from_secs(10), || listeners(&radio) == 0);
    assert_eq!(radio.get("/a.mp3").status(), 200);
}

#[test]
fn t13_an_address_gets_the_seats_that_it_may_have_also_behind_a_proxy() {
    let radio = radio(
        "listeners_per_address = 1\ntrusted_proxies = [\"127.0.0.1\"]\ndeny = [\"6.6.6.0/24\"]",
    );
    let from = |address: &str| radio.ask("GET", "/a.mp3", &format!("X-Forwarded-For: {address}"));

    let mut first = from("1.1.1.1");
    first.read(1);
    assert_eq!(from("1.1.1.1").status(), 503);
    assert_eq!(from("9.9.9.9, 1.1.1.1").status(), 503);
    let mut other = from("2001:db8::1");
    other.read(1);
    assert_eq!(from("6.6.6.6").status(), 403);
}

#[test]
fn who_finds_no_seat_or_no_sound_goes_to_the_mount_that_stands_in() {
    let b = "[themes.t]\n[[stations]]\nname = \"b\"\ntheme = \"t\"\n";
    let a = "[[stations]]\nname = \"a\"\ntheme = \"t\"\n\
             [[stations.mounts]]\nmax_listeners = 1\nfallback = \"/b.mp3\"\n";
    let radio = Radio::start_with(&format!("{b}{a}"), &[]);
    let heard_by = |n: usize| json(&radio, "/api/stations")[n]["listeners"].as_u64().unwrap();
    let mut first = Recorder::join(&radio, "/a.mp3");
    first.hear_seconds(2);
    let mut second = Recorder::join(&radio, "/a.mp3");
    second.hear_seconds(2);
    assert_eq!((heard_by(0), heard_by(1)), (1, 1));

    radio.save(b);
    first.until("its own mount is gone", || radio.get("/a.mp3").status() == 404);
    first.hear_seconds(8);

    assert_eq!(heard_by(0), 2);
    check(&first);
    check(&second);
}

#[test]
fn t14_each_command_is_for_whom_it_is_for() {
    let radio = radio(ADMIN);
    ask(radio.address, GET, "").read(1);
    let ask_as = |who: &str, method: &str, path: &str| {
        radio.ask(method, path, &format!("{who}\nConnection: close"))
    };
    let nobody = "X-Nobody: 1";
    let metadata = "/admin/metadata?mount=/a.mp3&mode=updinfo&song=x";
    for (path, anonymous, relay, admin) in [
        ("/admin/", 401, 401, 200),
        ("/admin/stats", 401, 401, 200),
        ("/admin/stats?mount=/a.mp3", 401, 401, 200),
        ("/admin/stats?mount=/b.mp3", 401, 401, 400),
        ("/admin/listmounts", 401, 401, 200),
        ("/admin/listclients?mount=/a.mp3", 401, 401, 200),
        ("/admin/listclients", 401, 401, 400),
        ("/admin/killclient?mount=/a.mp3&id=99999", 401, 401, 200),
        ("/admin/killclient?mount=/a.mp3&id=x", 401, 401, 400),
        ("/admin/moveclients?mount=/a.mp3&destination=/b.mp3", 401, 401, 400),
        ("/admin/killsource?mount=/a.mp3", 401, 401, 200),
        (metadata, 401, 401, 200),
        ("/admin/metadata?mount=/a.mp3&song=x", 401, 401, 400),
        ("/admin/streamlist.txt", 401, 200, 200),
        ("/admin/nothing", 404, 404, 404),
    ] {
        assert_eq!(ask_as(nobody, "GET", path).status(), anonymous, "{path}");
        assert_eq!(ask_as(AS_RELAY, "GET", path).status(), relay, "{path}");
        assert_eq!(ask_as(AS_ADMIN, "GET", path).status(), admin, "{path}");
    }
    assert_eq!(ask_as(AS_RELAY, "GET", "/admin/streamlist.txt").text(), "/a.mp3\r\n");
    assert!(ask_as(nobody, "GET", "/admin/stats").header("www-authenticate").is_some());
    assert_eq!(ask_as(nobody, "GET", "/admin/stats").header("access-control-allow-origin"), None);

    // A page elsewhere makes the operator's browser ask.
    let browser = format!("{AS_ADMIN}\nAccept-Language: de");
    assert_eq!(ask_as(&browser, "GET", metadata).status(), 403);
    let foreign = format!("{browser}\nOrigin: http://evil.example");
    assert_eq!(ask_as(&foreign, "POST", metadata).status(), 403);
    let own = format!("{browser}\nOrigin: http://{}", radio.address);
    assert_eq!(ask_as(&own, "POST", metadata).status(), 200);

    let guesses = (0..6).map(|_| ask_as(AS_GUESSER, "GET", "/admin/stats").status());
    assert_eq!(guesses.collect::<Vec<_>>(), [401, 401, 401, 401, 401, 429]);
    assert_eq!(ask_as(AS_ADMIN, "GET", "/admin/stats").status(), 429);

    radio.signal("TERM");
    let (_, log) = radio.wait(Duration::from_secs(10));
    assert!(log.contains("a login from 127.0.0.1 failed"), "{log}");
    for secret in ["hackme", "relayme", "guess", "YWRtaW46"] {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
}

#[test]
fn an_operator_sees_who_listens_and_sends_one_away_or_all_elsewhere() {
    let two = format!("{ONE_STATION}[[stations]]\nname = \"b\"\ntheme = \"a\"\n");
    let radio = Radio::start_with(&format!("{two}{ADMIN}"), &[]);
    let mut stays = Recorder::join_as(&radio, "/a.mp3", "User-Agent: <VLC> & co");
    let mut goes = Recorder::join_as(&radio, "/a.mp3", "User-Agent: other");
    stays.hear_seconds(1);
    goes.hear_seconds(1);
    let admin = |path: &str| {
        let answer = radio.ask("GET", path, &format!("{AS_ADMIN}\nConnection: close"));
        assert_eq!(answer.status(), 200, "{path}");
        answer.text()
    };

    let clients = admin("/admin/listclients?mount=/a.mp3");
    assert!(clients.contains("<UserAgent>&lt;VLC&gt; &amp; co</UserAgent>"), "{clients}");
    assert!(clients.contains("<Listeners>2</Listeners>"), "{clients}");
    let (before, _) =
        clients.split_once("</ID>").and_then(|(_, rest)| rest.split_once("</ID>")).unwrap();
    let (_, id) = before.rsplit_once("<ID>").unwrap();
    let killed = admin(&format!("/admin/killclient?mount=/a.mp3&id={id}"));
    assert!(killed.contains(&format!("<message>Client {id} removed</message>")), "{killed}");
    check_ended(goes);

    let moved = admin("/admin/moveclients?mount=/a.mp3&destination=/b.mp3");
    assert!(
        moved.contains("1 Clients moved from &quot;/a.mp3&quot; to &quot;/b.mp3&quot;"),
        "{moved}"
    );
    wait_until("it listens there", Duration::from_secs(10), || {
        admin("/admin/listclients?mount=/b.mp3").contains("<Listeners>1</Listeners>")
    });
    stays.hear_seconds(8);
    check(&stays);
}

#[test]
fn t19_no_request_writes_a_line_of_its_own_into_the_log() {
    let radio = Radio::start_with(&format!("{ONE_STATION}{ADMIN}"), &[]);
    for path in ["/a%0d%0aERROR%20forged", "/\u{1b}[31m", "/admin/x%0aERROR"] {
        let mut socket = send(&radio, &format!("GET {path} HTTP/1.1\r\n"));
        let _ = socket.write_all(b"User-Agent: a\x1b[2J\r\nConnection: close\r\n\r\n");
        let _ = socket.read_to_end(&mut Vec::new());
    }
    let song = "%0a2026-11-27T00:00:00Z%20ERROR%20forged%1b[31m";
    let path = format!("/admin/metadata?mount=/a.mp3&mode=updinfo&song={song}");
    radio.ask("GET", &path, &format!("{AS_ADMIN}\nConnection: close")).rest();
    radio.signal("TERM");
    let (_, log) = radio.wait(Duration::from_secs(10));

    assert!(!log.contains("ERROR") && !log.contains('\u{1b}'), "{log}");
}

#[test]
fn t21_out_of_sockets_it_waits_and_goes_on() {
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -n 64; exec \"$0\" \"$@\"", common::ELECTROPUNK]);
    let radio = Radio::start_by(command, ONE_STATION, &[]);
    let mut good = Recorder::join(&radio, "/a.mp3");
    good.hear_seconds(1);

    let crowd: Vec<TcpStream> =
        (0..200).map(|_| send(&radio, "GET /a.mp3 HTTP/1.0\r\n\r\n")).collect();
    good.hear_seconds(4);
    let (before, begun) = (ticks(&radio), Instant::now());
    good.hear_seconds(3);
    let busy = (ticks(&radio) - before) as f64 / 100.0 / begun.elapsed().as_secs_f64();
    drop(crowd);
    let mut next = Recorder::join(&radio, "/a.mp3");

    eprintln!("{busy:.2} of a processor while out of sockets");
    assert!(busy < 0.9, "it spins: {busy}");
    next.hear_seconds(2);
    check(&next);
}

#[test]
fn the_stream_comes_over_https_too() {
    let (Some(mut openssl), Some(mut curl)) = (tool("openssl"), tool("curl")) else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).display().to_string();
    openssl.args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-batch"]);
    openssl.args([
        "-subj",
        "/CN=localhost",
        "-keyout",
        &file("key.pem"),
        "-out",
        &file("cert.pem"),
    ]);
    openssl.args(["-addext", "subjectAltName=DNS:localhost"]);
    assert_eq!(run(&mut openssl, Duration::from_mins(1)).code, Some(0));
    let port = {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        free.local_addr().unwrap().port()
    };
    let tls = format!(
        "[server.tls]\nbind = \"127.0.0.1:{port}\"\ncertificate = \"{}\"\nkey = \"{}\"\n",
        file("cert.pem"),
        file("key.pem")
    );
    let _radio = Radio::start_with(&format!("{ONE_STATION}{tls}"), &[]);

    curl.args([
        "--silent",
        "--max-time",
        "8",
        "--cacert",
        &file("cert.pem"),
        "--output",
        &file("a.mp3"),
    ]);
    curl.arg(format!("https://localhost:{port}/a.mp3"));
    run(&mut curl, Duration::from_mins(1));

    let heard = fs::read(file("a.mp3")).unwrap();
    assert!(8 * SECOND < heard.len(), "{} bytes", heard.len());
    decode(&heard);
}

//! The server over real sockets, spoken to in raw bytes as players do.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    sync::{oneshot, watch},
    task::JoinHandle,
    time::timeout,
};

use crate::{
    config::Server,
    station::on_air::OnAir,
    stream::{
        mp3::frames,
        ring::{Chunk, Writer},
    },
    web::{
        server::{Door, bind, serve},
        site::{
            Patience, Site,
            tests::{RING, aired, channel},
        },
    },
};

const GET: &str = "GET /a.mp3 HTTP/1.1\r\nHost: radio.example\r\n\r\n";
const N_FRAME: usize = 417;
const N_CHUNK: usize = 10 * N_FRAME;

/// A server with one station, `a`, whose frames are numbered.
struct Radio {
    address: SocketAddr,
    site: Arc<Site>,
    writer: Option<Writer>,
    on_air: watch::Sender<Arc<OnAir>>,
    n_frames: u32,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

impl Radio {
    fn start() -> Self {
        Self::patient(Patience::default())
    }

    fn patient(patience: Patience) -> Self {
        let patience = Patience { gather: Duration::ZERO, ..patience };
        Self::with(Server::default(), patience)
    }

    fn with(server: Server, patience: Patience) -> Self {
        let (channel, writer, on_air) = channel("a");
        let site = Arc::new(Site::new(vec![channel], server, None));
        let listener = bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let shutdown = async { stopped.await.unwrap_or(()) };
        let (doors, sites) = (vec![Door::plain(listener)], watch::channel(site.clone()).1);
        let serving = tokio::spawn(async move {
            serve(doors, sites, patience, shutdown).await.unwrap();
        });
        Self { address, site, writer: Some(writer), on_air, n_frames: 0, stop, serving }
    }

    /// Puts ten frames in the ring, each with its number after the header.
    fn push(&mut self, title: &str) -> Vec<u8> {
        let mut audio = Vec::with_capacity(N_CHUNK);
        for _ in 0..10 {
            let mut frame = [0; N_FRAME];
            frame[..4].copy_from_slice(&[0xff, 0xfb, 0x90, 0]);
            frame[4..8].copy_from_slice(&self.n_frames.to_be_bytes());
            audio.extend(frame);
            self.n_frames += 1;
        }
        let chunk = Chunk::mp3(audio.clone(), title);
        self.writer.as_mut().unwrap().push(chunk);
        audio
    }

    async fn send(&self, request: impl AsRef<[u8]>) -> TcpStream {
        let mut socket = TcpStream::connect(self.address).await.unwrap();
        socket.write_all(request.as_ref()).await.unwrap();
        socket
    }

    /// The whole answer to a request after which the connection ends.
    async fn ask(&self, request: impl AsRef<[u8]>) -> String {
        read_to_end(self.send(request).await).await
    }

    fn listeners(&self) -> u64 {
        self.site.channels[0].main().listeners()
    }

    /// Keeps the station going until as many listen as expected: who left is noticed by writing.
    async fn until_listeners(&mut self, n_expected: u64) {
        let wait = async {
            while self.listeners() != n_expected {
                self.push("waiting");
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        timeout(Duration::from_secs(10), wait).await.expect("listeners come and go in time");
    }
}

async fn read_to_end(mut socket: TcpStream) -> String {
    let mut bytes = Vec::new();
    let reading = socket.read_to_end(&mut bytes);
    // A server that refuses what is still being sent may reset the connection.
    let _ = timeout(Duration::from_secs(10), reading).await.expect("an end in time");
    String::from_utf8_lossy(&bytes).into_owned()
}

async fn read_head(socket: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(socket.read_u8().await.expect("a head ends with an empty line"));
    }
    String::from_utf8(head).unwrap()
}

async fn read(socket: &mut TcpStream, n_bytes: usize) -> Vec<u8> {
    let mut bytes = vec![0; n_bytes];
    let reading = socket.read_exact(&mut bytes);
    timeout(Duration::from_secs(10), reading).await.expect("sound in time").unwrap();
    bytes
}

/// The numbers of the frames that `audio` consists of; it must be whole frames.
fn frame_numbers(audio: &[u8]) -> Vec<u32> {
    assert_eq!(frames(audio).map(<[u8]>::len).sum::<usize>(), audio.len(), "whole frames");
    frames(audio).map(|frame| u32::from_be_bytes(frame[4..8].try_into().unwrap())).collect()
}

#[tokio::test]
async fn every_request_for_a_stream_gets_all_of_it_as_http_1_0() {
    let mut radio = Radio::start();
    let burst = radio.push("one");
    let mut sockets = Vec::new();
    for request in [
        GET,
        "GET /a.mp3 HTTP/1.0\r\n\r\n",
        "GET /a.mp3?t=123&x HTTP/1.1\r\nHost: a\r\nRange: bytes=0-1\r\n\r\n",
        "GET http://a/a.mp3 HTTP/1.1\r\nHost: a\r\nIcy-MetaData: 0\r\nAccept-Encoding: identity\r\n\r\n",
        "GET /a.mp3 HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\nIcy-MetaData: x\r\n\r\n",
    ] {
        sockets.push(radio.send(request).await);
    }
    let mut streams = Vec::new();
    for mut socket in sockets {
        let head = read_head(&mut socket).await;
        assert!(head.starts_with("HTTP/1.0 200 OK\r\n"), "{head}");
        for absent in ["content-length", "transfer-encoding", "accept-ranges", "icy-metaint:"] {
            assert!(!head.to_ascii_lowercase().contains(absent), "{head}");
        }
        assert_eq!(read(&mut socket, N_CHUNK).await, burst);
        streams.push(socket);
    }
    assert_eq!(radio.listeners(), 5);

    let live = radio.push("two");
    radio.writer = None;

    for mut socket in streams {
        assert_eq!(read(&mut socket, N_CHUNK).await, live);
        assert_eq!(socket.read(&mut [0]).await.unwrap(), 0);
    }
}

#[tokio::test]
async fn a_listener_who_sends_no_more_still_hears() {
    let mut radio = Radio::start();
    let mut socket = radio.send(GET).await;
    socket.shutdown().await.unwrap();
    read_head(&mut socket).await;

    let live = radio.push("one");

    assert_eq!(read(&mut socket, N_CHUNK).await, live);
}

#[tokio::test]
async fn titles_come_between_the_same_bytes_that_others_hear() {
    let mut radio = Radio::start();
    radio.push("one");
    let mut plain = radio.send(GET).await;
    let mut icy = radio.send("GET /a.mp3 HTTP/1.0\r\nIcy-MetaData: 1\r\n\r\n").await;
    read_head(&mut plain).await;
    assert!(read_head(&mut icy).await.contains("\r\nicy-metaint:16000\r\n"));
    for _ in 1..8 {
        radio.push("one");
    }
    for _ in 8..16 {
        radio.push("it's \u{fc}ber';StreamUrl='x");
    }

    let audio = read(&mut plain, 16 * N_CHUNK).await;
    let mut heard = Vec::new();
    let mut titles = Vec::new();
    for _ in 0..4 {
        heard.extend(read(&mut icy, 16_000).await);
        let n_bytes = usize::from(icy.read_u8().await.unwrap()) * 16;
        let block = read(&mut icy, n_bytes).await;
        titles.push(String::from_utf8(block).unwrap().trim_end_matches('\0').to_owned());
    }

    // Title two begins with chunk 8, byte 33 360: the blocks after 16 000 and 32 000 say one.
    assert_eq!(heard, audio[..64_000]);
    let second = "StreamTitle='it\u{2019}s \u{fc}ber\u{2019};StreamUrl=\u{2019}x';";
    assert_eq!(titles, ["StreamTitle='one';", "", second, ""]);
}

#[tokio::test]
async fn head_tells_what_get_would_and_counts_nobody() {
    let mut radio = Radio::start();
    radio.push("one");
    let names = |head: &str| {
        let lines = head.lines().skip(1).filter_map(|line| line.split_once(':'));
        let mut pairs: Vec<_> =
            lines.map(|(name, value)| (name.to_lowercase(), value.trim().to_owned())).collect();
        pairs.retain(|(name, _)| name != "date");
        pairs.sort();
        pairs
    };

    let head = radio.ask("HEAD /a.mp3 HTTP/1.1\r\nHost: a\r\nIcy-MetaData: 1\r\n\r\n").await;
    let mut socket = radio.send("GET /a.mp3 HTTP/1.1\r\nHost: a\r\nIcy-MetaData: 1\r\n\r\n").await;

    assert!(head.starts_with("HTTP/1.0 200 OK\r\n") && head.ends_with("\r\n\r\n"), "{head}");
    assert_eq!(names(&head), names(&read_head(&mut socket).await));
    assert_eq!(radio.site.channels[0].main().total(), 1);
}

#[tokio::test]
async fn other_methods_and_paths_are_told_so() {
    let radio = Radio::start();
    let close = "Host: a\r\nConnection: close\r\n\r\n";
    for (request, status, has) in [
        ("OPTIONS /a.mp3", "204 No Content", "access-control-allow-headers: Origin, Accept, Range"),
        ("POST /a.mp3", "405 Method Not Allowed", "allow: GET, HEAD, OPTIONS"),
        ("SOURCE /a.mp3", "405 Method Not Allowed", "only GET"),
        ("GET /b.mp3", "404 Not Found", "text/plain"),
        ("GET /../etc/passwd", "404 Not Found", "there is nothing at this address"),
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
async fn what_is_no_request_is_refused_and_harms_nobody() {
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

        // A reset may overtake the answer to a client that is still sending.
        let is_refused = answer.is_empty() && request.len() > 10_000;
        let is_status = answer.split(' ').nth(1) == Some(status);
        assert!(is_status || is_refused, "{shown:?}: {answer}");
    }

    let live = radio.push("one");
    assert_eq!(read(&mut listener, N_CHUNK).await, live);
}

#[tokio::test]
async fn a_stream_can_follow_a_page_on_one_connection() {
    let mut radio = Radio::start();
    let burst = radio.push("one");

    let mut socket = radio.send(format!("GET /a.m3u HTTP/1.1\r\nHost: a\r\n\r\n{GET}")).await;

    assert!(read_head(&mut socket).await.starts_with("HTTP/1.1 200 OK"));
    assert_eq!(read(&mut socket, 16).await, b"http://a/a.mp3\r\n");
    assert!(read_head(&mut socket).await.starts_with("HTTP/1.0 200 OK"));
    assert_eq!(read(&mut socket, N_CHUNK).await, burst);
}

#[tokio::test]
async fn who_does_not_finish_a_request_is_let_go() {
    let header = Duration::from_millis(50);
    let radio = Radio::patient(Patience { header, ..Patience::default() });

    for request in ["", "GET /a.mp3 HTTP/1.1\r\nHost: a\r\nx: "] {
        let answer = radio.ask(request).await;

        assert!(!answer.contains("200"), "{answer}");
    }
    assert_eq!(radio.listeners(), 0);
}

/// A client whose kernel takes little on its behalf.
async fn slow_listener(radio: &Radio) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let mut slow = socket.connect(radio.address).await.unwrap();
    slow.write_all(GET.as_bytes()).await.unwrap();
    read_head(&mut slow).await;
    slow
}

#[tokio::test]
async fn a_slow_listener_jumps_once_and_is_cut_the_next_time_while_others_miss_nothing() {
    let mut radio = Radio::start();
    let mut slow = slow_listener(&radio).await;
    let mut quick = radio.send(GET).await;
    read_head(&mut quick).await;
    let n_chunks = 2 * RING.keep / N_CHUNK;
    let mut heard_by_slow = Vec::new();
    let mut heard_by_quick = Vec::new();

    for _ in 0..n_chunks {
        radio.push("one");
        heard_by_quick.extend(read(&mut quick, N_CHUNK).await);
    }
    while frame_numbers(&heard_by_slow).last() != Some(&(radio.n_frames - 1)) {
        heard_by_slow.extend(read(&mut slow, N_CHUNK).await);
    }
    for _ in 0..n_chunks {
        radio.push("two");
        heard_by_quick.extend(read(&mut quick, N_CHUNK).await);
    }
    timeout(Duration::from_secs(10), slow.read_to_end(&mut heard_by_slow)).await.unwrap().unwrap();

    assert_eq!(frame_numbers(&heard_by_quick), (0..radio.n_frames).collect::<Vec<_>>());
    let numbers = frame_numbers(&heard_by_slow);
    let n_jumps = numbers.windows(2).filter(|pair| pair[1] != pair[0] + 1).count();
    assert_eq!(n_jumps, 1);
    assert_eq!(radio.listeners(), 1);
}

#[tokio::test]
async fn who_never_reads_is_cut_in_time() {
    let stall = Duration::from_millis(50);
    let mut radio = Radio::patient(Patience { stall, ..Patience::default() });
    let _socket = slow_listener(&radio).await;
    radio.until_listeners(1).await;

    radio.until_listeners(0).await;
}

#[tokio::test]
async fn a_full_house_sends_listeners_away_but_shows_its_pages() {
    let mut radio =
        Radio::with(Server { max_listeners: 1, ..Server::default() }, Patience::default());
    let mut first = radio.send(GET).await;
    read_head(&mut first).await;

    let second = radio.ask("GET /a.mp3 HTTP/1.0\r\n\r\n").await;
    let page = radio.ask("GET /api/stations HTTP/1.0\r\n\r\n").await;
    assert!(second.starts_with("HTTP/1.0 503 Service Unavailable\r\n"), "{second}");
    assert!(second.contains("retry-after: 30\r\n"));
    assert!(page.contains("200 OK") && page.contains("\"listeners\":1"), "{page}");

    drop(first);
    radio.until_listeners(0).await;
    let mut third = radio.send(GET).await;
    assert!(read_head(&mut third).await.starts_with("HTTP/1.0 200 OK"));
}

#[tokio::test]
async fn a_wave_of_listeners_is_served_and_counted_and_gone() {
    let mut radio = Radio::start();
    let burst = radio.push("one");

    let wave: Vec<_> = (0..500)
        .map(|_| {
            let address = radio.address;
            tokio::spawn(async move {
                let mut socket = TcpStream::connect(address).await.unwrap();
                socket.write_all(GET.as_bytes()).await.unwrap();
                read_head(&mut socket).await;
                (read(&mut socket, N_CHUNK).await, socket)
            })
        })
        .collect();
    let mut sockets = Vec::new();
    for listener in wave {
        let (heard, socket) = listener.await.unwrap();
        assert_eq!(heard, burst);
        sockets.push(socket);
    }

    assert_eq!(radio.listeners(), 500);
    drop(sockets);
    radio.until_listeners(0).await;
    let mount = radio.site.channels[0].main();
    assert_eq!((mount.peak(), mount.total()), (500, 500));
}

#[tokio::test]
async fn a_shutdown_ends_streams_after_a_whole_frame() {
    let drain = Duration::from_millis(50);
    let mut radio = Radio::patient(Patience { drain, ..Patience::default() });
    let mut socket = radio.send(GET).await;
    let idle = radio.send("").await;
    read_head(&mut socket).await;
    for _ in 0..40 {
        radio.push("one");
    }

    radio.stop.send(()).unwrap();
    timeout(Duration::from_secs(5), radio.serving).await.expect("an end in time").unwrap();

    let mut heard = Vec::new();
    socket.read_to_end(&mut heard).await.unwrap();
    assert_eq!(frame_numbers(&heard), (0..400).collect::<Vec<_>>());
    assert_eq!(read_to_end(idle).await, "");
    assert!(TcpStream::connect(radio.address).await.is_err());
    assert_eq!(radio.site.channels[0].main().listeners(), 0);
}

#[tokio::test]
async fn a_shutdown_lets_a_station_play_its_last_chunk() {
    let mut radio = Radio::start();
    let mut socket = radio.send(GET).await;
    read_head(&mut socket).await;

    radio.stop.send(()).unwrap();
    tokio::task::yield_now().await;
    let mut writer = radio.writer.take().unwrap();
    writer.push(Chunk::mp3(vec![7; 4], "fade"));
    drop(writer);

    assert_eq!(read(&mut socket, 4).await, [7; 4]);
    assert_eq!(socket.read(&mut [0]).await.unwrap(), 0);
    timeout(Duration::from_secs(2), radio.serving).await.expect("at once").unwrap();
}

#[tokio::test]
async fn a_title_stays_a_string_in_json_whatever_it_holds() {
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

//! Streams: what listeners receive.

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::{GET, N_CHUNK, Radio, read, read_head};
use crate::{config::Server, web::site::Timeouts};

#[tokio::test]
async fn every_request_for_a_stream_gets_a_whole_http_1_0_response() {
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
    // The second byte range is a probe.
    assert_eq!(radio.listeners(), 4);

    let live = radio.push("two");
    radio.writer = None;

    for mut socket in streams {
        assert_eq!(read(&mut socket, N_CHUNK).await, live);
        assert_eq!(socket.read(&mut [0]).await.unwrap(), 0);
    }
}

#[tokio::test]
async fn a_listener_that_shuts_down_its_sending_side_has_left() {
    let mut radio = Radio::start();
    let mut socket = radio.send(GET).await;
    read_head(&mut socket).await;
    socket.shutdown().await.unwrap();

    radio.until_listeners(0).await;
}

#[tokio::test]
async fn titles_are_inserted_between_the_same_bytes_that_others_receive() {
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

    // The second title starts with chunk 8, byte 33 360: after the blocks at 16 000 and 32 000.
    assert_eq!(heard, audio[..64_000]);
    let second = "StreamTitle='it\u{2019}s \u{fc}ber\u{2019};StreamUrl=\u{2019}x';";
    assert_eq!(titles, ["StreamTitle='one';", "", second, ""]);
}

#[tokio::test]
async fn head_has_the_headers_of_get_and_counts_no_listener() {
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
    assert_eq!(radio.site.stations[0].main().total(), 1);
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
async fn a_wave_of_listeners_is_served_and_counted() {
    let server = Server { listeners_per_address: 0, ..Server::default() };
    let mut radio = Radio::with(server, Timeouts::default());
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
    let mount = radio.site.stations[0].main();
    assert_eq!((mount.peak(), mount.total()), (500, 500));
}

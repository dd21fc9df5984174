//! Slow clients and a full server.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpSocket, TcpStream},
    time::timeout,
};

use super::{GET, N_CHUNK, Radio, frame_numbers, read, read_head};
use crate::{
    config::Server,
    stream::client::Order,
    web::site::{Timeouts, tests::RING},
};

#[tokio::test]
async fn an_unfinished_request_times_out() {
    let header = Duration::from_millis(50);
    let radio = Radio::with_timeouts(Timeouts { header, ..Timeouts::default() });

    for request in ["", "GET /a.mp3 HTTP/1.1\r\nHost: a\r\nx: "] {
        let answer = radio.ask(request).await;

        assert!(!answer.contains("200"), "{answer}");
    }
    assert_eq!(radio.listeners(), 0);
}

/// A listener with a small receive buffer.
async fn slow_listener(radio: &Radio) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let mut slow = socket.connect(radio.address).await.unwrap();
    slow.write_all(GET.as_bytes()).await.unwrap();
    read_head(&mut slow).await;
    slow
}

#[tokio::test]
async fn a_slow_listener_skips_once_and_is_then_disconnected() {
    let mut radio = Radio::start();
    let mut slow = slow_listener(&radio).await;
    let mut quick = radio.send(GET).await;
    read_head(&mut quick).await;
    let n_chunks = 2 * RING.keep / N_CHUNK;
    let mut slow_audio = Vec::new();
    let mut quick_audio = Vec::new();

    for _ in 0..n_chunks {
        radio.push("one");
        quick_audio.extend(read(&mut quick, N_CHUNK).await);
    }
    while frame_numbers(&slow_audio).last() != Some(&(radio.n_frames - 1)) {
        slow_audio.extend(read(&mut slow, N_CHUNK).await);
    }
    for _ in 0..n_chunks {
        radio.push("two");
        quick_audio.extend(read(&mut quick, N_CHUNK).await);
    }
    timeout(Duration::from_secs(10), slow.read_to_end(&mut slow_audio)).await.unwrap().unwrap();

    assert_eq!(frame_numbers(&quick_audio), (0..radio.n_frames).collect::<Vec<_>>());
    let numbers = frame_numbers(&slow_audio);
    let n_skips = numbers.windows(2).filter(|pair| pair[1] != pair[0] + 1).count();
    assert_eq!(n_skips, 1);
    assert_eq!(radio.listeners(), 1);
}

#[tokio::test]
async fn a_listener_that_never_reads_times_out() {
    let stall = Duration::from_millis(50);
    let mut radio = Radio::with_timeouts(Timeouts { stall, ..Timeouts::default() });
    let _socket = slow_listener(&radio).await;
    radio.until_listeners(1).await;

    radio.until_listeners(0).await;
}

/// The status of a request for the stream from the same address, and the socket.
async fn join(radio: &Radio, lines: &str) -> (String, TcpStream) {
    let mut socket = radio.send(format!("GET /a.mp3 HTTP/1.1\r\nHost: a\r\n{lines}\r\n")).await;
    let head = read_head(&mut socket).await;
    (head.split(' ').nth(1).unwrap().to_owned(), socket)
}

#[tokio::test]
async fn a_closed_listener_makes_room_at_once() {
    for server in [
        Server { listeners_per_address: 1, ..Server::default() },
        Server { max_listeners: 1, ..Server::default() },
    ] {
        let radio = Radio::with(server, Timeouts::default());
        for _ in 0..5 {
            let (status, first) = join(&radio, "").await;
            assert_eq!(status, "200");
            assert_eq!(join(&radio, "").await.0, "503");
            drop(first);
        }
        assert_eq!(join(&radio, "").await.0, "200");
    }
}

#[tokio::test]
async fn a_probe_needs_no_room_and_is_not_counted() {
    let server = Server { listeners_per_address: 1, ..Server::default() };
    let radio = Radio::with(server, Timeouts::default());

    let (status, _probe) = join(&radio, "Range: bytes=0-1\r\n").await;
    assert_eq!((status.as_str(), radio.listeners()), ("200", 0));
    let (status, _listener) = join(&radio, "Range: bytes=0-\r\n").await;
    assert_eq!((status.as_str(), radio.listeners()), ("200", 1));
}

#[tokio::test]
async fn a_listener_that_takes_nothing_is_replaced_when_the_server_is_full() {
    let server = Server { max_listeners: 1, ..Server::default() };
    let stall_when_full = Duration::from_millis(50);
    let timeouts = Timeouts { gather: Duration::ZERO, stall_when_full, ..Timeouts::default() };
    let mut radio = Radio::with(server, timeouts);
    let _silent = slow_listener(&radio).await;
    let is_stalled = |radio: &Radio| {
        let clients = radio.site.audience.clients();
        clients.iter().any(|client| stall_when_full < client.stalled_for())
    };
    while !is_stalled(&radio) {
        radio.push("one");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }

    assert_eq!(join(&radio, "").await.0, "200");
}

#[tokio::test]
async fn a_listener_that_takes_nothing_leaves_when_ordered_to() {
    let mut radio = Radio::with_timeouts(Timeouts::default());
    let _silent = slow_listener(&radio).await;
    radio.until_listeners(1).await;
    (0..200).for_each(|_| drop(radio.push("one")));

    let client = radio.site.audience.clients().remove(0);
    client.order(Order::Disconnect);
    client.order(Order::MoveTo(radio.site.stations[0].main().clone()));
    radio.until_listeners(0).await;
}

#[tokio::test]
async fn a_move_to_the_same_mount_loses_no_sound() {
    let mut radio = Radio::start();
    let mut listener = radio.send(GET).await;
    read_head(&mut listener).await;
    radio.push("one");
    let client = radio.site.audience.clients().remove(0);
    client.order(Order::MoveTo(radio.site.stations[0].main().clone()));
    (0..9).for_each(|_| drop(radio.push("two")));

    let audio = read(&mut listener, 10 * N_CHUNK).await;

    assert_eq!(frame_numbers(&audio), (0..100).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_full_server_refuses_listeners_but_serves_pages() {
    let mut radio =
        Radio::with(Server { max_listeners: 1, ..Server::default() }, Timeouts::default());
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

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

//! Shutdown of the server.

use std::time::Duration;

use tokio::{io::AsyncReadExt as _, net::TcpStream, time::timeout};

use super::{GET, Radio, frame_numbers, read, read_head, read_to_end};
use crate::{stream::ring::Chunk, web::site::Timeouts};

#[tokio::test]
async fn a_shutdown_ends_streams_after_a_whole_frame() {
    let drain = Duration::from_millis(50);
    let mut radio = Radio::with_timeouts(Timeouts { drain, ..Timeouts::default() });
    let mut socket = radio.send(GET).await;
    let idle = radio.send("").await;
    read_head(&mut socket).await;
    for _ in 0..40 {
        radio.push("one");
    }

    radio.stop.send(()).unwrap();
    timeout(Duration::from_secs(5), radio.serving)
        .await
        .expect("the connection ends in time")
        .unwrap();

    let mut heard = Vec::new();
    socket.read_to_end(&mut heard).await.unwrap();
    assert_eq!(frame_numbers(&heard), (0..400).collect::<Vec<_>>());
    assert_eq!(read_to_end(idle).await, "");
    assert!(TcpStream::connect(radio.address).await.is_err());
    assert_eq!(radio.site.stations[0].main().listeners(), 0);
}

#[tokio::test]
async fn a_shutdown_sends_the_last_chunk_of_a_station() {
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

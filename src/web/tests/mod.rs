//! The server over real sockets, with requests in raw bytes as players send them.

mod limits;
mod requests;
mod shutdown;
mod streams;
mod takes;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
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
        server::{Endpoint, bind, serve},
        site::{ServedStation, Site, Timeouts, tests::station},
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
        Self::with_timeouts(Timeouts::default())
    }

    fn with_timeouts(timeouts: Timeouts) -> Self {
        let timeouts = Timeouts { gather: Duration::ZERO, ..timeouts };
        Self::with(Server::default(), timeouts)
    }

    fn with(server: Server, timeouts: Timeouts) -> Self {
        Self::serving(|station| Site::new(vec![station], server, None), timeouts)
    }

    fn serving(site: impl FnOnce(ServedStation) -> Site, timeouts: Timeouts) -> Self {
        let (station, writer, on_air) = station("a");
        let site = Arc::new(site(station));
        let listener = bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let shutdown = async { stopped.await.unwrap_or(()) };
        let endpoints = vec![Endpoint::http(listener)];
        let sites = watch::channel(site.clone()).1;
        let serving = tokio::spawn(async move {
            serve(endpoints, sites, timeouts, shutdown).await.unwrap();
        });
        Self { address, site, writer: Some(writer), on_air, n_frames: 0, stop, serving }
    }

    /// Writes ten frames to the ring, each with its number after the header.
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

    /// The whole response to a request that ends the connection.
    async fn ask(&self, request: impl AsRef<[u8]>) -> String {
        read_to_end(self.send(request).await).await
    }

    fn listeners(&self) -> u64 {
        self.site.stations[0].main().listeners()
    }

    /// Pushes sound until `n_expected` listeners are connected: a write notices a disconnected one.
    async fn until_listeners(&mut self, n_expected: u64) {
        let wait = async {
            while self.listeners() != n_expected {
                self.push("waiting");
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        timeout(Duration::from_secs(10), wait)
            .await
            .expect("listeners connect and disconnect in time");
    }
}

async fn read_to_end(mut socket: TcpStream) -> String {
    let mut bytes = Vec::new();
    let reading = socket.read_to_end(&mut bytes);
    // A server that refuses a request while it is still being sent may reset the connection.
    let _ = timeout(Duration::from_secs(10), reading).await.expect("the connection ends in time");
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

/// The numbers of the frames in `audio`, which must be whole frames.
fn frame_numbers(audio: &[u8]) -> Vec<u32> {
    assert_eq!(frames(audio).map(<[u8]>::len).sum::<usize>(), audio.len(), "whole frames");
    frames(audio).map(|frame| u32::from_be_bytes(frame[4..8].try_into().unwrap())).collect()
}

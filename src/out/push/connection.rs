//! One connection of a push, from the request to its end.

use std::{sync::Arc, time::Duration};

use tokio::{
    io::{self, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    sync::watch,
    time::timeout,
};

use crate::{
    out::{
        connect::connect,
        push::{
            failure::Failure,
            handshake::Handshake,
            request::{Method, head},
            target::Target,
            titles,
        },
    },
    stream::{mount::Mount, retitler::Retitler, ring::ReadError},
};

/// Limit for the server's first response. libshout waits 4 s and then sends without one; every known
/// server does respond, so a missing response is an error here.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(10);

/// Limit for writing half a second of audio.
const MAX_STALL: Duration = Duration::from_secs(10);

/// Sends the mount's audio from the live edge on, until the station ends. Calls `on_air` when the server
/// accepts the stream.
///
/// Nothing is buffered for a server that is down: after a reconnection the stream continues live.
///
/// # Errors
/// The server can't be reached, refuses, disconnects or stops reading.
pub async fn stream_to(
    target: &Target,
    mount: &Mount,
    method: Method,
    on_air: impl FnOnce(),
) -> Result<(), Failure> {
    let push = &target.push;
    let mut stream = connect(&push.server, push.ca_file.as_deref()).await?;
    let head = head(method, push, &mount.about, target.home.as_deref());
    send(&mut stream, head.as_bytes()).await?;
    let mut handshake = Handshake::default();
    let greeting = timeout(RESPONSE_TIMEOUT, receive(&mut stream, &mut handshake, true)).await;
    greeting.unwrap_or_else(|_| Err(handshake.silence()))?;
    on_air();

    let (title, titles) = watch::channel(Arc::from(""));
    let (mut from_server, to_server) = io::split(stream);
    tokio::select! {
        end = send_audio(mount, to_server, &title) => end,
        end = receive(&mut from_server, &mut handshake, false) => end,
        never = titles::send_all(target, titles) => match never {},
    }
}

/// Reads until the server accepts the stream or, without `until_welcome`, until it disconnects: its
/// later responses are ignored, but a disconnection is noticed.
async fn receive(
    stream: &mut (impl AsyncRead + Unpin),
    handshake: &mut Handshake,
    until_welcome: bool,
) -> Result<(), Failure> {
    let mut bytes = [0; 2048];
    loop {
        let n_bytes = match stream.read(&mut bytes).await {
            Ok(0) => return Err(handshake.end()),
            Ok(n_bytes) => n_bytes,
            // A server that refuses may reset the connection: then the refusal is the error.
            Err(error) => match handshake.end() {
                Failure::Ended => return Err(error.into()),
                refusal => return Err(refusal),
            },
        };
        if handshake.receive(&bytes[..n_bytes])? && until_welcome {
            return Ok(());
        }
    }
}

/// Sends chunks as they are pushed, in real time, from the live edge on.
async fn send_audio(
    mount: &Mount,
    mut stream: impl AsyncWrite + Unpin,
    title: &watch::Sender<Arc<str>>,
) -> Result<(), Failure> {
    let mut reader = mount.tap.live_reader();
    let mut retitler = Retitler::default();
    loop {
        let chunk = match reader.next().await {
            Ok(chunk) => chunk,
            // The server was slow, but not long enough to be disconnected.
            Err(ReadError::Lagged { .. }) => {
                retitler.reset();
                continue;
            }
            Err(ReadError::Ended) => {
                let _ = timeout(MAX_STALL, stream.shutdown()).await;
                return Ok(());
            }
        };
        title.send_if_modified(|current| {
            // Ogg carries titles in its headers, and Icecast accepts no others for it.
            let is_new = *current != chunk.title && chunk.chain.is_none();
            current.clone_from(&chunk.title);
            is_new
        });
        send(&mut stream, &retitler.convert(&chunk, &mount.about.name)).await?;
    }
}

async fn send(stream: &mut (impl AsyncWrite + Unpin), bytes: &[u8]) -> Result<(), Failure> {
    let sending = async {
        stream.write_all(bytes).await?;
        stream.flush().await
    };
    timeout(MAX_STALL, sending).await.map_err(|_| Failure::Stalled(MAX_STALL))??;
    Ok(())
}

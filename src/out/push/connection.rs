//! One connection to a server, from the request to its end.

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
            Wish,
            failure::Failure,
            handshake::Handshake,
            request::{Method, head},
            titles,
        },
    },
    stream::{mount::Mount, retitled::Retitled, ring::ReadError},
};

/// For a server's first answer. Longer than libshout's 4 s, which then sends unasked: all servers that
/// are known answer, and one that does not is no server to call on air.
const ANSWER: Duration = Duration::from_secs(10);

/// For a server to take half a second of sound.
const MOST_STALL: Duration = Duration::from_secs(10);

/// Sends the mount's sound from its live edge on until the station ends, which is no failure; says by
/// `on_air` when the server has agreed.
///
/// Nothing is kept for a server that is away: who comes back hears what is on air then.
///
/// # Errors
/// The server can't be reached, refuses, leaves or stops reading.
pub async fn hold(
    wish: &Wish,
    mount: &Mount,
    method: Method,
    on_air: impl FnOnce(),
) -> Result<(), Failure> {
    let push = &wish.push;
    let mut stream = connect(&push.server, push.ca_file.as_deref()).await?;
    let head = head(method, push, &mount.about, wish.home.as_deref());
    send(&mut stream, head.as_bytes()).await?;
    let mut handshake = Handshake::default();
    let greeting = timeout(ANSWER, hear(&mut stream, &mut handshake, true)).await;
    greeting.unwrap_or_else(|_| Err(handshake.silence()))?;
    on_air();

    let (title, titles) = watch::channel(Arc::from(""));
    let (mut from_server, to_server) = io::split(stream);
    tokio::select! {
        end = give(mount, to_server, &title) => end,
        end = hear(&mut from_server, &mut handshake, false) => end,
        never = titles::tell(wish, titles) => match never {},
    }
}

/// Reads until the server welcomes us or, not `until_welcome`, for ever: what it says later is of no
/// interest, but that it ends is.
async fn hear(
    stream: &mut (impl AsyncRead + Unpin),
    handshake: &mut Handshake,
    until_welcome: bool,
) -> Result<(), Failure> {
    let mut bytes = [0; 2048];
    loop {
        let n_bytes = match stream.read(&mut bytes).await {
            Ok(0) => return Err(handshake.end()),
            Ok(n_bytes) => n_bytes,
            // Who refuses may leave without a goodbye; then that is what we are told.
            Err(error) => match handshake.end() {
                Failure::Ended => return Err(error.into()),
                refusal => return Err(refusal),
            },
        };
        if handshake.hear(&bytes[..n_bytes])? && until_welcome {
            return Ok(());
        }
    }
}

/// Sends chunks as they come: the ring gives them in real time, from the live edge on.
async fn give(
    mount: &Mount,
    mut stream: impl AsyncWrite + Unpin,
    title: &watch::Sender<Arc<str>>,
) -> Result<(), Failure> {
    let mut reader = mount.tap.live_reader();
    let mut retitled = Retitled::default();
    loop {
        let chunk = match reader.next().await {
            Ok(chunk) => chunk,
            // The server was slow, though never for long; it goes on with what is newer.
            Err(ReadError::Lagged { .. }) => {
                retitled.break_off();
                continue;
            }
            Err(ReadError::Ended) => {
                let _ = timeout(MOST_STALL, stream.shutdown()).await;
                return Ok(());
            }
        };
        title.send_if_modified(|told| {
            // Ogg has its titles in its heads, and Icecast takes no others for it.
            let is_new = *told != chunk.title && chunk.chain.is_none();
            told.clone_from(&chunk.title);
            is_new
        });
        send(&mut stream, &retitled.tell(&chunk, &mount.about.name)).await?;
    }
}

async fn send(stream: &mut (impl AsyncWrite + Unpin), bytes: &[u8]) -> Result<(), Failure> {
    let sending = async {
        stream.write_all(bytes).await?;
        stream.flush().await
    };
    timeout(MOST_STALL, sending).await.map_err(|_| Failure::Stuck(MOST_STALL))??;
    Ok(())
}

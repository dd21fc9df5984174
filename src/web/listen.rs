//! Sends a stream to one listener.
//!
//! The socket was taken over from hyper and carries one response that ends with the stream: HTTP/1.0,
//! without a length and without chunked encoding, which all players understand. The bytes are those of the
//! ring.

use std::{
    io,
    num::NonZeroUsize,
    pin::pin,
    time::{Duration, SystemTime},
};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    time::timeout,
};

use crate::{
    stream::{
        client::Client,
        fanout::CHUNKS_PER_WRITE,
        feed::{Ending, Feed},
        icy::clean,
        mount::About,
    },
    web::{
        date,
        response::{CORS, SERVER},
        shutdown::Shutdown,
    },
};

/// The longest header value in bytes. Values come from radio.toml, and some players have short buffers.
const MAX_VALUE: usize = 256;

/// Least bytes per second that a listener must accept: a quarter of MP3's lowest bitrate.
const MIN_RATE: usize = 3000;

/// A stream that is about to be sent.
pub struct StreamStart {
    /// The response's head.
    pub head: String,
    /// The response's body.
    pub feed: Feed,
}

/// The headers of a stream, in Icecast's order, for titles every `metaint` bytes if given.
pub fn headers(
    about: &About,
    url: &str,
    metaint: Option<NonZeroUsize>,
) -> Vec<(&'static str, String)> {
    let mut headers = vec![
        ("Connection", "close".to_owned()),
        ("Content-Type", about.coding.content_type().to_owned()),
        ("Cache-Control", "no-cache, no-store".to_owned()),
        ("Expires", "Mon, 26 Jul 1997 05:00:00 GMT".to_owned()),
        ("Pragma", "no-cache".to_owned()),
        ("X-Content-Type-Options", "nosniff".to_owned()),
        ("icy-br", about.coding.kbps().to_string()),
        ("icy-sr", about.coding.sample_rate().to_string()),
        ("ice-audio-info", about.coding.info()),
        ("icy-name", to_value(&about.name)),
        ("icy-genre", to_value(&about.genre)),
        ("icy-description", to_value(&about.description)),
        ("icy-url", to_value(url)),
        ("icy-pub", u8::from(about.public).to_string()),
    ];
    if let Some(metaint) = metaint {
        headers.push(("icy-metaint", metaint.to_string()));
    }
    headers
}

fn to_value(text: &str) -> String {
    let mut value = clean(text);
    value.truncate(value.floor_char_boundary(MAX_VALUE));
    value
}

/// The response's head. ICY headers have no space after the colon: some players take it for a part of the
/// value.
pub fn head(about: &About, url: &str, metaint: Option<NonZeroUsize>) -> String {
    let date = date::to_http(SystemTime::now());
    let mut lines =
        vec!["HTTP/1.0 200 OK".to_owned(), format!("Server: {SERVER}"), format!("Date: {date}")];
    lines.extend(CORS.into_iter().map(|(name, value)| format!("{name}: {value}")));
    lines.extend(headers(about, url, metaint).into_iter().map(|(name, value)| {
        let space = if name.starts_with("ic") { "" } else { " " };
        format!("{name}:{space}{value}")
    }));
    lines.join("\r\n") + "\r\n\r\n"
}

/// Sends the head and all sound in the ring. Returns the rest of the stream, or why it has ended.
///
/// # Errors
/// The listener disconnected, or accepted nothing for `max_stall`.
pub async fn begin(
    socket: &mut (impl AsyncWrite + Unpin),
    start: StreamStart,
    max_stall: Duration,
) -> io::Result<Result<Feed, Ending>> {
    let StreamStart { head, mut feed } = start;
    // Head and burst in one write: this saves a packet.
    let mut bytes = head.into_bytes();
    loop {
        let n_before = bytes.len();
        loop {
            match feed.try_next() {
                Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
                Ok(None) => break,
                // Bytes before the end are sent, even the head alone.
                Err(ending) => {
                    send(socket, &bytes, max_stall, feed.client()).await?;
                    return Ok(Err(ending));
                }
            }
        }
        send(socket, &bytes, max_stall, feed.client()).await?;
        feed.count_bytes(bytes.len() - n_before);
        // On a slow connection more sound has arrived meanwhile.
        if feed.n_waiting() < CHUNKS_PER_WRITE {
            return Ok(Ok(feed));
        }
        bytes.clear();
    }
}

/// Sends the rest of a stream until it ends, always after a whole frame, or until the client closes the
/// connection.
///
/// # Errors
/// The listener disconnected, or accepted nothing for `max_stall`.
pub async fn play(
    socket: impl AsyncRead + AsyncWrite,
    mut feed: Feed,
    max_stall: Duration,
    shutdown: Shutdown,
) -> io::Result<Ending> {
    let (mut reader, mut writer) = tokio::io::split(socket);
    let mut stop = pin!(shutdown.deadline());
    let mut closed = pin!(closed(&mut reader));
    loop {
        let next = tokio::select! {
            next = feed.next() => next,
            () = &mut stop => Err(Ending::Stopped),
            error = &mut closed => return Err(error),
        };
        match next {
            Ok(bytes) => {
                send(&mut writer, &bytes, max_stall, feed.client()).await?;
                feed.count_bytes(bytes.len());
            }
            Err(ending) => {
                let _ = writer.shutdown().await;
                return Ok(ending);
            }
        }
    }
}

/// Waits until the client closes the connection. What it sends meanwhile is dropped.
pub async fn closed(reader: &mut (impl AsyncRead + Unpin)) -> io::Error {
    let mut bytes = [0; 256];
    loop {
        match reader.read(&mut bytes).await {
            Ok(0) => return io::ErrorKind::UnexpectedEof.into(),
            Ok(_) => {}
            Err(error) => return error,
        }
    }
}

/// Writes all of `bytes` within `max_stall` plus the time that they take at [`MIN_RATE`], unless the
/// listener is ordered to disconnect meanwhile.
async fn send(
    socket: &mut (impl AsyncWrite + Unpin),
    bytes: &[u8],
    max_stall: Duration,
    client: &Client,
) -> io::Result<()> {
    let limit = max_stall + Duration::from_secs((bytes.len() / MIN_RATE) as u64);
    client.set_stalled(true);
    let sent = timeout(limit, async {
        tokio::select! {
            sent = async {
                socket.write_all(bytes).await?;
                socket.flush().await
            } => sent,
            () = client.left() => Err(io::ErrorKind::ConnectionAborted.into()),
        }
    });
    sent.await??;
    client.set_stalled(false);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::site::tests::station;

    const METAINT: Option<NonZeroUsize> = NonZeroUsize::new(16_000);
    const URL: &str = "http://radio.example";

    #[test]
    fn the_head_is_http_1_0_without_a_space_in_icy_headers() {
        let about = station("a").0.main().about.clone();

        let head = head(&about, URL, METAINT);

        assert!(head.starts_with("HTTP/1.0 200 OK\r\n") && head.ends_with("\r\n\r\n"));
        for line in [
            "Content-Type: audio/mpeg",
            "icy-name:Station a",
            "icy-url:http://radio.example",
            "icy-metaint:16000",
        ] {
            assert!(head.contains(&format!("\r\n{line}\r\n")), "{line}");
        }
        for name in ["Content-Length", "Transfer-Encoding", "Accept-Ranges"] {
            assert!(!head.contains(name), "{name}");
        }
        assert!(!crate::web::listen::head(&about, URL, None).contains("icy-metaint:"));
    }

    #[test]
    fn texts_of_radio_toml_can_t_add_headers() {
        let mut about = station("a").0.main().about.clone();
        about.name = "a\r\nSet-Cookie: b\0".into();
        about.description = "\u{fc}".repeat(5000);

        let head = head(&about, URL, None);

        assert!(head.contains("\r\nicy-name:a Set-Cookie: b\r\n"));
        assert!(head.lines().all(|line| line.len() < 400));
    }
}

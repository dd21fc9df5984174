//! A stream to one listener.
//!
//! hyper parses the request and hands the socket over: from here on it carries one answer that ends
//! when the stream does. The answer is HTTP/1.0 without a length and without chunks, which is what
//! radios of all ages understand, and the bytes go out as they are in the ring.

use std::{
    num::NonZeroUsize,
    time::{Duration, SystemTime},
};

use tokio::{
    io::{self, AsyncWriteExt},
    net::TcpStream,
    sync::OwnedSemaphorePermit,
    time::{Instant, timeout},
};

use crate::{
    stream::{
        icy::{Interleaver, clean},
        mount::{About, Listener},
        ring::ReadError,
    },
    units::SAMPLE_RATE,
    web::{
        answer::CORS,
        date::Date,
        server::{SERVER, Stopping},
    },
};

/// Audio bytes between two titles; Icecast's own figure.
pub const METAINT: NonZeroUsize = NonZeroUsize::new(16_000).expect("16 000 is not 0");

/// A listener that falls off the ring twice within this time is too slow for the stream.
const PATIENCE: Duration = Duration::from_secs(30);

/// The longest header value in bytes; they come from radio.toml and some players have short buffers.
const MAX_VALUE: usize = 256;

/// One who may listen: the end of a request for a stream.
pub struct Admission {
    /// Where and from which chunk on.
    pub listener: Listener,
    /// Whether titles were asked for.
    pub wants_titles: bool,
    /// Frees the seat when dropped.
    pub seat: OwnedSemaphorePermit,
}

/// Why a stream to a listener ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Ending {
    /// The station did.
    Ended,
    /// The server stops.
    Stopped,
    /// The listener fell off the ring twice in a short time.
    TooSlow,
}

/// The headers of a stream, in Icecast's order.
pub fn headers(about: &About, wants_titles: bool) -> Vec<(&'static str, String)> {
    let kbps = about.bitrate.get();
    let mut headers = vec![
        ("Connection", "close".to_owned()),
        ("Content-Type", "audio/mpeg".to_owned()),
        ("Cache-Control", "no-cache, no-store".to_owned()),
        ("Expires", "Mon, 26 Jul 1997 05:00:00 GMT".to_owned()),
        ("Pragma", "no-cache".to_owned()),
        ("X-Content-Type-Options", "nosniff".to_owned()),
        ("icy-br", kbps.to_string()),
        ("icy-sr", SAMPLE_RATE.to_string()),
        ("ice-audio-info", format!("bitrate={kbps};samplerate={SAMPLE_RATE};channels=2")),
        ("icy-name", to_value(&about.name)),
        ("icy-genre", to_value(&about.genre)),
        ("icy-description", to_value(&about.description)),
        ("icy-pub", u8::from(about.public).to_string()),
    ];
    if wants_titles {
        headers.push(("icy-metaint", METAINT.to_string()));
    }
    headers
}

fn to_value(text: &str) -> String {
    let mut value = clean(text);
    value.truncate(value.floor_char_boundary(MAX_VALUE));
    value
}

/// The whole head. No space after the colon: some radios take it for a part of the name.
fn head(about: &About, wants_titles: bool) -> String {
    let date = Date::of(SystemTime::now()).to_http();
    let mut lines =
        vec!["HTTP/1.0 200 OK".to_owned(), format!("Server: {SERVER}"), format!("Date: {date}")];
    lines.extend(CORS.into_iter().map(|(name, value)| format!("{name}: {value}")));
    lines.extend(headers(about, wants_titles).into_iter().map(|(name, value)| {
        let space = if name.starts_with("ic") { "" } else { " " };
        format!("{name}:{space}{value}")
    }));
    lines.join("\r\n") + "\r\n\r\n"
}

/// Sends the stream until it ends; whenever it does, the listener has got whole frames.
///
/// A listener that can't follow is sent on to the burst once and cut if that happens again soon.
///
/// # Errors
/// The listener has left, or took nothing for `max_stall`.
pub async fn play(
    socket: &mut TcpStream,
    admission: Admission,
    max_stall: Duration,
    stopping: Stopping,
) -> io::Result<Ending> {
    let Admission { mut listener, wants_titles, seat: _seat } = admission;
    let about = &listener.mount.about;
    let mut icy = wants_titles.then(|| Interleaver::new(METAINT, &about.name));
    let mut lagged_at: Option<Instant> = None;
    let mut stop = std::pin::pin!(stopping.deadline());

    send(socket, head(about, wants_titles).as_bytes(), max_stall).await?;
    loop {
        let next = tokio::select! {
            next = listener.reader.next() => next,
            () = &mut stop => return Ok(Ending::Stopped),
        };
        let chunk = match next {
            Ok(chunk) => chunk,
            Err(ReadError::Ended) => return Ok(Ending::Ended),
            Err(ReadError::Lagged { .. })
                if lagged_at.is_some_and(|at| at.elapsed() < PATIENCE) =>
            {
                return Ok(Ending::TooSlow);
            }
            Err(ReadError::Lagged { .. }) => {
                lagged_at = Some(Instant::now());
                continue;
            }
        };
        let bytes = match &mut icy {
            None => chunk.audio,
            Some(icy) => icy.interleave(&chunk),
        };
        send(socket, &bytes, max_stall).await?;
    }
}

/// Writes all of `bytes`, as long as some of them leave within each `max_stall`.
async fn send(socket: &mut TcpStream, mut bytes: &[u8], max_stall: Duration) -> io::Result<()> {
    while !bytes.is_empty() {
        let n_sent = timeout(max_stall, socket.write(bytes)).await??;
        if n_sent == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        bytes = &bytes[n_sent..];
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::site::tests::channel;

    #[test]
    fn the_head_is_http_1_0_and_players_find_the_name_after_the_colon() {
        let about = channel("a").0.mount.about.clone();

        let head = head(&about, true);

        assert!(head.starts_with("HTTP/1.0 200 OK\r\n") && head.ends_with("\r\n\r\n"));
        for line in ["Content-Type: audio/mpeg", "icy-name:Station a", "icy-metaint:16000"] {
            assert!(head.contains(&format!("\r\n{line}\r\n")), "{line}");
        }
        for name in ["Content-Length", "Transfer-Encoding", "Accept-Ranges"] {
            assert!(!head.contains(name), "{name}");
        }
        assert!(!super::head(&about, false).contains("icy-metaint:"));
    }

    #[test]
    fn no_text_of_the_operator_s_adds_a_header() {
        let mut about = channel("a").0.mount.about.clone();
        about.name = "a\r\nSet-Cookie: b\0".into();
        about.description = "\u{fc}".repeat(5000);

        let head = head(&about, false);

        assert!(head.contains("\r\nicy-name:a Set-Cookie: b\r\n"));
        assert!(head.lines().all(|line| line.len() < 400));
    }
}

//! Sends a file that is made on request.
//!
//! The socket was taken over from hyper, as for a stream: making and sending the file may take longer than
//! other responses, and both end when the client disconnects.

use std::{
    io::{self, Read as _},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use hyper::StatusCode;
use tempfile::SpooledTempFile;
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt as _},
    sync::Semaphore,
    time::{sleep, timeout},
};

use crate::{
    threads,
    web::{
        date,
        listen::closed,
        response::{SERVER, TEXT},
        shutdown::Shutdown,
        takes::permit::TakePermit,
    },
};

/// The longest time from request to end.
const MOST_TIME: Duration = Duration::from_mins(10);

/// Longest wait until making a file starts.
const MOST_WAIT: Duration = Duration::from_secs(30);

/// Bytes read from the file at once.
const PIECE: usize = 256 * 1024;

/// The file's content.
pub enum Content {
    /// Bytes in memory.
    Whole(Bytes),
    /// A file at its start, and its length in bytes.
    File(SpooledTempFile, u64),
}

/// Why a file can't be made.
pub struct Failure {
    /// The status of the response.
    pub status: StatusCode,
    /// The message to the client.
    pub sentence: String,
}

/// Makes the content while its argument returns true.
pub type Make = Box<dyn FnOnce(&dyn Fn() -> bool) -> Result<Content, Failure> + Send>;

/// A file to make and send.
pub struct Download {
    /// Its content type.
    pub content_type: &'static str,
    /// The value of `Content-Disposition`.
    pub disposition: String,
    /// Makes it, on a thread that may block.
    pub make: Make,
    /// Limits the files that are made at the same time.
    pub turn: Arc<Semaphore>,
    /// The client's permit for a download.
    pub permit: TakePermit,
}

/// When dropped, stops the thread that makes a file.
struct Wanted(Arc<AtomicBool>);

impl Drop for Wanted {
    fn drop(&mut self) {
        self.0.store(false, Relaxed);
    }
}

/// Makes and sends `download`, or the failure's message.
///
/// # Errors
/// The client disconnected, accepted nothing for `stall`, took longer than ten minutes, or the server
/// stops.
pub async fn send(
    socket: &mut (impl AsyncRead + AsyncWrite + Unpin),
    download: Download,
    stall: Duration,
    shutdown: Shutdown,
) -> io::Result<()> {
    let (mut reader, mut writer) = tokio::io::split(socket);
    tokio::select! {
        sent = deliver(&mut writer, download, stall) => sent,
        error = closed(&mut reader) => Err(error),
        () = shutdown.deadline() => Err(io::ErrorKind::ConnectionAborted.into()),
        () = sleep(MOST_TIME) => Err(io::ErrorKind::TimedOut.into()),
    }
}

async fn deliver(
    socket: &mut (impl AsyncWrite + Unpin),
    download: Download,
    stall: Duration,
) -> io::Result<()> {
    let Download { content_type, disposition, make, turn, permit } = download;
    // Held until sent, or until the thread has ended.
    let (made, _permit) = made(make, turn, permit).await;
    let content = match made {
        Ok(content) => content,
        Err(Failure { status, sentence }) => {
            let body = format!("{sentence}\n");
            let head = head(status, TEXT, body.len() as u64, "inline");
            return write(socket, &[head.as_bytes(), body.as_bytes()].concat(), stall).await;
        }
    };
    let length = match &content {
        Content::Whole(bytes) => bytes.len() as u64,
        Content::File(_, length) => *length,
    };
    let head = head(StatusCode::OK, content_type, length, &disposition);
    write(socket, head.as_bytes(), stall).await?;
    match content {
        Content::Whole(bytes) => write(socket, &bytes, stall).await,
        Content::File(file, _) => copy(socket, file, stall).await,
    }
}

/// The result of `make` on its turn, and the permit.
async fn made(
    make: Make,
    turn: Arc<Semaphore>,
    permit: TakePermit,
) -> (Result<Content, Failure>, Option<TakePermit>) {
    let busy = || Failure {
        status: StatusCode::SERVICE_UNAVAILABLE,
        sentence: "other takes are being rendered; try again in a minute".to_owned(),
    };
    let Ok(Ok(turn)) = timeout(MOST_WAIT, turn.acquire_owned()).await else {
        return (Err(busy()), Some(permit));
    };
    let wanted = Wanted(Arc::new(AtomicBool::new(true)));
    let is_wanted = wanted.0.clone();
    let work = threads::blocking(move || {
        let content = make(&|| is_wanted.load(Relaxed));
        drop(turn);
        (content, Some(permit))
    });
    work.await.unwrap_or_else(|reason| {
        let sentence = format!("rendering failed: {reason}");
        (Err(Failure { status: StatusCode::INTERNAL_SERVER_ERROR, sentence }), None)
    })
}

fn head(status: StatusCode, content_type: &str, length: u64, disposition: &str) -> String {
    let date = date::to_http(SystemTime::now());
    format!(
        "HTTP/1.1 {status}\r\nServer: {SERVER}\r\nDate: {date}\r\nConnection: close\r\n\
         Content-Type: {content_type}\r\nContent-Length: {length}\r\n\
         Content-Disposition: {disposition}\r\nCache-Control: no-store\r\n\
         X-Content-Type-Options: nosniff\r\n\r\n"
    )
}

async fn copy(
    socket: &mut (impl AsyncWrite + Unpin),
    mut file: SpooledTempFile,
    stall: Duration,
) -> io::Result<()> {
    loop {
        let read = threads::blocking(move || {
            let mut piece = vec![0; PIECE];
            let n_read = file.read(&mut piece)?;
            piece.truncate(n_read);
            Ok::<_, io::Error>((file, piece))
        });
        let (rest, piece) = read.await.map_err(io::Error::other)??;
        if piece.is_empty() {
            return Ok(());
        }
        write(socket, &piece, stall).await?;
        file = rest;
    }
}

async fn write(
    socket: &mut (impl AsyncWrite + Unpin),
    bytes: &[u8],
    stall: Duration,
) -> io::Result<()> {
    timeout(stall, async {
        socket.write_all(bytes).await?;
        socket.flush().await
    })
    .await?
}

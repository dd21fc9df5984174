//! The threads that write to listeners' sockets after the burst: many sockets, few system calls.
//!
//! The cost of a stream is the kernel's work per write. Each listener therefore gets about a second of
//! audio per write, straight from the ring; its burst covers the wait. A thread polls its listeners
//! ten times a second, writes to those with enough audio available, and never blocks on one: bytes
//! that a socket does not accept now are offered again at the next poll. The socket's send buffer is
//! limited by the code that opened it.

use std::{
    io::{self, IoSlice, Write as _},
    net::{Shutdown, TcpStream},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicUsize, Ordering::Relaxed},
        mpsc::{self, Receiver, RecvTimeoutError, Sender},
    },
    thread,
    time::{Duration, Instant},
};

use bytes::{Buf, Bytes, buf::Chain};

use crate::{
    stream::{
        closings::Closings,
        feed::{Ending, Feed},
    },
    threads::{self, catch_panic},
};

/// Interval of the polls; shorter if `gather` demands it.
const TICK: Duration = Duration::from_millis(100);

/// Chunks per write: about a second of audio, as stations cut it.
pub const CHUNKS_PER_WRITE: u64 = 2;

/// Most threads; each serves some ten thousand listeners.
const MAX_THREADS: usize = 4;

/// The handle of the threads, which end after it is dropped and all streams have ended.
pub struct Fanout {
    threads: Vec<Sender<Stream>>,
    /// Number of sockets assigned so far, round robin.
    n_assigned: AtomicUsize,
    /// When all remaining streams are ended; set at shutdown.
    deadline: Arc<OnceLock<Instant>>,
}

/// A listener's socket and the bytes for it.
struct Stream {
    socket: TcpStream,
    feed: Feed,
    /// Bytes that the socket has not accepted yet.
    pending: Chain<Bytes, Bytes>,
    /// Why the stream ends once they are written.
    ending: Option<Ending>,
    /// When chunks were last taken from the feed.
    taken_at: Instant,
}

/// Why a socket is dropped.
#[derive(Debug, thiserror::Error)]
enum Removal {
    #[error("{0:?}")]
    Ended(Ending),
    #[error("stalled for too long")]
    Stalled,
    #[error("the client closed the connection")]
    Closed,
    #[error("panicked: {0}")]
    Panicked(String),
    #[error(transparent)]
    Disconnected(#[from] io::Error),
}

impl Fanout {
    /// Starts the threads. A listener whose socket stays full for `max_stall` is disconnected; audio
    /// waits at most `gather` for more to be written with it.
    ///
    /// # Errors
    /// Spawning a thread failed, or no descriptor is left.
    pub fn start(max_stall: Duration, gather: Duration) -> io::Result<Self> {
        let n_threads = thread::available_parallelism().map_or(1, usize::from).min(MAX_THREADS);
        let deadline = Arc::new(OnceLock::new());
        let thread = |_| {
            let (sender, arrivals) = mpsc::channel();
            let deadline = deadline.clone();
            let tick = (gather / 4).clamp(Duration::from_millis(1), TICK);
            let closings = Closings::new()?;
            let worker = Worker { arrivals, closings, tick, max_stall, gather, deadline };
            threads::spawn("fanout", move || worker.run()).map_err(io::Error::other)?;
            Ok(sender)
        };
        let threads = (0..n_threads).map(thread).collect::<io::Result<_>>()?;
        Ok(Self { threads, n_assigned: AtomicUsize::new(0), deadline })
    }

    /// Writes `feed` to `socket`, which must be non-blocking, until one of them ends.
    pub fn carry(&self, socket: TcpStream, feed: Feed) {
        let thread = self.n_assigned.fetch_add(1, Relaxed) % self.threads.len();
        let stream =
            Stream { socket, feed, pending: nothing(), ending: None, taken_at: Instant::now() };
        // Can't fail: a thread runs as long as its sender, which `self` holds.
        let _ = self.threads[thread].send(stream);
    }

    /// Ends all streams that are left at `deadline`.
    pub fn end_at(&self, deadline: Instant) {
        // Only the first deadline counts.
        let _ = self.deadline.set(deadline);
    }
}

/// The state of a thread, apart from its streams.
struct Worker {
    arrivals: Receiver<Stream>,
    closings: Closings,
    tick: Duration,
    max_stall: Duration,
    gather: Duration,
    deadline: Arc<OnceLock<Instant>>,
}

impl Worker {
    /// Serves streams until the [`Fanout`] is dropped and every stream has ended.
    fn run(mut self) {
        let mut streams: Vec<Stream> = Vec::new();
        let mut poll_at = Instant::now();
        loop {
            match self.next_arrival(streams.is_empty(), poll_at) {
                Ok(stream) => {
                    self.closings.watch(&stream.socket, stream.feed.client().id);
                    streams.push(stream);
                    continue;
                }
                Err(RecvTimeoutError::Disconnected) if streams.is_empty() => return,
                // `recv_timeout` would return at once, again and again.
                Err(RecvTimeoutError::Disconnected) => thread::sleep(self.tick),
                Err(RecvTimeoutError::Timeout) => {}
            }
            self.poll(&mut streams);
            poll_at = (poll_at + self.tick).max(Instant::now());
        }
    }

    /// The next new stream. Without streams it waits for one; otherwise until the poll at `poll_at`.
    fn next_arrival(&self, is_idle: bool, poll_at: Instant) -> Result<Stream, RecvTimeoutError> {
        if is_idle {
            return self.arrivals.recv().map_err(|_| RecvTimeoutError::Disconnected);
        }
        self.arrivals.recv_timeout(poll_at.saturating_duration_since(Instant::now()))
    }

    /// Serves every stream once and drops those that have ended.
    fn poll(&mut self, streams: &mut Vec<Stream>) {
        let is_late = self.deadline.get().is_some_and(|deadline| *deadline <= Instant::now());
        let is_free_again = streams.len() * 4 < streams.capacity();
        let (closed, max_stall, gather) = (self.closings.look(), self.max_stall, self.gather);
        streams.retain_mut(|stream| {
            // A panic must cost one listener, not all of this thread.
            let served = catch_panic(|| stream.serve(max_stall, gather));
            let removal = match served.unwrap_or_else(|reason| Err(Removal::Panicked(reason))) {
                _ if closed.contains(&stream.feed.client().id) => Removal::Closed,
                Ok(()) if !is_late => return true,
                Ok(()) => Removal::Ended(Ending::Stopped),
                Err(removal) => removal,
            };
            let client = stream.feed.client();
            tracing::debug!("{}: listener {} disconnected: {removal}", client.path(), client.id);
            if let Removal::Ended(_) = removal {
                // An orderly shutdown delivers the bytes that are still in the send buffer.
                let _ = stream.socket.shutdown(Shutdown::Write);
            }
            false
        });
        if is_free_again {
            streams.shrink_to(streams.len() * 2);
        }
    }
}

impl Stream {
    /// Writes the available audio, as far as the socket accepts it.
    fn serve(&mut self, max_stall: Duration, gather: Duration) -> Result<(), Removal> {
        if self.feed.client().is_leaving() {
            return Err(Removal::Ended(Ending::Disconnected));
        }
        while self.refill(gather)? && self.flush(max_stall)? {}
        Ok(())
    }

    /// Takes more audio from the feed once all of the last is written. Returns whether there are bytes
    /// to write.
    fn refill(&mut self, gather: Duration) -> Result<bool, Removal> {
        if self.pending.has_remaining() {
            return Ok(true);
        }
        if self.ending.is_none() {
            self.ending = self.feed.carry_out_orders().err();
        }
        let is_enough = CHUNKS_PER_WRITE <= self.feed.n_waiting();
        if self.ending.is_none() && (is_enough || gather <= self.taken_at.elapsed()) {
            self.pending = self.take().chain(self.take());
        }
        if self.pending.has_remaining() {
            self.taken_at = Instant::now();
            return Ok(true);
        }
        self.ending.map_or(Ok(false), |ending| Err(Removal::Ended(ending)))
    }

    /// Writes as much as the socket accepts. Returns whether everything is written.
    fn flush(&mut self, max_stall: Duration) -> Result<bool, Removal> {
        while self.pending.has_remaining() {
            match self.write() {
                Ok(0) => return Err(io::Error::from(io::ErrorKind::WriteZero).into()),
                Ok(n) => {
                    self.pending.advance(n);
                    self.feed.count_bytes(n);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    let client = self.feed.client();
                    client.set_stalled(true);
                    let is_stalled = max_stall < client.stalled_for();
                    return if is_stalled { Err(Removal::Stalled) } else { Ok(false) };
                }
                Err(error) => return Err(error.into()),
            }
        }
        // Reset only when all of it is written: a listener that accepts a few bytes now and then must
        // still take a second of audio within `max_stall`.
        self.feed.client().set_stalled(false);
        Ok(true)
    }

    /// The next bytes of the feed; empty if there are none or the stream ends.
    fn take(&mut self) -> Bytes {
        if self.ending.is_some() {
            return Bytes::new();
        }
        match self.feed.try_next() {
            Ok(chunk) => chunk.unwrap_or_default(),
            Err(ending) => {
                self.ending = Some(ending);
                Bytes::new()
            }
        }
    }

    fn write(&mut self) -> io::Result<usize> {
        let mut slices = [IoSlice::new(&[]); 2];
        let n = self.pending.chunks_vectored(&mut slices);
        (&self.socket).write_vectored(&slices[..n])
    }
}

fn nothing() -> Chain<Bytes, Bytes> {
    Bytes::new().chain(Bytes::new())
}

//! Many sockets, few system calls: the threads that carry streams once their burst is sent.
//!
//! What a stream costs is the kernel's work for each write, so each listener gets about a second of
//! sound at a time, straight from the ring; the burst that it had first covers the wait. A thread
//! looks at its listeners ten times a second, writes to those for whom enough has come, and never
//! waits for one: what a socket does not take now, it is offered again at the next look. The kernel's
//! buffer for each is bounded by who opened the socket.

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

use crate::stream::feed::{Ending, Feed};

/// How often a thread looks at its listeners, unless it must be quicker to gather as it is told.
const TICK: Duration = Duration::from_millis(100);

/// Chunks in a write: a second of sound, as stations cut it.
pub const CHUNKS_PER_WRITE: u64 = 2;

/// The most threads; one carries some ten thousand listeners.
const MAX_THREADS: usize = 4;

/// The threads.
pub struct Fanout {
    threads: Vec<Sender<Seat>>,
    /// How many sockets were given out so far.
    n_given: AtomicUsize,
    /// When the last stream must have ended, once that is known.
    deadline: Arc<OnceLock<Instant>>,
}

/// A socket that is carried.
struct Seat {
    socket: TcpStream,
    feed: Feed,
    /// What the socket has not taken yet.
    pending: Chain<Bytes, Bytes>,
    /// How the stream ends once that is written.
    ending: Option<Ending>,
    /// When it last had all that there was.
    sated_at: Instant,
    /// Since when it takes nothing, if it does not.
    stuck_since: Option<Instant>,
}

/// Why a socket is no longer carried.
#[derive(Debug, thiserror::Error)]
enum Parting {
    #[error("{0:?}")]
    Ended(Ending),
    #[error("took nothing for too long")]
    Stuck,
    #[error(transparent)]
    Left(#[from] io::Error),
}

impl Fanout {
    /// Threads that cut whoever takes nothing for `max_stall` and let no sound wait for more longer
    /// than `gather`.
    ///
    /// # Errors
    /// The system has no thread left.
    pub fn start(max_stall: Duration, gather: Duration) -> io::Result<Self> {
        let n_threads = thread::available_parallelism().map_or(1, usize::from).min(MAX_THREADS);
        let deadline = Arc::new(OnceLock::new());
        let thread = |_| {
            let (sender, arrivals) = mpsc::channel();
            let deadline = deadline.clone();
            let tick = (gather / 4).clamp(Duration::from_millis(1), TICK);
            let carrier = Carrier { arrivals, tick, max_stall, gather, deadline };
            thread::Builder::new().name("fanout".into()).spawn(move || carrier.run())?;
            Ok(sender)
        };
        let threads = (0..n_threads).map(thread).collect::<io::Result<_>>()?;
        Ok(Self { threads, n_given: AtomicUsize::new(0), deadline })
    }

    /// Carries `feed` to `socket`, which doesn't block, until one of them ends.
    pub fn carry(&self, socket: TcpStream, feed: Feed) {
        let thread = self.n_given.fetch_add(1, Relaxed) % self.threads.len();
        let seat = Seat {
            socket,
            feed,
            pending: nothing(),
            ending: None,
            sated_at: Instant::now(),
            stuck_since: None,
        };
        // A thread ends with its sender, which is ours.
        let _ = self.threads[thread].send(seat);
    }

    /// Ends all streams at `deadline` that have not ended by then.
    pub fn end_at(&self, deadline: Instant) {
        // Only the first one counts.
        let _ = self.deadline.set(deadline);
    }
}

/// What a thread has.
struct Carrier {
    arrivals: Receiver<Seat>,
    tick: Duration,
    max_stall: Duration,
    gather: Duration,
    deadline: Arc<OnceLock<Instant>>,
}

impl Carrier {
    /// Carries until the [`Fanout`] is gone and every stream has ended.
    fn run(self) {
        let mut seats = Vec::new();
        let mut look_at = Instant::now();
        loop {
            match self.next_arrival(seats.is_empty(), look_at) {
                Ok(seat) => {
                    seats.push(seat);
                    continue;
                }
                Err(RecvTimeoutError::Disconnected) if seats.is_empty() => return,
                // `recv_timeout` would come back at once for ever.
                Err(RecvTimeoutError::Disconnected) => thread::sleep(self.tick),
                Err(RecvTimeoutError::Timeout) => {}
            }
            self.look(&mut seats);
            look_at = (look_at + self.tick).max(Instant::now());
        }
    }

    /// The next socket that comes before `look_at`; with nobody to look at there is no hurry.
    fn next_arrival(&self, is_idle: bool, look_at: Instant) -> Result<Seat, RecvTimeoutError> {
        if is_idle {
            return self.arrivals.recv().map_err(|_| RecvTimeoutError::Disconnected);
        }
        self.arrivals.recv_timeout(look_at.saturating_duration_since(Instant::now()))
    }

    fn look(&self, seats: &mut Vec<Seat>) {
        let is_late = self.deadline.get().is_some_and(|deadline| *deadline <= Instant::now());
        let is_free_again = seats.len() * 4 < seats.capacity();
        seats.retain_mut(|seat| {
            let parting = match seat.serve(self.max_stall, self.gather) {
                Ok(()) if !is_late => return true,
                Ok(()) => Parting::Ended(Ending::Stopped),
                Err(parting) => parting,
            };
            let guest = &seat.feed.ticket().guest;
            tracing::debug!("{}: listener {} is gone: {parting}", guest.path(), guest.id);
            if let Parting::Ended(_) = parting {
                // Sent bytes are still on their way; only an end that is announced leaves them whole.
                let _ = seat.socket.shutdown(Shutdown::Write);
            }
            false
        });
        if is_free_again {
            seats.shrink_to(seats.len() * 2);
        }
    }
}

impl Seat {
    /// Writes what has come, as far as the socket takes it.
    fn serve(&mut self, max_stall: Duration, gather: Duration) -> Result<(), Parting> {
        loop {
            if !self.pending.has_remaining() {
                if let Some(ending) = self.ending {
                    return Err(Parting::Ended(ending));
                }
                let is_enough = CHUNKS_PER_WRITE <= self.feed.n_waiting();
                if !is_enough && self.sated_at.elapsed() < gather {
                    return Ok(());
                }
                self.pending = self.take().chain(self.take());
                if !self.pending.has_remaining() && self.ending.is_none() {
                    return Ok(());
                }
                self.sated_at = Instant::now();
                continue;
            }
            match self.write() {
                Ok(0) => return Err(io::Error::from(io::ErrorKind::WriteZero).into()),
                Ok(n) => {
                    self.pending.advance(n);
                    // A few bytes now and then don't count: a second of sound is to go within the time.
                    if !self.pending.has_remaining() {
                        self.stuck_since = None;
                    }
                    self.feed.count_bytes(n);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    let since = *self.stuck_since.get_or_insert_with(Instant::now);
                    return if max_stall < since.elapsed() { Err(Parting::Stuck) } else { Ok(()) };
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// The next chunk; none if there is none or the stream ends.
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

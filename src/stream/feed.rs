//! The byte stream of one listener: chunks from the ring with titles in between, moves between
//! mounts, and the end.

use std::{
    num::NonZeroUsize,
    sync::{Arc, atomic::Ordering::Relaxed},
    time::{Duration, Instant},
};

use bytes::Bytes;

use crate::stream::{
    audience::Permit,
    client::Client,
    icy::Interleaver,
    mount::{Listener, Mount},
    ogg::Chain,
    retitler::Retitler,
    ring::{Chunk, ReadError},
};

/// A listener that lags twice within this time is too slow and is disconnected.
const LAG_WINDOW: Duration = Duration::from_mins(5);

/// A probe that stays for longer than this is a listener.
const PROBE_TIME: Duration = Duration::from_secs(2);

/// The byte stream of one listener.
pub struct Feed {
    listener: Listener,
    permit: Permit,
    metadata: Metadata,
    /// The logical Ogg stream whose header was sent last.
    chain: Option<Arc<Chain>>,
    lagged_at: Option<Instant>,
}

/// How titles are sent to a listener.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Titles {
    /// Not at all, except in the header of an Ogg stream.
    None,
    /// As ICY metadata.
    Icy {
        /// After every this many bytes of audio (`icy-metaint`).
        metaint: NonZeroUsize,
        /// The radio's address, for pictures.
        base_url: Option<Arc<str>>,
    },
    /// In Ogg headers: each title starts a new logical stream.
    Heads,
}

enum Metadata {
    None,
    Icy(Interleaver),
    Heads(Box<Retitler>),
}

/// Why a listener's stream ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The mount ended and has no fallback.
    Ended,
    /// The server is stopping.
    Stopped,
    /// The listener lagged twice in a short time.
    TooSlow,
    /// It was disconnected by an operator, or to make room for another listener.
    Disconnected,
    /// A probe has stayed, and there is no room for another listener.
    Full,
}

impl Feed {
    /// A stream that starts at the position of `listener`.
    pub fn new(listener: Listener, permit: Permit, titles: Titles) -> Self {
        let name = &listener.mount.about.name;
        let metadata = match titles {
            Titles::None => Metadata::None,
            Titles::Icy { metaint, base_url } => {
                Metadata::Icy(Interleaver::new(metaint, name, base_url))
            }
            Titles::Heads => Metadata::Heads(Box::default()),
        };
        Self { listener, permit, metadata, chain: None, lagged_at: None }
    }

    /// The listener as operators see it.
    pub fn client(&self) -> &Client {
        &self.permit.client
    }

    /// Counts `n` more bytes as sent.
    pub fn count_bytes(&self, n: usize) {
        self.permit.client.n_bytes.fetch_add(n as u64, Relaxed);
        self.listener.mount.count_bytes(n);
    }

    /// Number of chunks that can be sent now; `u64::MAX` once the mount has ended, since waiting for
    /// more would be pointless.
    pub fn n_waiting(&self) -> u64 {
        if self.listener.reader.is_over() { u64::MAX } else { self.listener.reader.n_waiting() }
    }

    /// The next bytes if they are available already.
    ///
    /// # Errors
    /// The stream has ended.
    pub fn try_next(&mut self) -> Result<Option<Bytes>, Ending> {
        self.carry_out_orders()?;
        self.count_if_it_stays()?;
        loop {
            match self.listener.reader.try_next() {
                Ok(chunk) => return Ok(chunk.map(|chunk| self.encode(chunk))),
                Err(error) => self.recover(&error)?,
            }
        }
    }

    /// Waits for the next bytes. Cancel safe.
    ///
    /// # Errors
    /// The stream has ended.
    pub async fn next(&mut self) -> Result<Bytes, Ending> {
        loop {
            let client = self.permit.client.clone();
            let next = tokio::select! {
                next = self.listener.reader.next() => next,
                () = client.left() => return Err(Ending::Disconnected),
            };
            self.carry_out_orders()?;
            self.count_if_it_stays()?;
            match next {
                Ok(chunk) => return Ok(self.encode(chunk)),
                Err(error) => self.recover(&error)?,
            }
        }
    }

    /// The bytes of `chunk` for this listener, with titles and header pages.
    fn encode(&mut self, mut chunk: Chunk) -> Bytes {
        let artist = &self.listener.mount.about.name;
        if let Metadata::Heads(retitler) = &mut self.metadata {
            return retitler.convert(&chunk, artist);
        }
        if let Some(audio) = chunk.with_head_if_new(&mut self.chain, artist) {
            chunk.audio = audio;
        }
        if let Metadata::Icy(icy) = &mut self.metadata {
            return icy.interleave(&chunk);
        }
        chunk.audio
    }

    /// Carries out the orders that the listener was given.
    ///
    /// # Errors
    /// It has to leave.
    pub fn carry_out_orders(&mut self) -> Result<(), Ending> {
        let client = &self.permit.client;
        if client.is_leaving() {
            return Err(Ending::Disconnected);
        }
        let destination = client.take_destination();
        // A move within a ring would skip what the listener has not received yet.
        let is_elsewhere = |mount: &Arc<Mount>| !mount.tap.is_same_ring(&self.listener.mount.tap);
        if let Some(mount) = destination.filter(is_elsewhere) {
            self.move_to(&mount);
        }
        Ok(())
    }

    /// Continues at the live edge of `mount`: the player's buffer is full already.
    fn move_to(&mut self, mount: &Arc<Mount>) {
        self.permit.client.moved_to(&mount.about.path);
        self.listener.move_to(mount);
    }

    /// Counts a probe that has stayed.
    fn count_if_it_stays(&mut self) -> Result<(), Ending> {
        if self.permit.is_counted() || self.permit.client.since.elapsed() < PROBE_TIME {
            return Ok(());
        }
        self.permit.count().map_err(|_| Ending::Full)?;
        self.listener.count().then_some(()).ok_or(Ending::Full)
    }

    /// Recovers from `error` if possible. A listener that lags continues at the burst, unless it lagged
    /// a short time ago; one whose mount ended moves to the fallback mount.
    fn recover(&mut self, error: &ReadError) -> Result<(), Ending> {
        match error {
            ReadError::Ended => {
                let fallback = self.listener.mount.fallback().ok_or(Ending::Ended)?;
                self.move_to(&fallback);
                Ok(())
            }
            ReadError::Lagged { .. } => {
                if let Metadata::Heads(retitler) = &mut self.metadata {
                    retitler.reset();
                }
                let before = self.lagged_at.replace(Instant::now());
                let is_too_slow = before.is_some_and(|at| at.elapsed() < LAG_WINDOW);
                if is_too_slow { Err(Ending::TooSlow) } else { Ok(()) }
            }
        }
    }
}

//! What one listener gets next: chunks, with titles between them where they are wanted.

use std::{
    num::NonZeroUsize,
    sync::{Arc, atomic::Ordering::Relaxed},
    time::{Duration, Instant},
};

use bytes::Bytes;

use crate::stream::{
    audience::{Order, Ticket},
    icy::Interleaver,
    mount::Listener,
    ogg::Chain,
    retitled::Retitled,
    ring::{Chunk, ReadError},
};

/// A listener that falls off the ring twice within this time is too slow for the stream.
const PATIENCE: Duration = Duration::from_mins(5);

/// One listener's stream.
pub struct Feed {
    listener: Listener,
    ticket: Ticket,
    weaver: Weaver,
    /// The stream whose head was sent last.
    chain: Option<Arc<Chain>>,
    lagged_at: Option<Instant>,
}

/// How a listener hears of titles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Titles {
    /// Not at all, but for the one that its stream may begin with.
    None,
    /// As ICY has it, each so many bytes.
    Icy(NonZeroUsize),
    /// By the heads of streams of Ogg, one for each title.
    Heads,
}

enum Weaver {
    Plain,
    Icy(Interleaver),
    Heads(Box<Retitled>),
}

/// Why a listener's stream ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The mount did, and none stands in for it.
    Ended,
    /// The server stops.
    Stopped,
    /// The listener fell off the ring twice in a short time.
    TooSlow,
    /// An operator sent it away.
    SentAway,
}

impl Feed {
    /// A stream that begins where `listener` stands.
    pub fn new(listener: Listener, ticket: Ticket, titles: Titles) -> Self {
        let name = &listener.mount.about.name;
        let weaver = match titles {
            Titles::None => Weaver::Plain,
            Titles::Icy(metaint) => Weaver::Icy(Interleaver::new(metaint, name)),
            Titles::Heads => Weaver::Heads(Box::default()),
        };
        Self { listener, ticket, weaver, chain: None, lagged_at: None }
    }

    /// Whose it is.
    pub fn ticket(&self) -> &Ticket {
        &self.ticket
    }

    /// Notes that `n` more bytes were sent.
    pub fn count_bytes(&self, n: usize) {
        self.ticket.guest.n_bytes.fetch_add(n as u64, Relaxed);
        self.listener.mount.count_bytes(n);
    }

    /// How many chunks wait to be taken; as many as can be where there will be no more.
    pub fn n_waiting(&self) -> u64 {
        if self.listener.reader.is_over() { u64::MAX } else { self.listener.reader.n_waiting() }
    }

    /// What comes next, if it is there already.
    ///
    /// # Errors
    /// The stream ends here.
    pub fn try_next(&mut self) -> Result<Option<Bytes>, Ending> {
        self.obey()?;
        loop {
            match self.listener.reader.try_next() {
                Ok(chunk) => return Ok(chunk.map(|chunk| self.weave(chunk))),
                Err(error) => self.bear(&error)?,
            }
        }
    }

    /// What comes next, once it is there. Cancel safe.
    ///
    /// # Errors
    /// The stream ends here.
    pub async fn next(&mut self) -> Result<Bytes, Ending> {
        loop {
            let next = self.listener.reader.next().await;
            self.obey()?;
            match next {
                Ok(chunk) => return Ok(self.weave(chunk)),
                Err(error) => self.bear(&error)?,
            }
        }
    }

    fn weave(&mut self, mut chunk: Chunk) -> Bytes {
        let artist = &self.listener.mount.about.name;
        if let Weaver::Heads(retitled) = &mut self.weaver {
            return retitled.tell(&chunk, artist);
        }
        if let Some(audio) = chunk.begun_after(&mut self.chain, artist) {
            chunk.audio = audio;
        }
        if let Weaver::Icy(icy) = &mut self.weaver {
            return icy.interleave(&chunk);
        }
        chunk.audio
    }

    /// Does what an operator ordered.
    fn obey(&mut self) -> Result<(), Ending> {
        match self.ticket.guest.take_order() {
            None => {}
            Some(Order::Leave) => return Err(Ending::SentAway),
            // From its live edge: the player's buffer is full already.
            Some(Order::Move(mount)) => {
                self.ticket.guest.moved_to(&mount.about.path);
                self.listener = mount.join_live();
            }
        }
        Ok(())
    }

    /// Goes on after `error` where that is possible: one who can't follow is sent on to the burst
    /// once and cut if that happens again soon; one whose mount ended hears what stands in for it.
    fn bear(&mut self, error: &ReadError) -> Result<(), Ending> {
        match error {
            ReadError::Ended => {
                let fallback = self.listener.mount.fallback().ok_or(Ending::Ended)?;
                self.ticket.guest.moved_to(&fallback.about.path);
                self.listener = fallback.join_live();
                Ok(())
            }
            ReadError::Lagged { .. } => {
                if let Weaver::Heads(retitled) = &mut self.weaver {
                    retitled.break_off();
                }
                let before = self.lagged_at.replace(Instant::now());
                let is_too_slow = before.is_some_and(|at| at.elapsed() < PATIENCE);
                if is_too_slow { Err(Ending::TooSlow) } else { Ok(()) }
            }
        }
    }
}

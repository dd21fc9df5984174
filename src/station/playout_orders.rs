//! Orders to a playout, executed between two blocks.

use std::{
    sync::{
        Arc,
        mpsc::{self, Receiver, Sender, SyncSender, TrySendError},
    },
    time::Duration,
};

use crate::{inserts::player::NotStarted, sound::desk::Desk, station::position::Position};

/// Capacity of the queue: over fifty moves a second for a chunk.
const MOST_WAITING: usize = 256;

/// An order to a playout.
#[derive(Debug, Clone, PartialEq)]
pub enum PlayoutOrder {
    /// Moves all faders.
    Desk(Desk),
    /// Moves all faders to `desk`. The mix has the levels and sends of `kept` from bar `from` on, the
    /// composer's number; until then they are added, so no level jumps.
    Keep {
        /// The faders afterwards.
        desk: Desk,
        /// Values in the new mix.
        kept: Desk,
        /// The first bar of the new mix.
        from: u64,
    },
    /// Plays the next recording of this playlist, by its number in radio.toml, at the next beat.
    Jingle(usize),
    /// Shows this title until the music's title changes; none goes back to the music's.
    Title(Option<Arc<str>>),
}

/// Why an order has no effect.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Too many orders wait.
    #[error("too many orders wait for the next block: expected {MOST_WAITING} at most")]
    Full,
    /// The playout has ended, or gave no answer in time.
    #[error("the station does not answer")]
    NoAnswer,
    /// The recording can't start.
    #[error(transparent)]
    Insert(#[from] NotStarted),
}

/// The answer to an order: where in the music it is heard first.
type Answer = Result<Position, Refused>;

/// The sending end. Clones send to the same playout.
#[derive(Clone)]
pub struct OrderSender(SyncSender<(PlayoutOrder, Sender<Answer>)>);

/// The receiving end.
pub struct OrderReceiver(Receiver<(PlayoutOrder, Sender<Answer>)>);

/// An order that is on its way.
pub struct Sent(Receiver<Answer>);

/// A channel for orders.
pub fn orders() -> (OrderSender, OrderReceiver) {
    let (sender, receiver) = mpsc::sync_channel(MOST_WAITING);
    (OrderSender(sender), OrderReceiver(receiver))
}

impl OrderSender {
    /// Sends an order. Orders are executed in the order in which they are sent.
    ///
    /// # Errors
    /// Too many orders wait, or the playout has ended.
    pub fn send(&self, order: PlayoutOrder) -> Result<Sent, Refused> {
        let (sender, answer) = mpsc::channel();
        self.0.try_send((order, sender)).map_err(|error| match error {
            TrySendError::Full(_) => Refused::Full,
            TrySendError::Disconnected(_) => Refused::NoAnswer,
        })?;
        Ok(Sent(answer))
    }
}

impl Sent {
    /// Waits until the order is executed: up to half a second on air, longer before the first bar. Returns
    /// where it is heard first.
    ///
    /// # Errors
    /// It has no effect, or there is no answer within `limit`.
    pub fn wait(self, limit: Duration) -> Answer {
        self.0.recv_timeout(limit).unwrap_or(Err(Refused::NoAnswer))
    }
}

impl OrderReceiver {
    /// Calls `follow` with each order that has arrived.
    pub fn follow(&self, mut follow: impl FnMut(PlayoutOrder) -> Answer) {
        while let Ok((order, sender)) = self.0.try_recv() {
            // Fails if nobody waits for the answer.
            let _ = sender.send(follow(order));
        }
    }
}

//! Moves heard at once: orders to the playout.

use std::time::Duration;

use super::Controls;
use crate::{
    sound::desk::Desk,
    station::{
        playout_orders::{PlayoutOrder, Refused},
        studio::{
            error::MoveError,
            moves::{Move, Receipt},
            request::Answer,
        },
    },
};

/// How long the playout may take to execute an order.
const ORDER_PATIENCE: Duration = Duration::from_secs(3);

impl Controls {
    /// Sends `order` to the playout, heard at once, for `what`.
    ///
    /// # Errors
    /// The order has no effect.
    pub fn order(&self, by: &str, what: &Move, order: PlayoutOrder) -> Answer {
        let threads = self.inner.lock().threads.clone();
        let threads = threads.ok_or_else(|| self.no_answer(Duration::ZERO))?;
        let refused =
            |error: Refused| MoveError::Refused(format!("station {}: {error}", self.name));
        let sent = threads.orders.send(order).map_err(refused)?;
        let place = sent.wait(ORDER_PATIENCE).map_err(refused)?;
        let composed = threads.on_air.borrow().shift.composed(place.bar);
        self.made(by, what, composed, Some(place.step), None);
        Ok(Receipt { bar: None })
    }

    /// Moves the desk to `desk`, as part of a move that is logged elsewhere.
    pub fn set_desk(&self, desk: Desk) {
        if let Some(threads) = &self.inner.lock().threads {
            // If the queue is full, the next move sets all faders.
            let _ = threads.orders.send(PlayoutOrder::Desk(desk));
        }
    }

    /// Moves `kept` to the mix from bar `from` on, the number on air.
    pub fn keep_desk(&self, kept: Desk, from: u64) {
        let from = self.shift().composed(from);
        let inner = self.inner.lock();
        if let Some(threads) = &inner.threads {
            // If the queue is full, the next move sets all faders.
            let order = PlayoutOrder::Keep { desk: inner.hand.desk, kept, from };
            let _ = threads.orders.send(order);
        }
    }
}

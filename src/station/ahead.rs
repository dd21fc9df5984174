//! Bars composed on a thread of their own, for commands that play as fast as they can.

use std::{
    sync::{
        Arc,
        mpsc::{self, Receiver},
    },
    thread,
};

use anyhow::Context as _;

use crate::{compose::composer::Composer, music::bar::Bar};

/// Bars composed ahead of the sound: a phrase.
const BARS_AHEAD: usize = 4;

/// The bars of `composer`, which has no end; it stops when they are dropped.
///
/// # Errors
/// The system has no thread left.
pub fn bars(composer: Composer) -> anyhow::Result<Receiver<Arc<Bar>>> {
    let (sender, bars) = mpsc::sync_channel(BARS_AHEAD);
    let composing = thread::Builder::new().name("compose".into());
    let composing = composing.spawn(move || {
        for bar in composer {
            if sender.send(Arc::new(bar)).is_err() {
                return;
            }
        }
    });
    composing.context("can't start a thread")?;
    Ok(bars)
}

//! Bars composed on another thread, for commands that render faster than real time.

use std::sync::{
    Arc,
    mpsc::{self, Receiver},
};

use crate::{
    compose::phrase::PHRASE_BARS,
    music::bar::Bar,
    threads::{self, SpawnError},
};

/// The bars of `composed`, a phrase ahead. Its thread ends when the receiver is dropped.
///
/// # Errors
/// The thread can't be spawned.
pub fn bars(
    composed: impl Iterator<Item = Bar> + Send + 'static,
) -> Result<Receiver<Arc<Bar>>, SpawnError> {
    let (sender, bars) = mpsc::sync_channel(PHRASE_BARS as usize);
    threads::spawn("compose", move || {
        for bar in composed {
            if sender.send(Arc::new(bar)).is_err() {
                return;
            }
        }
    })?;
    Ok(bars)
}

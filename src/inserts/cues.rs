//! Ready recordings, for a thread that must not wait for a disk.

use std::{
    io,
    sync::mpsc::{self, Receiver, RecvTimeoutError, Sender},
    thread::{self, JoinHandle},
    time::Duration,
};

use crate::inserts::{mix::Item, prefetch::Desk, slots::Rack};

/// How often files are looked after.
const ROUND: Duration = Duration::from_secs(2);

/// What is ready, by the playlists' numbers.
pub enum Cues {
    /// Opened when it is asked for: the same programme on every machine, for whoever can wait.
    AtOnce(Desk),
    /// Opened on a thread of its own.
    Aside(Aside),
}

/// A rack that a thread fills, which ends when this is dropped.
pub struct Aside {
    rack: Rack,
    wake: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Cues {
    /// Leaves `desk` to a thread named after `station`.
    ///
    /// # Errors
    /// The system has no thread left.
    pub fn aside(mut desk: Desk, station: &str) -> io::Result<Self> {
        let rack = desk.rack();
        let (wake, woken) = mpsc::channel();
        let thread = thread::Builder::new().name(format!("cue-{station}"));
        let thread = thread.spawn(move || tend_until_closed(&mut desk, &woken))?;
        Ok(Self::Aside(Aside { rack, wake: Some(wake), thread: Some(thread) }))
    }

    /// The recording of playlist `index`, if one is ready.
    pub fn take(&mut self, index: usize) -> Option<Item> {
        match self {
            Self::AtOnce(desk) => {
                desk.tend();
                desk.rack().take(index)
            }
            Self::Aside(Aside { rack, wake, .. }) => {
                let item = rack.take(index)?;
                if let Some(wake) = wake {
                    // A thread that has ended has nothing to prepare.
                    let _ = wake.send(());
                }
                Some(item)
            }
        }
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        self.wake.take();
        if let Some(thread) = self.thread.take() {
            // A panic there has been told already.
            let _ = thread.join();
        }
    }
}

fn tend_until_closed(desk: &mut Desk, woken: &Receiver<()>) {
    loop {
        desk.tend();
        if woken.recv_timeout(ROUND) == Err(RecvTimeoutError::Disconnected) {
            return;
        }
    }
}

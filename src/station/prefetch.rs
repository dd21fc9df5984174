//! The threads that open a station's inserts ahead of time.

use std::{
    sync::mpsc::{self, Receiver, RecvTimeoutError, Sender},
    time::Duration,
};

use crate::{
    inserts::{mix::Insert, prefetch::Prefetch, slots::Slots, source::InsertSource},
    threads::{SpawnError, Supervisor},
};

/// How often lists and files are checked for changes.
const INTERVAL: Duration = Duration::from_secs(2);

/// Slots that a thread for each list keeps filled, so that neither the renderer nor another list waits for a
/// disk.
///
/// A thread ends after its current refresh once this is dropped. It is not joined: a refresh may have
/// to decode a long recording, or hang with its disk.
pub struct PrefetchThread {
    slots: Slots,
    /// Wakes the thread of each list.
    wake: Vec<Sender<()>>,
}

impl PrefetchThread {
    /// Runs `prefetch` on threads named after `station`, one a list.
    ///
    /// # Errors
    /// Spawning a thread failed.
    pub fn spawn(
        prefetch: Prefetch,
        station: &str,
        supervisor: &Supervisor,
    ) -> Result<Self, SpawnError> {
        let slots = prefetch.slots();
        let start = |mut list: Prefetch| {
            let (wake, woken) = mpsc::channel();
            let work = move || refresh_until_closed(&mut list, &woken);
            supervisor.spawn(format!("prefetch-{station}"), work)?;
            Ok(wake)
        };
        let wake = prefetch.split().into_iter().map(start).collect::<Result<_, _>>()?;
        Ok(Self { slots, wake })
    }
}

impl InsertSource for PrefetchThread {
    fn take(&mut self, index: usize) -> Option<Insert> {
        let insert = self.slots.take(index)?;
        // Fails only at shutdown, when threads end.
        let _ = self.wake.get(index).map(|wake| wake.send(()));
        Some(insert)
    }
}

fn refresh_until_closed(prefetch: &mut Prefetch, woken: &Receiver<()>) {
    loop {
        prefetch.refresh();
        if woken.recv_timeout(INTERVAL) == Err(RecvTimeoutError::Disconnected) {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        fs::{self, File},
        io::BufWriter,
    };

    use super::*;
    use crate::{
        config::{Order, Playlist, When},
        sound::{frame::Block, wav::Wav},
        units::Lufs,
    };

    #[test]
    fn recordings_become_ready_in_order() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.wav", "b.wav"] {
            let file = File::create(folder.path().join(name)).unwrap();
            let mut wav = Wav::new(BufWriter::new(file)).unwrap();
            let block = Block { left: [0.1; 1152], right: [0.1; 1152] };
            (0..26).for_each(|_| wav.push(&block).unwrap());
            wav.finish().unwrap();
        }
        let file = folder.path().join("list.m3u8");
        fs::write(&file, "a.wav\nb.wav\n").unwrap();
        let when = Some(When::EveryMinutes(1.0));
        let rules = [Playlist { when, order: Order::InTurn, ..Playlist::new(file) }];
        let prefetch = Prefetch::new(&rules, Lufs(-16.0), 1);
        let mut source = PrefetchThread::spawn(prefetch, "x", &Supervisor::default()).unwrap();

        let mut titles = Vec::new();
        while titles.len() < 3 {
            titles.extend(source.take(0).map(|insert| insert.title().to_owned()));
            std::thread::yield_now();
        }

        assert_eq!(titles, ["a", "b", "a"]);
    }
}

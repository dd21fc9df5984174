//! The thread that writes stations' state, and the handles that send to it.

use std::{
    collections::{HashMap, VecDeque},
    io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
        mpsc::{self, Receiver, Sender},
    },
    thread::JoinHandle,
};

use tracing::warn;

use crate::{
    compose::{fingerprint::Fingerprint, progress::Progress},
    station::{
        history::PastTitle,
        state::{
            checkpoint::{BarOnAir, Paths},
            titles,
        },
    },
    threads::{SpawnError, Supervisor},
};

/// How often the progress is written: every four phrases, half a minute of most music.
const EVERY_BARS: u64 = 16;

/// A change of a station's state.
pub(super) enum Change {
    /// The radio's seed, and the progress before a phrase that will be on air.
    Phrase(u64, Arc<Progress>),
    /// The bar on air.
    Bar(BarOnAir),
    /// The title that went on air.
    Title(PastTitle),
}

/// A station's name and its change; `None` ends the thread.
pub(super) type Message = Option<(String, Change)>;

/// Sends a station's changes to the thread that writes them; never waits. The default discards them.
#[derive(Clone, Default)]
pub struct StateSender {
    station: String,
    seed: u64,
    changes: Option<Sender<Message>>,
    is_closed: Arc<AtomicBool>,
}

impl StateSender {
    pub(super) fn new(station: &str, seed: u64, changes: Option<Sender<Message>>) -> Self {
        Self { station: station.to_owned(), seed, changes, is_closed: Arc::default() }
    }

    /// The progress before the phrase that was composed last.
    pub fn phrase(&self, progress: Arc<Progress>) {
        self.send(Change::Phrase(self.seed, progress));
    }

    /// The bar on air.
    pub fn bar(&self, place: BarOnAir) {
        self.send(Change::Bar(place));
    }

    /// The title that went on air.
    pub fn title(&self, heard: PastTitle) {
        self.send(Change::Title(heard));
    }

    /// Discards all further changes, here and in clones: a new station of the same name may write.
    pub fn close(&self) {
        self.is_closed.store(true, Relaxed);
    }

    fn send(&self, change: Change) {
        if let Some(changes) = &self.changes
            && !self.is_closed.load(Relaxed)
        {
            // The thread may have ended, with nothing to do about it here.
            let _ = changes.send(Some((self.station.clone(), change)));
        }
    }
}

/// Spawns the thread. It ends on a `None`, or when all senders are dropped.
pub(super) fn start(
    folder: PathBuf,
    supervisor: &Supervisor,
) -> Result<(Sender<Message>, JoinHandle<()>), SpawnError> {
    let (changes, incoming) = mpsc::channel();
    let mut stations = HashMap::new();
    let watched = supervisor.clone();
    let write = move || write_all(&folder, &incoming, &mut stations, &watched);
    let writer = supervisor.spawn("state", write)?;
    Ok((changes, writer))
}

fn write_all(
    folder: &Path,
    changes: &Receiver<Message>,
    stations: &mut HashMap<String, Station>,
    supervisor: &Supervisor,
) {
    let mut is_failing = false;
    while let Ok(Some((name, change))) = changes.recv() {
        let station = stations.entry(name).or_insert_with_key(|name| Station::new(folder, name));
        let busy = supervisor.busy("state");
        let written = station.apply(change);
        drop(busy);
        if let Err(error) = &written
            && !is_failing
        {
            warn!("{}: saved state is stale: writes are failing: {error}", folder.display());
        }
        is_failing = written.is_err();
    }
}

/// A station's files, and its progress that is not written yet.
struct Station {
    checkpoint: Paths,
    titles: PathBuf,
    /// Seed and progress before the phrase on air and before those after it.
    ahead: VecDeque<(u64, Arc<Progress>)>,
    /// Bar and fingerprint of the progress written last.
    written: Option<(u64, Fingerprint)>,
}

impl Station {
    fn new(folder: &Path, name: &str) -> Self {
        Self {
            checkpoint: Paths::new(folder, name),
            titles: titles::path(folder, name),
            ahead: VecDeque::new(),
            written: None,
        }
    }

    fn apply(&mut self, change: Change) -> io::Result<()> {
        match change {
            Change::Phrase(seed, progress) => {
                // After a change of setting, later phrases of the old one never go on air.
                self.ahead.retain(|(_, before)| before.bar < progress.bar);
                self.written = self.written.filter(|(bar, _)| *bar < progress.bar);
                self.ahead.push_back((seed, progress));
                Ok(())
            }
            Change::Bar(place) => {
                self.write_progress(place.composed())?;
                self.checkpoint.write_bar(place)
            }
            Change::Title(heard) => titles::append(&self.titles, &heard),
        }
    }

    /// Writes the progress before the phrase of `bar` if the one written is too old. Bars since the
    /// progress written are quickly composed again after a restart.
    fn write_progress(&mut self, bar: u64) -> io::Result<()> {
        while self.ahead.get(1).is_some_and(|(_, next)| next.bar <= bar) {
            self.ahead.pop_front();
        }
        let Some((seed, progress)) = self.ahead.front() else { return Ok(()) };
        let is_fresh = self.written.is_some_and(|(written, fingerprint)| {
            fingerprint == progress.fingerprint && progress.bar < written + EVERY_BARS
        });
        if bar < progress.bar || is_fresh {
            return Ok(());
        }
        self.checkpoint.write_progress(*seed, progress)?;
        self.written = Some((progress.bar, progress.fingerprint));
        Ok(())
    }
}

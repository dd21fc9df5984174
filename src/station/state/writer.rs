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
    time::{Duration, Instant},
};

use jiff::Timestamp;
use tracing::warn;

use crate::{
    compose::{fingerprint::Fingerprint, liked::LikedPoint},
    station::{
        history::PastTitle,
        likes::LikedPiece,
        state::{
            HAND_VERSION, SavedHand,
            checkpoint::{BarOnAir, Paths},
            file::write,
            hand_path, likes,
            moves::MovesLog,
            titles,
        },
        studio::{
            hand::Hand,
            log::{Line, Moment},
        },
    },
    threads::{SpawnError, Supervisor},
};

/// How often the progress is written: every four phrases, half a minute of most music.
const EVERY_BARS: u64 = 16;

/// Shortest interval between two writes of the changes by hand; later ones are written with the next bar.
const HAND_INTERVAL: Duration = Duration::from_secs(1);

/// A change of a station's state.
pub(super) enum Change {
    /// A phrase that will be on air.
    Phrase(Box<Ahead>),
    /// A line of the log of moves, and the changes by hand after it.
    Moved(Box<Line>, Option<Box<Hand>>),
    /// The bar on air.
    Bar(BarOnAir),
    /// The title that went on air.
    Title(PastTitle),
    /// A like.
    Like(LikedPiece),
}

/// A phrase that is not on air yet.
pub(super) struct Ahead {
    /// The radio's seed.
    seed: u64,
    moment: Moment,
    /// Whether a move or an edit changed its inputs since the phrase before.
    is_changed: bool,
    /// Whether a change in its middle splits the phrase.
    is_split: bool,
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

    /// Sends the inputs of the phrase that was composed last. `is_changed` says that a move or an edit
    /// changed them since the phrase before; `is_split`, that one did so in the middle of the phrase.
    pub fn phrase(&self, moment: Moment, is_changed: bool, is_split: bool) {
        let ahead = Ahead { seed: self.seed, moment, is_changed, is_split };
        self.send(Change::Phrase(Box::new(ahead)));
    }

    /// Logs that the composer started from `moment`, and that its first bar is `bar`.
    pub fn started(&self, bar: u64, moment: Moment) {
        let (at, moment) = (Timestamp::now(), Box::new(moment));
        self.send(Change::Moved(Box::new(Line::Start { at, bar, moment }), None));
    }

    /// Logs that the composer uses the liked `points` from the phrase of `bar` on.
    pub fn liked(&self, bar: u64, points: Vec<LikedPoint>) {
        let at = Timestamp::now();
        self.send(Change::Moved(Box::new(Line::Liked { at, bar, points }), None));
    }

    /// Logs `line`, and saves the changes by `hand` after it.
    pub fn moved(&self, line: Line, hand: Hand) {
        self.send(Change::Moved(Box::new(line), Some(Box::new(hand))));
    }

    /// Saves the bar.
    pub fn bar(&self, place: BarOnAir) {
        self.send(Change::Bar(place));
    }

    /// Saves the title on air.
    pub fn title(&self, heard: PastTitle) {
        self.send(Change::Title(heard));
    }

    /// Records a like.
    pub fn like(&self, liked: LikedPiece) {
        self.send(Change::Like(liked));
    }

    /// Discards all further changes, here and in clones: a new station of the same name may write.
    pub fn close(&self) {
        self.is_closed.store(true, Relaxed);
    }

    fn send(&self, change: Change) {
        if let Some(changes) = &self.changes
            && !self.is_closed.load(Relaxed)
        {
            // Fails only if the thread has ended.
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
    for station in stations.values_mut() {
        if let Err(error) = station.write_hand() {
            warn!("{}: what is changed by hand is not saved: {error}", folder.display());
        }
    }
}

/// A station's files, and its progress that is not written yet.
struct Station {
    checkpoint: Paths,
    titles: PathBuf,
    likes: PathBuf,
    /// Lines in the file of likes; none before the first one is added.
    n_likes: Option<usize>,
    hand: PathBuf,
    moves: MovesLog,
    /// Changes by hand that are not written yet.
    unwritten: Option<Box<Hand>>,
    /// When they were written.
    hand_written: Option<Instant>,
    /// The phrase on air and those after it.
    ahead: VecDeque<Ahead>,
    /// Bar and fingerprint of the progress written last.
    written: Option<(u64, Fingerprint)>,
}

impl Station {
    fn new(folder: &Path, name: &str) -> Self {
        Self {
            checkpoint: Paths::new(folder, name),
            titles: titles::path(folder, name),
            hand: hand_path(folder, name),
            moves: MovesLog::new(folder, name),
            unwritten: None,
            hand_written: None,
            likes: likes::path(folder, name),
            n_likes: None,
            ahead: VecDeque::new(),
            written: None,
        }
    }

    fn apply(&mut self, change: Change) -> io::Result<()> {
        match change {
            Change::Phrase(phrase) => {
                // After a change of setting, later phrases of the old one never go on air.
                let bar = phrase.moment.progress.bar;
                self.ahead.retain(|before| before.moment.progress.bar < bar);
                self.written = self.written.filter(|(written, _)| *written < bar);
                self.ahead.push_back(*phrase);
                Ok(())
            }
            Change::Moved(line, hand) => {
                if hand.is_some() {
                    self.unwritten = hand;
                }
                self.moves.append(&line)?;
                if self.hand_written.is_none_or(|written| HAND_INTERVAL <= written.elapsed()) {
                    self.write_hand()?;
                }
                Ok(())
            }
            Change::Bar(place) => {
                self.write_hand()?;
                self.write_progress(place.composed())?;
                self.checkpoint.write_bar(place)
            }
            Change::Title(heard) => titles::append(&self.titles, &heard),
            Change::Like(liked) => self.like(&liked),
        }
    }

    /// Writes the changes by hand, if there are new ones.
    fn write_hand(&mut self) -> io::Result<()> {
        if let Some(hand) = self.unwritten.take() {
            self.hand_written = Some(Instant::now());
            write(&self.hand, HAND_VERSION, &SavedHand { hand: *hand })?;
        }
        Ok(())
    }

    /// Adds a like to the file, which is compacted once it has grown long.
    fn like(&mut self, liked: &LikedPiece) -> io::Result<()> {
        let n_lines = self.n_likes.unwrap_or_else(|| likes::read(&self.likes).1);
        likes::append(&self.likes, liked)?;
        let is_long = likes::MOST_LINES <= n_lines + 1;
        self.n_likes = Some(if is_long { likes::compact(&self.likes)? } else { n_lines + 1 });
        Ok(())
    }

    /// Writes the progress before the phrase of `bar` if the one written is too old. Bars since the
    /// progress written are quickly composed again after a restart.
    fn write_progress(&mut self, bar: u64) -> io::Result<()> {
        while self.ahead.get(1).is_some_and(|next| next.moment.progress.bar <= bar) {
            self.ahead.pop_front();
        }
        let Some(Ahead { seed, moment, is_changed, is_split }) = self.ahead.front() else {
            return Ok(());
        };
        let progress = &moment.progress;
        if bar < progress.bar {
            return Ok(());
        }
        self.moves.note(moment, *is_split)?;
        let is_fresh = self.written.is_some_and(|(written, fingerprint)| {
            fingerprint == progress.fingerprint
                && progress.bar < written + EVERY_BARS
                && (!is_changed || written == progress.bar)
        });
        if is_fresh {
            return Ok(());
        }
        self.checkpoint.write_progress(*seed, progress)?;
        self.written = Some((progress.bar, progress.fingerprint));
        Ok(())
    }
}

//! The thread that writes down what becomes of stations.

use std::{
    collections::{HashMap, VecDeque},
    fs::{self, File},
    io::{self, BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
        mpsc::{self, Receiver, Sender},
    },
    thread::JoinHandle,
};

use serde::{Deserialize, Serialize};
use tracing::warn;

use crate::{
    compose::progress::Prints,
    station::{
        history::MOST,
        state::{Heard, Place, Snapshot, file::write},
    },
};

/// How often a composer is written: four phrases, half a minute of most music.
const EVERY_BARS: u64 = 16;

/// What there is to write.
pub enum Note {
    /// A station's composer before a phrase that is not on air yet, and the station's seed.
    Phrase(u64, Arc<Snapshot>),
    /// The bar that is on air.
    Bar(Place),
    /// The title that went on air.
    Title(Heard),
}

/// A station's name and its note; none is the end, whoever still has a notebook.
pub type Sent = Option<(String, Note)>;

/// Where a station writes; never waits. The default is thrown away.
#[derive(Clone, Default)]
pub struct Notebook {
    name: String,
    seed: u64,
    notes: Option<Sender<Sent>>,
    is_closed: Arc<AtomicBool>,
}

impl Notebook {
    pub(super) fn new(name: &str, seed: u64, notes: Option<Sender<Sent>>) -> Self {
        Self { name: name.to_owned(), seed, notes, is_closed: Arc::default() }
    }

    /// The composer as it is before a phrase.
    pub fn phrase(&self, snapshot: Arc<Snapshot>) {
        self.send(Note::Phrase(self.seed, snapshot));
    }

    /// The bar that is on air.
    pub fn bar(&self, place: Place) {
        self.send(Note::Bar(place));
    }

    /// The title that went on air.
    pub fn title(&self, heard: Heard) {
        self.send(Note::Title(heard));
    }

    /// Takes nothing more: another station of the name may write by then.
    pub fn close(&self) {
        self.is_closed.store(true, Relaxed);
    }

    fn send(&self, note: Note) {
        if let Some(notes) = &self.notes
            && !self.is_closed.load(Relaxed)
        {
            // A keeper that is gone keeps nothing.
            let _ = notes.send(Some((self.name.clone(), note)));
        }
    }
}

/// Starts the thread; it ends when it is told to, or nobody can send any more.
pub(super) fn start(folder: PathBuf) -> io::Result<(Sender<Sent>, JoinHandle<()>)> {
    let (notes, incoming) = mpsc::channel();
    let keeper = crate::station::state::spawn(move || keep(&folder, &incoming))?;
    Ok((notes, keeper))
}

fn keep(folder: &Path, notes: &Receiver<Sent>) {
    let mut pages: HashMap<String, Page> = HashMap::new();
    let mut is_well = true;
    while let Ok(Some((name, note))) = notes.recv() {
        let page = pages.entry(name.clone()).or_insert_with(|| Page::new(folder, &name));
        let written = page.take(note);
        if let Err(error) = &written
            && is_well
        {
            warn!("{}: {error}; what survives a restart gets old", folder.display());
        }
        is_well = written.is_ok();
    }
}

/// What is known of a station and not written yet.
struct Page {
    snapshot: PathBuf,
    bar: PathBuf,
    history: PathBuf,
    /// Composers before phrases that will be on air, the first one before the one that is.
    ahead: VecDeque<(u64, Arc<Snapshot>)>,
    /// The first bar of the one written, and what it composed by.
    written: Option<(u64, Prints)>,
}

/// A station's file.
#[derive(Serialize)]
struct Saving<'a> {
    seed: u64,
    snapshot: &'a Snapshot,
}

impl Page {
    fn new(folder: &Path, name: &str) -> Self {
        Self {
            snapshot: folder.join(format!("{name}.json")),
            bar: folder.join(format!("{name}.bar.json")),
            history: folder.join(format!("{name}.history.jsonl")),
            ahead: VecDeque::new(),
            written: None,
        }
    }

    fn take(&mut self, note: Note) -> io::Result<()> {
        match note {
            Note::Phrase(seed, snapshot) => {
                // After a turn, what was composed from there on will never be on air.
                self.ahead.retain(|(_, before)| before.bar < snapshot.bar);
                self.written = self.written.filter(|(bar, _)| *bar < snapshot.bar);
                self.ahead.push_back((seed, snapshot));
                Ok(())
            }
            Note::Bar(place) => {
                self.write_snapshot(place.composed())?;
                Ok(write(&self.bar, &place)?)
            }
            Note::Title(heard) => self.append(&heard),
        }
    }

    /// Writes the composer of the phrase that `bar` is in, if the one written is too old: what came
    /// after that is quickly composed again.
    fn write_snapshot(&mut self, bar: u64) -> io::Result<()> {
        while self.ahead.get(1).is_some_and(|(_, next)| next.bar <= bar) {
            self.ahead.pop_front();
        }
        let Some((seed, snapshot)) = self.ahead.front() else { return Ok(()) };
        let is_fresh = self.written.is_some_and(|(written, prints)| {
            prints == snapshot.prints && snapshot.bar < written + EVERY_BARS
        });
        if bar < snapshot.bar || is_fresh {
            return Ok(());
        }
        write(&self.snapshot, &Saving { seed: *seed, snapshot })?;
        self.written = Some((snapshot.bar, snapshot.prints));
        Ok(())
    }

    fn append(&self, Heard { at, title }: &Heard) -> io::Result<()> {
        let mut file = File::options().create(true).append(true).open(&self.history)?;
        let mut line =
            serde_json::to_string(&Line { at: at.to_string(), title: (**title).into() })?;
        line.push('\n');
        file.write_all(line.as_bytes())
    }
}

/// A line of a history.
#[derive(Serialize, Deserialize)]
struct Line {
    at: String,
    title: String,
}

/// The history in the file at `path`; lines that can't be read are left out, which is told once. A file
/// that has grown long is cut to what is remembered.
pub(super) fn read_history(path: &Path) -> Vec<Heard> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Vec::new(),
        Err(error) => {
            warn!("{}: {error}; it is left aside", path.display());
            return Vec::new();
        }
    };
    let lines: Vec<Vec<u8>> = BufReader::new(file).split(b'\n').map_while(Result::ok).collect();
    let understood = |line: &Vec<u8>| {
        let Line { at, title } = serde_json::from_slice(line).ok()?;
        Some(Heard { at: at.parse().ok()?, title: title.into() })
    };
    let heard: Vec<Heard> = lines.iter().filter_map(understood).collect();
    if heard.len() < lines.len() {
        let n = lines.len() - heard.len();
        warn!("{}: {n} lines can't be read; they are left out", path.display());
    }
    let last = heard[heard.len().saturating_sub(MOST)..].to_vec();
    if heard.len() < lines.len() || 2 * MOST < lines.len() {
        let good = lines.iter().filter(|line| understood(line).is_some());
        let kept: Vec<&Vec<u8>> = good.skip(heard.len() - last.len()).collect();
        let text: Vec<u8> = kept.into_iter().flat_map(|line| [&line[..], b"\n"].concat()).collect();
        if let Err(error) = fs::write(path, text) {
            warn!("{}: {error}", path.display());
        }
    }
    last
}

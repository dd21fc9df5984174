//! A station's controls: its hand, and the channels to its threads.

mod accepted;
mod heard_at_once;

use std::{
    collections::VecDeque,
    sync::{Arc, mpsc},
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use tokio::sync::{broadcast, watch};

use crate::{
    compose::composer::Before,
    config::{Macro, Playlist},
    station::{
        bar_queue::BarQueue,
        on_air::OnAir,
        playout_orders::{OrderSender, PlayoutOrder},
        shift::Shift,
        state::StateSender,
        studio::{
            error::MoveError,
            event::Event,
            hand::Hand,
            log::Version,
            moves::Move,
            request::{Answer, Request},
            steps::Steps,
        },
    },
};

/// How long a composer may take to accept a request: it may be composing a phrase.
const PATIENCE: Duration = Duration::from_secs(15);

/// Requests that may wait for the composer.
const MOST_WAITING: usize = 64;

/// The controls of a station. They stay the same when the station restarts with another `SoundFont`.
pub struct Controls {
    /// The station.
    pub name: String,
    /// Held while a move is made: one move at a time.
    pub making: Mutex<()>,
    inner: Mutex<Inner>,
    events: broadcast::Sender<Arc<Event>>,
}

#[derive(Default)]
struct Inner {
    hand: Hand,
    steps: Steps,
    /// When the current or last move was requested.
    asked: Option<Instant>,
    version: Version,
    requests: VecDeque<Request>,
    recent: Vec<Before>,
    /// The values of the last of `recent`.
    recent_version: Version,
    threads: Option<Threads>,
    lists: Vec<String>,
    macros: Vec<Macro>,
}

/// The channels to the threads of a station.
#[derive(Clone)]
pub struct Threads {
    /// The composer's queue.
    pub bars: Arc<BarQueue>,
    /// To the playout.
    pub orders: OrderSender,
    /// From the playout.
    pub on_air: watch::Receiver<Arc<OnAir>>,
    /// To the log.
    pub state_sender: StateSender,
}

impl Controls {
    /// The controls of the station `name`, with its saved `hand`.
    pub fn new(name: &str, hand: Hand, events: broadcast::Sender<Arc<Event>>) -> Self {
        let inner = Mutex::new(Inner { hand, ..Inner::default() });
        Self { name: name.to_owned(), making: Mutex::default(), inner, events }
    }

    /// Connects the controls to a station's threads, and sets the hand's desk.
    pub fn connect(&self, threads: Threads) {
        let desk = self.hand().desk;
        // The playout starts with a neutral desk, and follows orders once it has a bar.
        let _ = threads.orders.send(PlayoutOrder::Desk(desk));
        self.inner.lock().threads = Some(threads);
    }

    /// Records that the current move was requested at `asked`.
    pub fn begin(&self, asked: Instant) {
        self.inner.lock().asked = Some(asked);
    }

    /// All changes by hand.
    pub fn hand(&self) -> Hand {
        self.inner.lock().hand.clone()
    }

    /// The values of the composer's station.
    pub fn version(&self) -> Version {
        self.inner.lock().version.clone()
    }

    /// The insert lists by name: the names of their files without folder and extension.
    pub fn lists(&self) -> Vec<String> {
        self.inner.lock().lists.clone()
    }

    /// Sets the insert lists.
    pub fn set_lists(&self, playlists: &[Playlist]) {
        let name = |list: &Playlist| {
            list.file
                .file_stem()
                .map(|stem| stem.to_string_lossy().into_owned())
                .unwrap_or_default()
        };
        self.inner.lock().lists = playlists.iter().map(name).collect();
    }

    /// The macros of the station's theme.
    pub fn theme_macros(&self) -> Vec<Macro> {
        self.inner.lock().macros.clone()
    }

    /// Sets the macros of the station's theme.
    pub fn set_macros(&self, macros: &[Macro]) {
        self.inner.lock().macros = macros.to_vec();
    }

    /// The index of the insert list `name`.
    ///
    /// # Errors
    /// There is no such list.
    pub fn list(&self, name: &str) -> Result<usize, MoveError> {
        let lists = &self.inner.lock().lists;
        lists.iter().position(|list| list == name).ok_or_else(|| MoveError::Value {
            what: "list".to_owned(),
            expected: match lists.is_empty() {
                true => "an insert list in radio.toml".to_owned(),
                false => format!("one of {}", lists.join(", ")),
            },
            found: name.chars().take(60).collect(),
        })
    }

    /// Dimensions of the trio model's latent space; 0 before the first phrase.
    pub fn n_latent(&self) -> usize {
        self.inner.lock().recent.last().map_or(0, |before| before.setting.n_trio_latent())
    }

    /// Whether a chorale model writes all notes, so that pad and map have no effect.
    pub fn has_hymns(&self) -> bool {
        let inner = self.inner.lock();
        inner.recent.last().is_some_and(|before| before.setting.loaded().chorale.is_some())
    }

    /// Sets the values with which the station starts.
    pub fn set_version(&self, version: Version) {
        self.inner.lock().version = version;
    }

    /// Drops values that radio.toml no longer accepts.
    pub fn forget_values(&self) {
        self.inner.lock().hand.forget_values();
    }

    /// Numbers of steps that can be undone and redone.
    pub fn steps(&self) -> [usize; 2] {
        self.inner.lock().steps.n()
    }

    /// The hand after an undo or a redo.
    pub fn target(&self, what: &Move) -> Option<Hand> {
        let inner = self.inner.lock();
        let target = if *what == Move::Redo { inner.steps.again() } else { inner.steps.back() };
        target.cloned()
    }

    /// The composer's state before each of its last phrases, oldest first.
    pub fn recent(&self) -> Vec<Before> {
        self.inner.lock().recent.clone()
    }

    /// Sends a request to the composer.
    ///
    /// # Errors
    /// The station is not on air, or too many requests wait.
    pub fn send(&self, request: Request) -> Result<(), MoveError> {
        let mut inner = self.inner.lock();
        let threads = inner.threads.clone().filter(|_| inner.requests.len() < MOST_WAITING);
        let threads = threads.ok_or_else(|| self.no_answer(Duration::ZERO))?;
        inner.requests.push_back(request);
        drop(inner);
        threads.bars.interrupt();
        Ok(())
    }

    /// Waits for the answer to a request.
    ///
    /// # Errors
    /// The request's, or no answer in time.
    pub fn wait(&self, answer: &mpsc::Receiver<Answer>) -> Answer {
        answer.recv_timeout(PATIENCE).unwrap_or_else(|_| Err(self.no_answer(PATIENCE)))
    }

    /// Takes the requests.
    pub fn take_requests(&self) -> VecDeque<Request> {
        std::mem::take(&mut self.inner.lock().requests)
    }

    /// Puts back requests that came too late for their bars, ahead of newer ones.
    pub fn put_back(&self, mut requests: VecDeque<Request>) {
        let mut inner = self.inner.lock();
        requests.append(&mut inner.requests);
        inner.requests = requests;
    }

    /// Publishes the composer's state before each of its last phrases; the last one has `version`.
    pub fn publish(&self, recent: Vec<Before>, version: Version) {
        let mut inner = self.inner.lock();
        (inner.recent, inner.recent_version) = (recent, version);
    }

    /// Whether the last state published has all values that were accepted.
    pub fn is_settled(&self) -> bool {
        let inner = self.inner.lock();
        inner.version == inner.recent_version
    }

    /// How far the numbers on air are above the composer's.
    pub fn shift(&self) -> Shift {
        let inner = self.inner.lock();
        inner.threads.as_ref().map_or(Shift::default(), |threads| threads.on_air.borrow().shift)
    }

    fn no_answer(&self, waited: Duration) -> MoveError {
        MoveError::NoAnswer { station: self.name.clone(), seconds: waited.as_secs() }
    }
}

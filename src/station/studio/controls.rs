//! What moves act on: the hand of a station, and the ways to its threads.

use std::{
    collections::VecDeque,
    sync::{Arc, mpsc},
    time::Duration,
};

use jiff::Timestamp;
use parking_lot::Mutex;
use tokio::sync::{broadcast, watch};
use tracing::info;

use crate::{
    compose::{composer::Before, progress::Progress},
    config::Playlist,
    sound::desk::Desk,
    station::{
        bar_queue::BarQueue,
        on_air::OnAir,
        playout_orders::{OrderSender, PlayoutOrder, Refused},
        shift::Shift,
        state::StateSender,
        studio::{
            error::MoveError,
            event::Event,
            hand::Hand,
            log::{Line, Made, Version},
            moves::{Move, Receipt},
            request::{Answer, Request, What},
            steps::Steps,
        },
    },
};

/// How long a composer may take to accept a request: it may be composing a phrase.
const PATIENCE: Duration = Duration::from_secs(15);

/// How long the playout may take to follow an order.
const ORDER_PATIENCE: Duration = Duration::from_secs(3);

/// Requests that may wait for the composer.
const MOST_WAITING: usize = 64;

/// The controls of a station. They stay the same when the station restarts with another `SoundFont`.
pub struct Controls {
    /// The station.
    pub name: String,
    /// Held while a move is made: moves are made one after the other.
    pub making: Mutex<()>,
    inner: Mutex<Inner>,
    events: broadcast::Sender<Arc<Event>>,
}

#[derive(Default)]
struct Inner {
    hand: Hand,
    steps: Steps,
    version: Version,
    requests: VecDeque<Request>,
    recent: Vec<Before>,
    /// The values of the last of them.
    recent_version: Version,
    threads: Option<Threads>,
    lists: Vec<String>,
}

/// The ways to the threads of a station on air.
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
    /// The controls of the station `name`, on which `hand` was changed before.
    pub fn new(name: &str, hand: Hand, events: broadcast::Sender<Arc<Event>>) -> Self {
        let inner = Mutex::new(Inner { hand, ..Inner::default() });
        Self { name: name.to_owned(), making: Mutex::default(), inner, events }
    }

    /// Connects them to a station's threads, and moves the desk to the hand's.
    pub fn connect(&self, threads: Threads) {
        let desk = self.hand().desk;
        // The playout starts with a neutral desk, and follows orders once it has a bar.
        let _ = threads.orders.send(PlayoutOrder::Desk(desk));
        self.inner.lock().threads = Some(threads);
    }

    /// All that is changed by hand.
    pub fn hand(&self) -> Hand {
        self.inner.lock().hand.clone()
    }

    /// The values of the composer's station.
    pub fn version(&self) -> Version {
        self.inner.lock().version.clone()
    }

    /// The insert lists by name: the names of their files without folder and ending.
    pub fn lists(&self) -> Vec<String> {
        self.inner.lock().lists.clone()
    }

    /// Notes the insert lists.
    pub fn set_lists(&self, playlists: &[Playlist]) {
        let name = |list: &Playlist| {
            list.file
                .file_stem()
                .map(|stem| stem.to_string_lossy().into_owned())
                .unwrap_or_default()
        };
        self.inner.lock().lists = playlists.iter().map(name).collect();
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

    /// Forgets the values set by hand, which are now in radio.toml; an undo brings them back.
    pub fn kept(&self) {
        let mut inner = self.inner.lock();
        let before = inner.hand.clone();
        inner.hand.overlay.clear();
        inner.steps.made(before);
        let (hand, version) = (inner.hand.clone(), inner.version.clone());
        let bar = inner.recent.last().map_or(0, |before| before.progress.bar);
        drop(inner);
        self.note(Line::Settings { at: Timestamp::now(), bar, version }, hand);
        self.tell_hand();
    }

    /// Notes the values with which the station starts.
    pub fn set_version(&self, version: Version) {
        self.inner.lock().version = version;
    }

    /// Forgets values that radio.toml does not accept any more.
    pub fn forget_values(&self) {
        self.inner.lock().hand.overlay.clear();
    }

    /// Moves that can be taken back, and that can be made again.
    pub fn steps(&self) -> [usize; 2] {
        self.inner.lock().steps.n()
    }

    /// What an undo leads to, or a redo.
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
    /// The answer, or there is none in time.
    pub fn wait(&self, answer: &mpsc::Receiver<Answer>) -> Answer {
        answer.recv_timeout(PATIENCE).unwrap_or_else(|_| Err(self.no_answer(PATIENCE)))
    }

    /// Has the playout follow `order`, heard at once, because of `what`.
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

    /// Moves the desk to `desk`, as part of a move that is noted elsewhere.
    pub fn set_desk(&self, desk: Desk) {
        if let Some(threads) = &self.inner.lock().threads {
            // Too many orders wait: the next move sets all faders.
            let _ = threads.orders.send(PlayoutOrder::Desk(desk));
        }
    }

    /// Leaves `kept` to the mix from bar `from` on.
    pub fn keep_desk(&self, kept: Desk, from: u64) {
        let inner = self.inner.lock();
        if let Some(threads) = &inner.threads {
            // Too many orders wait: the next move sets all faders.
            let order = PlayoutOrder::Keep { desk: inner.hand.desk, kept, from };
            let _ = threads.orders.send(order);
        }
    }

    /// The requests that wait.
    pub fn take_requests(&self) -> VecDeque<Request> {
        std::mem::take(&mut self.inner.lock().requests)
    }

    /// Returns requests that came too late for their bars; those that came since wait behind them.
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

    /// Notes that the composer has accepted `request` for its bar `bar`, and answers.
    pub fn accepted(&self, request: &Request, bar: u64) {
        if let Some(version) = &request.version {
            self.inner.lock().version.clone_from(version);
        }
        let aired = self.shift().aired(bar);
        match &request.what {
            What::Move(what) => self.made(&request.by, what, bar, None, Some(aired)),
            What::Settings => self.settings_changed(bar),
            What::Adopted(hand, progress) => self.adopted(&request.by, hand, progress, bar),
        }
        if let Some(answer) = &request.answer {
            // Whoever asked may have given up.
            let _ = answer.try_send(Ok(Receipt { bar: Some(aired) }));
        }
    }

    fn made(&self, by: &str, what: &Move, bar: u64, step: Option<f64>, aired: Option<u64>) {
        let mut inner = self.inner.lock();
        let Inner { hand, steps, .. } = &mut *inner;
        match what {
            Move::Undo => steps.undo(hand),
            Move::Redo => steps.redo(hand),
            other => {
                let after = hand.after(other, bar);
                if after != *hand {
                    steps.made(std::mem::replace(hand, after));
                }
            }
        }
        let (hand, what) = (hand.clone(), what.clone());
        let settings = inner.version.settings.clone();
        drop(inner);
        let shown = serde_json::to_string(&what).unwrap_or_default();
        info!(station = self.name, by, bar, "move by hand: {}", cut(&shown));
        let (at, by) = (Timestamp::now(), by.to_owned());
        let made = Made {
            at,
            by: by.clone(),
            bar,
            step,
            what: what.clone(),
            hand: hand.clone(),
            settings,
        };
        self.note(Line::Made(Box::new(made)), hand);
        let station = self.name.clone();
        // Nobody may listen.
        let _ = self.events.send(Arc::new(Event::Moved { station, by, bar: aired, what }));
        self.tell_hand();
    }

    fn settings_changed(&self, bar: u64) {
        let at = Timestamp::now();
        self.note(Line::Settings { at, bar, version: self.version() }, self.hand());
        self.tell_hand();
    }

    fn adopted(&self, by: &str, hand: &Hand, progress: &Progress, bar: u64) {
        let mut inner = self.inner.lock();
        let n_later = bar as i64 - progress.bar as i64;
        let steering = hand.steering.clone().later(n_later);
        let now = Hand { steering, ..hand.clone() };
        let before = std::mem::replace(&mut inner.hand, now.clone());
        inner.steps.made(before);
        let settings = inner.version.settings.clone();
        drop(inner);
        info!(station = self.name, by, bar, "took over a cue");
        let (at, by) = (Timestamp::now(), by.to_owned());
        // As the cue had it: a replay moves it, too.
        let (hand, progress) = (Box::new(hand.clone()), Box::new(progress.clone()));
        self.note(Line::Adopted { at, by, bar, hand, settings, progress }, now);
        self.tell_hand();
    }

    fn note(&self, line: Line, hand: Hand) {
        if let Some(threads) = &self.inner.lock().threads {
            threads.state_sender.moved(line, hand);
        }
    }

    fn tell_hand(&self) {
        let inner = self.inner.lock();
        let [n_undo, n_redo] = inner.steps.n();
        let (station, hand) = (self.name.clone(), Box::new(inner.hand.clone()));
        let _ = self.events.send(Arc::new(Event::Hand { station, hand, n_undo, n_redo }));
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

/// The start of `text`, for the log.
fn cut(text: &str) -> &str {
    const MOST: usize = 300;
    &text[..text.floor_char_boundary(MOST)]
}

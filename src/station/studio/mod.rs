//! The control room: moves by hand on stations on air.
//!
//! A [`moves::Move`] changes a station's [`hand::Hand`]: values in place of radio.toml's, steering of the
//! composer, and the desk. The [`Studio`] checks moves and makes them: values go to the thread `config`
//! ([`orders`]), which opens the station with them; they and steering go to the composer ([`request`]),
//! which says from which bar on they are heard; the desk goes to the playout. The station's
//! [`controls::Controls`] remember the hand and write each move to the [`log`], which [`replay`] composes
//! again note for note.

pub mod anchor_files;
pub mod controls;
pub mod cue;
pub mod dropped;
pub mod error;
pub mod event;
pub mod grid;
pub mod hand;
pub mod hand_made;
pub mod kept_desk;
pub mod lab_error;
pub mod likeness;
pub mod log;
pub mod look;
pub mod looks;
pub mod moves;
pub mod orders;
pub mod replay;
pub mod request;
pub mod steps;
pub mod thread;
pub mod value;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{
        Arc,
        mpsc::{self, Sender, SyncSender},
    },
    time::Duration,
};

use parking_lot::{Mutex, RwLock};
use tokio::sync::broadcast;

use self::{
    controls::Controls,
    error::MoveError,
    event::Event,
    hand::Hand,
    log::Version,
    moves::{Move, Receipt},
    orders::ConfigOrder,
    replay::Replay,
    request::{Request, What},
    value::SettableValue,
};
use crate::{
    compose::{
        change::Change, composer::Composer, progress::Progress, setting::Setting, steering::When,
    },
    station::playout_orders::PlayoutOrder,
};

/// Events that a slow listener may be behind.
const N_EVENTS: usize = 256;

/// How long the thread `config` may take: it opens models.
const PATIENCE: Duration = Duration::from_secs(30);

/// The longest title set by hand, in characters.
const MOST_TITLE: usize = 100;

/// Phrases of a moment that follow the log.
const MOMENT_PHRASES: u64 = 16;

/// The moves on all stations of a radio.
pub struct Studio {
    stations: RwLock<BTreeMap<String, Arc<Controls>>>,
    /// To the thread `config`; none in tests.
    config: Mutex<Option<Sender<ConfigOrder>>>,
    events: broadcast::Sender<Arc<Event>>,
    /// The state folder.
    folder: Option<PathBuf>,
}

/// A composer's state before a phrase: with it, the phrase can be composed again.
#[derive(Clone)]
pub struct Before {
    /// What the phrase is made from.
    pub setting: Setting,
    /// Before the phrase, whose first bar is `progress.bar`.
    pub progress: Arc<Progress>,
}

impl Default for Studio {
    fn default() -> Self {
        Self::new(None, None)
    }
}

impl Studio {
    /// The studio of a radio whose state is in `folder`; `config` leads to the thread `config`.
    pub fn new(folder: Option<PathBuf>, config: Option<Sender<ConfigOrder>>) -> Self {
        let (stations, events) = (RwLock::default(), broadcast::Sender::new(N_EVENTS));
        Self { stations, config: Mutex::new(config), events, folder }
    }

    /// The folder of files that are made in the studio, absolute as their names are.
    pub fn files(&self) -> Option<PathBuf> {
        let folder = self.folder.as_ref()?.join("studio");
        Some(std::path::absolute(&folder).unwrap_or(folder))
    }

    /// The controls of `station`; new ones start with the hand that `saved` gives.
    pub fn enter(&self, station: &str, saved: impl FnOnce() -> Hand) -> Arc<Controls> {
        let mut stations = self.stations.write();
        let enter = || Arc::new(Controls::new(station, saved(), self.events.clone()));
        stations.entry(station.to_owned()).or_insert_with(enter).clone()
    }

    /// Forgets all stations but those that `is_on_air`.
    pub fn leave(&self, is_on_air: impl Fn(&str) -> bool) {
        self.stations.write().retain(|name, _| is_on_air(name));
    }

    /// Makes a move on `station`; waits until the station's threads have taken it, for seconds on a busy
    /// machine. `by` is shown in the log and to other browsers.
    ///
    /// # Errors
    /// The move is not possible; nothing has changed then.
    pub fn make(
        &self,
        station: &str,
        by: &str,
        what: Move,
        when: When,
    ) -> Result<Receipt, MoveError> {
        let controls = self.controls(station)?;
        let _turn = controls.making.lock();
        let hand = controls.hand();
        let changes = match &what {
            Move::Set { .. } | Move::Reset { .. } => {
                let overlay = hand.after(&what, 0).overlay;
                return self.ask_with(&controls, by, What::Move(what), when, overlay, Vec::new());
            }
            Move::KeepDesk { .. } => {
                let sentence = "keep-desk: expected another move; what is kept is kept as a whole";
                return Err(MoveError::Refused(sentence.to_owned()));
            }
            Move::Undo | Move::Redo => return self.step(&controls, by, what, when, &hand),
            Move::Desk { fader, .. } => {
                fader.checked()?;
                let order = PlayoutOrder::Desk(hand.after(&what, 0).desk);
                return controls.order(by, &what, order);
            }
            Move::Jingle { list } => {
                let order = PlayoutOrder::Jingle(controls.list(list)?);
                return controls.order(by, &what, order);
            }
            Move::Title { text } => {
                let order = PlayoutOrder::Title(title(text.as_deref())?);
                return controls.order(by, &what, order);
            }
            Move::Beat { place } => {
                place.check()?;
                Change::Beat(place.clone())
            }
            Move::Line { place } => {
                place.check(controls.n_latent())?;
                Change::Line(place.clone())
            }
            Move::Hold { on } => Change::Hold(*on),
            Move::Order { order } => Change::Order(*order),
        };
        ask(&controls, by, What::Move(what), when, vec![changes])
    }

    /// All that is changed by hand on `station`; nothing for one that is unknown.
    pub fn hand(&self, station: &str) -> Hand {
        self.controls(station).map(|controls| controls.hand()).unwrap_or_default()
    }

    /// Moves on `station` that can be taken back, and that can be made again.
    pub fn steps(&self, station: &str) -> [usize; 2] {
        self.controls(station).map(|controls| controls.steps()).unwrap_or_default()
    }

    /// The insert lists of `station` by name, for [`Move::Jingle`].
    pub fn lists(&self, station: &str) -> Vec<String> {
        self.controls(station).map(|controls| controls.lists()).unwrap_or_default()
    }

    /// The events from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<Event>> {
        self.events.subscribe()
    }

    /// The values that can be set on `station`.
    ///
    /// # Errors
    /// There is no such station.
    pub fn values(&self, station: &str) -> Result<Vec<SettableValue>, MoveError> {
        self.controls(station)?;
        self.asked_of_config(station, |station, answer| ConfigOrder::List { station, answer })
    }

    /// The lines of radio.toml that the values set on `station` would change, with `-` and `+`; empty
    /// without such values.
    ///
    /// # Errors
    /// There is no such station, or radio.toml can't be read.
    pub fn difference(&self, station: &str) -> Result<String, MoveError> {
        self.controls(station)?;
        self.asked_of_config(station, |station, answer| ConfigOrder::Difference { station, answer })
    }

    /// Writes the values set on `station` into radio.toml, and levels and sends of its desk. Waits as
    /// [`Self::make`].
    ///
    /// # Errors
    /// radio.toml can't be written, or there is none.
    pub fn keep(&self, station: &str, by: &str) -> Result<(), MoveError> {
        let controls = self.controls(station)?;
        let _turn = controls.making.lock();
        self.keep_desk(&controls, by)?;
        let by = by.to_owned();
        self.asked_of_config(station, |station, answer| ConfigOrder::Keep { station, by, answer })
    }

    /// Turns levels and sends of the desk into values, from the next phrase on; until then the desk keeps
    /// them, so that nothing jumps.
    fn keep_desk(&self, controls: &Controls, by: &str) -> Result<(), MoveError> {
        let hand = controls.hand();
        let (values, kept) = kept_desk::of(&hand.desk, &self.values(&controls.name)?);
        if values.is_empty() {
            return Ok(());
        }
        let what = Move::KeepDesk { values, kept: kept.into() };
        let overlay = hand.after(&what, 0).overlay;
        let what = What::Move(what);
        let receipt = self.ask_with(controls, by, what, When::Phrase, overlay, Vec::new())?;
        controls.keep_desk(kept, receipt.bar.unwrap_or_default());
        Ok(())
    }

    /// Forgets the values set on `station`. Waits as [`Self::make`].
    ///
    /// # Errors
    /// The station can't play without them.
    pub fn drop_values(&self, station: &str, by: &str) -> Result<Receipt, MoveError> {
        self.make(station, by, Move::Reset { key: None }, When::Phrase)
    }

    /// The composer of `station` before each of its last 16 phrases, oldest first; those not heard yet
    /// included.
    ///
    /// # Errors
    /// There is no such station.
    pub fn recent(&self, station: &str) -> Result<Vec<Before>, MoveError> {
        let recent = self.controls(station)?.recent().into_iter();
        let before = recent
            .map(|before| Before { setting: (*before.setting).clone(), progress: before.progress });
        Ok(before.collect())
    }

    /// What `station` plays once all moves made so far are heard.
    ///
    /// # Errors
    /// There is no such station, or it has composed nothing yet.
    pub fn setting_now(&self, station: &str) -> Result<Setting, MoveError> {
        let controls = self.controls(station)?;
        let last = controls.recent().pop();
        match last.filter(|_| controls.is_settled()) {
            Some(last) => Ok((*last.setting).clone().steered(controls.hand().steering)),
            None => self.setting(station, &controls.hand()),
        }
    }

    /// What `station` would play with `hand`, for a cue.
    ///
    /// # Errors
    /// A value is not possible, or a file that it names can't be used.
    pub fn setting(&self, station: &str, hand: &Hand) -> Result<Setting, MoveError> {
        let controls = self.controls(station)?;
        hand.steering.check(controls.n_latent())?;
        let version = Version { overlay: hand.overlay.clone(), ..controls.version() };
        Ok(self.open(station, version)?.steered(hand.steering.clone()))
    }

    /// Takes over a cue at the next phrase or section: `hand` as the station's, and `progress`, the cue's
    /// before a phrase, as the composer's.
    ///
    /// # Errors
    /// As [`Self::make`].
    pub fn adopt(
        &self,
        station: &str,
        by: &str,
        hand: Hand,
        progress: &Progress,
        when: When,
    ) -> Result<Receipt, MoveError> {
        let controls = self.controls(station)?;
        let _turn = controls.making.lock();
        hand.steering.check(controls.n_latent())?;
        let desk = hand.desk.checked()?;
        let progress = Box::new(progress.clone());
        let changes =
            vec![Change::Steering(hand.steering.clone()), Change::Progress(progress.clone())];
        let before = controls.hand();
        let overlay = hand.overlay.clone();
        let what = What::Adopted(Box::new(hand), progress);
        let receipt = match overlay == before.overlay {
            true => ask(&controls, by, what, when, changes),
            false => self.ask_with(&controls, by, what, when, overlay, changes),
        }?;
        if desk != before.desk {
            controls.set_desk(desk);
        }
        Ok(receipt)
    }

    /// A composer whose next bar is the one that `station` has played, or will, as number `bar` on air. Its
    /// own numbers lack the fallback bars.
    ///
    /// # Errors
    /// The bar is not known any more.
    pub fn moment(&self, station: &str, bar: u64) -> Result<Composer, MoveError> {
        let bar = self.controls(station)?.shift().composed(bar);
        let folder = self.folder.as_deref().ok_or_else(no_folder)?;
        self.replay(folder, station, bar)?.into_composer(MOMENT_PHRASES)
    }

    fn replay(&self, folder: &Path, station: &str, bar: u64) -> Result<Replay<'_>, MoveError> {
        let name = station.to_owned();
        let open = move |version: &Version| self.open(&name, version.clone());
        Replay::from_bar(folder, station, bar, Box::new(open))
    }

    /// Goes back to the hand before the last move, or forward again.
    fn step(
        &self,
        controls: &Controls,
        by: &str,
        what: Move,
        when: When,
        hand: &Hand,
    ) -> Result<Receipt, MoveError> {
        let words = if what == Move::Redo { "make again" } else { "take back" };
        let target = controls.target(&what).ok_or(MoveError::Nothing(words))?;
        let is_heard_at_once = target.overlay == hand.overlay && target.steering == hand.steering;
        if is_heard_at_once {
            return controls.order(by, &what, PlayoutOrder::Desk(target.desk));
        }
        let changes = vec![Change::Steering(target.steering.clone())];
        let receipt = match target.overlay == hand.overlay {
            true => ask(controls, by, What::Move(what), when, changes),
            false => {
                self.ask_with(controls, by, What::Move(what), when, target.overlay.clone(), changes)
            }
        }?;
        if target.desk != hand.desk {
            controls.set_desk(target.desk);
        }
        Ok(receipt)
    }

    /// Asks the thread `config` for the values of `overlay`, and then the composer for changes.
    fn ask_with(
        &self,
        controls: &Controls,
        by: &str,
        what: What,
        when: When,
        overlay: BTreeMap<String, serde_json::Value>,
        changes: Vec<Change>,
    ) -> Result<Receipt, MoveError> {
        let (answer, answered) = mpsc::sync_channel(1);
        let (by, answer) = (by.to_owned(), Some(answer));
        let request = Request { by, what, when, changes, version: None, answer };
        let (station, request) = (controls.name.clone(), Box::new(request));
        self.send(&controls.name, ConfigOrder::Values { station, overlay, request })?;
        controls.wait(&answered)
    }

    fn open(&self, station: &str, version: Version) -> Result<Setting, MoveError> {
        self.asked_of_config(station, |station, answer| ConfigOrder::Open {
            station,
            version,
            answer,
        })
    }

    /// The answer of the thread `config` to an order.
    fn asked_of_config<T>(
        &self,
        station: &str,
        order: impl FnOnce(String, SyncSender<Result<T, MoveError>>) -> ConfigOrder,
    ) -> Result<T, MoveError> {
        let (answer, answered) = mpsc::sync_channel(1);
        self.send(station, order(station.to_owned(), answer))?;
        answered.recv_timeout(PATIENCE).unwrap_or_else(|_| Err(no_answer(station)))
    }

    fn send(&self, station: &str, order: ConfigOrder) -> Result<(), MoveError> {
        let config = self.config.lock();
        let sent = config.as_ref().and_then(|config| config.send(order).ok());
        sent.ok_or_else(|| no_answer(station))
    }

    fn controls(&self, station: &str) -> Result<Arc<Controls>, MoveError> {
        let stations = self.stations.read();
        stations.get(station).cloned().ok_or_else(|| MoveError::Station {
            expected: stations.keys().cloned().collect::<Vec<_>>().join(", "),
            found: station.chars().take(60).collect(),
        })
    }
}

/// Asks the composer for changes.
fn ask(
    controls: &Controls,
    by: &str,
    what: What,
    when: When,
    changes: Vec<Change>,
) -> Result<Receipt, MoveError> {
    let (answer, answered) = mpsc::sync_channel(1);
    let (by, answer) = (by.to_owned(), Some(answer));
    controls.send(Request { by, what, when, changes, version: None, answer })?;
    controls.wait(&answered)
}

fn no_answer(station: &str) -> MoveError {
    MoveError::NoAnswer { station: station.to_owned(), seconds: PATIENCE.as_secs() }
}

fn no_folder() -> MoveError {
    MoveError::Refused("state: expected a folder in radio.toml, found none".to_owned())
}

/// A title set by hand, if it can be shown.
fn title(text: Option<&str>) -> Result<Option<Arc<str>>, MoveError> {
    let Some(text) = text else { return Ok(None) };
    let is_line =
        (1..=MOST_TITLE).contains(&text.chars().count()) && !text.contains(char::is_control);
    let expected = format!("1 to {MOST_TITLE} characters on one line");
    let found = || text.chars().take(60).collect();
    let refused = || MoveError::Value { what: "title".to_owned(), expected, found: found() };
    is_line.then(|| Some(text.into())).ok_or_else(refused)
}

#[cfg(test)]
mod tests;

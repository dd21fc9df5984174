//! The cue: music that is not on air, for one listener.
//!
//! A separate station composes from the progress of the station on air, with other settings, and plays on its
//! own mount with an unguessable path. It keeps the progress before each of its phrases, so that the station
//! on air can take over from any of them, with the same notes.

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

use parking_lot::Mutex;

use crate::{
    compose::{
        composer::{Before, Composer},
        phrase::PHRASE_BARS,
        progress::Progress,
        setting::Setting,
        steering::Order,
    },
    music::bar::Bar,
    sound::part_fonts::PartFonts,
    station::{
        bar_queue::BarQueue,
        composing::Source,
        live::LiveStation,
        mounts::Buffering,
        playout_orders::PlayoutOrder,
        renderer_setup::RendererSetup,
        studio::{hand::Hand, lab_error::LabError},
    },
    stream::{
        coding::Coding,
        mount::{About, Mount, Rules},
    },
};

/// A cue without a listener ends after this.
const UNHEARD: Duration = Duration::from_mins(1);

/// A cue ends after this in any case.
const LONGEST: Duration = Duration::from_mins(10);

/// Phrases whose progress is kept: ten minutes at 300 bpm, and what is composed ahead.
const MOST_PHRASES: usize = 220;

/// Listeners of a cue: the page that asked for it, and its next connection while the last one ends.
const MOST_LISTENERS: usize = 4;

/// Three seconds of sound at once, for a fast start. Its listener may fall a minute behind.
const BUFFERING: Buffering = Buffering { burst_bytes: 48_000, lag_seconds: 60 };

/// What a cue plays.
pub struct CueStart {
    /// The name of the station on air.
    pub station: String,
    /// The station on air with the cue's moves.
    pub setting: Setting,
    /// All changes by hand in it.
    pub hand: Hand,
    /// The progress before the cue's first phrase.
    pub progress: Arc<Progress>,
    /// Orders for that phrase.
    pub orders: Vec<Order>,
    /// The SoundFonts of the setting's station.
    pub fonts: PartFonts,
}

/// What the station on air takes over from a cue.
#[derive(Clone)]
pub struct Taken {
    /// The name of the station on air.
    pub station: String,
    /// The setting of its bars.
    pub setting: Setting,
    /// All changes by hand in it.
    pub hand: Hand,
    /// The progress before its first phrase.
    pub progress: Arc<Progress>,
}

/// The cue of a radio: at most one.
#[derive(Default)]
pub struct Cues {
    playing: Option<Cue>,
    /// Its mount, for the web.
    mount: CueMount,
}

/// The mount of the cue, if there is one; clones share it.
#[derive(Clone, Default)]
pub struct CueMount(Arc<Mutex<Option<Arc<Mount>>>>);

/// A cue that plays.
struct Cue {
    live: LiveStation,
    station: String,
    setting: Setting,
    hand: Hand,
    has_fill: bool,
    phrases: Arc<Mutex<VecDeque<Arc<Progress>>>>,
    began: Instant,
    heard: Instant,
}

/// A composer that keeps the progress before each of its phrases.
struct CueSource {
    composer: Composer,
    phrases: Arc<Mutex<VecDeque<Arc<Progress>>>>,
}

impl CueMount {
    /// The mount if its path is `path`.
    pub fn at(&self, path: &str) -> Option<Arc<Mount>> {
        self.0.lock().clone().filter(|mount| mount.about.path == path)
    }
}

impl Cues {
    /// Starts a cue in place of the one before, and returns the path of its mount.
    ///
    /// # Errors
    /// The synthesizer can't be built, or spawning a thread failed.
    pub fn start(&mut self, start: CueStart) -> Result<String, LabError> {
        self.end();
        let CueStart { station, setting, hand, progress, orders, fonts } = start;
        let composer = composer(&setting, &ordered(&setting, &progress, &orders));
        let first = composer.before().progress.clone();
        let phrases = Arc::new(Mutex::new(VecDeque::from([first])));
        let setup = RendererSetup::new(fonts, composer.mix());
        let source = CueSource { composer, phrases: phrases.clone() };
        let path = format!("/studio/cue/{:032x}.mp3", rand::random::<u128>());
        let places = vec![place(&setting, &path)];
        let live = LiveStation::play("cue", source, setup, places, BUFFERING)?;
        // Fails only if the playout has ended: then nothing plays.
        let _ = live.orders.send(PlayoutOrder::Desk(hand.desk));
        *self.mount.0.lock() = live.mounts.first().cloned();
        let now = Instant::now();
        let has_fill = orders.contains(&Order::Fill);
        let (began, heard) = (now, now);
        self.playing = Some(Cue { live, station, setting, hand, has_fill, phrases, began, heard });
        Ok(path)
    }

    /// The mount of the current cue, for the web.
    pub fn mount(&self) -> CueMount {
        self.mount.clone()
    }

    /// Whether it is empty.
    pub fn is_empty(&self) -> bool {
        self.playing.is_none()
    }

    /// The state for the station on air to continue as the cue from the first phrase on that starts at bar
    /// `from` or later, and with `at_section` also starts a section. An ordered fill sounds once more in the
    /// first bar, since its own bar is over in the cue.
    ///
    /// # Errors
    /// There is no cue of `station`, or it starts too late.
    pub fn take(&self, station: &str, from: u64, at_section: bool) -> Result<Taken, LabError> {
        let cue = self.playing.as_ref().filter(|cue| cue.station == station);
        let cue = cue.ok_or(LabError::NoCue)?;
        let phrases: Vec<_> = cue.phrases.lock().iter().cloned().collect();
        let progress = before(&cue.setting, &phrases, from, at_section)?;
        let fill: &[Order] = if cue.has_fill { &[Order::Fill] } else { &[] };
        let progress = Arc::new(ordered(&cue.setting, &progress, fill));
        let (setting, hand) = (cue.setting.clone(), cue.hand.clone());
        Ok(Taken { station: station.to_owned(), setting, hand, progress })
    }

    /// Stops the cue.
    ///
    /// # Errors
    /// There is none.
    pub fn stop(&mut self) -> Result<(), LabError> {
        if self.is_empty() {
            return Err(LabError::NoCue);
        }
        self.end();
        Ok(())
    }

    /// Ends a cue that has had no listener for a minute, or that is ten minutes old.
    pub fn end_unheard(&mut self, now: Instant) {
        let Some(cue) = &mut self.playing else { return };
        if cue.live.mounts.iter().any(|mount| 0 < mount.listeners()) {
            cue.heard = now;
        }
        if UNHEARD < now.duration_since(cue.heard) || LONGEST < now.duration_since(cue.began) {
            self.end();
        }
    }

    fn end(&mut self) {
        self.mount.0.lock().take();
        self.playing = None;
    }
}

/// A composer of `setting` that continues from `progress`, which may belong to another setting.
fn composer(setting: &Setting, progress: &Progress) -> Composer {
    let mut progress = progress.clone();
    progress.change_setting(setting);
    Composer::at(Before { setting: Arc::new(setting.clone()), progress: Arc::new(progress) })
}

/// `progress`, which may belong to another setting, with `orders` to its next phrase and to its first bar.
fn ordered(setting: &Setting, progress: &Progress, orders: &[Order]) -> Progress {
    let mut progress = progress.clone();
    progress.change_setting(setting);
    let bar = progress.bar;
    for order in orders {
        progress.obey(setting, *order, bar);
    }
    progress
}

/// The progress before the first phrase at bar `from` or later, of a cue of `setting` that has composed
/// `phrases`. If the cue has not got so far, its next phrases, the same ones, are composed here.
fn before(
    setting: &Setting,
    phrases: &[Arc<Progress>],
    from: u64,
    at_section: bool,
) -> Result<Arc<Progress>, LabError> {
    let first = phrases.first().map_or(0, |first| first.bar);
    let Some(last) = phrases.last().filter(|_| first <= from.next_multiple_of(PHRASE_BARS)) else {
        let expected = format!("{first} or later, where the cue starts");
        return Err(LabError::value("bar", &expected, from));
    };
    let is_due =
        |progress: &Progress| from <= progress.bar && (!at_section || progress.starts_section());
    if let Some(found) = phrases.iter().find(|progress| is_due(progress)) {
        return Ok(found.clone());
    }
    let mut composer = composer(setting, last);
    for _ in 0..MOST_PHRASES {
        composer.by_ref().take(PHRASE_BARS as usize).for_each(drop);
        let after = composer.after();
        if is_due(after) {
            return Ok(after.clone());
        }
    }
    Err(LabError::value("bar", "one within the next sections", from))
}

impl Source for CueSource {
    fn next_bar(&mut self) -> Bar {
        let bar = self.composer.next().expect("a composer never ends");
        if bar.number.is_multiple_of(PHRASE_BARS) {
            let mut phrases = self.phrases.lock();
            let before = &self.composer.before().progress;
            // The first one is stored at the start.
            if phrases.back().is_none_or(|last| last.bar < before.bar) {
                phrases.push_back(before.clone());
            }
            if MOST_PHRASES < phrases.len() {
                phrases.pop_front();
            }
        }
        bar
    }

    /// No change is pending: the refused bar is due again.
    fn interrupted(&mut self, bars: &BarQueue, refused: u64) {
        bars.resume(refused);
        self.composer.go_back(refused);
    }

    fn recover(&mut self, nth: u32) {
        self.composer.recover(nth);
    }
}

/// The mount of a cue at `path`: MP3 at the station's bitrate.
fn place(setting: &Setting, path: &str) -> (About, Rules) {
    let station = setting.station();
    let coding = station.main().coding.mp3().map_or(Coding::default(), Coding::Mp3);
    let about = About {
        path: path.to_owned(),
        name: format!("{} (cue)", station.title),
        description: String::new(),
        genre: String::new(),
        coding,
        public: false,
    };
    (about, Rules { max_listeners: Some(MOST_LISTENERS), fallback: None })
}

#[cfg(test)]
mod tests;

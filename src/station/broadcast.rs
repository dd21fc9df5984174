//! A station on air: its two threads, and the handle that ends them.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{self, Sender},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use rustysynth::SoundFont;
use tokio::sync::watch;
use tracing::{error, warn};

use crate::{
    compose::{composer::Composer, loaded_theme::Repertoire},
    config::{self, Station},
    inserts::{cues::Cues, local_time::Wall, player::Guests, prefetch::Desk},
    station::{
        Error,
        bar_queue::BarQueue,
        composing::{Source, compose_until_closed},
        encoders::{Outlets, Wanted},
        history::History,
        on_air::OnAir,
        orders::{Ordered, Orders},
        playout::Air,
        stage::Stage,
        state::{Notebook, Place, State},
    },
    stream::{
        coding::Coding,
        mount::{About, Mount, Rules},
        ring::{RingLimits, ring},
    },
};

/// Music composed ahead.
const AHEAD: Duration = Duration::from_secs(32);

/// However short the burst, a bar is waited for so long before others are played for it: the same seed
/// shall give the same programme on a slow machine, too.
const LEAST_PATIENCE: Duration = Duration::from_secs(1);

/// However long the burst: a clock that is later than this and a little more starts anew.
const MOST_PATIENCE: Duration = Duration::from_secs(4);

/// A station that plays until it is dropped; listeners then hear what is left and a clean end.
///
/// Only the renderer is waited for then. The composer may be in the middle of a phrase, which takes
/// seconds on a busy machine and which nobody will hear: it ends by itself at its next bar.
pub struct Broadcast {
    /// Its name in URLs.
    pub name: String,
    /// Where it is heard: at least one mount, the first the main one.
    pub mounts: Vec<Arc<Mount>>,
    /// What it plays.
    pub on_air: watch::Receiver<Arc<OnAir>>,
    /// What it has played.
    pub history: Arc<History>,
    reserve: Reserve,
    changes: Sender<Vec<Wanted>>,
    bars: Arc<BarQueue>,
    orders: Orders,
    guests: Option<Arc<Mutex<Guests>>>,
    notebook: Notebook,
    seed: u64,
    /// Never used to send: closing it is the order to stop.
    stop: Option<Sender<()>>,
    renderer: Option<JoinHandle<()>>,
}

/// How much sound a mount has in hand for its listeners.
#[derive(Debug, Clone, Copy)]
pub struct Reserve {
    /// Bytes that a new listener gets at once.
    pub burst_bytes: usize,
    /// Seconds that a slow one may fall behind beyond that.
    pub lag_seconds: usize,
}

impl Reserve {
    /// How long the burst of a mount sounds.
    fn burst(self, coding: Coding) -> Duration {
        Duration::from_secs_f64(self.burst_bytes as f64 / coding.bytes_per_second() as f64)
    }
}

/// What a station goes on from and leaves behind.
#[derive(Default)]
struct Memoir {
    history: History,
    notebook: Notebook,
    stood_in: u64,
}

impl Broadcast {
    /// Goes on air with a programme drawn from `seed`, played through `font`: from where `kept` has
    /// it, or from its beginning.
    ///
    /// # Errors
    /// The synthesizer can't start, or the system has no thread left.
    pub fn start(
        station: &Station,
        font: &Arc<SoundFont>,
        repertoire: Repertoire,
        seed: u64,
        reserve: Reserve,
        kept: &State,
    ) -> Result<Self, Error> {
        let saved = kept.station(&station.name, seed);
        let place = saved.as_ref().and_then(|saved| saved.place);
        let stood_in = place.map_or(0, |place| place.stood_in);
        let composer = match saved {
            Some(saved) => {
                let last = place.map(Place::composed);
                Composer::resume(station, repertoire, seed, saved.progress, last)
            }
            None => Composer::with(station, repertoire, seed),
        };
        let cues = Cues::aside(Desk::of(station, seed), &station.name)?;
        let guests = Arc::new(Mutex::new(Guests::new(&station.playlists, cues)));
        let stage = Stage::new(font, composer.mix()).with_guests(guests.clone(), Wall::now);
        let orders = Orders::default();
        let notebook = kept.notebook(&station.name, seed);
        let source = Ordered::new(composer, orders.clone(), notebook.clone());
        let memoir = Memoir { history: kept.history(&station.name), notebook, stood_in };
        let places = places(station);
        let mut broadcast = Self::play_on(&station.name, source, stage, places, reserve, memoir)?;
        (broadcast.orders, broadcast.guests, broadcast.seed) = (orders, Some(guests), seed);
        Ok(broadcast)
    }

    /// Goes on air under `name` with whatever `source` gives, on mounts at `places`.
    ///
    /// # Errors
    /// The synthesizer can't start, or the system has no thread left.
    pub fn play(
        name: &str,
        source: impl Source,
        stage: Stage,
        places: Vec<(About, Rules)>,
        reserve: Reserve,
    ) -> Result<Self, Error> {
        Self::play_on(name, source, stage, places, reserve, Memoir::default())
    }

    fn play_on(
        name: &str,
        source: impl Source,
        stage: Stage,
        places: Vec<(About, Rules)>,
        reserve: Reserve,
        memoir: Memoir,
    ) -> Result<Self, Error> {
        let (telling, on_air) = watch::channel(Arc::new(OnAir::default()));
        let (stop, stopped) = mpsc::channel();
        let (changes, wanted) = mpsc::channel();
        let bars = Arc::new(BarQueue::new(AHEAD));
        let bursts = places.iter().map(|(about, _)| reserve.burst(about.coding));
        let shortest = bursts.clone().min().unwrap_or_default();
        let history = Arc::new(memoir.history);
        let air = Air {
            station: name.to_owned(),
            renderer: stage.renderer()?,
            stage,
            bars: bars.clone(),
            patience: (shortest / 2).clamp(LEAST_PATIENCE, MOST_PATIENCE),
            outlets: Outlets::new(name, wanted),
            stopped,
            telling,
            history: history.clone(),
            notebook: memoir.notebook.clone(),
            stood_in: memoir.stood_in,
            // A burst's worth of sound is due at once, so that the first listener need not wait for it.
            lead: bursts.max().unwrap_or_default(),
        };
        let mut broadcast = Self {
            name: name.to_owned(),
            mounts: Vec::new(),
            on_air,
            history,
            reserve,
            changes,
            bars: bars.clone(),
            orders: Orders::default(),
            guests: None,
            notebook: memoir.notebook,
            seed: 0,
            stop: Some(stop),
            renderer: None,
        };
        broadcast.take_places(places);
        let compose = thread::Builder::new().name(format!("compose-{name}"));
        let station = name.to_owned();
        let composing = move || compose_until_closed(&station, source, &bars);
        compose.spawn(composing)?;
        let render = thread::Builder::new().name(format!("render-{name}"));
        broadcast.renderer = Some(render.spawn(move || air.run())?);
        Ok(broadcast)
    }

    /// Plays what `station` says from the next phrase on, with what it needs opened already. Mounts
    /// come, go and change at the next chunk; those that stay are not disturbed.
    pub fn turn_to(&mut self, station: Station, repertoire: Repertoire) {
        if let Some(guests) = &self.guests {
            match Cues::aside(Desk::of(&station, self.seed), &station.name) {
                Ok(cues) => {
                    let mut guests = guests.lock().unwrap_or_else(PoisonError::into_inner);
                    let old = guests.turn_to(&station.playlists, cues);
                    drop(guests);
                    drop(old);
                }
                Err(error) => {
                    warn!(station = self.name, "its playlists stay as they were: {error}");
                }
            }
        }
        self.take_places(places(&station));
        self.compose(station, repertoire);
    }

    /// Has what `station` says composed from the next phrase on, with what it needs opened already.
    pub fn compose(&self, station: Station, repertoire: Repertoire) {
        self.orders.give(station, repertoire);
        self.bars.interrupt();
    }

    /// Tells of itself what `station` says, and plays on.
    pub fn tell_of(&mut self, station: &Station) {
        self.take_places(places(station));
    }

    /// Orders it to end, without waiting for that.
    pub fn stop(&mut self) {
        self.stop.take();
        self.bars.close();
        self.notebook.close();
    }

    fn take_places(&mut self, places: Vec<(About, Rules)>) {
        let (mut mounts, mut wanted) = (Vec::new(), Vec::new());
        for (about, rules) in places {
            let (path, coding) = (about.path.clone(), about.coding);
            let Reserve { burst_bytes: burst, lag_seconds } = self.reserve;
            let keep = burst + lag_seconds * coding.bytes_per_second();
            let old = self.mounts.iter().find(|mount| mount.about.path == path);
            let (mount, writer) = if let Some(old) = old {
                (old.told_as(about), None)
            } else {
                let (writer, tap) = ring(RingLimits { burst, keep });
                (Mount::new(about, tap), Some(writer))
            };
            mounts.push(Arc::new(mount.with_rules(rules)));
            wanted.push(Wanted { path, coding, keep, writer });
        }
        self.mounts = mounts;
        // Who is not on air any more needs no mounts.
        let _ = self.changes.send(wanted);
    }
}

fn places(station: &Station) -> Vec<(About, Rules)> {
    let place = |mount: &config::Mount| {
        let about = About {
            path: mount.path.clone(),
            name: station.title.clone(),
            description: station.description.clone(),
            genre: station.genre.clone(),
            coding: mount.coding,
            public: station.public,
        };
        let config::Mount { max_listeners, fallback, .. } = mount.clone();
        (about, Rules { max_listeners, fallback })
    };
    station.mounts.iter().map(place).collect()
}

impl Drop for Broadcast {
    fn drop(&mut self) {
        self.stop();
        if self.renderer.take().is_some_and(|renderer| renderer.join().is_err()) {
            error!(station = self.name, "its renderer panicked");
        }
    }
}

#[cfg(test)]
mod tests;

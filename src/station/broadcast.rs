//! A station on air: its two threads, and the handle that ends them.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{self, Receiver, RecvTimeoutError, Sender},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use rustysynth::SoundFont;
use tokio::sync::watch;
use tracing::{error, warn};

use super::{
    Error,
    bar_queue::{BarQueue, Pushed},
    composer::Composer,
    cues::Cues,
    desk::Desk,
    guests::Guests,
    on_air::OnAir,
    pacer::Pacer,
    phrase::PHRASE_BARS,
    renderer::Renderer,
    repertoire::Repertoire,
    supply::Supply,
    wall::Wall,
};
use crate::{
    config::Station,
    music::bar::Bar,
    stream::{
        mount::{About, Mount},
        ring::{RingLimits, Writer, ring},
    },
};

/// Music composed ahead.
const AHEAD: Duration = Duration::from_secs(32);

/// Seconds of sound kept for slow listeners, beyond the burst.
const KEPT_SECONDS: usize = 20;

/// How long the first bar may take.
const FIRST_PATIENCE: Duration = Duration::from_hours(1);

/// However short the burst, a bar is waited for so long before others are played for it: the same seed
/// shall give the same programme on a slow machine, too.
const LEAST_PATIENCE: Duration = Duration::from_secs(1);

/// However long the burst: a clock that is later than this and a little more starts anew.
const MOST_PATIENCE: Duration = Duration::from_secs(4);

/// A station that plays until it is dropped; listeners then hear what is left and a clean end.
pub struct Broadcast {
    /// Its name in URLs.
    pub name: String,
    /// Where it is heard.
    pub mount: Arc<Mount>,
    /// What it plays.
    pub on_air: watch::Receiver<Arc<OnAir>>,
    bars: Arc<BarQueue>,
    orders: Orders,
    guests: Option<Arc<Mutex<Guests>>>,
    seed: u64,
    /// Never used to send: closing it is the order to stop.
    stop: Option<Sender<()>>,
    threads: Vec<JoinHandle<()>>,
}

impl Broadcast {
    /// Goes on air with a programme drawn from `seed`, played through `font`.
    ///
    /// # Errors
    /// The synthesizer or the encoder can't start, or the system has no thread left.
    pub fn start(
        station: &Station,
        font: &Arc<SoundFont>,
        repertoire: Repertoire,
        seed: u64,
        burst_bytes: usize,
    ) -> Result<Self, Error> {
        let composer = Composer::with(station, repertoire, seed);
        let cues = Cues::aside(Desk::of(station, seed), &station.name)?;
        let guests = Arc::new(Mutex::new(Guests::new(&station.playlists, cues)));
        let renderer = Renderer::new(font, composer.mix(), station.bitrate)?;
        let renderer = renderer.with_guests(guests.clone(), Some(Wall::now));
        let about = about(station);
        let orders = Orders::default();
        let source = Ordered { composer, orders: orders.clone() };
        let mut broadcast = Self::play(&station.name, source, renderer, about, burst_bytes)?;
        (broadcast.orders, broadcast.guests, broadcast.seed) = (orders, Some(guests), seed);
        Ok(broadcast)
    }

    /// Goes on air under `name` with whatever `source` gives.
    ///
    /// # Errors
    /// The system has no thread left.
    pub fn play(
        name: &str,
        source: impl Source,
        renderer: Renderer,
        about: About,
        burst_bytes: usize,
    ) -> Result<Self, Error> {
        let bytes_per_second = about.bitrate.bytes_per_second();
        let keep = burst_bytes + KEPT_SECONDS * bytes_per_second;
        let (writer, tap) = ring(RingLimits { burst: burst_bytes, keep });
        let (on_air_sender, on_air) = watch::channel(Arc::new(OnAir::default()));
        let (stop, stopped) = mpsc::channel();
        let bars = Arc::new(BarQueue::new(AHEAD));
        // A burst's worth of sound is due at once, so that the first listener need not wait for it.
        let lead = Duration::from_secs_f64(burst_bytes as f64 / bytes_per_second as f64);
        let air =
            Air { renderer, bars: bars.clone(), stopped, writer, telling: on_air_sender, lead };
        let compose = thread::Builder::new().name(format!("compose-{name}"));
        let render = thread::Builder::new().name(format!("render-{name}"));
        let composed = bars.clone();
        let threads = vec![
            compose.spawn(move || compose_until_closed(source, &composed))?,
            render.spawn(move || air.run())?,
        ];
        Ok(Self {
            name: name.to_owned(),
            mount: Arc::new(Mount::new(about, tap)),
            on_air,
            bars,
            orders: Orders::default(),
            guests: None,
            seed: 0,
            stop: Some(stop),
            threads,
        })
    }

    /// Plays what `station` says from the next phrase on, with what it needs opened already.
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
        self.tell_of(&station);
        self.compose(station, repertoire);
    }

    /// Has what `station` says composed from the next phrase on, with what it needs opened already.
    pub fn compose(&self, station: Station, repertoire: Repertoire) {
        let order = Some((station, repertoire));
        *self.orders.lock().unwrap_or_else(PoisonError::into_inner) = order;
        self.bars.interrupt();
    }

    /// Tells of itself what `station` says, and plays on.
    pub fn tell_of(&mut self, station: &Station) {
        self.mount = Arc::new(self.mount.told_as(about(station)));
    }
}

fn about(station: &Station) -> About {
    About {
        path: station.mount(),
        name: station.title.clone(),
        description: station.description.clone(),
        genre: station.genre.clone(),
        bitrate: station.bitrate,
        public: station.public,
    }
}

impl Drop for Broadcast {
    fn drop(&mut self) {
        self.stop.take();
        self.bars.close();
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                error!(station = self.name, "a thread of the station panicked");
            }
        }
    }
}

/// Whatever a station plays.
pub trait Source: Send + 'static {
    /// The next bar; there is always one.
    fn next_bar(&mut self) -> Bar;

    /// Something was ordered: from bar `next` on, which begins a phrase, it is another bar that comes.
    fn obey(&mut self, _next: u64) {}
}

/// What a composer is to turn to, if it is.
type Orders = Arc<Mutex<Option<(Station, Repertoire)>>>;

/// A composer and the orders that it is given.
struct Ordered {
    composer: Composer,
    orders: Orders,
}

impl Source for Ordered {
    fn next_bar(&mut self) -> Bar {
        self.composer.next().expect("a composer has no end")
    }

    fn obey(&mut self, next: u64) {
        let order = self.orders.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some((station, repertoire)) = order {
            self.composer.turn_to(station, repertoire, next);
        }
    }
}

/// The queue is full most of the time: waiting there is this thread's rest.
fn compose_until_closed(mut source: impl Source, bars: &BarQueue) {
    loop {
        let bar = source.next_bar();
        let number = bar.number;
        match bars.push(bar) {
            Pushed::Queued => {}
            Pushed::Interrupted => {
                let next = bars.cut().unwrap_or(number.next_multiple_of(PHRASE_BARS));
                source.obey(next);
            }
            Pushed::Closed => return,
        }
    }
}

/// What the renderer's thread owns.
struct Air {
    renderer: Renderer,
    bars: Arc<BarQueue>,
    stopped: Receiver<()>,
    writer: Writer,
    telling: watch::Sender<Arc<OnAir>>,
    lead: Duration,
}

impl Air {
    fn run(mut self) {
        let Some(first) = self.bars.take(FIRST_PATIENCE) else { return };
        let patience = (self.lead / 2).clamp(LEAST_PATIENCE, MOST_PATIENCE);
        let mut supply = Supply::new(first, self.bars, patience);
        let mut pacer = Pacer::new(Instant::now(), self.lead);
        loop {
            let chunk = match self.renderer.chunk(&mut || supply.take()) {
                Ok(chunk) => chunk,
                Err(error) => return error!(%error, "the station falls silent"),
            };
            let wait = pacer.wait(Instant::now(), self.renderer.rendered_seconds());
            if let Ok(()) | Err(RecvTimeoutError::Disconnected) = self.stopped.recv_timeout(wait) {
                return;
            }
            self.writer.push(chunk);
            self.telling.send_replace(Arc::new(self.renderer.on_air()));
        }
    }
}

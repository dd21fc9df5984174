//! A station on air: its two threads, and the handle that ends them.

use std::{
    sync::{
        Arc,
        mpsc::{self, Receiver, RecvTimeoutError, Sender, SyncSender},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use tokio::sync::watch;
use tracing::{error, warn};

use super::{
    Error, composer::Composer, library::Library, on_air::OnAir, pacer::Pacer, renderer::Renderer,
};
use crate::{
    config::Station,
    music::bar::Bar,
    stream::{
        mount::{About, Mount},
        ring::{RingLimits, Writer, ring},
    },
};

/// Bars composed ahead: two phrases, some ten seconds at 180 bpm.
const BARS_AHEAD: usize = 8;

/// Seconds of sound kept for slow listeners, beyond the burst.
const KEPT_SECONDS: usize = 20;

/// However short the burst, a bar is waited for so long before the last one is played again: the
/// same seed shall give the same programme on a slow machine, too.
const LEAST_PATIENCE: Duration = Duration::from_secs(1);

/// A station that plays until it is dropped; listeners then hear what is left and a clean end.
pub struct Broadcast {
    /// Its name in URLs.
    pub name: String,
    /// Where it is heard.
    pub mount: Arc<Mount>,
    /// What it plays.
    pub on_air: watch::Receiver<Arc<OnAir>>,
    /// Never used to send: closing it is the order to stop.
    stop: Option<Sender<()>>,
    threads: Vec<JoinHandle<()>>,
}

impl Broadcast {
    /// Goes on air with a programme drawn from `seed`.
    ///
    /// # Errors
    /// Something that the theme names can't be used.
    pub fn start(
        station: &Station,
        library: &mut Library,
        seed: u64,
        burst_bytes: usize,
    ) -> Result<Self, Error> {
        let font = library.font(&station.soundfont)?;
        let composer = Composer::new(station, library, seed)?;
        let renderer = Renderer::new(&font, &station.theme.voices, station.bitrate)?;
        let about = About {
            path: station.mount(),
            name: station.title.clone(),
            description: station.description.clone(),
            genre: station.genre.clone(),
            bitrate: station.bitrate,
        };
        Self::play(&station.name, composer, renderer, about, burst_bytes)
    }

    /// Goes on air under `name` with whatever `bars` gives, which must have no end.
    ///
    /// # Errors
    /// The system has no thread left.
    pub fn play(
        name: &str,
        bars: impl Iterator<Item = Bar> + Send + 'static,
        renderer: Renderer,
        about: About,
        burst_bytes: usize,
    ) -> Result<Self, Error> {
        let bytes_per_second = about.bitrate.bytes_per_second();
        let keep = burst_bytes + KEPT_SECONDS * bytes_per_second;
        let (writer, tap) = ring(RingLimits { burst: burst_bytes, keep });
        let (on_air_sender, on_air) = watch::channel(Arc::new(OnAir::default()));
        let (stop, stopped) = mpsc::channel();
        let (bars_sender, composed) = mpsc::sync_channel(BARS_AHEAD);
        // A burst's worth of sound is due at once, so that the first listener need not wait for it.
        let lead = Duration::from_secs_f64(burst_bytes as f64 / bytes_per_second as f64);
        let air = Air { renderer, bars: composed, stopped, writer, telling: on_air_sender, lead };
        let compose = thread::Builder::new().name(format!("compose-{name}"));
        let render = thread::Builder::new().name(format!("render-{name}"));
        let threads = vec![
            compose.spawn(move || compose_until_closed(bars, &bars_sender))?,
            render.spawn(move || air.run())?,
        ];
        let mount = Arc::new(Mount::new(about, tap));
        Ok(Self { name: name.to_owned(), mount, on_air, stop: Some(stop), threads })
    }
}

impl Drop for Broadcast {
    fn drop(&mut self) {
        self.stop.take();
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                error!(station = self.name, "a thread of the station panicked");
            }
        }
    }
}

/// The channel is full most of the time: waiting there is this thread's rest.
fn compose_until_closed(composer: impl Iterator<Item = Bar>, bars: &SyncSender<Arc<Bar>>) {
    for bar in composer {
        if bars.send(Arc::new(bar)).is_err() {
            return;
        }
    }
}

/// What the renderer's thread owns.
struct Air {
    renderer: Renderer,
    bars: Receiver<Arc<Bar>>,
    stopped: Receiver<()>,
    writer: Writer,
    telling: watch::Sender<Arc<OnAir>>,
    lead: Duration,
}

impl Air {
    fn run(mut self) {
        let Ok(first) = self.bars.recv() else { return };
        let patience = (self.lead / 2).max(LEAST_PATIENCE);
        let next = Some(first.clone());
        let mut supply = Supply { bars: self.bars, next, last: first, patience };
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

/// Bars as they come, and the last one again where none has come in time.
struct Supply {
    bars: Receiver<Arc<Bar>>,
    next: Option<Arc<Bar>>,
    last: Arc<Bar>,
    /// How long to wait for a bar: less than what listeners have in hand.
    patience: Duration,
}

impl Supply {
    fn take(&mut self) -> Arc<Bar> {
        let bar = self.next.take().or_else(|| self.bars.recv_timeout(self.patience).ok());
        if let Some(bar) = bar {
            self.last = bar;
        } else {
            warn!(bar = self.last.number, "no bar in time: the last one is played again");
        }
        self.last.clone()
    }
}

//! The renderer's thread: sound on time, whatever happens.

use std::{
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, TryRecvError},
    },
    time::{Duration, Instant},
};

use jiff::Timestamp;
use tokio::sync::watch;
use tracing::error;

use crate::{
    music::bar::Bar,
    sound::frame::{Block, FRAMES_PER_MP3_FRAME},
    station::{
        bar_queue::BarQueue,
        encoders::Outlets,
        history::History,
        on_air::OnAir,
        pacer::Pacer,
        renderer::Renderer,
        stage::Stage,
        state::{Notebook, Place},
        supervision::{caught, patience},
        supply::Supply,
    },
    units::SAMPLE_RATE,
};

/// MP3 frames in a chunk: half a second, so that titles change on time and writes to listeners are
/// few and large.
const FRAMES_PER_CHUNK: usize = 19;

/// How often the first bar is looked for.
const LOOK: Duration = Duration::from_secs(1);

/// A renderer that failed before it has played so many seconds has failed again at once.
const AT_ONCE: f64 = 10.0;

/// What the thread owns.
pub struct Air {
    /// The station's name.
    pub station: String,
    /// What plays if `renderer` fails.
    pub stage: Stage,
    /// What plays.
    pub renderer: Renderer,
    /// What is played.
    pub bars: Arc<BarQueue>,
    /// How long a bar is waited for.
    pub patience: Duration,
    /// Where it is heard.
    pub outlets: Outlets,
    /// Closed when it is to end.
    pub stopped: Receiver<()>,
    /// Told after each chunk.
    pub telling: watch::Sender<Arc<OnAir>>,
    /// Told of titles.
    pub history: Arc<History>,
    /// Told of what is to survive.
    pub notebook: Notebook,
    /// Bars that stood in for others before.
    pub stood_in: u64,
    /// Sound that is due at once at the beginning.
    pub lead: Duration,
}

/// How rendering has gone lately.
#[derive(Default)]
struct Health {
    n_failures: u32,
    failed_at: f64,
    /// Blocks of silence before the next try.
    rest: u64,
}

impl Air {
    /// Plays until it is stopped.
    pub fn run(mut self) {
        let Some(first) = self.first_bar() else { return };
        let mut supply = Supply::new(first, self.bars.clone(), self.patience, self.stood_in);
        let mut pacer = Pacer::new(Instant::now(), self.lead);
        let mut health = Health::default();
        let mut last = None;
        loop {
            let start = self.renderer.rendered_seconds();
            self.outlets.turn();
            for _ in 0..FRAMES_PER_CHUNK {
                let block = self.block(&mut supply, &mut health);
                self.outlets.encode(&block);
            }
            let title = self.renderer.title_since(start);
            let wait = pacer.wait(Instant::now(), self.renderer.rendered_seconds());
            if let Ok(()) | Err(RecvTimeoutError::Disconnected) = self.stopped.recv_timeout(wait) {
                return;
            }
            self.outlets.push(&title);
            if let Some(heard) = self.history.note(&title, Timestamp::now()) {
                self.notebook.title(heard);
            }
            let mut on_air = self.renderer.on_air();
            on_air.ready_seconds = self.bars.ready().as_secs_f64();
            let bar = on_air.bar_at(on_air.rendered_seconds).map(|aired| aired.bar.number);
            if let Some(bar) = bar.filter(|bar| last.replace(*bar) != Some(*bar)) {
                self.notebook.bar(Place { bar, stood_in: supply.stood_in() });
            }
            self.telling.send_replace(Arc::new(on_air));
        }
    }

    /// The first bar, however long it takes; none if it is stopped before.
    fn first_bar(&self) -> Option<Arc<Bar>> {
        loop {
            let bar = self.bars.take(LOOK);
            if bar.is_some() || self.stopped.try_recv() == Err(TryRecvError::Disconnected) {
                return bar;
            }
        }
    }

    /// The next block. Where the renderer fails, another one plays on from the next bar; where that
    /// fails at once, it is silent for a while before the next.
    fn block(&mut self, supply: &mut Supply, health: &mut Health) -> Block {
        loop {
            if 0 < health.rest {
                health.rest -= 1;
                return self.renderer.rest().clone();
            }
            let renderer = &mut self.renderer;
            match caught(|| renderer.render(&mut || supply.take()).clone()) {
                Ok(block) => return block,
                Err(why) => {
                    error!(station = self.station, "the renderer failed and starts again: {why}");
                    self.begin_anew(health);
                }
            }
        }
    }

    fn begin_anew(&mut self, health: &mut Health) {
        let now = self.renderer.rendered_seconds();
        if health.failed_at + AT_ONCE < now {
            health.n_failures = 0;
        }
        health.n_failures += 1;
        let silence = patience(health.n_failures);
        health.failed_at = now + silence.as_secs_f64();
        health.rest = blocks(silence);
        match self.stage.renderer() {
            Ok(fresh) => self.renderer = fresh.after(&mut self.renderer),
            Err(why) => {
                error!(station = self.station, "no renderer can start: {why}");
                // Not at once again, even after the first.
                health.rest = health.rest.max(blocks(LOOK));
            }
        }
    }
}

fn blocks(length: Duration) -> u64 {
    (length.as_secs_f64() * f64::from(SAMPLE_RATE) / FRAMES_PER_MP3_FRAME as f64).ceil() as u64
}

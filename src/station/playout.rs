//! The playout's thread: renders bars, encodes them for all mounts, and keeps time.

use std::{
    panic::resume_unwind,
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, TryRecvError},
    },
    time::{Duration, Instant},
};

use jiff::Timestamp;
use tokio::sync::watch;
use tracing::{error, info};

use crate::{
    art,
    config::Playlist,
    music::bar::Bar,
    sound::frame::{Block, FRAMES_PER_MP3_FRAME},
    station::{
        audible::{Audible, Change},
        bar_queue::BarQueue,
        bar_supply::BarSupply,
        desk_moves::DeskMove,
        encoders::Encoders,
        history::History,
        live_desk::LiveDesk,
        on_air::OnAir,
        pacer::Pacer,
        playout_orders::{OrderReceiver, PlayoutOrder},
        position::Position,
        prefetch::PrefetchThread,
        renderer::Renderer,
        renderer_setup::RendererSetup,
        shift::Shift,
        state::{BarOnAir, StateSender},
        takes::memory::Takes,
    },
    threads::{Supervisor, catch_panic, retry_delay},
    units::SAMPLE_RATE,
};

/// MP3 frames in a chunk: half a second, so that titles change on time while writes to listeners stay few
/// and large.
const FRAMES_PER_CHUNK: usize = 19;

/// How often a stop is checked for while waiting for the first bar, and the least silence after a renderer
/// that can't be built.
const INTERVAL: Duration = Duration::from_secs(1);

/// A renderer that fails within this many seconds of the last failure counts as failing in a row.
const FAILURE_WINDOW: f64 = 10.0;

/// What the playout's thread owns.
pub struct Playout {
    /// Name of the station.
    pub station: String,
    /// Whether the server has pictures of its pieces.
    pub has_pictures: bool,
    /// Builds the next renderer if `renderer` fails.
    pub setup: RendererSetup,
    /// The current renderer.
    pub renderer: Renderer,
    /// Bars to play.
    pub bars: Arc<BarQueue>,
    /// How long to wait for a bar before the fallback plays.
    pub bar_timeout: Duration,
    /// Measures what is sent.
    pub audible: Audible,
    /// The encoders of all mounts.
    pub encoders: Encoders,
    /// The desk, with saved values.
    pub desk: LiveDesk,
    /// Orders, executed between blocks.
    pub orders: OrderReceiver,
    /// Keeps the recent past.
    pub takes: Arc<Takes>,
    /// New insert lists.
    pub insert_changes: Receiver<InsertChange>,
    /// Closed to stop the thread.
    pub stopped: Receiver<()>,
    /// Stops the threads of all stations at once.
    pub supervisor: Supervisor,
    /// Publishes the bars on air after each chunk.
    pub on_air: watch::Sender<Arc<OnAir>>,
    /// Records titles.
    pub history: Arc<History>,
    /// Records what a restart needs.
    pub state_sender: StateSender,
    /// Fallback bars played before the start.
    pub shift: Shift,
    /// Length of the sound due at once at the start.
    pub lead: Duration,
    /// Set once the first bar has arrived.
    pub pace: Option<Pace>,
}

/// The state of a playout that has its first bar. It outlives a panic of the thread.
pub struct Pace {
    supply: BarSupply,
    pacer: Pacer,
    failures: Failures,
    /// Number of the last bar that was published.
    last_bar: Option<u64>,
}

/// New insert lists, with the thread that opens their recordings.
pub struct InsertChange {
    /// The rules of the lists.
    pub playlists: Vec<Playlist>,
    /// Opens their recordings.
    pub source: PrefetchThread,
}

/// Recent failures of the renderer.
#[derive(Default)]
struct Failures {
    /// Failures in a row.
    n: u32,
    /// Second of the station's sound up to which the last failure lasted.
    last_at: f64,
    /// Blocks of silence before the next try.
    n_silent_blocks: u64,
}

impl Playout {
    /// Plays until it is stopped. Called again after a panic, it continues with the next chunk.
    pub fn run(&mut self) {
        let Some(mut pace) = self.pace.take().or_else(|| self.start()) else { return };
        let played = catch_panic(|| while self.play_chunk(&mut pace) {});
        self.pace = Some(pace);
        if let Err(reason) = played {
            // The supervisor logs it and calls again.
            resume_unwind(Box::new(reason));
        }
    }

    /// Waits for the first bar and starts the clock; none if the playout is stopped before.
    fn start(&self) -> Option<Pace> {
        let first = self.first_bar()?;
        let supply = BarSupply::new(first, self.bars.clone(), self.bar_timeout, self.shift);
        let pacer = Pacer::new(Instant::now(), self.lead);
        Some(Pace { supply, pacer, failures: Failures::default(), last_bar: None })
    }

    /// Renders a chunk and writes it to the rings when it is due. Returns whether to continue.
    fn play_chunk(&mut self, pace: &mut Pace) -> bool {
        let start = self.renderer.rendered_seconds();
        self.apply_changes();
        for _ in 0..FRAMES_PER_CHUNK {
            let block = self.block(&mut pace.supply, &mut pace.failures);
            self.audible.add(&block);
            self.encoders.encode(&block);
        }
        self.mend_sound(&mut pace.failures);
        let title = self.renderer.title_since(start);
        let piece = self.renderer.bar_at(start).map(|bar| bar.piece);
        let picture = piece.filter(|_| self.has_pictures);
        let picture = picture.map(|piece| art::path(&self.station, piece).into());
        let wait = pace.pacer.wait(Instant::now(), self.renderer.rendered_seconds());
        let stopped = self.stopped.recv_timeout(wait);
        if stopped != Err(RecvTimeoutError::Timeout) || self.supervisor.is_stopping() {
            return false;
        }
        self.encoders.push(&title, picture.as_ref());
        self.publish(&title, pace.supply.shift(), &mut pace.last_bar);
        true
    }

    /// Waits for the first bar; none if the playout is stopped before.
    fn first_bar(&self) -> Option<Arc<Bar>> {
        loop {
            let bar = self.bars.take(INTERVAL);
            let is_stopped = self.stopped.try_recv() == Err(TryRecvError::Disconnected);
            if bar.is_some() || is_stopped || self.supervisor.is_stopping() {
                return bar;
            }
        }
    }

    /// Applies changes of mounts and inserts, between two chunks.
    fn apply_changes(&mut self) {
        self.encoders.apply_changes();
        while let Ok(InsertChange { playlists, source }) = self.insert_changes.try_recv() {
            self.renderer.replace_inserts(&playlists, source);
        }
    }

    /// Records and publishes what is on air after a chunk.
    fn publish(&self, title: &Arc<str>, shift: Shift, last_bar: &mut Option<u64>) {
        let mut on_air = self.renderer.on_air();
        let bar = on_air.bar_at(on_air.rendered_seconds).map(|aired| aired.bar.clone());
        if let Some(heard) = self.history.note(title, bar.as_deref(), Timestamp::now()) {
            self.state_sender.title(heard);
        }
        on_air.ready_seconds = self.bars.ready().as_secs_f64();
        on_air.shift = shift;
        self.audible.publish(&mut on_air);
        self.takes.note(&on_air, self.renderer.gain());
        let bar = bar.map(|bar| bar.number);
        if let Some(bar) = bar.filter(|bar| last_bar.replace(*bar) != Some(*bar)) {
            self.state_sender.bar(BarOnAir { bar, shift });
        }
        self.on_air.send_replace(Arc::new(on_air));
    }

    /// The next block. After a failure a new renderer continues at the next bar; after several failures
    /// in a row there is silence before the next try.
    fn block(&mut self, supply: &mut BarSupply, failures: &mut Failures) -> Block {
        loop {
            if 0 < failures.n_silent_blocks {
                failures.n_silent_blocks -= 1;
                return self.renderer.rest().clone();
            }
            match catch_panic(|| self.render(supply)) {
                Ok(block) => return block,
                Err(why) => {
                    error!(station = self.station, "renderer failed; restarting: {why}");
                    self.replace_renderer(failures);
                }
            }
        }
    }

    /// Executes the orders that have arrived and renders the next block.
    fn render(&mut self, supply: &mut BarSupply) -> Block {
        self.renderer.fill(&mut || supply.take());
        let (position, bar) = (self.renderer.position(), self.renderer.next_bar());
        if let (Some(position), Some(bar)) = (position, bar) {
            self.follow_orders(position);
            self.set_desk(position, supply.shift_at(bar).composed(bar));
        }
        self.renderer.render(&mut || supply.take()).clone()
    }

    fn follow_orders(&mut self, position: Position) {
        let Self { orders, desk, renderer, .. } = self;
        orders.follow(|order| {
            match order {
                PlayoutOrder::Desk(faders) => desk.set(faders),
                PlayoutOrder::Keep { desk: faders, kept, from } => desk.keep(faders, kept, from),
                PlayoutOrder::Jingle(list) => return Ok(renderer.start_insert(list)?),
                PlayoutOrder::Title(title) => renderer.show_title(title),
            }
            Ok(position)
        });
    }

    /// Sets the desk for the block at `position`, which has the mix of bar `bar`, the composer's number.
    fn set_desk(&mut self, position: Position, bar: u64) {
        let desk = self.desk.at(bar);
        if self.renderer.desk() != &desk {
            self.renderer.set_desk(&desk);
            self.takes.note_desk(DeskMove { at: position, desk });
        }
    }

    /// Restarts a renderer whose sound is silent or stuck, unless the desk silences it.
    fn mend_sound(&mut self, failures: &mut Failures) {
        if self.renderer.desk().is_silent() {
            return;
        }
        match self.audible.change() {
            Some(Change::Restart(fault)) => {
                error!(station = self.station, "{fault}; restarting the renderer");
                self.replace_renderer(failures);
            }
            Some(Change::Back) => info!(station = self.station, "the sound is back"),
            None => {}
        }
    }

    fn replace_renderer(&mut self, failures: &mut Failures) {
        let now = self.renderer.rendered_seconds();
        if failures.last_at + FAILURE_WINDOW < now {
            failures.n = 0;
        }
        failures.n += 1;
        let silence = retry_delay(failures.n);
        failures.last_at = now + silence.as_secs_f64();
        failures.n_silent_blocks = n_blocks(silence);
        match self.setup.renderer() {
            Ok(fresh) => self.renderer = fresh.after(&mut self.renderer),
            Err(why) => {
                error!(station = self.station, "failed to build a renderer; retrying: {why}");
                failures.n_silent_blocks = failures.n_silent_blocks.max(n_blocks(INTERVAL));
            }
        }
    }
}

fn n_blocks(length: Duration) -> u64 {
    (length.as_secs_f64() * f64::from(SAMPLE_RATE) / FRAMES_PER_MP3_FRAME as f64).ceil() as u64
}

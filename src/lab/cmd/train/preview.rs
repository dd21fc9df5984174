//! Previews of the model in training: an MP3 file every few minutes and, on request, a live stream.

use std::{
    fs,
    io::{Write as _, stdout},
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use rustysynth::SoundFont;
use tokio::{net::TcpListener, sync::watch};

use crate::{
    config::{AssetRef, Server},
    lab::cli::AudioFormat,
    lab::{
        cmd::output::write_sound,
        preview::{Preview, Snapshot},
        train::{checkpoint, fit::Measure, network::Network},
    },
    music::bar::Mix,
    musicvae::{
        convert::notes::piece,
        net::{decode_rule::DecodeRule, latent, music_vae::MusicVae},
    },
    rng,
    station::{
        live::LiveStation, load::library::Library, mounts::Buffering, renderer_setup::RendererSetup,
    },
    stream::{
        coding::Coding,
        mount::{About, Rules},
    },
    units::Bpm,
    web::{
        server::{self, Endpoint},
        site::{ServedStation, Site, Timeouts},
    },
};

/// Duration of a preview file.
const SECONDS: f64 = 30.0;

/// Sampling temperature.
const TEMPERATURE: f64 = 0.5;

/// Preview files kept on disk.
const N_KEPT: usize = 12;

/// Time between two snapshots for the stream.
const BETWEEN_SNAPSHOTS: Duration = Duration::from_mins(1);

/// Burst and lag of the stream.
const BUFFERING: Buffering = Buffering { burst_bytes: 64 * 1024, lag_seconds: 20 };

/// The preview files and the stream of a run.
pub struct Previews {
    folder: PathBuf,
    every: Option<Duration>,
    last: Option<Instant>,
    last_snapshot: Instant,
    seed: u64,
    font: Arc<SoundFont>,
    stream: Option<Stream>,
}

/// A live stream of the newest snapshot.
struct Stream {
    runtime: tokio::runtime::Runtime,
    /// The bound socket, until the first snapshot.
    listener: Option<TcpListener>,
    on_air: Option<(watch::Sender<Arc<Snapshot>>, LiveStation)>,
}

impl Previews {
    /// Writes preview files to `folder` every `minutes` (0 for none), and binds the stream to
    /// `listen`.
    ///
    /// # Errors
    /// The SoundFont can't be read, the runtime can't be started, or the address is in use.
    pub fn new(
        folder: &Path,
        minutes: f64,
        listen: Option<SocketAddr>,
        seed: u64,
    ) -> anyhow::Result<Self> {
        let font = Library::default().font(&AssetRef::SOUNDFONT)?;
        let every = (0.0 < minutes).then(|| Duration::from_secs_f64(minutes * 60.0));
        let stream = listen.map(Stream::bind).transpose()?;
        let last_snapshot = Instant::now();
        Ok(Self { folder: folder.to_owned(), every, last: None, last_snapshot, seed, font, stream })
    }

    /// Puts the stream on air, with the weights before the first step of this process. A failure is
    /// logged and does not stop training.
    pub fn start(&mut self, network: &Network, step: u64) {
        self.try_to(step, |previews| previews.put_on_air(network, &format!("Step {step}")));
    }

    /// Writes a preview file of `network`, and switches the stream to it, when they are due. A failure
    /// is logged and does not stop training.
    pub fn update(&mut self, network: &Network, step: u64, measure: &Measure) {
        if self.every.is_some_and(|every| self.last.is_none_or(|last| every <= last.elapsed())) {
            self.last = Some(Instant::now());
            self.try_to(step, |previews| previews.write(&checkpoint::snapshot(network)?, step));
        }
        if self.stream.is_some() && BETWEEN_SNAPSHOTS <= self.last_snapshot.elapsed() {
            let title = format!("Step {step}, loss {:.1}", measure.cross_entropy);
            self.try_to(step, |previews| previews.put_on_air(network, &title));
        }
    }

    fn try_to(&mut self, step: u64, work: impl FnOnce(&mut Self) -> anyhow::Result<()>) {
        if let Err(error) = work(self) {
            tracing::warn!("preview of step {step} failed: {error:#}");
        }
    }

    fn put_on_air(&mut self, network: &Network, title: &str) -> anyhow::Result<()> {
        self.last_snapshot = Instant::now();
        let Some(stream) = &mut self.stream else { return Ok(()) };
        let snapshot = Snapshot { model: checkpoint::snapshot(network)?, title: title.into() };
        stream.switch_to(Arc::new(snapshot), &self.font, self.seed)
    }

    fn write(&self, model: &MusicVae, step: u64) -> anyhow::Result<()> {
        let config = model.config();
        let seconds_per_window = config.n_bars() as f64 * 16.0 * Bpm::DEFAULT.seconds_per_step();
        let n = (SECONDS / seconds_per_window).ceil() as u64;
        let sample = |number: u64| {
            let mut rng = rng::stream(self.seed, &format!("preview {number}"));
            let z = latent::prior(config.n_latent, &mut rng);
            let domain = config.family.domain();
            model.decode(&z, &mut *DecodeRule::of_tracks_or_plain(domain, TEMPERATURE, rng))
        };
        let windows = (0..n).map(sample).collect::<Result<Vec<_>, _>>()?;
        let path = self.folder.join(format!("preview-{step}.mp3"));
        write_sound(&piece(config, &windows, Bpm::DEFAULT), &self.font, AudioFormat::Mp3, &path)?;
        self.remove_old();
        Ok(())
    }

    /// Removes all but the newest preview files; failures are ignored.
    fn remove_old(&self) {
        let step = |path: &PathBuf| -> Option<u64> {
            path.file_name()?.to_str()?.strip_prefix("preview-")?.strip_suffix(".mp3")?.parse().ok()
        };
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let mut previews: Vec<(u64, PathBuf)> =
            entries.filter_map(|entry| Some((step(&entry.path())?, entry.path()))).collect();
        previews.sort_unstable();
        for (_, path) in previews.iter().rev().skip(N_KEPT) {
            let _ = fs::remove_file(path);
        }
    }
}

impl Stream {
    fn bind(address: SocketAddr) -> anyhow::Result<Self> {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        let runtime = builder.worker_threads(1).enable_all().build()?;
        let listener = runtime.block_on(async { server::bind(address) });
        let listener = listener.with_context(|| format!("can't listen on {address}"))?;
        // Training continues if standard output is closed.
        let _ = writeln!(stdout(), "live preview: http://{}/training.mp3", listener.local_addr()?);
        Ok(Self { runtime, listener: Some(listener), on_air: None })
    }

    fn switch_to(
        &mut self,
        snapshot: Arc<Snapshot>,
        font: &Arc<SoundFont>,
        seed: u64,
    ) -> anyhow::Result<()> {
        if let Some((newest, _)) = &self.on_air {
            newest.send_replace(snapshot);
            return Ok(());
        }
        let (sender, newest) = watch::channel(snapshot);
        let setup = RendererSetup::new(font, &Arc::new(Mix::plain()));
        let about = About {
            path: "/training.mp3".into(),
            name: "Training".into(),
            description: "A model in training".into(),
            genre: "Preview".into(),
            coding: Coding::default(),
            public: false,
        };
        let preview = Preview::new(newest, seed);
        let places = vec![(about, Rules::default())];
        let station = LiveStation::play("training", preview, setup, places, BUFFERING)?;
        let served = ServedStation {
            name: station.name.clone(),
            mounts: station.mounts.clone(),
            on_air: station.on_air.clone(),
            history: station.history.clone(),
            takes: station.takes.clone(),
            likes: station.likes.clone(),
            state_sender: station.state_sender.clone(),
            hls: Vec::new(),
        };
        let site = Arc::new(Site::new(vec![served], Server::default(), None));
        if let Some(listener) = self.listener.take() {
            // Runs until the runtime is dropped at the end of training.
            let (_, site) = watch::channel(site);
            let endpoints = vec![Endpoint::http(listener)];
            let timeouts = Timeouts::default();
            let serving = server::serve(endpoints, site, timeouts, std::future::pending());
            self.runtime.spawn(async {
                if let Err(error) = serving.await {
                    tracing::warn!("serving the live preview failed: {error}");
                }
            });
        }
        self.on_air = Some((sender, station));
        Ok(())
    }
}

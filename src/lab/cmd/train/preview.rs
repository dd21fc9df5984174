//! What a model sounds like while it learns: a file every few minutes and, on request, a stream.

use std::{
    fs,
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
        cmd::takes::write_sound,
        preview::{Pupil, Rehearsal},
        train::{checkpoint, fit::Measure, network::Network},
    },
    music::bar::Mix,
    musicvae::{
        convert::notes::piece,
        net::{latent, music_vae::MusicVae, sampling},
    },
    rng,
    station::{
        live::{Buffering, LiveStation},
        load::library::Library,
        renderer_setup::RendererSetup,
    },
    stream::{
        coding::Coding,
        mount::{About, Rules},
    },
    units::Bpm,
    web::{
        server::{self, Endpoint},
        site::{Channel, Site, Timeouts},
    },
};

/// How long a preview is.
const SECONDS: f64 = 30.0;

/// How freely it chooses.
const TEMPERATURE: f64 = 0.5;

/// How many previews stay on disk.
const N_KEPT: usize = 12;

/// What listeners of the stream have in hand.
const BUFFERING: Buffering = Buffering { burst_bytes: 64 * 1024, lag_seconds: 20 };

/// The previews of a run.
pub struct Previews {
    folder: PathBuf,
    every: Option<Duration>,
    last: Option<Instant>,
    seed: u64,
    font: Arc<SoundFont>,
    stream: Option<Stream>,
}

/// A mount of its own on which the newest pupil rehearses.
struct Stream {
    runtime: tokio::runtime::Runtime,
    /// Waits for the first pupil.
    listener: Option<TcpListener>,
    on_air: Option<(watch::Sender<Arc<Pupil>>, LiveStation)>,
}

impl Previews {
    /// Previews into `folder` every so many minutes, 0 for none, and a stream at `listen`.
    ///
    /// # Errors
    /// The SoundFont can't be read, no runtime be started, or the address is taken.
    pub fn new(
        folder: &Path,
        minutes: f64,
        listen: Option<SocketAddr>,
        seed: u64,
    ) -> anyhow::Result<Self> {
        let font = Library::default().font(&AssetRef::SOUNDFONT)?;
        let every = (0.0 < minutes).then(|| Duration::from_secs_f64(minutes * 60.0));
        let stream = listen.map(Stream::bind).transpose()?;
        Ok(Self { folder: folder.to_owned(), every, last: None, seed, font, stream })
    }

    /// Whether it is time for the next one.
    pub fn is_due(&self) -> bool {
        self.every.is_some_and(|every| self.last.is_none_or(|last| every <= last.elapsed()))
    }

    /// Writes a preview of what `network` knows at `step`, and lets the stream go on with it. If that
    /// fails, learning goes on all the same, with a warning.
    pub fn give(&mut self, network: &Network, step: u64, measure: &Measure) {
        self.last = Some(Instant::now());
        if let Err(error) = self.try_give(network, step, measure) {
            tracing::warn!("no preview at step {step}: {error:#}");
        }
    }

    fn try_give(&mut self, network: &Network, step: u64, measure: &Measure) -> anyhow::Result<()> {
        let model = checkpoint::snapshot(network)?;
        self.write(&model, step)?;
        if let Some(stream) = &mut self.stream {
            let title = format!("Step {step}, loss {:.1}", measure.cross_entropy).into();
            stream.go_on(Arc::new(Pupil { model, title }), &self.font, self.seed)?;
        }
        Ok(())
    }

    fn write(&self, model: &MusicVae, step: u64) -> anyhow::Result<()> {
        let config = model.config();
        let seconds_per_window = config.n_bars() as f64 * 16.0 * Bpm::DEFAULT.seconds_per_step();
        let n = (SECONDS / seconds_per_window).ceil() as u64;
        let dream = |number: u64| {
            let mut rng = rng::stream(self.seed, &format!("preview {number}"));
            let z = latent::prior(config.n_latent, &mut rng);
            model.decode(&z, &mut sampling::sampler(TEMPERATURE, &mut rng))
        };
        let windows = (0..n).map(dream).collect::<Result<Vec<_>, _>>()?;
        let path = self.folder.join(format!("preview-{step}.mp3"));
        write_sound(&piece(config, &windows, Bpm::DEFAULT), &self.font, AudioFormat::Mp3, &path)?;
        self.remove_old();
        Ok(())
    }

    /// A preview that can't be removed is in nobody's way.
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
        println!("on air while it learns: http://{}/training.mp3", listener.local_addr()?);
        Ok(Self { runtime, listener: Some(listener), on_air: None })
    }

    fn go_on(&mut self, pupil: Arc<Pupil>, font: &Arc<SoundFont>, seed: u64) -> anyhow::Result<()> {
        if let Some((newest, _)) = &self.on_air {
            newest.send_replace(pupil);
            return Ok(());
        }
        let (sender, newest) = watch::channel(pupil);
        let setup = RendererSetup::new(font, &Arc::new(Mix::plain()));
        let about = About {
            path: "/training.mp3".into(),
            name: "Training".into(),
            description: "A model as it learns".into(),
            genre: "Rehearsal".into(),
            coding: Coding::default(),
            public: false,
        };
        let rehearsal = Rehearsal::new(newest, seed);
        let places = vec![(about, Rules::default())];
        let station = LiveStation::play("training", rehearsal, setup, places, BUFFERING)?;
        let channel = Channel {
            station: station.name.clone(),
            mounts: station.mounts.clone(),
            on_air: station.on_air.clone(),
            history: station.history.clone(),
            hls: Vec::new(),
        };
        let site = Arc::new(Site::new(vec![channel], Server::default(), None));
        if let Some(listener) = self.listener.take() {
            // Ends with the runtime, when training does.
            let (_, site) = watch::channel(site);
            let endpoints = vec![Endpoint::http(listener)];
            let timeouts = Timeouts::default();
            let serving = server::serve(endpoints, site, timeouts, std::future::pending());
            self.runtime.spawn(async {
                if let Err(error) = serving.await {
                    tracing::warn!("nobody can listen: {error}");
                }
            });
        }
        self.on_air = Some((sender, station));
        Ok(())
    }
}

//! `electropunk serve`: all stations on the air until told to stop.

use std::{
    env,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{
        Arc,
        mpsc::{self, Receiver, RecvTimeoutError},
    },
    thread,
    time::Duration,
};

use anyhow::Context as _;
use tokio::{
    runtime::Runtime,
    signal::unix::{SignalKind, signal},
    sync::watch,
};
use tracing::{error, info, warn};

use crate::{
    cli,
    cmd::systemd::{self, Watchdog},
    config::{self, Config, watch::Watch},
    out::sinks::Outlets,
    station::{
        live::LiveStation, load::library::Library, radio::Radio, state::State, supervision::caught,
    },
    web::{
        api,
        server::{self, Endpoint},
        site::{Channel, Site, Timeouts},
        tls::Tls,
    },
};

/// How often radio.toml and the MIDI files of playlists are looked at.
const LOOK: Duration = Duration::from_millis(500);

/// Sound that the kernel holds for a listener who takes none: a full send buffer's.
const IN_FLIGHT: Duration = Duration::from_secs(10);

/// For what is still being written when all listeners are gone.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// Runs the command; returns when all listeners have been let go.
///
/// # Errors
/// radio.toml is wrong, something that it names can't be used, or the address is taken.
pub fn run(args: &cli::Serve) -> anyhow::Result<()> {
    // Before the file is read, so that no save falls between.
    let watch = Watch::new(args.config.as_deref());
    let config = config::load(args.config.as_deref())?;
    let state = state(&config);
    let given = args.seed.or(config.seed);
    let seed = given.or_else(|| state.seed()).unwrap_or_else(rand::random);
    let bind = args.bind.unwrap_or(config.server.bind);
    // A socket for each listener: as many as the system allows.
    if let Err(error) = rlimit::increase_nofile_limit(u64::MAX) {
        warn!("the number of open files stays as it is: {error}");
    }
    info!(seed, "one seed is one programme: --seed plays it again");
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    // Taken before the stations start, so that a second radio on the port says so at once.
    let listener = runtime
        .block_on(async { server::bind(bind) })
        .with_context(|| format!("can't listen on {bind}"))?;
    let address = listener.local_addr()?;
    let mut endpoints = vec![Endpoint::http(listener)];
    if let Some(files) = config.server.tls.clone() {
        endpoints.push(https_endpoint(files, &runtime)?);
    }
    // Not before: another radio may be on air from this folder.
    state.keep_seed(seed);
    let folder = state.folder().map(Path::to_owned);
    let library = Library::on(args.device.unwrap_or(config.device), config.precision);
    let radio = Radio::start(&config, library, seed, state)?;
    let mut outlets = Outlets::on(runtime.handle(), folder);
    turn_outlets(&mut outlets, &config, &radio);
    // Beyond what it may fall behind, what is in the kernel's hands for it.
    let stall = Duration::from_secs(config.server.lag_seconds as u64) + IN_FLIGHT;
    let timeouts = Timeouts { stall, ..Timeouts::default() };
    let channels = channels(&radio, &outlets);
    let site = Site {
        targets: outlets.told(),
        ..Site::new(channels, config.server.clone(), config.admin.clone())
    };
    announce(&site, address);
    let (sites, site) = watch::channel(Arc::new(site));
    let (stop, stopped) = mpsc::channel();
    let live = Live { path: args.config.clone(), watch, config, radio, outlets, sites };
    let watching =
        thread::Builder::new().name("config".into()).spawn(move || live.run(&stopped))?;
    let served = runtime.block_on(async {
        let shutdown = async {
            asked_to_stop().await;
            drop(stop);
            // Off the runtime's threads: joining the stations' threads blocks.
            let _ = tokio::task::spawn_blocking(|| watching.join()).await;
        };
        server::serve(endpoints, site, timeouts, shutdown).await
    });
    // A name that is being looked up, or a disk that is gone, could be waited for without end.
    runtime.shutdown_timeout(LAST_WORDS);
    Ok(served?)
}

fn https_endpoint(files: config::Tls, runtime: &Runtime) -> anyhow::Result<Endpoint> {
    let bind = files.bind;
    let tls = Tls::open(files)?;
    let listener = runtime
        .block_on(async { server::bind(bind) })
        .with_context(|| format!("can't listen on {bind}"))?;
    Ok(Endpoint::https(listener, tls))
}

/// The folder that systemd gives, which lets nothing else be written; or else the one that radio.toml
/// names.
fn state(config: &Config) -> State {
    let given = env::var_os("STATE_DIRECTORY");
    let given = given.as_ref().and_then(|folders| env::split_paths(folders).next());
    let folder = given.filter(|folder| folder.is_absolute()).or(config.state.clone());
    folder.map_or_else(State::default, |folder| State::in_folder(&folder))
}

/// A radio that follows its radio.toml.
struct Live {
    path: Option<PathBuf>,
    watch: Watch,
    config: Config,
    radio: Radio,
    outlets: Outlets,
    sites: watch::Sender<Arc<Site>>,
}

impl Live {
    /// Looks at files until `stopped` is closed, then takes all stations off the air.
    fn run(mut self, stopped: &Receiver<()>) {
        let mut watchdog = Watchdog::asked_for();
        let mut is_told = false;
        while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(LOOK) {
            let is_well = api::silent_stations(&self.sites.borrow()).is_empty();
            if is_well && !is_told {
                systemd::ready();
                is_told = true;
            }
            watchdog.pet(is_well);
            let looked = caught(|| {
                if self.watch.is_changed() {
                    self.read_again();
                }
                self.radio.reload_waypoints();
            });
            if let Err(why) = looked {
                error!("looking at files failed, what is on air stays as it is: {why}");
            }
        }
        systemd::stopping();
        // Streams end by themselves before they are cut off.
        drop(self.radio);
        self.outlets.close();
    }

    fn read_again(&mut self) {
        let turned = config::load(self.path.as_deref()).map_err(|problems| problems.to_string());
        let turned = turned.and_then(|config| {
            self.radio.change_to(&config).map_err(|error| error.to_string())?;
            Ok(config)
        });
        let problem = match turned {
            Ok(config) => {
                info!("{} is on air", config::source(self.path.as_deref()));
                note_restart(&self.config, &config);
                self.config = config;
                turn_outlets(&mut self.outlets, &self.config, &self.radio);
                None
            }
            Err(problem) => {
                error!("{problem}\nwhat is on air stays as it was");
                Some(problem)
            }
        };
        let site = Site {
            channels: channels(&self.radio, &self.outlets),
            server: self.config.server.clone(),
            admin: self.config.admin.clone(),
            targets: self.outlets.told(),
            problem,
            ..Site::clone(&self.sites.borrow())
        };
        self.sites.send_replace(Arc::new(site));
        self.radio.stop_ended();
    }
}

/// Says what a running radio can't change.
fn note_restart(old: &Config, new: &Config) {
    let needs = [
        ("bind", old.server.bind != new.server.bind),
        ("[server.tls]", old.server.tls != new.server.tls),
        ("burst_bytes", old.server.burst_bytes != new.server.burst_bytes),
        ("lag_seconds", old.server.lag_seconds != new.server.lag_seconds),
        ("seed", old.seed != new.seed),
        ("state", old.state != new.state),
        ("device", old.device != new.device),
        ("precision", old.precision != new.precision),
    ];
    for (key, _) in needs.iter().filter(|(_, is_changed)| *is_changed) {
        warn!("{key} takes effect at the next start");
    }
}

/// Has other outlets read what is on air, as `config` wants it.
fn turn_outlets(outlets: &mut Outlets, config: &Config, radio: &Radio) {
    let on_air = radio.configured_stations();
    outlets.turn_to(config, on_air.map(|(station, live)| (station, &*live.mounts)));
}

fn channels(radio: &Radio, outlets: &Outlets) -> Vec<Channel> {
    let channel = |station: &LiveStation| Channel {
        station: station.name.clone(),
        mounts: station.mounts.clone(),
        on_air: station.on_air.clone(),
        history: station.history.clone(),
        hls: station.mounts.iter().filter_map(|mount| outlets.hls.live(mount)).collect(),
    };
    radio.stations().map(channel).collect()
}

fn announce(site: &Site, address: SocketAddr) {
    let base = match &site.server.public_url {
        Some(url) => url.clone(),
        None if address.ip().is_unspecified() => format!("http://localhost:{}", address.port()),
        None => format!("http://{address}"),
    };
    println!("on air; the player is at {base}/");
    for channel in &site.channels {
        let about = &channel.main().about;
        println!("  {:<24} {base}{}", about.name, about.path);
        for mount in &channel.mounts[1..] {
            println!("  {:<24} {base}{}", "", mount.about.path);
        }
    }
}

/// Ends at Ctrl-C or SIGTERM.
async fn asked_to_stop() {
    let terminated = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signals) => drop(signals.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated => {}
    }
    println!("stopping");
}

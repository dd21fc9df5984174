//! `electropunk serve`: plays all stations and serves them until it is stopped.

use std::{
    env,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{Arc, mpsc},
    time::{Duration, Instant},
};

use anyhow::Context as _;
use tokio::{runtime::Runtime, sync::watch};
use tracing::{info, warn};

use crate::{
    cli,
    cmd::{
        alerts,
        reload::{self, Reloader},
        signals::{Actions, STOP_LIMIT, Signals},
        systemd, values, zone,
    },
    config::{self, Config, watch::Watch},
    ffi,
    files::{lock::NotLocked, patience},
    log,
    music::bar::Bar,
    out::sinks::Sinks,
    station::{
        load::library::Library,
        radio::Radio,
        state::State,
        studio::{Studio, anchor_files, orders::ConfigOrder},
        takes::moment::{PastBars, Recompose},
    },
    threads::{self, Supervisor},
    web::{
        server::{self, Endpoint},
        site::{Site, Timeouts},
        studio::{lab::Lab, tools::RunTool},
        tls::Tls,
    },
};

/// Sound that the kernel may buffer for a stalled listener: a full send buffer's worth.
const IN_FLIGHT: Duration = Duration::from_secs(10);

/// The file that is read if none is given.
const RADIO_TOML: &str = "radio.toml";

/// How long the start waits for the disk of the saved state.
const PATIENCE: Duration = Duration::from_secs(2);

/// Time for outstanding tasks after the last listener.
const TASK_GRACE: Duration = Duration::from_millis(300);

/// Runs the command; returns once all listeners are disconnected.
///
/// # Errors
/// radio.toml has errors, a file that it names can't be opened, or the address is in use.
pub fn run(args: &cli::Serve) -> anyhow::Result<()> {
    ffi::return_large_allocations();
    if let Err(error) = log::start() {
        warn!("{error}");
    }
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let supervisor = Supervisor::default();
    let (stop, stopped) = watch::channel(None);
    let (reloads, orders) = mpsc::channel();
    let signals = runtime.block_on(async { Signals::register() });
    let config_orders = reloads.clone();
    let actions = Actions { reloads, supervisor: supervisor.clone(), stopped: stop };
    runtime.spawn(signals.follow(actions));
    let (running, endpoints) = start(args, &runtime, &supervisor, config_orders)?;
    let Running { reloader, site, timeouts } = running;
    let sites = site.clone();
    supervisor.spawn("systemd", {
        let supervisor = supervisor.clone();
        move || systemd::report(&sites, &supervisor)
    })?;
    let closed = follow(reloader, orders, &supervisor)?;
    let mut shutdown = stopped.clone();
    let served = runtime.block_on(async {
        let shutdown = async move {
            // An error means that signals are no longer handled: the radio stops then, too.
            let _ = shutdown.wait_for(Option::is_some).await;
        };
        server::serve(endpoints, site, timeouts, shutdown).await
    });
    let begun = stopped.borrow().unwrap_or_else(Instant::now);
    let left = STOP_LIMIT.saturating_sub(2 * TASK_GRACE + begun.elapsed());
    // Disconnected once all is closed; threads that hang on a disk are not awaited.
    let _ = closed.recv_timeout(left);
    // A DNS lookup or a write to a dead disk could block for ever.
    runtime.shutdown_timeout(TASK_GRACE);
    Ok(served?)
}

/// A radio on air.
struct Running {
    reloader: Reloader,
    site: watch::Receiver<Arc<Site>>,
    timeouts: Timeouts,
}

/// Reads radio.toml, binds the ports and starts all stations.
fn start(
    args: &cli::Serve,
    runtime: &Runtime,
    supervisor: &Supervisor,
    orders: mpsc::Sender<ConfigOrder>,
) -> anyhow::Result<(Running, Vec<Endpoint>)> {
    // Created before the file is read, so that no change in between is missed.
    let watch = Watch::new(args.config.as_deref());
    let text = config::read(args.config.as_deref())?;
    let config = text.parse()?;
    if config::is_built_in(args.config.as_deref()) {
        let here = env::current_dir().unwrap_or_default();
        info!("no radio.toml in {}: playing the built-in stations", here.display());
    }
    zone::log();
    let state = state(&config, supervisor)?;
    let given = args.seed.or(config.seed);
    let seed = given.or_else(|| state.seed()).unwrap_or_else(rand::random);
    // Each listener takes a socket.
    if let Err(error) = rlimit::increase_nofile_limit(u64::MAX) {
        warn!("raising the limit of open files failed: {error}");
    }
    info!(seed, "random seed: the same --seed plays the same music");
    let Bound { endpoints, address, tls } = listen(args, &config, runtime)?;
    // Not before the port is bound: another radio may be running from this folder.
    state.keep_seed(seed);
    let folder = state.folder().map(Path::to_owned);
    remove_unnamed_anchors(folder.clone(), args.config.as_deref());
    let library = Library::on(args.device.unwrap_or(config.device), config.precision);
    let studio = Arc::new(Studio::new(folder.clone(), Some(orders)));
    for station in &config.stations {
        studio.enter(&station.name, || state.hand(&station.name));
    }
    let config = values::with_values(&text, &studio)?;
    let started = (&config, &*text.text);
    let radio = Radio::start(started, library, seed, state, supervisor, studio.clone())?;
    let lab = Lab::new(folder.as_deref(), config.precision, supervisor);
    let mut sinks = Sinks::on(runtime.handle(), folder, supervisor);
    reload::update_sinks(&mut sinks, &config, &radio);
    // A listener may lag in the ring, and have a full send buffer besides.
    let stall = Duration::from_secs(config.server.lag_seconds as u64) + IN_FLIGHT;
    let timeouts = Timeouts { stall, ..Timeouts::default() };
    let site = Site {
        targets: sinks.statuses(),
        alerts: config.alerts.clone(),
        disks: alerts::disks(&config, sinks.state()),
        supervisor: supervisor.clone(),
        studio_settings: config.studio.clone(),
        studio: Some(studio.clone()),
        lab: Some(Arc::new(lab)),
        recompose: Some(recompose(studio.clone())),
        tools: tools(),
        ..Site::new(reload::stations(&radio, &sinks), config.server.clone(), config.admin.clone())
    };
    announce(&site, address);
    let (sites, site) = watch::channel(Arc::new(site));
    runtime.spawn(alerts::run(site.clone()));
    let path = args.config.clone();
    let reloader = Reloader { path, watch, text, config, studio, radio, sinks, sites, tls };
    Ok((Running { reloader, site, timeouts }, endpoints))
}

/// Tools that answer clips; they belong to the lab.
fn tools() -> Option<Arc<RunTool>> {
    #[cfg(feature = "lab")]
    let tools: Option<Arc<RunTool>> = Some(Arc::new(|request| {
        crate::lab::cmd::tools::studio::answer(request).map_err(|error| format!("{error:#}"))
    }));
    #[cfg(not(feature = "lab"))]
    let tools = None;
    tools
}

/// Recomposes past bars of the stations in `studio`.
fn recompose(studio: Arc<Studio>) -> Arc<Recompose> {
    Arc::new(move |station: &str, bar: u64| {
        let composer = studio.moment(station, bar).map_err(|error| error.to_string())?;
        // Bars after fallback bars have higher numbers on air.
        let shift = bar - composer.next_number().min(bar);
        let bars = composer.map(move |bar| Arc::new(Bar { number: bar.number + shift, ..bar }));
        Ok(Box::new(bars) as PastBars)
    })
}

/// Removes anchors made by hand that are no longer used. Does not wait for a disk that hangs.
fn remove_unnamed_anchors(folder: Option<PathBuf>, config: Option<&Path>) {
    let Some(folder) = folder else { return };
    let file = config.unwrap_or(Path::new(RADIO_TOML)).to_owned();
    match patience::within(PATIENCE, move || anchor_files::remove_unnamed(&folder, &file)) {
        Some(Err(error)) => warn!("anchors made by hand: {error}"),
        Some(Ok(n)) if 0 < n => info!("removed {n} anchors made by hand that nothing names"),
        Some(Ok(_)) | None => {}
    }
}

/// Follows changes on the thread `config`. The receiver is disconnected when the radio has stopped and
/// closed everything.
fn follow(
    mut reloader: Reloader,
    orders: mpsc::Receiver<ConfigOrder>,
    supervisor: &Supervisor,
) -> anyhow::Result<mpsc::Receiver<()>> {
    let (closing, closed) = mpsc::channel();
    let supervisor = supervisor.clone();
    threads::spawn("config", move || {
        // Returns when the radio stops; restarted after any panic before that.
        supervisor.run("config", || reloader.follow(&orders, &supervisor));
        reloader.close();
        drop(closing);
    })?;
    Ok(closed)
}

/// Binds the plain and, if configured, the TLS port.
///
/// Called before stations start, so that a second radio on the same port fails at once.
fn listen(args: &cli::Serve, config: &Config, runtime: &Runtime) -> anyhow::Result<Bound> {
    let bind = |address: SocketAddr| {
        let bound = runtime.block_on(async { server::bind(address) });
        bound.with_context(|| format!("can't listen on {address}"))
    };
    let listener = bind(args.bind.unwrap_or(config.server.bind))?;
    let address = listener.local_addr()?;
    let mut endpoints = vec![Endpoint::http(listener)];
    let mut tls = None;
    if let Some(files) = config.server.tls.clone() {
        let secure = files.bind;
        let opened = tls.insert(Arc::new(Tls::open(files)?));
        endpoints.push(Endpoint::https(bind(secure)?, opened.clone()));
    }
    Ok(Bound { endpoints, address, tls })
}

/// Ports that are bound.
struct Bound {
    endpoints: Vec<Endpoint>,
    /// The address of the plain port.
    address: SocketAddr,
    /// The certificate of the TLS port, if there is one.
    tls: Option<Arc<Tls>>,
}

/// The state folder: systemd's `$STATE_DIRECTORY`, the only folder that its sandbox lets the
/// service write to, else that of radio.toml.
///
/// # Errors
/// Another radio uses the folder.
fn state(config: &Config, supervisor: &Supervisor) -> Result<State, NotLocked> {
    let given = env::var_os("STATE_DIRECTORY");
    let given = given.as_ref().and_then(|folders| env::split_paths(folders).next());
    let folder = given.filter(|folder| folder.is_absolute()).or(config.state.clone());
    let Some(folder) = folder else { return Ok(State::default()) };
    let (at, supervisor) = (folder.clone(), supervisor.clone());
    let opened = patience::within(PATIENCE, move || State::in_folder(&at, &supervisor));
    opened.unwrap_or_else(|| {
        warn!("{}: state will not be saved: no answer from its disk", folder.display());
        Ok(State::default())
    })
}

/// Prints the addresses of the player, of all mounts, and of the studio with the key of this run.
fn announce(site: &Site, address: SocketAddr) {
    let base = match &site.server.public_url {
        Some(url) => url.clone(),
        None if address.ip().is_unspecified() => format!("http://localhost:{}", address.port()),
        None => format!("http://{address}"),
    };
    log::say(format_args!("on air; the player is at {base}/"));
    for station in &site.stations {
        let about = &station.main().about;
        log::say(format_args!("  {:<24} {base}{}", about.name, about.path));
        for mount in &station.mounts[1..] {
            log::say(format_args!("  {:<24} {base}{}", "", mount.about.path));
        }
    }
    if site.studio_settings.enabled {
        let key = &site.studio_access.key;
        log::say(format_args!("the studio is at {base}/studio?key={key}"));
    }
}

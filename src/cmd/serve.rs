//! `electropunk serve`: plays all stations and serves them until it is stopped.

use std::{
    env,
    net::SocketAddr,
    path::Path,
    sync::{Arc, mpsc},
    time::Duration,
};

use anyhow::Context as _;
use tokio::{
    runtime::Runtime,
    signal::unix::{SignalKind, signal},
    sync::watch,
};
use tracing::{info, warn};

use crate::{
    cli,
    cmd::{
        alerts,
        reload::{self, Reloader},
        zone,
    },
    config::{self, Config, watch::Watch},
    ffi,
    files::lock::NotLocked,
    out::sinks::Sinks,
    station::{load::library::Library, radio::Radio, state::State},
    threads,
    web::{
        server::{self, Endpoint},
        site::{Site, Timeouts},
        tls::Tls,
    },
};

/// Sound that the kernel may buffer for a stalled listener: a full send buffer's worth.
const IN_FLIGHT: Duration = Duration::from_secs(10);

/// Time for outstanding tasks once all listeners are gone.
const TASK_GRACE: Duration = Duration::from_millis(500);

/// Runs the command; returns once all listeners are disconnected.
///
/// # Errors
/// radio.toml has errors, a file that it names can't be opened, or the address is in use.
pub fn run(args: &cli::Serve) -> anyhow::Result<()> {
    ffi::return_large_allocations();
    // Created before the file is read, so that no change in between is missed.
    let watch = Watch::new(args.config.as_deref());
    let config = config::load(args.config.as_deref())?;
    if config::is_built_in(args.config.as_deref()) {
        let here = env::current_dir().unwrap_or_default();
        info!("no radio.toml in {}: playing the built-in stations", here.display());
    }
    zone::log();
    let state = state(&config)?;
    let given = args.seed.or(config.seed);
    let seed = given.or_else(|| state.seed()).unwrap_or_else(rand::random);
    // Each listener takes a socket.
    if let Err(error) = rlimit::increase_nofile_limit(u64::MAX) {
        warn!("raising the limit of open files failed: {error}");
    }
    info!(seed, "random seed: the same --seed plays the same music");
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let (endpoints, address) = listen(args, &config, &runtime)?;
    // Not before the port is bound: another radio may be running from this folder.
    state.keep_seed(seed);
    let folder = state.folder().map(Path::to_owned);
    let library = Library::on(args.device.unwrap_or(config.device), config.precision);
    let radio = Radio::start(&config, library, seed, state)?;
    let mut sinks = Sinks::on(runtime.handle(), folder);
    reload::update_sinks(&mut sinks, &config, &radio);
    // A listener may lag in the ring, and have a full send buffer besides.
    let stall = Duration::from_secs(config.server.lag_seconds as u64) + IN_FLIGHT;
    let timeouts = Timeouts { stall, ..Timeouts::default() };
    let site = Site {
        targets: sinks.statuses(),
        alerts: config.alerts.clone(),
        disks: alerts::disks(&config, sinks.state()),
        ..Site::new(reload::stations(&radio, &sinks), config.server.clone(), config.admin.clone())
    };
    announce(&site, address);
    let (sites, site) = watch::channel(Arc::new(site));
    runtime.spawn(alerts::run(site.clone()));
    let (stop, stopped) = mpsc::channel();
    let reloader = Reloader { path: args.config.clone(), watch, config, radio, sinks, sites };
    let reloading = threads::spawn("config", move || reloader.run(&stopped))?;
    let served = runtime.block_on(async {
        let shutdown = async {
            stop_signal().await;
            drop(stop);
            // Joining the stations' threads blocks, so not on the runtime's workers.
            let _ = tokio::task::spawn_blocking(|| reloading.join()).await;
        };
        server::serve(endpoints, site, timeouts, shutdown).await
    });
    // A DNS lookup or a write to a dead disk could block for ever.
    runtime.shutdown_timeout(TASK_GRACE);
    Ok(served?)
}

/// Binds the plain and, if configured, the TLS port; the address is that of the plain one.
///
/// Called before stations start, so that a second radio on the same port fails at once.
fn listen(
    args: &cli::Serve,
    config: &Config,
    runtime: &Runtime,
) -> anyhow::Result<(Vec<Endpoint>, SocketAddr)> {
    let bind = |address: SocketAddr| {
        let bound = runtime.block_on(async { server::bind(address) });
        bound.with_context(|| format!("can't listen on {address}"))
    };
    let listener = bind(args.bind.unwrap_or(config.server.bind))?;
    let address = listener.local_addr()?;
    let mut endpoints = vec![Endpoint::http(listener)];
    if let Some(files) = config.server.tls.clone() {
        let secure = files.bind;
        let tls = Tls::open(files)?;
        endpoints.push(Endpoint::https(bind(secure)?, tls));
    }
    Ok((endpoints, address))
}

/// The state folder: systemd's `$STATE_DIRECTORY`, the only folder that its sandbox lets the
/// service write to, else that of radio.toml.
///
/// # Errors
/// Another radio uses the folder.
fn state(config: &Config) -> Result<State, NotLocked> {
    let given = env::var_os("STATE_DIRECTORY");
    let given = given.as_ref().and_then(|folders| env::split_paths(folders).next());
    let folder = given.filter(|folder| folder.is_absolute()).or(config.state.clone());
    folder.map_or_else(|| Ok(State::default()), |folder| State::in_folder(&folder))
}

/// Prints the addresses of the player and of all mounts.
fn announce(site: &Site, address: SocketAddr) {
    let base = match &site.server.public_url {
        Some(url) => url.clone(),
        None if address.ip().is_unspecified() => format!("http://localhost:{}", address.port()),
        None => format!("http://{address}"),
    };
    println!("on air; the player is at {base}/");
    for station in &site.stations {
        let about = &station.main().about;
        println!("  {:<24} {base}{}", about.name, about.path);
        for mount in &station.mounts[1..] {
            println!("  {:<24} {base}{}", "", mount.about.path);
        }
    }
}

/// Waits for SIGINT (Ctrl-C) or SIGTERM.
async fn stop_signal() {
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
    println!("shutting down");
}

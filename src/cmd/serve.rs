//! `electropunk serve`: all stations on the air until told to stop.

use std::{net::SocketAddr, sync::Arc};

use anyhow::Context as _;
use tokio::signal::unix::{SignalKind, signal};
use tracing::info;

use crate::{
    cli, config,
    station::{broadcast::Broadcast, library::Library},
    web::{
        server,
        site::{Channel, Limits, Site},
    },
};

/// Runs the command; returns when all listeners have been let go.
///
/// # Errors
/// radio.toml is wrong, something that it names can't be used, or the address is taken.
pub fn run(args: &cli::Serve) -> anyhow::Result<()> {
    let config = config::load(args.config.as_deref())?;
    let seed = args.seed.or(config.seed).unwrap_or_else(rand::random);
    let bind = args.bind.unwrap_or(config.server.bind);
    info!(seed, "one seed is one programme: --seed plays it again");
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    // Taken before the stations start, so that a second radio on the port says so at once.
    let listener = runtime
        .block_on(async { server::bind(bind) })
        .with_context(|| format!("can't listen on {bind}"))?;
    let mut library = Library::on(args.device.unwrap_or(config.device), config.precision);
    let broadcasts = config.stations.iter().map(|station| {
        let started = Broadcast::start(station, &mut library, seed, config.server.burst_bytes);
        started.with_context(|| format!("station {}", station.name))
    });
    let broadcasts = broadcasts.collect::<anyhow::Result<Vec<_>>>()?;
    let channels = broadcasts.iter().map(|broadcast| Channel {
        station: broadcast.name.clone(),
        mount: broadcast.mount.clone(),
        on_air: broadcast.on_air.clone(),
    });
    let limits = Limits { max_listeners: config.server.max_listeners, ..Limits::default() };
    let site = Arc::new(Site::new(channels.collect(), config.server.public_url.clone(), limits));
    announce(&site, listener.local_addr()?);
    runtime.block_on(async {
        let shutdown = async {
            asked_to_stop().await;
            // Off the runtime's threads: joining the stations' threads blocks.
            let _ = tokio::task::spawn_blocking(move || drop(broadcasts)).await;
        };
        server::serve(listener, site, shutdown).await;
    });
    Ok(())
}

fn announce(site: &Site, address: SocketAddr) {
    let base = match &site.public_url {
        Some(url) => url.clone(),
        None if address.ip().is_unspecified() => format!("http://localhost:{}", address.port()),
        None => format!("http://{address}"),
    };
    println!("on air; the player is at {base}/");
    for channel in &site.channels {
        let about = &channel.mount.about;
        println!("  {:<24} {base}{}", about.name, about.path);
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

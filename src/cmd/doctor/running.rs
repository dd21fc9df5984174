//! A radio that runs at the address of radio.toml: its health, and the sound of each station.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use crate::{cmd::doctor::Finding, config::Config};

/// Limit for an exchange.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Longest answer in bytes.
const MOST: u64 = 4 << 20;

/// Least music that should be ready, in seconds.
const LATE_SECONDS: f64 = 5.0;

/// Whether a radio answers at the address of radio.toml.
pub(super) async fn answers(config: &Config) -> bool {
    let health = ask(local(config.server.bind), "/healthz").await.unwrap_or_default();
    is_radio(health.split("\r\n\r\n").next().unwrap_or_default())
}

/// Whether a response with this head is a radio's.
fn is_radio(head: &str) -> bool {
    head.contains("electropunk/")
}

/// What a running radio reports; that none runs is no fault.
pub(super) async fn stations(config: &Config) -> Vec<Finding> {
    let address = local(config.server.bind);
    let Ok(health) = ask(address, "/healthz").await else {
        return vec![Finding::ok("radio", format!("no radio answers at {address}"))];
    };
    let (head, body) = health.split_once("\r\n\r\n").unwrap_or_default();
    if !is_radio(head) {
        return vec![Finding::fault("radio", format!("another server answers at {address}"))];
    }
    let text = format!("{address}/healthz: {}", body.trim_end());
    let is_well = head.split(' ').nth(1) == Some("200");
    let mut findings =
        vec![if is_well { Finding::ok("radio", text) } else { Finding::fault("radio", text) }];
    let metrics = ask(address, "/metrics").await.unwrap_or_default();
    findings.extend(config.stations.iter().map(|station| of_station(&station.name, &metrics)));
    findings
}

/// Music ready, loudness and listeners of a station.
fn of_station(name: &str, metrics: &str) -> Finding {
    let figure = |metric: &str| {
        let start = format!("electropunk_{metric}{{station=\"{name}\"");
        let line = metrics.lines().find(|line| line.starts_with(&start))?;
        line.rsplit_once(' ')?.1.parse::<f64>().ok()
    };
    let (Some(ahead), Some(listeners)) = (figure("ahead_seconds"), figure("listeners")) else {
        return Finding::warning("station", format!("{name}: not on air in the running radio"));
    };
    let loudness = figure("loudness_lufs").unwrap_or(f64::NEG_INFINITY);
    let text = format!(
        "{name}: {ahead:.0} s of music ready, {loudness:.1} LUFS, {listeners} listeners on its first mount"
    );
    match ahead < LATE_SECONDS {
        true => Finding::warning("station", format!("{text}; the composer is late")),
        false => Finding::ok("station", text),
    }
}

/// The address at which a radio that listens on `bind` answers on this machine.
fn local(bind: SocketAddr) -> SocketAddr {
    let ip = match bind.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, bind.port())
}

async fn ask(address: SocketAddr, path: &str) -> io::Result<String> {
    let exchange = async {
        let mut socket = TcpStream::connect(address).await?;
        socket.write_all(format!("GET {path} HTTP/1.0\r\n\r\n").as_bytes()).await?;
        let mut answer = String::new();
        socket.take(MOST).read_to_string(&mut answer).await?;
        Ok(answer)
    };
    timeout(TIMEOUT, exchange).await?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cmd::doctor::Level;

    #[test]
    fn a_station_is_described_by_its_metrics() {
        let metrics = "electropunk_ahead_seconds{station=\"a\",mount=\"/a.mp3\"} 31.5\n\
                       electropunk_listeners{station=\"a\",mount=\"/a.mp3\"} 2\n\
                       electropunk_loudness_lufs{station=\"a\"} -15.91\n";

        let finding = of_station("a", metrics);
        assert_eq!(
            finding.text,
            "a: 32 s of music ready, -15.9 LUFS, 2 listeners on its first mount"
        );
        assert_eq!(of_station("a", &metrics.replace("31.5", "0.5")).level, Level::Warning);
        assert_eq!(of_station("b", metrics).level, Level::Warning);
    }
}

//! Checks the program, the machine and its files.

use std::{env, path::Path, time::SystemTime};

use jiff::{Timestamp, ZonedDateTime};
use rustix::fs::{Access, access};

use crate::{
    cmd::{alerts, doctor::Finding},
    config::Config,
    web::expiry,
};

/// Descriptors that the radio needs besides one for each listener.
const OTHER_FILES: u64 = 200;

/// Days before a certificate's expiry that give a warning.
const SOON_DAYS: u64 = 14;

pub(super) fn version() -> Finding {
    let lab = if cfg!(feature = "lab") { "with" } else { "without" };
    let (version, os, arch) = (env!("CARGO_PKG_VERSION"), env::consts::OS, env::consts::ARCH);
    Finding::ok("version", format!("electropunk {version}, {os} on {arch}, {lab} the workshop"))
}

/// Local time, and the zone that the times of day in radio.toml are in.
pub(super) fn clock() -> Vec<Finding> {
    let now = ZonedDateTime::now();
    let zone = now.time_zone().iana_name().unwrap_or("without a name").to_owned();
    let mut findings = vec![Finding::ok("clock", format!("{now}, zone {zone}"))];
    let wanted = env::var("TZ").unwrap_or_default();
    if !wanted.is_empty() && wanted.trim_start_matches(':') != zone {
        let text = format!("TZ is {wanted:?}, but the time zone in use is {zone}");
        findings.push(Finding::warning("clock", text));
    }
    if now.year() < 2026 {
        findings.push(Finding::fault("clock", "the clock is years behind"));
    }
    findings
}

/// The limit of open files, and the load of the machine.
pub(super) fn limits(config: &Config) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Ok((soft, hard)) = rlimit::Resource::NOFILE.get() {
        let needed = config.server.max_listeners as u64 + OTHER_FILES;
        let text = format!("{soft} open files, which the radio raises to {hard}");
        findings.push(match needed <= hard {
            true => Finding::ok("files", text),
            false => Finding::warning(
                "files",
                format!(
                    "{text}; {needed} are needed for max_listeners = {}",
                    config.server.max_listeners
                ),
            ),
        });
    }
    if let Ok(load) = std::fs::read_to_string("/proc/loadavg") {
        let minute = load.split(' ').next().and_then(|load| load.parse::<f64>().ok());
        let n = std::thread::available_parallelism().map_or(1, usize::from);
        let text = format!("load {} on {n} processors", minute.unwrap_or_default());
        let is_high = minute.is_some_and(|load| 1.5 * (n as f64) < load);
        findings.push(if is_high {
            Finding::warning("load", text)
        } else {
            Finding::ok("load", text)
        });
    }
    findings
}

/// The folders that the radio writes to.
pub(super) fn disks(config: &Config) -> Vec<Finding> {
    let state = config.state.as_deref();
    let finding = |(folder, floor): (std::path::PathBuf, f64)| {
        let name = folder.display();
        let Some(free) = alerts::free_gb(&folder) else {
            return Finding::fault("disk", format!("{name}: the disk can't be read"));
        };
        let text = format!("{name}: {free:.1} GB free");
        let existing = folder.ancestors().find(|folder| folder.exists());
        match access(existing.unwrap_or(Path::new(".")), Access::WRITE_OK) {
            Err(error) => Finding::fault("disk", format!("{text}, but not writable: {error}")),
            Ok(()) if free < floor => {
                Finding::fault("disk", format!("{text}, expected at least {floor} GB"))
            }
            Ok(()) => Finding::ok("disk", text),
        }
    };
    alerts::disks(config, state).into_iter().map(finding).collect()
}

/// When the certificate expires.
pub(super) fn certificate(config: &Config) -> Option<Finding> {
    let file = &config.server.tls.as_ref()?.certificate;
    let name = file.display();
    let end = match expiry::of_certificate(file) {
        Ok(end) => end,
        Err(error) => return Some(Finding::fault("certificate", format!("{name}: {error}"))),
    };
    let until = Timestamp::try_from(end).map(|end| end.to_string()).unwrap_or_default();
    Some(match end.duration_since(SystemTime::now()) {
        Err(_) => Finding::fault("certificate", format!("{name}: ended on {until}")),
        Ok(left) if left.as_secs() / 86_400 < SOON_DAYS => {
            Finding::warning("certificate", format!("{name}: ends soon, on {until}"))
        }
        Ok(_) => Finding::ok("certificate", format!("{name}: valid until {until}")),
    })
}

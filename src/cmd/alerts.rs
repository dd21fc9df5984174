//! The task that checks for troubles once a second and sends notices to the webhook.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use rustix::fs::statvfs;
use tokio::{
    sync::{Mutex, mpsc, watch},
    task::{JoinHandle, spawn_blocking},
    time::{MissedTickBehavior, interval},
};
use tracing::{error, info, warn};

use crate::{
    config::Config,
    out::alerts::{Kind, Notice, NoticeState, Trouble, ledger::Ledger, webhook},
    web::{expiry, site::Site, troubles},
};

/// Interval of the checks.
const TICK: Duration = Duration::from_secs(1);

/// Interval of the checks of disks and certificates, in ticks.
const SLOW_TICKS: u64 = 30;

/// Least free space of a disk for saving the state reliably, in GB (10⁹ bytes).
const LEAST_FREE_GB: f64 = 0.05;

/// A certificate that expires within this time is a trouble.
const SOON: Duration = Duration::from_hours(14 * 24);

/// The folders that `config` names, and the state folder, each with the GB (10⁹ bytes) that must be free.
pub fn disks(config: &Config, state: Option<&Path>) -> Vec<(PathBuf, f64)> {
    let archive = config.archive.folder.clone();
    let archive = archive.map(|folder| (folder, config.archive.min_free_gb.max(LEAST_FREE_GB)));
    let state = state.map(|folder| (folder.to_owned(), LEAST_FREE_GB));
    archive.into_iter().chain(state).collect()
}

/// Checks `site` for troubles until the radio ends; restarted after a panic.
pub async fn run(site: watch::Receiver<Arc<Site>>) {
    let supervisor = site.borrow().supervisor.clone();
    supervisor.run_task("alerts", || follow(site.clone())).await;
}

/// As [`run`]. The webhook has a task of its own, which ends with this one.
async fn follow(mut site: watch::Receiver<Arc<Site>>) {
    let supervisor = site.borrow().supervisor.clone();
    let (sender, notices) = mpsc::channel(webhook::QUEUE);
    let (settings, current) = watch::channel(site.borrow().alerts.clone());
    tokio::spawn(async move {
        let notices = Mutex::new(notices);
        let send = || async { webhook::run(&mut *notices.lock().await, &current).await };
        supervisor.run_task("webhook", send).await;
    });
    let (begun, mut ledger, mut slow) = (Instant::now(), Ledger::default(), SlowChecks::default());
    let mut ticks = interval(TICK);
    // After a suspend, one check is enough.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for n in 0u64.. {
        ticks.tick().await;
        let now = site.borrow_and_update().clone();
        settings.send_replace(now.alerts.clone());
        let mut troubles = troubles::of(&now, begun);
        troubles.extend(slow.troubles(&now, n.is_multiple_of(SLOW_TICKS)).await);
        for notice in ledger.update(troubles, Instant::now(), &name(&now)) {
            tell(notice, &now, &sender);
        }
    }
}

/// Logs `notice`, and queues it for the webhook.
fn tell(notice: Notice, site: &Site, sender: &mpsc::Sender<Notice>) {
    // These are logged already, with more details.
    let is_logged = matches!(notice.kind, Kind::Push | Kind::Upload | Kind::Config);
    match notice.state {
        _ if is_logged => {}
        NoticeState::Raised => warn!("trouble: {}", notice.text),
        NoticeState::Cleared => info!("{}", notice.text),
    }
    if site.alerts.webhook.is_some()
        && let Err(error) = sender.try_send(notice)
    {
        error!("an alert is dropped: the webhook has not answered for long ({error})");
    }
}

fn name(site: &Site) -> String {
    site.server.public_url.clone().unwrap_or_else(|| crate::web::response::SERVER.to_owned())
}

/// Checks that read disks, which may hang: they run on a thread, one at a time.
#[derive(Default)]
struct SlowChecks {
    running: Option<JoinHandle<Vec<Trouble>>>,
    found: Vec<Trouble>,
}

impl SlowChecks {
    /// The last results. Starts another check if one `is_due` and none is running.
    async fn troubles(&mut self, site: &Site, is_due: bool) -> Vec<Trouble> {
        if let Some(running) = self.running.take_if(|running| running.is_finished()) {
            // Fails only after a panic or at the end.
            self.found = running.await.unwrap_or_default();
        }
        if is_due && self.running.is_none() {
            let (disks, tls) = (site.disks.clone(), site.server.tls.clone());
            self.running = Some(spawn_blocking(move || {
                let full = disks.iter().filter_map(|(folder, floor)| full(folder, *floor));
                let ends = tls.and_then(|tls| ends_soon(&tls.certificate));
                full.chain(ends).collect()
            }));
        }
        self.found.clone()
    }
}

/// GB (10⁹ bytes) free on the disk of `folder`, which need not exist yet.
pub fn free_gb(folder: &Path) -> Option<f64> {
    let exists = |folder: &&Path| fs::metadata(folder).is_ok();
    let here = Path::new(".");
    let disk = statvfs(folder.ancestors().find(exists).unwrap_or(here)).ok()?;
    Some(disk.f_bavail as f64 * disk.f_frsize as f64 / 1e9)
}

/// The trouble of a disk with less than `floor` GB free.
fn full(folder: &Path, floor: f64) -> Option<Trouble> {
    let free = free_gb(folder)?;
    (free < floor).then(|| Trouble {
        kind: Kind::DiskFull,
        subject: folder.display().to_string(),
        text: format!("{}: {free:.2} GB free, expected at least {floor} GB", folder.display()),
    })
}

/// The trouble of a certificate that expires soon or has expired.
fn ends_soon(file: &Path) -> Option<Trouble> {
    let end = expiry::of_certificate(file).ok()?;
    let left = end.duration_since(SystemTime::now()).unwrap_or_default();
    (left < SOON).then(|| Trouble {
        kind: Kind::Certificate,
        subject: file.display().to_string(),
        text: match left.as_secs() / 86_400 {
            _ if left.is_zero() => format!("{}: the certificate has ended", file.display()),
            1 => format!("{}: the certificate ends in a day", file.display()),
            days => format!("{}: the certificate ends in {days} days", file.display()),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_without_room_is_a_trouble() {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("not/yet/there");

        assert_eq!(full(&inside, 0.0), None);
        let trouble = full(&inside, 1e9).unwrap();
        assert!(trouble.text.ends_with("GB free, expected at least 1000000000 GB"), "{trouble:?}");
    }
}

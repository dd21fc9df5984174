//! Uploads: a station's segments and playlists in an S3 bucket, from which a CDN serves them. Each file
//! crosses the radio's own uplink once.
//!
//! An upload is a task that copies new segments of a station's variants, and retries after any failure
//! for as long as radio.toml wants it. Nothing waits for it: while the storage is down segments are
//! skipped.

mod bucket;
mod expired;
mod failure;
mod mirror;
#[cfg(test)]
mod testing;
mod transport;

use std::{
    fmt::Display,
    mem::{Discriminant, discriminant},
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{sync::watch, time::sleep};
use tracing::{debug, info, warn};

use crate::{
    config::Upload,
    out::{
        hls::{
            live::Live,
            names::MAIN,
            upload::{
                bucket::Bucket,
                failure::Failure,
                mirror::{Mirror, Progress},
            },
        },
        push::backoff::Backoff,
        status::{State, Status},
    },
};

/// After this time without failure, warnings start afresh.
const STEADY: Duration = Duration::from_mins(1);

/// The target of an upload.
#[derive(Clone)]
pub struct Target {
    /// The bucket.
    pub upload: Upload,
    /// The station's name, which is also the name of its folder.
    pub station: String,
    /// Its variants, at least one.
    pub lives: Vec<Arc<Live>>,
}

impl Target {
    /// The URL of the station's folder, for logs and pages.
    pub(super) fn url(&self) -> String {
        let Upload { endpoint, bucket, .. } = &self.upload;
        let endpoint = endpoint.to_string();
        let folder = self.upload.folder(&self.station);
        format!("{}/{bucket}/{folder}", endpoint.trim_end_matches('/'))
    }
}

impl PartialEq for Target {
    fn eq(&self, other: &Self) -> bool {
        let (lives, others) = (self.lives.iter(), other.lives.iter());
        (&self.upload, &self.station) == (&other.upload, &other.station)
            && lives.map(Arc::as_ptr).eq(others.map(Arc::as_ptr))
    }
}

/// Keeps the bucket up to date until this future is dropped, and reports to `status`.
pub async fn run(target: Target, status: watch::Sender<Status>) {
    let mut log = Log { target: &target, since: None, is_news: true, warned: Vec::new() };
    match Bucket::open(&target.upload, &target.station) {
        Ok(bucket) => keep_up(Mirror::new(bucket, &target.lives), log, &status).await,
        Err(failure) => log.warn_once(Problem::Failed(discriminant(&failure)), &failure),
    }
}

async fn keep_up(mut mirror: Mirror, mut log: Log<'_>, status: &watch::Sender<Status>) {
    let (mut backoff, mut progress) = (Backoff::default(), Progress::default());
    loop {
        match mirror.catch_up(&mut progress).await {
            Ok(()) => {
                backoff = Backoff::default();
                status.send_modify(|status| update(status, &progress));
                log.progressed(std::mem::take(&mut progress));
                if let Err(failure) = mirror.tidy(Instant::now()).await {
                    log.warn_once(Problem::Expired, &failure);
                }
                mirror.changed().await;
            }
            Err(failure) => {
                let wait = backoff.next(rand::random());
                status.send_modify(|status| status.set_waiting(&failure, wait));
                log.failed(&failure);
                sleep(wait).await;
                status.send_modify(|status| status.state = State::Connecting);
            }
        }
    }
}

fn update(status: &mut Status, &Progress { n_put, n_missed }: &Progress) {
    status.n_missed += n_missed;
    if n_put > 0 {
        status.set_on_air();
    }
}

/// A problem, which is warned about once.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Problem {
    /// An upload failed.
    Failed(Discriminant<Failure>),
    /// Uploads are slower than real time.
    Slow,
    /// Old segments can't be deleted.
    Expired,
}

/// Logs each problem once as a warning, then at debug level.
struct Log<'a> {
    target: &'a Target,
    /// Since when uploads succeed, if they do.
    since: Option<Instant>,
    /// Whether the next success is logged.
    is_news: bool,
    warned: Vec<Problem>,
}

impl Log<'_> {
    fn progressed(&mut self, Progress { n_put, n_missed }: Progress) {
        if n_put == 0 {
            return;
        }
        let was_on = self.since.is_some();
        self.since.get_or_insert_with(Instant::now);
        if was_on && n_missed > 0 {
            self.warn_once(Problem::Slow, &"segments were skipped");
        }
        if std::mem::take(&mut self.is_news) {
            let (station, url) = (&self.target.station, self.target.url());
            let skipped = match n_missed {
                0 => String::new(),
                n => format!("; {n} segments were skipped"),
            };
            info!(station, "uploading HLS to {url}/{MAIN}{skipped}");
        }
    }

    fn failed(&mut self, failure: &Failure) {
        if self.since.take().is_some_and(|since| STEADY <= since.elapsed()) {
            self.warned.clear();
        }
        let sentence = format_args!("{failure}; retrying");
        self.warn_once(Problem::Failed(discriminant(failure)), &sentence);
    }

    fn warn_once(&mut self, problem: Problem, why: &dyn Display) {
        let what = match problem {
            Problem::Failed(_) => "HLS upload failed",
            Problem::Slow => "HLS upload is lagging",
            Problem::Expired => "deleting old segments failed",
        };
        let (station, url) = (&self.target.station, self.target.url());
        if self.warned.contains(&problem) {
            debug!(station, "{url}: {what}: {why}");
            return;
        }
        self.warned.push(problem);
        self.is_news |= matches!(problem, Problem::Failed(_));
        warn!(station, "{url}: {what}: {why}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::out::hls::upload::testing::{ALL, Storage, live, push, target};

    fn log(target: &Target) -> Log<'_> {
        Log { target, since: None, is_news: true, warned: Vec::new() }
    }

    #[tokio::test]
    async fn it_retries_until_it_works_and_then_uploads_every_segment() {
        let (storage, live) = (Storage::default(), live(128));
        let target = target(std::slice::from_ref(&live));
        let (status, shown) = watch::channel(Status::default());
        let mirror = Mirror::new(storage.bucket(), &target.lives);
        let keeping = keep_up(mirror, log(&target), &status);
        tokio::pin!(keeping);
        storage.refuse(ALL);
        push(&live, 0);

        tokio::select! { () = &mut keeping => {}, () = storage.until(1) => {} }
        assert_eq!(storage.done(), ["no put 128k-0-0.mp3"]);
        assert!(shown.borrow().state.to_string().starts_with("failed: "));

        storage.refuse(&[]);
        tokio::select! { () = &mut keeping => {}, () = storage.until(4) => {} }
        assert_eq!(storage.done(), ["put 128k-0-0.mp3", "put 128k.m3u8", "put live.m3u8", "list "]);
        assert_eq!(shown.borrow().state.to_string(), "on air for 0 min");

        push(&live, 1);
        tokio::select! { () = &mut keeping => {}, () = storage.until(2) => {} }
        assert_eq!(storage.done(), ["put 128k-0-1.mp3", "put 128k.m3u8"]);
    }

    #[test]
    fn repeated_failures_are_logged_once_and_again_after_a_steady_minute() {
        let target = target(&[]);
        let mut log = log(&target);
        let progress = || Progress { n_put: 1, n_missed: 0 };
        let failure = Failure::NoResponse("connection refused".to_owned());

        log.failed(&failure);
        log.failed(&failure);
        log.progressed(progress());
        log.failed(&failure);
        assert_eq!((log.warned.len(), log.is_news), (1, false));

        log.progressed(progress());
        log.since = Instant::now().checked_sub(STEADY);
        log.failed(&failure);
        assert!(log.warned.len() == 1 && log.is_news);
    }
}

//! Uploads: a station's segments and playlists in an S3 bucket, from which a CDN serves them. Each file
//! crosses the radio's own uplink once.
//!
//! An upload is a task that copies new segments of a station's variants, and retries after any failure for
//! as long as radio.toml wants it. It blocks nothing: while the storage is down, segments are skipped.

mod bucket;
mod expired;
mod failure;
mod log;
mod mirror;
mod target;
#[cfg(test)]
mod testing;
mod transport;

use std::{mem::discriminant, time::Instant};

use tokio::{sync::watch, time::sleep};

pub use self::target::Target;
use crate::out::{
    hls::upload::{
        bucket::Bucket,
        log::{Log, Problem},
        mirror::{Mirror, Progress},
    },
    push::backoff::Backoff,
    status::{State, Status},
};

/// Keeps the bucket up to date until this future is dropped, and reports to `status`.
pub async fn run(target: Target, status: watch::Sender<Status>) {
    let mut log = Log::new(&target);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::out::hls::upload::testing::{ALL, Storage, live, push, target};

    #[tokio::test]
    async fn it_retries_until_it_works_and_then_uploads_every_segment() {
        let (storage, live) = (Storage::default(), live(128));
        let target = target(std::slice::from_ref(&live));
        let (status, shown) = watch::channel(Status::default());
        let mirror = Mirror::new(storage.bucket(), &target.lives);
        let keeping = keep_up(mirror, Log::new(&target), &status);
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
}

//! A station's segments and playlists in a bucket, for networks that bring them to many: so each goes
//! over the radio's own line once.
//!
//! An upload is a task that follows the windows of a station's variants and begins again whatever
//! happens, for as long as radio.toml wants it. Nobody waits for it: while the storage is away the
//! windows move on.

mod bucket;
mod failure;
mod line;
mod mirror;
mod old;
#[cfg(test)]
mod testing;

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
            Live,
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

/// Working for so long, all is well: the next failure is news.
const STEADY: Duration = Duration::from_mins(1);

/// What an upload is to do.
#[derive(Clone)]
pub struct Wish {
    /// Where to.
    pub upload: Upload,
    /// The station's name, which is that of its folder.
    pub station: String,
    /// Its variants, at least one.
    pub lives: Vec<Arc<Live>>,
}

impl Wish {
    /// The station's folder, for whoever reads of it.
    pub(super) fn place(&self) -> String {
        let Upload { endpoint, bucket, .. } = &self.upload;
        let endpoint = endpoint.to_string();
        let folder = self.upload.folder(&self.station);
        format!("{}/{bucket}/{folder}", endpoint.trim_end_matches('/'))
    }
}

impl PartialEq for Wish {
    fn eq(&self, other: &Self) -> bool {
        let (lives, others) = (self.lives.iter(), other.lives.iter());
        (&self.upload, &self.station) == (&other.upload, &other.station)
            && lives.map(Arc::as_ptr).eq(others.map(Arc::as_ptr))
    }
}

/// Keeps the bucket as the station is, until it is dropped; tells `status` how that fares.
pub async fn follow(wish: Wish, status: watch::Sender<Status>) {
    let mut log = Log { wish: &wish, since: None, is_news: true, warned: Vec::new() };
    match Bucket::open(&wish.upload, &wish.station) {
        Ok(bucket) => keep(Mirror::new(bucket, &wish.lives), log, &status).await,
        Err(failure) => log.complain(Complaint::Failed(discriminant(&failure)), &failure),
    }
}

async fn keep(mut mirror: Mirror, mut log: Log<'_>, status: &watch::Sender<Status>) {
    let (mut backoff, mut progress) = (Backoff::default(), Progress::default());
    loop {
        match mirror.catch_up(&mut progress).await {
            Ok(()) => {
                backoff = Backoff::default();
                status.send_modify(|status| tell(status, &progress));
                log.got_on(std::mem::take(&mut progress));
                if let Err(failure) = mirror.tidy(Instant::now()).await {
                    log.complain(Complaint::Old, &failure);
                }
                mirror.changed().await;
            }
            Err(failure) => {
                let wait = backoff.next(rand::random());
                status.send_modify(|status| status.waits(&failure, wait));
                log.failed(&failure);
                sleep(wait).await;
                status.send_modify(|status| status.state = State::Connecting);
            }
        }
    }
}

fn tell(status: &mut Status, &Progress { n_put, n_missed }: &Progress) {
    status.n_missed += n_missed;
    if n_put > 0 {
        status.is_on_air();
    }
}

/// What is told once.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Complaint {
    Failed(Discriminant<Failure>),
    Slow,
    Old,
}

/// Tells the operator what is new, and repeats itself only to who debugs.
struct Log<'a> {
    wish: &'a Wish,
    /// Since when files get there, if they do.
    since: Option<Instant>,
    /// Whether it must be said that they do.
    is_news: bool,
    warned: Vec<Complaint>,
}

impl Log<'_> {
    fn got_on(&mut self, Progress { n_put, n_missed }: Progress) {
        if n_put == 0 {
            return;
        }
        let was_on = self.since.is_some();
        self.since.get_or_insert_with(Instant::now);
        if was_on && n_missed > 0 {
            self.complain(Complaint::Slow, &"it takes them more slowly than they come");
        }
        if std::mem::take(&mut self.is_news) {
            let (station, place) = (&self.wish.station, self.wish.place());
            let left_out = match n_missed {
                0 => String::new(),
                n => format!("; {n} segments were left out"),
            };
            info!(station, "HLS is in {place}/{MAIN}{left_out}");
        }
    }

    fn failed(&mut self, failure: &Failure) {
        if self.since.take().is_some_and(|since| STEADY <= since.elapsed()) {
            self.warned.clear();
        }
        let sentence = format_args!("{failure}; trying again until it works");
        self.complain(Complaint::Failed(discriminant(failure)), &sentence);
    }

    fn complain(&mut self, complaint: Complaint, why: &dyn Display) {
        let what = match complaint {
            Complaint::Failed(_) => "HLS does not get into",
            Complaint::Slow => "segments are missing in",
            Complaint::Old => "old segments stay in",
        };
        let (station, place) = (&self.wish.station, self.wish.place());
        if self.warned.contains(&complaint) {
            debug!(station, "{what} {place}: {why}");
            return;
        }
        self.warned.push(complaint);
        self.is_news |= matches!(complaint, Complaint::Failed(_));
        warn!(station, "{what} {place}: {why}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::out::hls::upload::testing::{ALL, Storage, live, push, wish};

    fn log(wish: &Wish) -> Log<'_> {
        Log { wish, since: None, is_news: true, warned: Vec::new() }
    }

    #[tokio::test]
    async fn it_begins_again_until_it_works_and_then_follows_every_segment() {
        let (storage, live) = (Storage::default(), live(128));
        let wish = wish(std::slice::from_ref(&live));
        let (status, told) = watch::channel(Status::default());
        let keeping = keep(Mirror::new(storage.bucket(), &wish.lives), log(&wish), &status);
        tokio::pin!(keeping);
        storage.refuse(ALL);
        push(&live, 0);

        tokio::select! { () = &mut keeping => {}, () = storage.until(1) => {} }
        assert_eq!(storage.done(), ["no put 128k-0-0.mp3"]);
        assert!(told.borrow().state.to_string().starts_with("not on air: "));

        storage.refuse(&[]);
        tokio::select! { () = &mut keeping => {}, () = storage.until(4) => {} }
        assert_eq!(storage.done(), ["put 128k-0-0.mp3", "put 128k.m3u8", "put live.m3u8", "list "]);
        assert_eq!(told.borrow().state.to_string(), "on air for 0 min");

        push(&live, 1);
        tokio::select! { () = &mut keeping => {}, () = storage.until(2) => {} }
        assert_eq!(storage.done(), ["put 128k-0-1.mp3", "put 128k.m3u8"]);
    }

    #[test]
    fn what_fails_again_and_again_is_told_once_and_anew_after_a_steady_minute() {
        let wish = wish(&[]);
        let mut log = log(&wish);
        let progress = || Progress { n_put: 1, n_missed: 0 };
        let failure = Failure::NoAnswer("it can't be reached".to_owned());

        log.failed(&failure);
        log.failed(&failure);
        log.got_on(progress());
        log.failed(&failure);
        assert_eq!((log.warned.len(), log.is_news), (1, false));

        log.got_on(progress());
        log.since = Instant::now().checked_sub(STEADY);
        log.failed(&failure);
        assert!(log.warned.len() == 1 && log.is_news);
    }
}

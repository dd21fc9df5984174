//! The composer of a station on air: accepts requests between bars and saves its progress.

use std::{collections::VecDeque, sync::Arc};

use crate::{
    compose::{
        change::Change,
        composer::{Before, Composer},
        phrase::PHRASE_BARS,
        steering::{Order, When},
    },
    music::bar::Bar,
    station::{
        bar_queue::BarQueue,
        composing::Source,
        likes::Likes,
        state::StateSender,
        studio::{
            controls::Controls,
            log::{Moment, Version},
            moves::Move,
            request::{Request, What},
        },
    },
};

/// A composer that accepts requests and sends its progress to the state's writer.
pub struct LiveComposer {
    composer: Composer,
    controls: Arc<Controls>,
    likes: Arc<Likes>,
    /// The version of `likes` last sent to the composer.
    likes_known: u64,
    /// Number of the piece of the last bar.
    piece: Option<u64>,
    state_sender: StateSender,
    /// The values of the station from each bar on, in order; of bars that can no longer be recalled, only the
    /// last.
    versions: VecDeque<(u64, Version)>,
    /// Whether the progress of the next bar's phrase is not saved yet.
    is_unsaved: bool,
}

impl LiveComposer {
    /// A `composer` that accepts the requests of `controls` and uses `likes`. Logs its start.
    pub fn new(
        composer: Composer,
        controls: Arc<Controls>,
        likes: Arc<Likes>,
        state_sender: StateSender,
    ) -> Self {
        let versions = [(0, controls.version())].into();
        let likes_known = likes.version();
        let mut live = Self {
            composer,
            controls,
            likes,
            likes_known,
            piece: None,
            state_sender,
            versions,
            is_unsaved: true,
        };
        live.note_start();
        live
    }

    fn note_start(&mut self) {
        let bar = self.composer.next_number();
        let before = self.composer.before().clone();
        self.state_sender.started(bar, self.moment(before));
    }

    /// The inputs of the phrase after `before`.
    fn moment(&self, Before { setting, progress }: Before) -> Moment {
        let end = progress.bar + PHRASE_BARS;
        let version = self.versions.iter().rev().find(|(bar, _)| *bar < end);
        let version = version.map_or_else(Version::default, |(_, version)| version.clone());
        Moment {
            version,
            steering: setting.steering().clone(),
            liked: setting.liked_points().to_vec(),
            progress,
        }
    }

    /// Sends new likes to the composer; they take effect at the next phrase.
    fn update_likes(&mut self) {
        let version = self.likes.version();
        let is_used = self.composer.setting().station().theme.likes != 0.0;
        if !is_used || std::mem::replace(&mut self.likes_known, version) == version {
            return;
        }
        let (bar, points) = (self.composer.after().bar, self.likes.points());
        self.state_sender.liked(bar, points.clone());
        self.composer.change(Change::Liked(points.into()), bar);
    }

    /// The values of the station before the changes at bar `bar`.
    fn version_before(&self, bar: u64) -> Version {
        let known = self.versions.iter().rev().find(|(from, _)| *from < bar);
        known
            .or(self.versions.front())
            .map_or_else(Version::default, |(_, version)| version.clone())
    }

    /// The first bar in which `request` can take effect without being overridden: an earlier request may take
    /// effect later, with the next section.
    fn not_before(&self, request: &Request) -> u64 {
        let of_changes = request.changes.iter().map(|change| self.composer.last_at_odds(change));
        let has_values = request.version.is_some() || is_logged_with_values(request);
        let of_values = self.versions.back().filter(|_| has_values).map_or(0, |(bar, _)| *bar);
        of_changes.max().unwrap_or_default().max(of_values)
    }

    /// Applies the changes of `request` from its bar `bar` on.
    fn accept(&mut self, request: Request, bar: u64) {
        self.controls.accepted(&request, bar);
        let now = || self.versions.back().map(|(_, version)| version.clone());
        let version = if is_logged_with_values(&request) { now() } else { None };
        if let Some(version) = request.version.or(version) {
            let index = self.versions.partition_point(|(other, _)| *other <= bar);
            self.versions.insert(index, (bar, version));
            let oldest = self.composer.recent().next().map_or(0, |before| before.progress.bar);
            while self.versions.get(1).is_some_and(|(bar, _)| *bar <= oldest) {
                self.versions.pop_front();
            }
        }
        for change in request.changes {
            self.composer.change(change, bar);
        }
    }
}

/// Whether the log has all values of the station with `request`, so that a replay sets them.
fn is_logged_with_values(request: &Request) -> bool {
    matches!(request.what, What::Move(Move::Undo | Move::Redo) | What::Adopted(..))
}

/// When a request takes effect: other sections and other music start with a phrase.
fn when(request: &Request) -> When {
    let is_fluent = match &request.what {
        What::Move(Move::Order { order }) => *order == Order::Fill,
        What::Move(_) => true,
        What::Settings | What::Adopted(..) => false,
    };
    match request.when {
        When::Bar if !is_fluent => When::Phrase,
        when => when,
    }
}

impl Source for LiveComposer {
    fn next_bar(&mut self) -> Bar {
        let bar = self.composer.next().expect("a composer never ends");
        if self.piece.replace(bar.piece) != Some(bar.piece) {
            self.update_likes();
        }
        if bar.number.is_multiple_of(PHRASE_BARS) || self.is_unsaved {
            let moment = self.moment(self.composer.before().clone());
            let is_changed = self.is_unsaved || self.composer.is_changed();
            self.state_sender.phrase(moment, is_changed, self.composer.is_split());
            self.is_unsaved = false;
            let recent: Vec<Before> = self.composer.recent().cloned().collect();
            let version = self.version_before(recent.last().map_or(0, |last| last.progress.bar));
            self.controls.publish(recent, version);
        }
        bar
    }

    fn interrupted(&mut self, bars: &BarQueue, refused: u64) {
        let (requests, at) = loop {
            // In this order: a request that comes later interrupts again.
            let earliest = bars.resume(refused);
            let requests = self.controls.take_requests();
            let mut last = 0;
            let bar_of = |request: &Request| {
                let bar = self.composer.bar_of(when(request), earliest);
                last = bar.max(self.not_before(request)).max(last);
                last
            };
            let at: Vec<u64> = requests.iter().map(bar_of).collect();
            let first = at.iter().copied().fold(refused, u64::min);
            if bars.cut(first) {
                self.composer.go_back(first);
                break (requests, at);
            }
            self.controls.put_back(requests);
        };
        for (request, bar) in requests.into_iter().zip(at) {
            self.accept(request, bar);
        }
        self.is_unsaved = true;
    }

    fn recover(&mut self, nth: u32) {
        self.composer.recover(nth);
        self.note_start();
    }
}

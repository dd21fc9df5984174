//! Moves that were made: updates the hand, and notifies the log and the studio's pages.

use std::{sync::Arc, time::Instant};

use jiff::Timestamp;
use tracing::info;

use super::{Controls, Inner};
use crate::{
    compose::progress::Progress,
    station::studio::{
        drag::Grip,
        event::Event,
        hand::Hand,
        log::{Line, Made},
        moves::{Move, Receipt},
        request::{Request, What},
    },
};

impl Controls {
    /// Records that the composer has accepted `request` for its bar `bar`, and answers.
    pub fn accepted(&self, request: &Request, bar: u64) {
        if let Some(version) = &request.version {
            self.inner.lock().version.clone_from(version);
        }
        let aired = self.shift().aired(bar);
        match &request.what {
            What::Move(what) => self.made(&request.by, what, bar, None, Some(aired)),
            What::Settings => self.settings_changed(bar),
            What::Adopted(hand, progress) => self.adopted(&request.by, hand, progress, bar),
        }
        if let Some(answer) = &request.answer {
            // The requester may have timed out.
            let _ = answer.try_send(Ok(Receipt { bar: Some(aired) }));
        }
    }

    /// Drops the values set by hand, which are now in radio.toml; an undo restores them.
    pub fn kept(&self) {
        let mut inner = self.inner.lock();
        let before = inner.hand.clone();
        inner.hand.forget_values();
        inner.steps.made(before);
        let (hand, version) = (inner.hand.clone(), inner.version.clone());
        let bar = inner.recent.last().map_or(0, |before| before.progress.bar);
        drop(inner);
        self.note(Line::Settings { at: Timestamp::now(), bar, version }, hand);
        self.tell_hand();
    }

    pub(super) fn made(
        &self,
        by: &str,
        what: &Move,
        bar: u64,
        step: Option<f64>,
        aired: Option<u64>,
    ) {
        let mut inner = self.inner.lock();
        let Inner { hand, steps, asked, .. } = &mut *inner;
        match what {
            Move::Undo => steps.undo(hand),
            Move::Redo => steps.redo(hand),
            other => {
                let after = hand.after(other, bar);
                if after != *hand {
                    let grip = Grip::of(by, other, &hand.desk);
                    let before = std::mem::replace(hand, after);
                    match grip {
                        Some(grip) => {
                            let now = Instant::now();
                            steps.dragged(before, grip, asked.unwrap_or(now), now);
                        }
                        None => steps.made(before),
                    }
                }
            }
        }
        let (hand, what) = (hand.clone(), what.clone());
        let settings = inner.version.settings.clone();
        drop(inner);
        let shown = serde_json::to_string(&what).unwrap_or_default();
        info!(station = self.name, by, bar, "applied a move: {}", cut(&shown));
        let (at, by) = (Timestamp::now(), by.to_owned());
        let made = Made {
            at,
            by: by.clone(),
            bar,
            step,
            what: what.clone(),
            hand: hand.clone(),
            settings,
        };
        self.note(Line::Made(Box::new(made)), hand);
        let station = self.name.clone();
        // May have no receiver.
        let _ = self.events.send(Arc::new(Event::Moved { station, by, bar: aired, what }));
        self.tell_hand();
    }

    fn settings_changed(&self, bar: u64) {
        let at = Timestamp::now();
        self.note(Line::Settings { at, bar, version: self.version() }, self.hand());
        self.tell_hand();
    }

    fn adopted(&self, by: &str, hand: &Hand, progress: &Progress, bar: u64) {
        let mut inner = self.inner.lock();
        let n_later = bar as i64 - progress.bar as i64;
        let steering = hand.steering.clone().later(n_later);
        let now = Hand { steering, ..hand.clone() };
        let before = std::mem::replace(&mut inner.hand, now.clone());
        inner.steps.made(before);
        let settings = inner.version.settings.clone();
        drop(inner);
        info!(station = self.name, by, bar, "took over a cue");
        let (at, by) = (Timestamp::now(), by.to_owned());
        // As in the cue: a replay shifts the bars, too.
        let (hand, progress) = (Box::new(hand.clone()), Box::new(progress.clone()));
        self.note(Line::Adopted { at, by, bar, hand, settings, progress }, now);
        self.tell_hand();
    }

    fn note(&self, line: Line, hand: Hand) {
        if let Some(threads) = &self.inner.lock().threads {
            threads.state_sender.moved(line, hand);
        }
    }

    fn tell_hand(&self) {
        let inner = self.inner.lock();
        let [n_undo, n_redo] = inner.steps.n();
        let (station, hand) = (self.name.clone(), Box::new(inner.hand.clone()));
        let _ = self.events.send(Arc::new(Event::Hand { station, hand, n_undo, n_redo }));
    }
}

/// The start of `text`, for the log.
fn cut(text: &str) -> &str {
    const MOST: usize = 300;
    &text[..text.floor_char_boundary(MOST)]
}

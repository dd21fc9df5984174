//! Tracks troubles, and which notices were sent.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use jiff::Timestamp;

use crate::out::alerts::{Kind, Notice, NoticeState, Trouble};

/// A trouble not seen for this long is over.
const CALM: Duration = Duration::from_secs(5);

/// Minimum time between two `Raised` notices of the same trouble.
const REPEAT: Duration = Duration::from_mins(10);

/// Troubles that are raised or were seen recently.
#[derive(Default)]
pub struct Ledger(BTreeMap<(Kind, String), Entry>);

struct Entry {
    text: String,
    since: Timestamp,
    begun: Instant,
    seen: Instant,
    /// Whether its start was sent and its end was not.
    is_raised: bool,
    raised_at: Option<Instant>,
}

impl Ledger {
    /// Takes the `current` troubles at `now`; returns the notices to send. `radio` names the radio.
    pub fn update(&mut self, current: Vec<Trouble>, now: Instant, radio: &str) -> Vec<Notice> {
        for Trouble { kind, subject, text } in current {
            let fresh = || Entry {
                text: String::new(),
                since: Timestamp::now(),
                begun: now,
                seen: now,
                is_raised: false,
                raised_at: None,
            };
            let entry = self.0.entry((kind, subject)).or_insert_with(fresh);
            if !entry.is_raised && CALM <= now.saturating_duration_since(entry.seen) {
                (entry.begun, entry.since) = (now, Timestamp::now());
            }
            (entry.text, entry.seen) = (text, now);
        }
        let due = |(key, entry): (&(Kind, String), &mut Entry)| {
            let state = entry.step(key.0, now)?;
            let text = match state {
                NoticeState::Raised => entry.text.clone(),
                NoticeState::Cleared => format!("over: {}", entry.text),
            };
            let (kind, subject, since) = (key.0, key.1.clone(), entry.since.to_string());
            Some(Notice { state, kind, subject, text, since, radio: radio.to_owned() })
        };
        let notices = self.0.iter_mut().filter_map(due).collect();
        self.0.retain(|_, entry| {
            entry.is_raised || now.saturating_duration_since(entry.seen) < REPEAT
        });
        notices
    }
}

impl Entry {
    /// The notice to send at `now`, if any.
    fn step(&mut self, kind: Kind, now: Instant) -> Option<NoticeState> {
        let since = |at: Instant| now.saturating_duration_since(at);
        if self.is_raised {
            let is_over = CALM <= since(self.seen);
            self.is_raised = !is_over;
            return is_over.then_some(NoticeState::Cleared);
        }
        let is_lasting =
            self.seen == now && Duration::from_secs(kind.patience()) <= since(self.begun);
        let is_repeated = self.raised_at.is_some_and(|at| since(at) < REPEAT);
        if !is_lasting || is_repeated {
            return None;
        }
        (self.is_raised, self.raised_at) = (true, Some(now));
        Some(NoticeState::Raised)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trouble(kind: Kind) -> Trouble {
        Trouble { kind, subject: "techno".to_owned(), text: "techno: silent".to_owned() }
    }

    /// The states sent in each second from `begin` to `end`, while the trouble `is_there`.
    fn sent(
        ledger: &mut Ledger,
        start: Instant,
        seconds: std::ops::Range<u64>,
        kind: Kind,
        is_there: impl Fn(u64) -> bool,
    ) -> Vec<(u64, NoticeState)> {
        let second = |second: u64| {
            let troubles = if is_there(second) { vec![trouble(kind)] } else { Vec::new() };
            let at = start + Duration::from_secs(second);
            let notices = ledger.update(troubles, at, "radio");
            notices.into_iter().map(|notice| (second, notice.state)).collect::<Vec<_>>()
        };
        seconds.flat_map(second).collect()
    }

    #[test]
    fn a_trouble_is_told_once_when_it_lasts_and_once_when_it_is_over() {
        use NoticeState::{Cleared, Raised};
        let (mut ledger, start) = (Ledger::default(), Instant::now());

        let states = sent(&mut ledger, start, 0..100, Kind::Push, |second| second < 60);
        assert_eq!(states, [(30, Raised), (64, Cleared)]);
        let states = sent(&mut ledger, start, 700..720, Kind::Push, |second| second < 710);
        assert_eq!(states, [], "shorter than a push may be away");
    }

    #[test]
    fn a_trouble_that_comes_and_goes_is_told_every_ten_minutes() {
        let (mut ledger, start) = (Ledger::default(), Instant::now());

        let states = sent(&mut ledger, start, 0..1800, Kind::Silence, |second| second % 20 < 10);

        let raised = states.iter().filter(|(_, state)| *state == NoticeState::Raised);
        assert_eq!(raised.map(|(second, _)| *second).collect::<Vec<_>>(), [0, 600, 1200]);
        assert_eq!(states.len(), 6, "{states:?}");
    }

    #[test]
    fn a_notice_is_json() {
        let notices =
            Ledger::default().update(vec![trouble(Kind::LateComposer)], Instant::now(), "r");
        assert!(notices.is_empty());
        let mut notices =
            Ledger::default().update(vec![trouble(Kind::Silence)], Instant::now(), "r");
        let json = serde_json::to_value(notices.remove(0)).unwrap();

        assert_eq!((&json["state"], &json["kind"]), (&"raised".into(), &"silence".into()));
        assert_eq!((&json["text"], &json["radio"]), (&"techno: silent".into(), &"r".into()));
    }
}

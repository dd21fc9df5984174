//! The order in which the recordings of a list are played. The list may change at any time.

use std::path::PathBuf;

use rand::RngExt as _;

use crate::{config::Order, inserts::list::Recording, rng};

/// Identifies a line of a list: its path, and how many lines before it have the same path.
type Key = (PathBuf, usize);

/// Plays a list in rounds: each recording once a round.
#[derive(Debug, Clone)]
pub struct Rotation {
    order: Order,
    seed: u64,
    name: String,
    n_drawn: u64,
    /// Played in this round.
    played: Vec<Key>,
    last: Option<Key>,
}

impl Rotation {
    /// Starts the first round. A shuffled order is drawn from `seed` and the list's `name`.
    pub fn new(order: Order, seed: u64, name: &str) -> Self {
        let name = name.to_owned();
        Self { order, seed, name, n_drawn: 0, played: Vec::new(), last: None }
    }

    /// The next of `recordings`; none if the list is empty.
    pub fn next<'a>(&mut self, recordings: &'a [Recording]) -> Option<&'a Recording> {
        let is_new = |played: &[Key], recording: &&Recording| {
            !played.iter().any(|played| *played == key(recording))
        };
        let mut left: Vec<&Recording> =
            recordings.iter().filter(|recording| is_new(&self.played, recording)).collect();
        if left.is_empty() {
            self.played.clear();
            // A shuffled round doesn't begin with the recording that ended the round before.
            left = recordings.iter().filter(|r| self.may_begin(r, recordings.len())).collect();
        }
        let next = match self.order {
            Order::InTurn => left.first(),
            Order::Shuffled => left.get(self.draw(left.len())),
        };
        let next = *next?;
        self.played.push(key(next));
        self.last = Some(key(next));
        Some(next)
    }

    fn may_begin(&self, recording: &Recording, n_all: usize) -> bool {
        self.order == Order::InTurn || n_all == 1 || self.last != Some(key(recording))
    }

    fn draw(&mut self, n: usize) -> usize {
        let name = format!("playlist {} {}", self.name, self.n_drawn);
        self.n_drawn += 1;
        rng::stream(self.seed, &name).random_range(0..n.max(1))
    }
}

fn key(recording: &Recording) -> Key {
    (recording.path.clone(), recording.nth)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(names: &str) -> Vec<Recording> {
        let mut list: Vec<Recording> = Vec::new();
        for path in names.split(' ').map(PathBuf::from) {
            let nth = list.iter().filter(|recording| recording.path == path).count();
            list.push(Recording { path, title: None, nth });
        }
        list
    }

    fn round(rotation: &mut Rotation, list: &[Recording]) -> Vec<String> {
        let names = list.iter().map(|_| rotation.next(list).unwrap().path.display().to_string());
        names.collect()
    }

    #[test]
    fn in_turn_plays_the_list_from_the_top_again_and_again() {
        let mut rotation = Rotation::new(Order::InTurn, 1, "x");
        let list = list("a b b c");

        assert_eq!(round(&mut rotation, &list), ["a", "b", "b", "c"]);
        assert_eq!(round(&mut rotation, &list), ["a", "b", "b", "c"]);
        assert!(rotation.next(&[]).is_none());
    }

    #[test]
    fn shuffled_rounds_hold_every_recording_and_differ() {
        let list = list("a b c d e f g");
        let mut rotation = Rotation::new(Order::Shuffled, 7, "x");
        let mut before = String::new();
        let mut rounds = Vec::new();
        for _ in 0..200 {
            let round = round(&mut rotation, &list);
            let mut sorted = round.clone();
            sorted.sort();
            assert_eq!(sorted, ["a", "b", "c", "d", "e", "f", "g"]);
            assert_ne!(round[0], before, "twice in a row");
            before.clone_from(&round[6]);
            rounds.push(round);
        }
        let mut again = Rotation::new(Order::Shuffled, 7, "x");
        assert_eq!(self::round(&mut again, &list), rounds[0]);
        assert!(rounds[1..].iter().any(|round| *round != rounds[0]));
    }

    #[test]
    fn a_changed_list_continues_with_recordings_not_played_yet() {
        let mut rotation = Rotation::new(Order::InTurn, 1, "x");
        let before = list("a b c");
        assert_eq!(rotation.next(&before).unwrap().path, PathBuf::from("a"));
        assert_eq!(rotation.next(&before).unwrap().path, PathBuf::from("b"));

        let after = list("a b n c");

        assert_eq!(rotation.next(&after).unwrap().path, PathBuf::from("n"));
        assert_eq!(rotation.next(&after).unwrap().path, PathBuf::from("c"));
        assert_eq!(rotation.next(&after).unwrap().path, PathBuf::from("a"));
    }
}

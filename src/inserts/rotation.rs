//! The order in which the recordings of a list are played. The list may change at any time.

use std::{
    collections::{HashSet, VecDeque},
    path::PathBuf,
};

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
    /// Indices of the lines not yet played in this round, in the order of the list.
    left: VecDeque<usize>,
    /// Played in this round.
    played: HashSet<Key>,
    last: Option<Key>,
}

impl Rotation {
    /// Starts the first round. A shuffled order is drawn from `seed` and the list's `name`.
    pub fn new(order: Order, seed: u64, name: &str) -> Self {
        let name = name.to_owned();
        let (left, played) = Default::default();
        Self { order, seed, name, n_drawn: 0, left, played, last: None }
    }

    /// Replaces the list: the round continues with the lines not played yet.
    pub fn change(&mut self, recordings: &[Recording]) {
        let is_left = |index: &usize| !self.played.contains(&key(&recordings[*index]));
        self.left = (0..recordings.len()).filter(is_left).collect();
    }

    /// The next of `recordings`, which were last given to [`Self::change`]; none if the list is empty.
    /// Takes constant time for lists played in order.
    pub fn next<'a>(&mut self, recordings: &'a [Recording]) -> Option<&'a Recording> {
        let place = if self.left.is_empty() {
            self.played.clear();
            self.left = (0..recordings.len()).collect();
            self.first_place(recordings)
        } else {
            self.place(self.left.len())
        };
        let next = recordings.get(self.left.remove(place)?)?;
        self.played.insert(key(next));
        self.last = Some(key(next));
        Some(next)
    }

    /// Index in `left` of the first of a round. A shuffled round doesn't start with the recording that ended
    /// the round before.
    fn first_place(&mut self, recordings: &[Recording]) -> usize {
        let is_last = |recording: &Recording| self.last.as_ref() == Some(&key(recording));
        let last = recordings.iter().position(is_last);
        match last.filter(|_| self.order == Order::Shuffled && 1 < recordings.len()) {
            Some(last) => {
                let place = self.place(recordings.len() - 1);
                place + usize::from(last <= place)
            }
            None => self.place(recordings.len()),
        }
    }

    /// Index of the next of `n`.
    fn place(&mut self, n: usize) -> usize {
        match self.order {
            Order::InTurn => 0,
            Order::Shuffled => self.draw(n),
        }
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
        rotation.change(list);
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
    fn a_round_of_a_hundred_thousand_recordings_takes_no_time() {
        let recording = |n: usize| Recording { path: n.to_string().into(), title: None, nth: 0 };
        let list: Vec<Recording> = (0..100_000).map(recording).collect();
        for order in [Order::InTurn, Order::Shuffled] {
            let began = std::time::Instant::now();

            let names = round(&mut Rotation::new(order, 1, "x"), &list);

            let n_different = names.into_iter().collect::<HashSet<_>>().len();
            assert_eq!(n_different, 100_000);
            // A linear search for each recording took minutes.
            assert!(began.elapsed() < std::time::Duration::from_secs(20), "{order:?}");
        }
    }

    #[test]
    fn a_changed_list_continues_with_recordings_not_played_yet() {
        let mut rotation = Rotation::new(Order::InTurn, 1, "x");
        let before = list("a b c");
        rotation.change(&before);
        assert_eq!(rotation.next(&before).unwrap().path, PathBuf::from("a"));
        assert_eq!(rotation.next(&before).unwrap().path, PathBuf::from("b"));

        let after = list("a b n c");
        rotation.change(&after);

        assert_eq!(rotation.next(&after).unwrap().path, PathBuf::from("n"));
        assert_eq!(rotation.next(&after).unwrap().path, PathBuf::from("c"));
        assert_eq!(rotation.next(&after).unwrap().path, PathBuf::from("a"));
    }
}

//! Whose turn it is in a playlist that may change at any time.

use std::path::PathBuf;

use rand::RngExt as _;

use crate::{config::Order, inserts::list::Recording, rng};

/// What tells lines apart: the path, and how many lines before it have the same.
type Key = (PathBuf, usize);

/// Goes round a playlist; nothing comes twice until all have come.
#[derive(Debug, Clone)]
pub struct Turns {
    order: Order,
    seed: u64,
    name: String,
    n_drawn: u64,
    heard: Vec<Key>, // in this round
    last: Option<Key>,
}

impl Turns {
    /// The first round, by chance from `seed` and the playlist's `name` where `order` says so.
    pub fn new(order: Order, seed: u64, name: &str) -> Self {
        let name = name.to_owned();
        Self { order, seed, name, n_drawn: 0, heard: Vec::new(), last: None }
    }

    /// The next of `recordings`, unless there are none.
    pub fn next<'a>(&mut self, recordings: &'a [Recording]) -> Option<&'a Recording> {
        let is_new = |heard: &[Key], recording: &&Recording| {
            !heard.iter().any(|heard| *heard == key(recording))
        };
        let mut left: Vec<&Recording> =
            recordings.iter().filter(|recording| is_new(&self.heard, recording)).collect();
        if left.is_empty() {
            self.heard.clear();
            // Not the last of the round before, if there is another.
            left = recordings.iter().filter(|r| self.may_begin(r, recordings.len())).collect();
        }
        let next = match self.order {
            Order::InTurn => left.first(),
            Order::Shuffled => left.get(self.draw(left.len())),
        };
        let next = *next?;
        self.heard.push(key(next));
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

    fn round(turns: &mut Turns, list: &[Recording]) -> Vec<String> {
        let names = list.iter().map(|_| turns.next(list).unwrap().path.display().to_string());
        names.collect()
    }

    #[test]
    fn in_turn_is_as_written_and_again_from_the_top() {
        let mut turns = Turns::new(Order::InTurn, 1, "x");
        let list = list("a b b c");

        assert_eq!(round(&mut turns, &list), ["a", "b", "b", "c"]);
        assert_eq!(round(&mut turns, &list), ["a", "b", "b", "c"]);
        assert!(turns.next(&[]).is_none());
    }

    #[test]
    fn shuffled_rounds_hold_all_and_differ() {
        let list = list("a b c d e f g");
        let mut turns = Turns::new(Order::Shuffled, 7, "x");
        let mut before = String::new();
        let mut rounds = Vec::new();
        for _ in 0..200 {
            let round = round(&mut turns, &list);
            let mut sorted = round.clone();
            sorted.sort();
            assert_eq!(sorted, ["a", "b", "c", "d", "e", "f", "g"]);
            assert_ne!(round[0], before, "twice in a row");
            before.clone_from(&round[6]);
            rounds.push(round);
        }
        let mut again = Turns::new(Order::Shuffled, 7, "x");
        assert_eq!(self::round(&mut again, &list), rounds[0]);
        assert!(rounds[1..].iter().any(|round| *round != rounds[0]));
    }

    #[test]
    fn a_list_that_changes_goes_on_with_what_was_not_heard() {
        let mut turns = Turns::new(Order::InTurn, 1, "x");
        let before = list("a b c");
        assert_eq!(turns.next(&before).unwrap().path, PathBuf::from("a"));
        assert_eq!(turns.next(&before).unwrap().path, PathBuf::from("b"));

        let after = list("a b n c");

        assert_eq!(turns.next(&after).unwrap().path, PathBuf::from("n"));
        assert_eq!(turns.next(&after).unwrap().path, PathBuf::from("c"));
        assert_eq!(turns.next(&after).unwrap().path, PathBuf::from("a"));
    }
}

//! Undo and redo: the hand before each of the last steps, which are moves or drags.
//!
//! A replay needs no steps: an undo in the log has its resulting hand.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use crate::station::studio::{drag::Grip, hand::Hand};

/// Steps that can be undone.
pub const MOST_STEPS: usize = 200;

/// The longest time from the end of one move of a drag to the next move.
const LONGEST_REST: Duration = Duration::from_secs(2);

/// The hands before the last steps, and those undone.
#[derive(Debug, Default)]
pub struct Steps {
    undo: VecDeque<Hand>,
    redo: Vec<Hand>,
    /// What the last step drags, and when its last move was made.
    dragged: Option<(Grip, Instant)>,
}

impl Steps {
    /// Stores `before`, the hand before a move that was made.
    pub fn made(&mut self, before: Hand) {
        self.redo.clear();
        self.dragged = None;
        self.remember(before);
    }

    /// As [`Self::made`], for a move by `grip` that was requested at `asked` and made at `now`, seconds later
    /// on a busy machine. If the last step drags the same, the move is part of that step.
    pub fn dragged(&mut self, before: Hand, grip: Grip, asked: Instant, now: Instant) {
        let is_same = |(last, made): &(Grip, Instant)| {
            *last == grip && asked.saturating_duration_since(*made) <= LONGEST_REST
        };
        if !self.dragged.as_ref().is_some_and(is_same) {
            self.made(before);
        }
        self.dragged = Some((grip, now));
    }

    /// The hand after an undo.
    pub fn back(&self) -> Option<&Hand> {
        self.undo.back()
    }

    /// The hand after a redo.
    pub fn again(&self) -> Option<&Hand> {
        self.redo.last()
    }

    /// Replaces `hand` by the one before it.
    pub fn undo(&mut self, hand: &mut Hand) {
        self.dragged = None;
        if let Some(before) = self.undo.pop_back() {
            self.redo.push(std::mem::replace(hand, before));
        }
    }

    /// Replaces `hand` by the one that was undone.
    pub fn redo(&mut self, hand: &mut Hand) {
        self.dragged = None;
        if let Some(after) = self.redo.pop() {
            let before = std::mem::replace(hand, after);
            self.remember(before);
        }
    }

    /// Numbers of steps that can be undone and redone.
    pub fn n(&self) -> [usize; 2] {
        [self.undo.len(), self.redo.len()]
    }

    fn remember(&mut self, before: Hand) {
        self.undo.push_back(before);
        if MOST_STEPS < self.undo.len() {
            self.undo.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{sound::desk::Desk, station::studio::moves::Move};

    /// How long a move takes.
    const BUSY: Duration = Duration::from_secs(10);

    fn hand(tempo: u32) -> Hand {
        Hand { overlay: [("tempo".to_owned(), tempo.into())].into(), ..Hand::default() }
    }

    #[test]
    fn moves_are_taken_back_and_made_again() {
        let (mut steps, mut now) = (Steps::default(), hand(2));
        steps.made(hand(0));
        steps.made(hand(1));

        steps.undo(&mut now);
        assert_eq!((now.clone(), steps.n()), (hand(1), [1, 1]));
        steps.undo(&mut now);
        steps.undo(&mut now);
        assert_eq!((now.clone(), steps.n()), (hand(0), [0, 2]));
        steps.redo(&mut now);
        assert_eq!((now.clone(), steps.again()), (hand(1), Some(&hand(2))));

        steps.made(now);
        assert_eq!((steps.n(), steps.again()), ([2, 0], None));
    }

    #[test]
    fn the_moves_of_a_drag_are_one_step() {
        let (mut steps, start) = (Steps::default(), Instant::now());
        let grip = |by: &str, key: &str| {
            let what = Move::Set { key: key.to_owned(), value: 1.into() };
            Grip::of(by, &what, &Desk::NEUTRAL).unwrap()
        };
        let drag = |steps: &mut Steps, tempo, grip, second: f64| {
            let asked = start + Duration::from_secs_f64(second);
            steps.dragged(hand(tempo), grip, asked, asked + BUSY);
            steps.n()[0]
        };
        // Each rests less than two seconds, all together longer; two are asked for at once.
        let drags =
            [0.0, 0.0, 11.9, 23.8].map(|second| drag(&mut steps, 1, grip("ann", "tempo"), second));
        assert_eq!(drags, [1; 4]);
        assert_eq!(drag(&mut steps, 2, grip("ann", "tempo"), 36.0), 2, "after a rest");
        assert_eq!(drag(&mut steps, 3, grip("ann", "swing"), 46.0), 3, "another value");
        assert_eq!(drag(&mut steps, 4, grip("bob", "swing"), 56.0), 4, "another hand");

        steps.made(hand(5));
        assert_eq!(drag(&mut steps, 6, grip("bob", "swing"), 66.0), 6, "another move between");
        let mut now = hand(7);
        steps.undo(&mut now);
        assert_eq!((now.clone(), steps.n()), (hand(6), [5, 1]));
        assert_eq!(drag(&mut steps, 6, grip("bob", "swing"), 76.0), 6, "an undo between");
        assert_eq!(steps.again(), None);
    }

    #[test]
    fn no_more_than_two_hundred_are_remembered() {
        let mut steps = Steps::default();
        (0..1000).for_each(|n| steps.made(hand(n)));

        assert_eq!(steps.n(), [MOST_STEPS, 0]);
        assert_eq!(steps.back(), Some(&hand(999)));
    }
}

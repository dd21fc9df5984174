//! Undo and redo: what was changed by hand before each of the last moves.

use std::collections::VecDeque;

use crate::station::studio::hand::Hand;

/// Moves that can be taken back.
pub const MOST_STEPS: usize = 200;

/// The hands before the last moves, and those taken back.
#[derive(Debug, Default)]
pub struct Steps {
    undo: VecDeque<Hand>,
    redo: Vec<Hand>,
}

impl Steps {
    /// Remembers `before`, the hand before a move that was made.
    pub fn made(&mut self, before: Hand) {
        self.redo.clear();
        self.remember(before);
    }

    /// What an undo leads to.
    pub fn back(&self) -> Option<&Hand> {
        self.undo.back()
    }

    /// What a redo leads to.
    pub fn again(&self) -> Option<&Hand> {
        self.redo.last()
    }

    /// Goes back from `hand` to the one before it.
    pub fn undo(&mut self, hand: &mut Hand) {
        if let Some(before) = self.undo.pop_back() {
            self.redo.push(std::mem::replace(hand, before));
        }
    }

    /// Goes from `hand` to the one that was taken back.
    pub fn redo(&mut self, hand: &mut Hand) {
        if let Some(after) = self.redo.pop() {
            let before = std::mem::replace(hand, after);
            self.remember(before);
        }
    }

    /// Moves that can be taken back, and that can be made again.
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
    fn no_more_than_two_hundred_are_remembered() {
        let mut steps = Steps::default();
        (0..1000).for_each(|n| steps.made(hand(n)));

        assert_eq!(steps.n(), [MOST_STEPS, 0]);
        assert_eq!(steps.back(), Some(&hand(999)));
    }
}

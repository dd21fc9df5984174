//! How far a form has come, as it is written down.

use serde::{Deserialize, Serialize};

use crate::compose::{
    piece::Piece,
    sections::{N_IDEAS, Planned},
    walk,
};

/// How far a form has come: what it needs to go on besides the station that it was made for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Course {
    pub(super) walk: walk::Place,
    pub(super) before: Option<Piece>,
    pub(super) piece: Piece,
    pub(super) next: Piece,
    pub(super) sections: Vec<Planned>,
    pub(super) section: usize,
    pub(super) of_section: u64,
    pub(super) visits: [u64; N_IDEAS],
    pub(super) entry: f64,
}

impl Course {
    /// Whether it makes sense, which what was read from a disk may not.
    pub fn is_sound(&self) -> bool {
        let good = |plan: &Planned| plan.idea < N_IDEAS && (1..=64).contains(&plan.n_phrases);
        let within = match self.sections.get(self.section) {
            Some(plan) => self.of_section < plan.n_phrases,
            None => self.section == self.sections.len() && self.of_section == 0,
        };
        within && self.sections.iter().all(good) && (0.0..=1.0).contains(&self.entry)
    }

    /// Whether its pieces lie in spaces of the trio's and the drums' dimensions.
    pub fn fits(&self, n_trio: usize, n_beat: usize) -> bool {
        [&self.piece, &self.next]
            .iter()
            .all(|piece| piece.leg.is_within(n_trio) && piece.beat.len() == n_beat)
    }
}

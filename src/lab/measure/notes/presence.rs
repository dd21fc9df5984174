//! Which parts sound in which bars.

use crate::{
    lab::measure::{
        notes::score::{Onsets, Role, Score, ScoreBar},
        statistics::share,
    },
    music::meter::STEPS_PER_BAR,
};

/// For each bar, whether `role` sounds in it: it has an onset there, or holds a note from before.
pub fn sounding(score: &Score, role: Role) -> Vec<bool> {
    let mut until = 0.0_f64;
    let sounds = |(number, bar): (usize, &ScoreBar)| {
        let start = (number * STEPS_PER_BAR) as f64;
        let hits = &bar.parts[role as usize];
        let is_held = start < until;
        let ends = hits.iter().map(|hit| start + f64::from(hit.start_step + hit.n_steps));
        until = ends.fold(until, f64::max);
        is_held || !hits.is_empty()
    };
    score.bars.iter().enumerate().map(sounds).collect()
}

/// The share of bars, 0 to 1, in which `role` is silent.
pub fn absence(score: &Score, role: Role) -> f64 {
    share(sounding(score, role).into_iter().map(|sounds| !sounds))
}

/// The share of bars, 0 to 1, in which all roles are silent.
pub fn emptiness(score: &Score) -> f64 {
    let roles = Role::ALL.map(|role| sounding(score, role));
    share((0..score.bars.len()).map(|bar| roles.iter().all(|sounds| !sounds[bar])))
}

/// The number of onsets of `role` in each bar where it sounds.
pub fn notes_a_bar(score: &Score, onsets: &[Onsets], role: Role) -> Vec<f64> {
    let bars = sounding(score, role).into_iter().zip(onsets);
    bars.filter(|(sounds, _)| *sounds).map(|(_, bar)| bar.of(role).len() as f64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::measure::notes::testing::score;

    #[test]
    fn a_held_note_fills_the_bars_that_it_reaches() {
        let mut piece = score(Role::Lead, &[&[(4.0, 60)], &[], &[], &[(0.0, 60)]]);
        piece.bars[0].parts[Role::Lead as usize][0].n_steps = 20.0;

        assert_eq!(sounding(&piece, Role::Lead), [true, true, false, true]);
        assert_eq!((absence(&piece, Role::Lead), emptiness(&piece)), (0.25, 0.25));
        assert_eq!(absence(&piece, Role::Drums), 1.0);
        assert_eq!(notes_a_bar(&piece, &piece.onsets(), Role::Lead), [1.0, 0.0, 1.0]);
    }

    #[test]
    fn an_empty_score_has_no_empty_bars() {
        assert_eq!(emptiness(&score(Role::Lead, &[])), 0.0);
    }
}

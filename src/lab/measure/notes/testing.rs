//! Small scores for tests.

use crate::{
    lab::measure::notes::score::{Role, Score, ScoreBar},
    music::{
        bar::Hit,
        scale::{Key, Mode},
    },
    units::Bpm,
};

pub const A_MINOR: Key = Key { root: 9, mode: Mode::Minor };

pub fn hit(start_step: f32, pitch: u8) -> Hit {
    Hit { start_step, n_steps: 1.0, pitch, velocity: 100 }
}

/// Bars of one part at 120 bpm in A minor; each hit is a step and a pitch, and lasts one step.
pub fn score(role: Role, bars: &[&[(f32, u8)]]) -> Score {
    let bar = |hits: &&[(f32, u8)]| {
        let mut parts: [Vec<Hit>; Role::ALL.len()] = Default::default();
        parts[role as usize] = hits.iter().map(|(step, pitch)| hit(*step, *pitch)).collect();
        ScoreBar { tempo: Bpm::DEFAULT, key: Some(A_MINOR), chord: None, parts }
    };
    Score { bars: bars.iter().map(bar).collect(), swing: 0.0 }
}

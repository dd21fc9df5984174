//! A part of a performance as lines of melody tokens, one per phrase.

use crate::{
    lab::measure::{
        line_features::N_STEPS,
        notes::{
            score::{Role, Score},
            timed,
        },
    },
    music::{
        melody::{HOLD, OFF, token},
        meter::STEPS_PER_BAR,
        trio::Line,
    },
};

/// The lines of `role` in each four bars, as a model would sample them: notes begin at their step
/// of the grid and end at the step nearest to their end. Of notes at one step the highest counts. A
/// note that is held into a phrase does not sound there.
pub fn lines(score: &Score, role: Role) -> Vec<Line> {
    let n_steps = score.bars.len() * STEPS_PER_BAR;
    let mut steps: Vec<u16> = vec![HOLD; n_steps];
    for note in timed::notes(score, role) {
        let Some(token) = token(note.pitch) else { continue };
        let end = (note.end.round() as usize).max(note.step + 1);
        // The part is a single voice: a note ends the one before.
        for held in steps.iter_mut().take(end).skip(note.step + 1).filter(|held| **held == OFF) {
            *held = HOLD;
        }
        if end < n_steps && steps[end] == HOLD {
            steps[end] = OFF;
        }
        steps[note.step] = steps[note.step].max(token);
    }
    steps.chunks_exact(N_STEPS).map(<[u16]>::to_vec).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{lab::measure::notes::testing::score, music::arrange::notes};

    #[test]
    fn a_performance_becomes_lines_of_four_bars() {
        let bars: [&[(f32, u8)]; 9] =
            [&[(0.2, 60), (2.0, 62), (2.0, 65)], &[], &[], &[], &[(3.9, 64)], &[], &[], &[], &[]];
        let mut piece = score(Role::Lead, &bars);
        piece.bars[0].parts[Role::Lead as usize][0].n_steps = 2.1;
        piece.bars[4].parts[Role::Lead as usize][0].n_steps = 3.9;

        let found = lines(&piece, Role::Lead);

        let of = |line: &Line| -> Vec<(usize, usize, u8)> {
            notes(line).into_iter().map(Into::into).collect()
        };
        assert_eq!(found.len(), 2);
        assert_eq!(of(&found[0]), [(0, 2, 60), (2, 1, 65)]);
        assert_eq!(of(&found[1]), [(4, 4, 64)]);
    }
}

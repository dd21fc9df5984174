//! Chromatic approach tones: notes outside the key that lead into the next note by a semitone.

use crate::{
    music::meter::{STEPS_PER_BAR, STEPS_PER_QUARTER},
    patterns::{
        draw::chance,
        figure::{Cell, Register, Tone},
        harmony::Harmony,
    },
    rng::Rng,
};

/// The longest time from an approach tone to its goal.
const LONGEST: usize = STEPS_PER_BAR / 2;

/// Moves weak notes that lie a whole tone from the next note to a semitone from it, with a chance of
/// `percent`. The choice is per position in the bar, so that repeated bars stay equal.
pub fn lead(
    cells: &mut [Cell],
    harmony: &Harmony,
    register: Register,
    percent: u32,
    rng: &mut Rng,
) {
    if percent == 0 {
        return;
    }
    let may_move: [bool; STEPS_PER_BAR] = std::array::from_fn(|_| chance(percent, rng));
    let notes: Vec<(usize, Tone)> =
        cells.iter().enumerate().filter_map(|(step, cell)| Some((step, cell.tone()?))).collect();
    // Backwards, so that it is known whether a goal was moved out of the key itself.
    for pair in notes.windows(2).rev() {
        let &[(step, tone), (next, goal)] = pair else { continue };
        let pitch = |tone| i32::from(register.pitch(tone, harmony));
        let by = pitch(goal) - pitch(tone);
        let is_weak = !step.is_multiple_of(2 * STEPS_PER_QUARTER);
        let leads = is_weak && next.is_multiple_of(STEPS_PER_QUARTER) && next - step <= LONGEST;
        let is_goal_in_key = cells[next] == Cell::Note(goal);
        let moved = Tone { shift: by.signum(), ..tone };
        // At the edges of the register the moved tone is octaves away.
        let is_near = by.abs() == 2 && pitch(goal) - pitch(moved) == by.signum();
        if leads && is_goal_in_key && is_near && may_move[step % STEPS_PER_BAR] {
            cells[step] = Cell::Note(moved);
        }
    }
}

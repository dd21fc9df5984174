//! Gates: how long notes sound.

use crate::{
    music::meter::STEPS_PER_BAR,
    patterns::{
        draw::{chance, pick},
        rhythm::Onsets,
    },
    rng::Rng,
};

/// The state of a step, before pitches are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    /// Continues the note or the rest.
    Hold,
    /// Ends the note.
    Rest,
    /// Starts a note.
    Onset,
}

/// The gates of a bar.
pub type Gates = [Gate; STEPS_PER_BAR];

/// A bar without notes.
pub const SILENCE: Gates = {
    let mut gates = [Gate::Hold; STEPS_PER_BAR];
    gates[0] = Gate::Rest;
    gates
};

/// Gates of `onsets`: a note holds to the next onset with a chance of `hold` percent, else to about halfway.
pub fn gates(onsets: &Onsets, hold: u32, rng: &mut Rng) -> Gates {
    let mut gates = [Gate::Hold; STEPS_PER_BAR];
    let starts = (0..STEPS_PER_BAR).filter(|&step| onsets[step]);
    let ends = starts.clone().chain([STEPS_PER_BAR]);
    // A note held over the bar line ends there or continues.
    if !onsets[0] && !chance(hold, rng) {
        gates[0] = Gate::Rest;
    }
    for (start, next) in starts.zip(ends.skip(1)) {
        gates[start] = Gate::Onset;
        if !chance(hold, rng) && start + 1 < next {
            let span = next - start;
            let length = pick(&[span / 2, span.div_ceil(2), (3 * span).div_ceil(4)], rng);
            gates[start + length.clamp(1, span - 1)] = Gate::Rest;
        }
    }
    gates
}

/// Keeps the steps before `end` and rests after it.
pub fn end_at(gates: &mut Gates, end: usize) {
    for (step, gate) in gates.iter_mut().enumerate().skip(end) {
        *gate = if step == end { Gate::Rest } else { Gate::Hold };
    }
}

/// Rests before `start`.
pub fn start_at(gates: &mut Gates, start: usize) {
    gates[..start].fill(Gate::Hold);
    gates[0] = Gate::Rest;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::stream;

    #[test]
    fn a_note_holds_to_the_next_onset_or_ends_before_it() {
        let onsets: Onsets = std::array::from_fn(|step| step % 4 == 0);
        let mut rng = stream(1, "test");
        let n_ends = |gates: Gates| gates.iter().filter(|gate| **gate == Gate::Rest).count();

        assert_eq!(n_ends(gates(&onsets, 100, &mut rng)), 0);
        assert_eq!(n_ends(gates(&onsets, 0, &mut rng)), 4);
        let n: usize = (0..250).map(|_| n_ends(gates(&onsets, 50, &mut rng))).sum();
        assert!((450..550).contains(&n), "{n}");
    }

    #[test]
    fn a_half_bar_rests_on_its_other_side() {
        let all = gates(&[true; STEPS_PER_BAR], 100, &mut stream(1, "test"));
        let (mut first, mut second) = (all, all);
        end_at(&mut first, 8);
        start_at(&mut second, 8);

        assert_eq!((first[7], first[8], first[9]), (Gate::Onset, Gate::Rest, Gate::Hold));
        assert_eq!((second[0], second[7], second[8]), (Gate::Rest, Gate::Hold, Gate::Onset));
    }
}

//! The ranges in which the figures of a lead should lie, by its role.

use crate::{compose::taste::figures::Figures, config::Role};

/// A figure's range, and the cost of missing it.
struct Goal {
    figure: fn(&Figures) -> f64,
    low: f64,
    high: f64,
    /// Cost per unit outside the range: 1.0 of a share, one of a count.
    weight: f64,
}

const fn goal(figure: fn(&Figures) -> f64, low: f64, high: f64, weight: f64) -> Goal {
    Goal { figure, low, high, weight }
}

/// Human-written tunes: about the quartiles of 75 leads of game songs (Freedoom, Simutrans) and of free
/// music, read as MIDI files; repeats .00-.12, steps .24-.57, runs 1.6-2.2, tied notes .82-1.00, leaps
/// answered .25-.53, onsets in common with the bass .34-.74, and in four bars 5-8 pitches within 9-15
/// semitones.
const HOOK: &[Goal] = &[
    goal(|f| f.repeats, 0.0, 0.12, 20.0),
    goal(|f| f.steps, 0.4, 0.6, 15.0),
    goal(|f| f.answered, 0.3, 1.0, 4.0),
    goal(|f| f.run, 1.75, 2.8, 8.0),
    goal(|f| f.legato, 0.8, 1.0, 6.0),
    goal(|f| f.density, 2.5, 6.0, 1.5),
    goal(|f| f.n_pitches, 5.0, 8.0, 1.0),
    goal(|f| f.range, 7.0, 15.0, 0.5),
    goal(|f| f.returns, 0.33, 1.0, 6.0),
    goal(|f| f.peaks, 1.0, 2.0, 1.0),
    goal(|f| f.breath, 2.0, 8.0, 0.5),
    goal(|f| f.shared, 0.0, 0.4, 10.0),
];

/// As a hook, with room for the answer.
const CALL: &[Goal] = &[
    goal(|f| f.repeats, 0.0, 0.12, 20.0),
    goal(|f| f.steps, 0.4, 0.65, 15.0),
    goal(|f| f.answered, 0.3, 1.0, 4.0),
    goal(|f| f.run, 1.75, 2.8, 8.0),
    goal(|f| f.legato, 0.7, 1.0, 6.0),
    goal(|f| f.density, 1.5, 4.5, 1.5),
    goal(|f| f.n_pitches, 4.0, 9.0, 1.0),
    goal(|f| f.range, 5.0, 16.0, 0.5),
    goal(|f| f.returns, 0.33, 1.0, 6.0),
    goal(|f| f.peaks, 1.0, 2.0, 1.0),
    goal(|f| f.breath, 4.0, 14.0, 0.5),
    goal(|f| f.shared, 0.0, 0.35, 10.0),
];

/// Three to five pitches; the tune is in the rhythm.
const RIFF: &[Goal] = &[
    goal(|f| f.repeats, 0.0, 0.3, 10.0),
    goal(|f| f.steps, 0.15, 0.8, 6.0),
    goal(|f| f.run, 1.3, 3.0, 3.0),
    goal(|f| f.density, 2.0, 4.0, 3.0),
    goal(|f| f.n_pitches, 3.0, 5.0, 3.0),
    goal(|f| f.range, 3.0, 12.0, 0.5),
    goal(|f| f.returns, 0.6, 1.0, 6.0),
    goal(|f| f.shared, 0.0, 0.5, 8.0),
];

/// Long notes in an arch.
const PAD_LINE: &[Goal] = &[
    goal(|f| f.repeats, 0.0, 0.1, 20.0),
    goal(|f| f.steps, 0.4, 0.7, 15.0),
    goal(|f| f.answered, 0.3, 1.0, 4.0),
    goal(|f| f.run, 1.9, 4.0, 6.0),
    goal(|f| f.legato, 0.9, 1.0, 10.0),
    goal(|f| f.density, 1.2, 3.0, 4.0),
    goal(|f| f.n_pitches, 4.0, 7.0, 1.0),
    goal(|f| f.range, 5.0, 16.0, 0.5),
    goal(|f| f.peaks, 1.0, 1.0, 2.0),
    goal(|f| f.breath, 0.0, 8.0, 0.5),
    goal(|f| f.shared, 0.0, 0.4, 4.0),
];

/// The cost of a lead's figures in `role`: 0 within their ranges.
pub(super) fn cost(figures: &Figures, role: Role) -> f64 {
    let goals = match role {
        Role::Riff => RIFF,
        Role::Hook => HOOK,
        Role::Call => CALL,
        Role::PadLine => PAD_LINE,
    };
    goals.iter().map(|goal| goal.cost(figures)).sum()
}

impl Goal {
    fn cost(&self, figures: &Figures) -> f64 {
        let figure = (self.figure)(figures);
        self.weight * (self.low - figure).max(figure - self.high).max(0.0)
    }
}

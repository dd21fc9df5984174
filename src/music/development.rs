//! Development of a bar's rhythm: a stroke is dropped, added, moved or tied.

use rand::{RngExt as _, seq::IndexedRandom as _};

use crate::{
    music::{meter::STEPS_PER_BAR, rhythm::Stroke},
    rng::Rng,
};

/// Shortest gap or hold, in steps, with room for a stroke.
const ROOM: usize = 4;

/// A way to change a rhythm by one stroke.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// A stroke is dropped.
    Drop,
    /// A stroke is added in a gap, or a long stroke is struck again halfway.
    Add,
    /// A stroke moves by one or two steps.
    Shift,
    /// A stroke is held through the next one, which is not struck.
    Tie,
}

impl Change {
    /// All changes.
    pub const ALL: [Self; 4] = [Self::Drop, Self::Add, Self::Shift, Self::Tie];

    /// `strokes` of a bar, in order, changed at a place drawn from `rng`; unchanged if no place fits. The
    /// first stroke always stays.
    pub fn apply(self, strokes: &[Stroke], rng: &mut Rng) -> Vec<Stroke> {
        let mut changed = strokes.to_vec();
        match self {
            Self::Drop => drop_one(&mut changed, rng),
            Self::Add => add_one(&mut changed, rng),
            Self::Shift => shift_one(&mut changed, rng),
            Self::Tie => tie_two(&mut changed, rng),
        }
        changed
    }
}

/// Where the stroke after `index` starts, or the end of the bar.
fn next_start(strokes: &[Stroke], index: usize) -> usize {
    strokes.get(index + 1).map_or(STEPS_PER_BAR, |next| next.step)
}

fn drop_one(strokes: &mut Vec<Stroke>, rng: &mut Rng) {
    if 2 < strokes.len() {
        strokes.remove(rng.random_range(1..strokes.len()));
    }
}

/// Strikes again in the middle of the space between two strokes, on an even step.
fn add_one(strokes: &mut Vec<Stroke>, rng: &mut Rng) {
    let space = |index: &usize| next_start(strokes, *index) - strokes[*index].step;
    let roomy: Vec<usize> = (0..strokes.len()).filter(|index| ROOM <= space(index)).collect();
    let Some(&index) = roomy.choose(rng) else { return };
    let (stroke, end) = (strokes[index], next_start(strokes, index));
    let step = stroke.step + (end - stroke.step) / 2 / 2 * 2;
    let is_held = step < stroke.step + stroke.n_steps;
    let n_steps = if is_held { stroke.step + stroke.n_steps - step } else { stroke.n_steps };
    strokes[index].n_steps = stroke.n_steps.min(step - stroke.step);
    let added = Stroke { step, n_steps: n_steps.min(end - step), is_accented: false };
    strokes.insert(index + 1, added);
}

/// Moves a stroke into the space around it; its end stays within the space.
fn shift_one(strokes: &mut [Stroke], rng: &mut Rng) {
    if strokes.len() < 2 {
        return;
    }
    let index = rng.random_range(1..strokes.len());
    let away = rng.random_range(1..=2);
    let before = strokes[index - 1];
    let (stroke, end) = (strokes[index], next_start(strokes, index));
    let step = match rng.random_bool(0.5) {
        true => stroke.step.saturating_sub(away),
        false => stroke.step + away,
    };
    if step <= before.step || end <= step {
        return;
    }
    strokes[index - 1].n_steps = before.n_steps.min(step - before.step);
    strokes[index] = Stroke { step, n_steps: stroke.n_steps.min(end - step), ..stroke };
}

fn tie_two(strokes: &mut Vec<Stroke>, rng: &mut Rng) {
    if strokes.len() < 2 {
        return;
    }
    let index = rng.random_range(1..strokes.len());
    let gone = strokes.remove(index);
    strokes[index - 1].n_steps = gone.step + gone.n_steps - strokes[index - 1].step;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{music::rhythm::Rhythm, rng::stream};

    fn strokes(text: &str) -> Vec<Stroke> {
        text.parse::<Rhythm>().unwrap().strokes().to_vec()
    }

    /// Whether strokes follow one another within a bar, each at least a step long.
    fn is_bar(strokes: &[Stroke]) -> bool {
        (0..strokes.len()).all(|index| {
            let Stroke { step, n_steps, .. } = strokes[index];
            0 < n_steps && step + n_steps <= next_start(strokes, index)
        })
    }

    #[test]
    fn every_change_of_every_rhythm_is_a_bar_with_the_same_first_stroke() {
        for text in [
            "x-x- x-x- X-x- x-x-",
            "x--- ---- ---- ----",
            "...x ..x. ...x ..x.",
            "x--- ..x- ---- .x..",
        ] {
            for (n, change) in (0..50).flat_map(|n| Change::ALL.map(|change| (n, change))) {
                let changed = change.apply(&strokes(text), &mut stream(n, "test"));
                assert!(is_bar(&changed), "{change:?} of {text}: {changed:?}");
                assert_eq!(changed[0].step, strokes(text)[0].step, "{change:?} of {text}");
            }
        }
    }

    #[test]
    fn a_change_moves_the_number_of_strokes_by_one() {
        let rhythm = strokes("x-.. x-.. x-.. x-..");
        let n = |change: Change| change.apply(&rhythm, &mut stream(1, "test")).len();

        assert_eq!(Change::ALL.map(n), [3, 5, 4, 3]);
    }

    #[test]
    fn a_held_chord_is_struck_again_halfway() {
        let changed = Change::Add.apply(&strokes("x--- ---- ---- ----"), &mut stream(1, "test"));
        let spans: Vec<_> = changed.iter().map(|stroke| (stroke.step, stroke.n_steps)).collect();
        assert_eq!(spans, [(0, 8), (8, 8)]);
    }

    #[test]
    fn tied_strokes_sound_through() {
        let changed = Change::Tie.apply(&strokes("x--. ..x- .... ...."), &mut stream(1, "test"));
        assert_eq!((changed.len(), changed[0].n_steps), (1, 8));
    }
}

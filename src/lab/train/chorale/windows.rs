//! Batches: transposed windows of chorales, as inputs and targets.

use std::iter;

use rand::RngExt as _;

use crate::{
    chorale::{
        cue::{Cue, cues},
        encoding::Encoding,
        frame::{Chorale, FRAMES_PER_BEAT, N_VOICES},
        past::Past,
        token::{N_TOKENS, encode},
    },
    lab::train::{batch::Targets, chorale::logits::Terms, layout::Lookups},
    rng::Rng,
};

/// Frames of a window: four bars of 4/4.
pub const N_FRAMES: usize = 64;

/// Steps of a window, one for each voice and frame.
pub const N_STEPS: usize = N_VOICES * N_FRAMES;

/// B windows as the network reads them. Steps vary slowest.
#[derive(Debug, Clone)]
pub struct Batch {
    /// B.
    pub n_windows: usize,
    /// Rows of the embedding (T, B, rows per step).
    pub rows: Vec<u32>,
    /// Outputs of each token (T, B).
    pub terms: Terms,
    /// The tokens to predict (T, B); [`Targets::IGNORED`] after a chorale's end.
    pub targets: Vec<u32>,
}

/// A window of a chorale: rows, outputs and tokens of its steps.
struct Window {
    rows: Vec<u32>,
    terms: Terms,
    tokens: Vec<u8>,
}

impl Batch {
    /// Draws windows: chorales in proportion to their length, keys uniformly within the voices' ranges.
    pub fn draw(chorales: &[Chorale], encoding: Encoding, n_windows: usize, rng: &mut Rng) -> Self {
        let n_frames: usize = chorales.iter().map(|chorale| chorale.frames.len()).sum();
        let mut window = || {
            let mut at = rng.random_range(0..n_frames.max(1));
            let found = chorales.iter().find(|chorale| {
                let is_here = at < chorale.frames.len();
                at -= if is_here { 0 } else { chorale.frames.len() };
                is_here
            });
            let chorale = found.expect("a frame is in a chorale");
            let moved = chorale.transposed(rng.random_range(chorale.shifts()));
            // Windows begin on a beat, at the earliest on the first frame.
            let start = at.saturating_sub(N_FRAMES / 2) / FRAMES_PER_BEAT * FRAMES_PER_BEAT;
            Window::of(&moved, encoding, start)
        };
        let windows: Vec<Window> = (0..n_windows).map(|_| window()).collect();
        Self::interleave(&windows, encoding.n_rows())
    }

    /// Stacks windows into a batch.
    fn interleave(windows: &[Window], n_rows: usize) -> Self {
        let n_windows = windows.len();
        let mut batch = Self { n_windows, rows: vec![], terms: vec![], targets: vec![] };
        for step in 0..N_STEPS {
            for window in windows {
                if let Some(&token) = window.tokens.get(step) {
                    batch.rows.extend(&window.rows[step * n_rows..][..n_rows]);
                    batch.terms.push(window.terms[step]);
                    batch.targets.push(u32::from(token));
                } else {
                    batch.rows.extend(iter::repeat_n(Lookups::NONE, n_rows));
                    batch.terms.push([[0; _]; N_TOKENS]);
                    batch.targets.push(Targets::IGNORED);
                }
            }
        }
        batch
    }
}

impl Batch {
    /// Hides a share of the rows.
    pub fn hide(&mut self, share: f64, rng: &mut Rng) {
        for row in &mut self.rows {
            if rng.random_bool(share) {
                *row = Lookups::NONE;
            }
        }
    }
}

impl Window {
    /// The window of `chorale` from frame `start` on, with the true past before it.
    fn of(chorale: &Chorale, encoding: Encoding, start: usize) -> Self {
        let tokens = encode(chorale).expect("the voices' ranges have tokens");
        let cues: Vec<Cue> = cues(&chorale.fermatas());
        let mut past = Past::new(chorale.key);
        tokens[..N_VOICES * start].iter().for_each(|&token| past.write(token));
        let tokens = &tokens[N_VOICES * start..];
        let mut window = Self { rows: vec![], terms: vec![], tokens: vec![] };
        for (step, &token) in tokens.iter().take(N_STEPS).enumerate() {
            encoding.push(&mut window.rows, &past, cues[start + step / N_VOICES]);
            window.terms.push(encoding.terms(&past));
            window.tokens.push(token);
            past.write(token);
        }
        window
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        chorale::{frame::testing::chords, inputs::N_ROWS},
        rng,
    };

    const RELATIONS: Encoding = Encoding::Relations;

    #[test]
    fn a_short_chorale_is_padded() {
        let chorale = chords(&[[72, 67, 60, 48], [74, 65, 59, 43]]);

        let batch = Batch::draw(&[chorale], RELATIONS, 3, &mut rng::stream(1, "test"));

        assert_eq!(batch.n_windows, 3);
        assert_eq!(batch.rows.len(), 3 * N_STEPS * N_ROWS);
        assert_eq!((batch.terms.len(), batch.targets.len()), (3 * N_STEPS, 3 * N_STEPS));
        let n_real = batch.targets.iter().filter(|&&target| target != Targets::IGNORED).count();
        assert_eq!(n_real, 3 * 8 * N_VOICES);
        assert!(batch.targets[..3].iter().all(|&target| 1 < target && target < N_TOKENS as u32));
    }

    #[test]
    fn a_window_knows_what_was_sung_before_it() {
        let chorale = chords(&[[72, 67, 60, 48]; 4]);
        let (whole, late) =
            (Window::of(&chorale, RELATIONS, 0), Window::of(&chorale, RELATIONS, 8));
        assert_eq!(whole.rows[8 * N_VOICES * N_ROWS..], late.rows);
        assert_eq!(whole.terms[8 * N_VOICES..], late.terms);
        assert_eq!(whole.tokens[8 * N_VOICES..], late.tokens);
    }
}

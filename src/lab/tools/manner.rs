//! Decoding in the manner of given lines: near their tokens, in their key and range.

use std::ops::RangeInclusive;

use crate::{
    music::{melody, trio::Line},
    musicvae::net::head::Pick,
};

/// Semitones by which a line may exceed the given line's range.
const BEYOND: u8 = 4;

/// A `Pick` that changes the logits and leaves the draw to another `Pick`: pitches outside the key or the
/// range of the given lines are excluded, and the lines' own tokens become likelier.
pub struct InManner<'a> {
    /// The lines, one for each part.
    lines: &'a [Line],
    /// Steps of each part so far.
    n_picked: Vec<usize>,
    /// Logit bonus of the lines' tokens, for melodies.
    weight: f32,
    /// The pitch classes that melodies may have, as bits from C.
    classes: u16,
    /// The pitches that each part may have.
    ranges: Vec<RangeInclusive<u8>>,
    then: Box<dyn Pick>,
}

impl<'a> InManner<'a> {
    /// Picks as `then`, in the manner of `lines`.
    pub fn new(lines: &'a [Line], weight: f32, classes: u16, then: Box<dyn Pick>) -> Self {
        let ranges = lines.iter().map(range).collect();
        Self { lines, n_picked: vec![0; lines.len()], weight, classes, ranges, then }
    }

    fn may_play(&self, part: usize, pitch: u8) -> bool {
        self.classes >> (pitch % 12) & 1 == 1 && self.ranges[part].contains(&pitch)
    }
}

/// The pitch range of a line of melody tokens, with a margin.
fn range(line: &Line) -> RangeInclusive<u8> {
    let pitches = || line.iter().filter_map(|&token| melody::pitch(token));
    let [lowest, highest] = [pitches().min().unwrap_or(0), pitches().max().unwrap_or(127)];
    lowest.saturating_sub(BEYOND)..=highest.saturating_add(BEYOND)
}

impl Pick for InManner<'_> {
    fn pick(&mut self, part: usize, logits: &mut [f32]) -> u16 {
        let step = self.n_picked[part];
        self.n_picked[part] += 1;
        // No other vocabulary has this size.
        if logits.len() == melody::N_TOKENS {
            for (token, logit) in (0..).zip(logits.iter_mut()) {
                if melody::pitch(token).is_some_and(|pitch| !self.may_play(part, pitch)) {
                    *logit = f32::NEG_INFINITY;
                }
            }
            let token = self.lines[part].get(step).copied().unwrap_or(melody::HOLD);
            logits[usize::from(token)] += self.weight;
        }
        self.then.pick(part, logits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::musicvae::net::sampling;

    #[test]
    fn tokens_are_near_the_lines_and_in_the_key() {
        let greedy = |_: usize, logits: &mut [f32]| sampling::greedy(logits);
        let token = |pitch: u8| melody::token(pitch).unwrap();
        // C and E alone; the model likes a high E, then E flat, then E, then C.
        let classes = 1 | 1 << 4;
        let lines = [vec![melody::HOLD, token(60)]];
        let mut found = InManner::new(&lines, 1.5, classes, Box::new(greedy));
        let mut pick = || {
            let mut logits = vec![f32::NEG_INFINITY; melody::N_TOKENS];
            for (pitch, logit) in [(76, 4.0), (63, 3.0), (64, 2.0), (60, 1.0)] {
                logits[usize::from(token(pitch))] = logit;
            }
            found.pick(0, &mut logits)
        };

        assert_eq!([pick(), pick(), pick()], [token(64), token(60), token(64)]);
    }
}

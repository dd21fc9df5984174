//! The ground of a line: its chords, its range, and its state.

use crate::patterns::{figure::Register, harmony::Harmony};

/// Chords and range of a line.
#[derive(Debug, Clone, Copy)]
pub struct Ground<'a> {
    /// Key and chords.
    pub harmony: &'a Harmony,
    /// The range of the part in pitches.
    pub register: Register,
    /// The lowest and the highest degree of the line.
    pub range: (i32, i32),
}

/// The place of a note.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// The step in the pattern.
    pub step: usize,
    /// The step of the next note; the length of the pattern for the last one.
    pub next: usize,
    /// Notes before it since the start of its pair of bars.
    pub nth: usize,
    /// Whether it is the highest note of the phrase.
    pub is_peak: bool,
    /// Whether it ends the phrase.
    pub is_last: bool,
}

/// The state of a line.
#[derive(Debug, Clone, Copy)]
pub struct Motion {
    /// The degree of the last note.
    pub degree: i32,
    /// Degrees from the note before it.
    pub before: i32,
    /// The highest degree so far.
    pub top: i32,
    /// Whether the peak has passed.
    pub is_past_peak: bool,
}

impl<'a> Ground<'a> {
    /// All degrees of `register`.
    pub fn new(harmony: &'a Harmony, register: Register) -> Self {
        let ground = Self { harmony, register, range: (0, 0) };
        let lowest = ground.degree_below(register.lowest.saturating_sub(1)) + 1;
        Self { range: (lowest, ground.degree_below(register.highest)), ..ground }
    }

    /// The same within `range`.
    pub fn within(self, (lowest, highest): (i32, i32)) -> Self {
        Self { range: (lowest.max(self.range.0), highest.min(self.range.1)), ..self }
    }

    /// The highest degree whose pitch is at most `pitch`.
    pub fn degree_below(&self, pitch: u8) -> i32 {
        let is_below =
            |degree: &i32| self.harmony.pitch(self.register.lowest, 0, *degree) <= i32::from(pitch);
        (-14..=28).take_while(is_below).last().unwrap_or(-14)
    }

    /// The lowest root of the chord at `step`.
    pub fn root(&self, step: usize) -> i32 {
        self.harmony.low_root(self.register.lowest, self.harmony.degree(step))
    }

    /// The tone of the triad at `step` that is nearest to `degree`, the lower of two equally near.
    pub fn chord_tone_near(&self, degree: i32, step: usize) -> i32 {
        let belongs = |tone: &i32| self.harmony.is_chord_tone(step, *tone);
        let near = (degree - 2..=degree + 2).filter(belongs);
        near.min_by_key(|tone| (tone - degree).abs()).unwrap_or(degree)
    }

    /// `degree` moved into the range by octaves, as far as it fits.
    pub fn folded(&self, degree: i32) -> i32 {
        let (lowest, highest) = self.range;
        let up = if degree < lowest { degree + 7 } else { degree };
        if highest < up && lowest <= up - 7 { up - 7 } else { up }
    }
}

impl Motion {
    /// A line that begins near `degree`.
    pub fn new(degree: i32) -> Self {
        Self { degree, before: 0, top: i32::MIN, is_past_peak: false }
    }

    /// Moves to a note.
    pub fn go(&mut self, degree: i32, is_peak: bool) {
        (self.before, self.degree) = (degree - self.degree, degree);
        self.top = self.top.max(degree);
        self.is_past_peak |= is_peak;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        music::scale::Mode,
        patterns::{
            draw::Weighted,
            harmony::{Loop, chords},
        },
        rng::stream,
    };

    #[test]
    fn a_ground_knows_its_degrees() {
        const LOOPS: Weighted<Loop> = &[(1, chords(Mode::Major, "14"))];
        let mut harmony = Harmony::draw(LOOPS, &mut stream(1, "test"));
        harmony.key.root = 0;
        let ground = Ground::new(&harmony, Register { lowest: 28, highest: 50 });

        // E1 to D3 around C2.
        assert_eq!((ground.range, ground.degree_below(37)), ((-5, 8), 0));
        assert_eq!((ground.root(0), ground.root(40)), (0, -4));
        assert_eq!([3, 4].map(|degree| ground.chord_tone_near(degree, 0)), [2, 4]);
        assert_eq!([-6, 9, 4].map(|degree| ground.folded(degree)), [1, 2, 4]);
    }
}

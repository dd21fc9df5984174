//! The columns of a step, and their encoding as network inputs.
//!
//! A step is a row of small integers, one per column, for every network: a token per part, the bits
//! of a drum roll, or the hits, velocities and offsets of a groove. Data sets and commands work
//! with columns; only this file and the heads turn them into network inputs.

use crate::{
    music::{drums, melody},
    musicvae::convert::{groove, performance},
};

/// Non-zero inputs of a step: index and value.
pub type Sparse = Vec<(u32, f32)>;

/// What a sequence represents, which determines its vocabulary.
///
/// A new domain also needs: a family (`family.rs`), a head (`head.rs`), its converters in `convert`
/// (`window.rs`, `notes.rs`, `voices.rs`, `pattern_windows.rs`), and targets and scores in
/// `lab::train` (`batch.rs`, `evaluation.rs`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Domain {
    /// One token per step: a bit set of the nine drum classes (`DrumsConverter`).
    Drums,
    /// A bit per drum class, for nine classes or one per key (`DrumsConverter` with `roll_output`).
    DrumRoll,
    /// One voice, one token per step (`OneHotMelodyConverter`).
    Melody,
    /// Melody, bass and drums (`TrioConverter`).
    Trio,
    /// One bar of up to eight tracks of performance events, one track per segment
    /// (`MultiInstrumentPerformanceConverter`).
    Performance,
    /// Drums with velocity and micro-timing (`GrooveConverter`).
    Groove(GrooveInput),
}

/// The part of a groove that the encoder reads; the decoder always outputs all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GrooveInput {
    /// The hits, quantised (`humanize`): the decoder adds velocity and timing.
    Hits,
    /// The loudest hit of each step and its timing, as if tapped on one key (`tapify`): the decoder
    /// adds the drums and velocities.
    Tap,
    /// Hits, velocities and timing: an autoencoder.
    All,
}

/// A column of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// What the column holds.
    pub name: String,
    /// Number of values it can have.
    pub n_values: u32,
}

impl Domain {
    /// Whether segments are tracks of events, which may end early, rather than spans of time.
    pub fn is_multitrack(self) -> bool {
        self == Self::Performance
    }

    /// Names of the parts that evaluation reports on.
    pub fn parts(self) -> &'static [&'static str] {
        match self {
            Self::Drums | Self::DrumRoll | Self::Groove(_) => &["drums"],
            Self::Melody => &["melody"],
            Self::Trio => &["melody", "bass", "drums"],
            Self::Performance => &["events"],
        }
    }

    /// Vocabulary size of each part; empty for domains whose columns are not tokens.
    pub fn n_tokens(self) -> &'static [usize] {
        match self {
            Self::Drums => &[drums::N_TOKENS],
            Self::Melody => &[melody::N_TOKENS],
            Self::Trio => &[melody::N_TOKENS, melody::N_TOKENS, drums::N_TOKENS],
            Self::Performance => &[performance::N_TOKENS],
            Self::DrumRoll | Self::Groove(_) => &[],
        }
    }

    /// The columns of a step; `n_classes` is the number of drum roll classes.
    pub fn columns(self, n_classes: usize) -> Vec<Column> {
        let column = |name: &str, n_values| Column { name: name.to_owned(), n_values };
        match self {
            Self::DrumRoll => {
                let words = (0..n_classes).step_by(16);
                words.map(|first| column("drums", 1 << (n_classes - first).min(16))).collect()
            }
            Self::Groove(_) => {
                let mut columns = vec![column("hits", drums::N_TOKENS as u32)];
                columns.extend((0..drums::N_CLASSES).map(|_| column("velocity", 128)));
                columns
                    .extend((0..drums::N_CLASSES).map(|_| column("offset", u32::from(u16::MAX))));
                columns
            }
            _ => {
                let tokens = self.parts().iter().zip(self.n_tokens());
                tokens.map(|(part, &n)| column(part, n as u32)).collect()
            }
        }
    }

    /// Width of the encoder's input at a step.
    pub fn n_encoder_inputs(self, n_classes: usize) -> usize {
        match self {
            // A bit per class, and one that is set when no class is.
            Self::Drums => drums::N_CLASSES + 1,
            Self::DrumRoll => n_classes + 1,
            Self::Groove(_) => 3 * drums::N_CLASSES,
            _ => self.n_tokens().iter().sum(),
        }
    }

    /// The encoder's inputs for a step.
    pub fn encoder_inputs(self, step: &[u16], n_classes: usize) -> Sparse {
        match self {
            Self::Drums | Self::DrumRoll if step.iter().all(|&word| word == 0) => {
                vec![hot(self.n_encoder_inputs(n_classes) as u32 - 1)]
            }
            Self::Drums | Self::DrumRoll => bits(step).map(hot).collect(),
            Self::Groove(GrooveInput::Hits) => bits(&step[..1]).map(hot).collect(),
            Self::Groove(GrooveInput::Tap) => groove::tap(step).collect(),
            Self::Groove(GrooveInput::All) => groove::inputs(step),
            _ => tokens(self.n_tokens(), step),
        }
    }
}

/// Indices of the set bits of `words`, 16 per word.
pub fn bits(words: &[u16]) -> impl Iterator<Item = u32> {
    let numbered = words.iter().zip((0..).step_by(16));
    numbered.flat_map(|(&word, first)| {
        (0..16).filter(move |bit| word >> bit & 1 == 1).map(move |bit| first + bit)
    })
}

/// One-hot tokens of several parts, concatenated.
pub fn tokens(n_tokens: &[usize], step: &[u16]) -> Sparse {
    let mut start = 0;
    let part = |(&n, &token): (&usize, &u16)| {
        let input = hot(start + u32::from(token));
        start += n as u32;
        input
    };
    n_tokens.iter().zip(step).map(part).collect()
}

/// An input of value 1.
pub fn hot(input: u32) -> (u32, f32) {
    (input, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_has_a_separate_input() {
        assert_eq!(Domain::Drums.encoder_inputs(&[0], 9), [(9, 1.0)]);
        assert_eq!(Domain::Drums.encoder_inputs(&[0b101], 9), [(0, 1.0), (2, 1.0)]);
        assert_eq!(Domain::DrumRoll.encoder_inputs(&[0; 4], 61), [(61, 1.0)]);
    }

    #[test]
    fn parts_are_concatenated() {
        let inputs = Domain::Trio.encoder_inputs(&[1, 2, 3], 9);
        assert_eq!(inputs, [(1, 1.0), (92, 1.0), (183, 1.0)]);
    }

    #[test]
    fn a_roll_of_every_key_takes_four_columns() {
        let columns = Domain::DrumRoll.columns(61);

        assert_eq!(columns.len(), 4);
        assert_eq!(columns[3].n_values, 1 << 13);
        assert_eq!(Domain::DrumRoll.encoder_inputs(&[0, 0b10, 0, 0], 61), [(17, 1.0)]);
    }

    #[test]
    fn only_an_autoencoder_of_grooves_reads_velocities() {
        let mut step = [0u16; 19];
        (step[0], step[1], step[10]) = (0b1, 127, 32_767);

        assert_eq!(Domain::Groove(GrooveInput::Hits).encoder_inputs(&step, 9), [(0, 1.0)]);
        let all = Domain::Groove(GrooveInput::All).encoder_inputs(&step, 9);
        assert_eq!(all, [(0, 1.0), (9, 1.0), (18, 1.0)]);
    }
}

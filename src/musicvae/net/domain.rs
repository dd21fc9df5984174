//! What sequences are made of: the columns of a step, and how a network hears them.
//!
//! A step is a row of small whole numbers, one a column, whatever the network: a token for each
//! part, the bits of a drum roll, or the hits, velocities and offsets of a groove. Data sets keep
//! columns, musicians' commands turn them into notes; only here they become a network's inputs.

use crate::{
    music::{drums, melody},
    musicvae::convert::{groove, performance},
};

/// Inputs of a step that are not 0: their number and value.
pub type Sparse = Vec<(u32, f32)>;

/// What a sequence is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Domain {
    /// One token a step for the nine drum classes together.
    Drums,
    /// The drum classes one by one, nine or each key its own.
    DrumRoll,
    /// One voice.
    Melody,
    /// Melody, bass and drums.
    Trio,
    /// Tracks of events, a segment each.
    Performance,
    /// Drums with velocity and micro-timing.
    Groove(Prompt),
}

/// What of a groove the encoder is told; the decoder gives all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Prompt {
    /// Which drums, exactly on the grid: it adds the feel.
    Hits,
    /// The loudest hit of each step and its timing, as tapped on one key: it adds the kit.
    Tap,
}

/// A column of a step: its name, and how many values it can have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// What it tells.
    pub name: String,
    /// One more than its greatest value.
    pub n_values: u32,
}

impl Domain {
    /// What is told apart when a model is judged.
    pub fn parts(self) -> &'static [&'static str] {
        match self {
            Self::Drums | Self::DrumRoll | Self::Groove(_) => &["drums"],
            Self::Melody => &["melody"],
            Self::Trio => &["melody", "bass", "drums"],
            Self::Performance => &["events"],
        }
    }

    /// Tokens of each part, for domains whose columns are tokens.
    pub fn n_tokens(self) -> &'static [usize] {
        match self {
            Self::Drums => &[drums::N_TOKENS],
            Self::Melody => &[melody::N_TOKENS],
            Self::Trio => &[melody::N_TOKENS, melody::N_TOKENS, drums::N_TOKENS],
            Self::Performance => &[performance::N_TOKENS],
            Self::DrumRoll | Self::Groove(_) => &[],
        }
    }

    /// The columns of a step; `n_classes` are those of a drum roll.
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

    /// Width of what the encoder reads at a step.
    pub fn n_encoder_inputs(self, n_classes: usize) -> usize {
        match self {
            // The classes as bits, and a bit that says that none of them is set.
            Self::Drums => drums::N_CLASSES + 1,
            Self::DrumRoll => n_classes + 1,
            Self::Groove(_) => 3 * drums::N_CLASSES,
            _ => self.n_tokens().iter().sum(),
        }
    }

    /// What the encoder hears of a step.
    pub fn encoder_inputs(self, step: &[u16], n_classes: usize) -> Sparse {
        match self {
            Self::Drums | Self::DrumRoll if step.iter().all(|&word| word == 0) => {
                vec![hot(self.n_encoder_inputs(n_classes) as u32 - 1)]
            }
            Self::Drums | Self::DrumRoll => bits(step).map(hot).collect(),
            Self::Groove(Prompt::Hits) => bits(&step[..1]).map(hot).collect(),
            Self::Groove(Prompt::Tap) => groove::tap(step).collect(),
            _ => tokens(self.n_tokens(), step),
        }
    }
}

/// The numbers of the bits that are set in `words`, 16 a word.
pub fn bits(words: &[u16]) -> impl Iterator<Item = u32> {
    let numbered = words.iter().zip((0..).step_by(16));
    numbered.flat_map(|(&word, first)| {
        (0..16).filter(move |bit| word >> bit & 1 == 1).map(move |bit| first + bit)
    })
}

/// One-hot parts side by side.
pub fn tokens(n_tokens: &[usize], step: &[u16]) -> Sparse {
    let mut start = 0;
    let part = |(&n, &token): (&usize, &u16)| {
        let input = hot(start + u32::from(token));
        start += n as u32;
        input
    };
    n_tokens.iter().zip(step).map(part).collect()
}

/// An input that is 1.
pub fn hot(input: u32) -> (u32, f32) {
    (input, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_has_an_input_of_its_own() {
        assert_eq!(Domain::Drums.encoder_inputs(&[0], 9), [(9, 1.0)]);
        assert_eq!(Domain::Drums.encoder_inputs(&[0b101], 9), [(0, 1.0), (2, 1.0)]);
        assert_eq!(Domain::DrumRoll.encoder_inputs(&[0; 4], 61), [(61, 1.0)]);
    }

    #[test]
    fn parts_lie_side_by_side() {
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
    fn a_humaniser_is_told_nothing_of_the_feel() {
        let mut step = [0u16; 19];
        (step[0], step[1], step[10]) = (0b1, 100, 5000);

        assert_eq!(Domain::Groove(Prompt::Hits).encoder_inputs(&step, 9), [(0, 1.0)]);
    }
}

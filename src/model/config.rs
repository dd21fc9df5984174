//! Which network, and how large.

use std::{fmt, str::FromStr};

use crate::music::{drums, melody};

/// What a network reads and writes; Magenta's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Family {
    /// `cat-drums_2bar_small`: flat, 9 drum classes.
    Drums2Bar,
    /// `cat-mel_2bar_small`: flat, one voice.
    Melody2Bar,
    /// `hier-trio_4bar`: melody, bass and drums under a conductor, as magenta-js's `trio_4bar`.
    Trio4Bar,
}

impl Family {
    /// All families.
    pub const ALL: [Self; 3] = [Self::Drums2Bar, Self::Melody2Bar, Self::Trio4Bar];

    /// The configuration's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Drums2Bar => "cat-drums_2bar_small",
            Self::Melody2Bar => "cat-mel_2bar_small",
            Self::Trio4Bar => "hier-trio_4bar",
        }
    }

    /// The family that `name` names.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|family| family.name() == name)
    }

    /// Its parts, in the order of the lines.
    pub fn parts(self) -> &'static [&'static str] {
        match self {
            Self::Drums2Bar => &["drums"],
            Self::Melody2Bar => &["melody"],
            Self::Trio4Bar => &["melody", "bass", "drums"],
        }
    }

    /// Segments under the conductor; 1 for a flat network, which has none.
    pub fn n_segments(self) -> usize {
        match self {
            Self::Drums2Bar | Self::Melody2Bar => 1,
            Self::Trio4Bar => 4,
        }
    }

    /// Steps in a segment.
    pub fn n_segment_steps(self) -> usize {
        match self {
            Self::Drums2Bar | Self::Melody2Bar => 32,
            Self::Trio4Bar => 16,
        }
    }

    /// Steps in all.
    pub fn n_steps(self) -> usize {
        self.n_segments() * self.n_segment_steps()
    }

    /// Tokens of each part, in the order of the lines.
    pub fn n_tokens(self) -> &'static [usize] {
        match self {
            Self::Drums2Bar => &[drums::N_TOKENS],
            Self::Melody2Bar => &[melody::N_TOKENS],
            Self::Trio4Bar => &[melody::N_TOKENS, melody::N_TOKENS, drums::N_TOKENS],
        }
    }

    /// Width of what the encoder reads at a step.
    pub fn n_encoder_inputs(self) -> usize {
        match self {
            // The nine classes as bits, and a bit that says that none of them is set.
            Self::Drums2Bar => drums::N_CLASSES + 1,
            Self::Melody2Bar => melody::N_TOKENS,
            Self::Trio4Bar => self.n_tokens().iter().sum(),
        }
    }

    /// The encoder's inputs that are 1 when a step has these tokens, one a part.
    pub fn hot_inputs(self, tokens: &[u16]) -> Vec<u32> {
        match self {
            Self::Drums2Bar if tokens[0] == 0 => vec![drums::N_CLASSES as u32],
            Self::Drums2Bar => drums::classes(tokens[0]).map(|class| class as u32).collect(),
            Self::Melody2Bar | Self::Trio4Bar => {
                let offsets = self.n_tokens().iter().scan(0, |end, n| {
                    *end += n;
                    Some(*end - n)
                });
                offsets
                    .zip(tokens)
                    .map(|(offset, &token)| offset as u32 + u32::from(token))
                    .collect()
            }
        }
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that is no family's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected one of cat-drums_2bar_small, cat-mel_2bar_small, hier-trio_4bar, found {0:?}")]
pub struct NotAFamily(String);

impl FromStr for Family {
    type Err = NotAFamily;

    fn from_str(text: &str) -> Result<Self, NotAFamily> {
        Self::from_name(text).ok_or_else(|| NotAFamily(text.to_owned()))
    }
}

/// A network's sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Config {
    /// What it reads and writes.
    pub family: Family,
    /// Z, the width of the latent space.
    pub n_latent: usize,
    /// H of each direction of the encoder.
    pub n_encoder: usize,
    /// H of the decoder, or of each core under a conductor.
    pub n_decoder: usize,
    /// Its layers.
    pub n_decoder_layers: usize,
    /// H of the conductor; unused by flat families.
    pub n_conductor: usize,
    /// Its layers; 0 for flat families.
    pub n_conductor_layers: usize,
}

impl Config {
    /// The sizes of the released checkpoints.
    pub fn official(family: Family) -> Self {
        let n_conductor_layers = if family.n_segments() == 1 { 0 } else { 2 };
        Self {
            family,
            n_latent: 256,
            n_encoder: 512,
            n_decoder: 256,
            n_decoder_layers: 2,
            n_conductor: 256,
            n_conductor_layers,
        }
    }

    /// Width of what conditions the decoder: z, or the conductor's output.
    pub fn n_context(&self) -> usize {
        if self.n_conductor_layers == 0 { self.n_latent } else { self.n_conductor }
    }

    /// Names and shapes of all tensors, TensorFlow's, in a fixed order.
    pub fn tensors(&self) -> Vec<(String, Vec<usize>)> {
        let mut list = List::default();
        for (level, n_inputs) in self.encoder_levels() {
            for direction in ["fw", "bw"] {
                list.lstm(&bidirectional(&level, direction), n_inputs, self.n_encoder);
            }
        }
        for head in ["encoder/mu", "encoder/sigma"] {
            list.linear(head, 2 * self.n_encoder, self.n_latent);
        }
        let n_states = 2 * self.n_conductor_layers * self.n_conductor;
        if 0 < n_states {
            list.linear(CONDUCTOR_STATE, self.n_latent, n_states);
        }
        for layer in 0..self.n_conductor_layers {
            let n_inputs = if layer == 0 { 1 } else { self.n_conductor };
            list.lstm(&conductor_cell(layer), n_inputs, self.n_conductor);
        }
        for (core, &n_tokens) in self.cores().iter().zip(self.family.n_tokens()) {
            let n_states = 2 * self.n_decoder_layers * self.n_decoder;
            list.linear(&core_state(core), self.n_context(), n_states);
            for layer in 0..self.n_decoder_layers {
                let n_inputs =
                    if layer == 0 { n_tokens + self.n_context() } else { self.n_decoder };
                list.lstm(&core_cell(core, layer), n_inputs, self.n_decoder);
            }
            list.linear(&core_projection(core), self.n_decoder, n_tokens);
        }
        list.0
    }

    /// The encoder's levels, prefix and input width, the lowest first.
    pub fn encoder_levels(&self) -> Vec<(String, usize)> {
        let n_inputs = self.family.n_encoder_inputs();
        match self.family.n_segments() {
            1 => vec![("encoder".into(), n_inputs)],
            _ => vec![
                ("encoder/hierarchical_level_0".into(), n_inputs),
                ("encoder/hierarchical_level_1".into(), 2 * self.n_encoder),
            ],
        }
    }

    /// Prefixes of the decoders, one a part.
    pub fn cores(&self) -> Vec<String> {
        match self.family.n_segments() {
            1 => vec!["decoder".into()],
            _ => (0..self.family.n_tokens().len())
                .map(|core| format!("core_decoder/core_decoder_{core}/decoder"))
                .collect(),
        }
    }
}

/// The linear layer that gives the conductor its first state.
pub const CONDUCTOR_STATE: &str = "decoder/hierarchical_level_0/initial_state";

/// A cell of the conductor.
pub fn conductor_cell(layer: usize) -> String {
    format!("decoder/hierarchical_level_0/cell_{layer}/lstm_cell")
}

/// A cell of a decoder.
pub fn core_cell(core: &str, layer: usize) -> String {
    format!("{core}/multi_rnn_cell/cell_{layer}/lstm_cell")
}

/// The linear layer that gives a decoder its first state.
pub fn core_state(core: &str) -> String {
    format!("{core}/z_to_initial_state")
}

/// The linear layer from a decoder's output to logits.
pub fn core_projection(core: &str) -> String {
    format!("{core}/output_projection")
}

/// One direction of an encoder's level.
pub fn bidirectional(level: &str, direction: &str) -> String {
    format!("{level}/cell_0/bidirectional_rnn/{direction}/multi_rnn_cell/cell_0/lstm_cell")
}

#[derive(Default)]
struct List(Vec<(String, Vec<usize>)>);

impl List {
    fn linear(&mut self, prefix: &str, n_inputs: usize, n_outputs: usize) {
        self.0.push((format!("{prefix}/kernel"), vec![n_inputs, n_outputs]));
        self.0.push((format!("{prefix}/bias"), vec![n_outputs]));
    }

    fn lstm(&mut self, prefix: &str, n_inputs: usize, n_hidden: usize) {
        self.linear(prefix, n_inputs + n_hidden, 4 * n_hidden);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn n_parameters(config: Config) -> usize {
        config.tensors().iter().map(|(_, shape)| shape.iter().product::<usize>()).sum()
    }

    #[test]
    fn official_sizes_have_the_published_number_of_parameters() {
        let millions =
            |family| (n_parameters(Config::official(family)) as f64 / 1e4).round() / 100.0;

        assert_eq!(millions(Family::Drums2Bar), 4.64);
        assert_eq!(millions(Family::Melody2Bar), 4.42);
        assert_eq!(millions(Family::Trio4Bar), 17.64);
    }

    #[test]
    fn silence_has_an_input_of_its_own() {
        assert_eq!(Family::Drums2Bar.hot_inputs(&[0]), [9]);
        assert_eq!(Family::Drums2Bar.hot_inputs(&[0b101]), [0, 2]);
        assert_eq!(Family::Trio4Bar.hot_inputs(&[1, 2, 3]), [1, 92, 183]);
    }
}

//! A network's sizes (Magenta's `configs.py`), its encoder's levels and its core decoders.

use crate::{
    music::{drums, melody, meter::STEPS_PER_BAR},
    musicvae::{
        convert::performance,
        net::{
            domain::{Column, hot},
            family::{Family, Wiring},
            head::Head,
            names,
        },
    },
};

/// A network's sizes. In shapes: Z latent, H hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Config {
    /// Domain and wiring.
    pub family: Family,
    /// Segments under the conductor; 1 for a flat network, which has no conductor.
    pub n_segments: usize,
    /// Steps in a segment.
    pub n_segment_steps: usize,
    /// Z, the width of the latent space.
    pub n_latent: usize,
    /// H of each direction of the encoder.
    pub n_encoder: usize,
    /// Layers of the encoder; 1 per level if the encoder is hierarchical.
    pub n_encoder_layers: usize,
    /// H of the decoder, or of each core decoder under a conductor.
    pub n_decoder: usize,
    /// Layers of the decoder.
    pub n_decoder_layers: usize,
    /// H of the conductor; unused by flat networks.
    pub n_conductor: usize,
    /// Layers of the conductor; 0 for flat networks.
    pub n_conductor_layers: usize,
    /// Classes of a drum roll (9 or one per key); 9 for other domains.
    pub n_classes: usize,
    /// Hidden units of the NADE; unused by other heads.
    pub n_nade: usize,
    /// E, width of a segment's [skip embedding](crate::musicvae::net::skip); 0 without skip connections.
    pub n_skip: usize,
}

/// A core decoder: it decodes some of a step's columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Core {
    /// Prefix of the core's tensor names.
    pub prefix: String,
    /// The head that turns its outputs into columns.
    pub head: Head,
    /// Index of its first column.
    pub first_column: usize,
    /// Whether it reads its position in the bar, as one input per step of a bar after those of the
    /// previous columns.
    pub reads_metre: bool,
    /// The token that ends a segment early, if its segments are tracks of events.
    pub end: Option<u16>,
}

/// General MIDI percussion keys that belong to a drum class: Magenta's full drum roll.
const N_ROLL_CLASSES: usize = 61;

impl Config {
    /// The sizes of Magenta's configuration of that name (musicvae `configs.py`; `hier-trio_4bar`
    /// is magenta-js's `trio_4bar`), or of this project's.
    pub fn official(family: Family) -> Self {
        let flat = Self {
            family,
            n_segments: 1,
            n_segment_steps: 32,
            n_latent: 256,
            n_encoder: 512,
            n_encoder_layers: 1,
            n_decoder: 256,
            n_decoder_layers: 2,
            n_conductor: 256,
            n_conductor_layers: 0,
            n_classes: drums::N_CLASSES,
            n_nade: 128,
            n_skip: 0,
        };
        let big =
            Self { n_latent: 512, n_encoder: 2048, n_decoder: 2048, n_decoder_layers: 3, ..flat };
        let conducted = Self {
            n_segments: 16,
            n_segment_steps: 16,
            n_latent: 512,
            n_decoder: 1024,
            n_conductor: 1024,
            n_conductor_layers: 2,
            ..flat
        };
        let four_bars = Self { n_segments: 4, n_segment_steps: 16, n_conductor_layers: 2, ..flat };
        match family {
            Family::Drums2Bar | Family::Melody2Bar | Family::Humanize2Bar | Family::Tap2Bar => flat,
            Family::Groove4Bar => Self { n_segment_steps: 64, ..flat },
            Family::Drums2BarBig | Family::Melody2BarBig => big,
            Family::NadeDrums2Bar => {
                Self { n_encoder: 1024, n_decoder: 512, n_classes: N_ROLL_CLASSES, ..flat }
            }
            Family::Trio4Bar => four_bars,
            Family::ElectropunkTrio4Bar => Self { n_encoder: 256, n_skip: 96, ..four_bars },
            Family::HierdecTrio16Bar | Family::HierdecMelody16Bar => {
                Self { n_encoder: 2048, n_encoder_layers: 2, ..conducted }
            }
            Family::HierTrio16Bar | Family::HierMelody16Bar => {
                Self { n_encoder: 1024, ..conducted }
            }
            Family::FlatTrio16Bar => Self { n_segment_steps: 256, n_encoder_layers: 2, ..big },
            Family::Multitrack1Bar => Self {
                n_segments: 8,
                n_segment_steps: 64,
                n_encoder: 1024,
                n_decoder: 512,
                n_decoder_layers: 3,
                n_conductor: 512,
                n_conductor_layers: 3,
                ..conducted
            },
            // A musician's song collection has a thousandth of the bars of Magenta's data.
            Family::ElectropunkMultitrack1Bar => Self {
                n_segments: 8,
                n_segment_steps: 64,
                n_latent: 128,
                n_encoder: 256,
                n_decoder: 256,
                n_conductor: 256,
                ..conducted
            },
        }
    }

    /// The same sizes for sequences of `n_steps`: whole bars; none if the family does not allow
    /// that length (a multitrack sequence is always one bar).
    pub fn with_steps(self, n_steps: usize) -> Option<Self> {
        if n_steps == 0 || !n_steps.is_multiple_of(STEPS_PER_BAR) {
            return None;
        }
        if self.family.domain().is_multitrack() {
            return (n_steps == self.n_steps()).then_some(self);
        }
        match self.family.wiring() {
            Wiring::Flat => Some(Self { n_segment_steps: n_steps, ..self }),
            _ => Some(Self { n_segments: n_steps / self.n_segment_steps, ..self }),
        }
    }

    /// T, steps of a sequence.
    pub fn n_steps(&self) -> usize {
        self.n_segments * self.n_segment_steps
    }

    /// Bars of a sequence, rounded up; 1 for multitrack sequences.
    pub fn n_bars(&self) -> usize {
        match self.family.domain().is_multitrack() {
            true => 1,
            false => self.n_steps().div_ceil(STEPS_PER_BAR),
        }
    }

    /// The columns of a step.
    pub fn columns(&self) -> Vec<Column> {
        self.family.domain().columns(self.n_classes)
    }

    /// Width of the encoder's input at a step.
    pub fn n_encoder_inputs(&self) -> usize {
        self.family.domain().n_encoder_inputs(self.n_classes)
    }

    /// C, width of the decoder's context: z, or the conductor's embedding of a segment.
    pub fn n_context(&self) -> usize {
        if self.n_conductor_layers == 0 { self.n_latent } else { self.n_conductor }
    }

    /// The encoder's levels, lowest first: for each its layers' prefixes and input widths.
    pub fn encoder_levels(&self) -> Vec<Vec<(String, usize)>> {
        let (n_inputs, n_outputs) = (self.n_encoder_inputs(), 2 * self.n_encoder);
        match self.family.wiring() {
            Wiring::Hier => {
                vec![vec![(names::level(0), n_inputs)], vec![(names::level(1), n_outputs)]]
            }
            Wiring::Flat | Wiring::Hierdec => {
                let width = |layer| if layer == 0 { n_inputs } else { n_outputs };
                let layers = 0..self.n_encoder_layers;
                vec![layers.map(|layer| (names::encoder_layer(layer), width(layer))).collect()]
            }
        }
    }

    /// The core decoders, in the order of the columns.
    pub fn cores(&self) -> Vec<Core> {
        let prefix = if self.n_conductor_layers == 0 { "" } else { "core_decoder/" };
        let reads_metre = self.family.reads_metre();
        if self.family.has_core_for_each_part() {
            let numbered = self.family.domain().n_tokens().iter().enumerate();
            let head = |n_tokens: &'static usize| match *n_tokens {
                melody::N_TOKENS if self.family.splits_rhythm_and_pitch() => Head::RhythmAndPitch,
                _ => Head::Categorical(std::slice::from_ref(n_tokens)),
            };
            let core = |(first_column, n_tokens)| Core {
                prefix: format!("{prefix}core_decoder_{first_column}/decoder"),
                head: head(n_tokens),
                first_column,
                reads_metre,
                end: None,
            };
            return numbered.map(core).collect();
        }
        let head = Head::of(self.family.domain(), self.n_classes, self.n_nade);
        let end = self.family.domain().is_multitrack().then_some(performance::END);
        vec![Core { prefix: format!("{prefix}decoder"), head, first_column: 0, reads_metre, end }]
    }
}

impl Core {
    /// Width of its sparse inputs at a step: the previous columns, and the position in the bar.
    pub fn n_inputs(&self) -> usize {
        self.head.n_inputs() + if self.reads_metre { STEPS_PER_BAR } else { 0 }
    }

    /// The core's input for the position of `step` in the bar, if it reads the metre.
    pub fn metre_input(&self, step: usize) -> Option<(u32, f32)> {
        let input = self.head.n_inputs() + step % STEPS_PER_BAR;
        self.reads_metre.then(|| hot(input as u32))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Parameters in millions.
    fn n_parameters(family: Family) -> f64 {
        let tensors = Config::official(family).tensors();
        tensors.iter().map(|(_, shape)| shape.iter().product::<usize>()).sum::<usize>() as f64 / 1e6
    }

    #[test]
    fn official_sizes_have_the_published_number_of_parameters() {
        for (family, published) in [
            (Family::Drums2Bar, 4.64),
            (Family::Melody2Bar, 4.42),
            (Family::Melody2BarBig, 39.24 + 95.33),
            (Family::NadeDrums2Bar, 9.95 + 4.44),
            (Family::Trio4Bar, 17.64),
            (Family::HierdecTrio16Bar, 149.8 + 81.2),
            (Family::FlatTrio16Bar, 149.8 + 101.5),
            (Family::Multitrack1Bar, 39.68 + 15.96),
            (Family::Humanize2Bar, 2.737 + 1.348),
        ] {
            let found = n_parameters(family);
            assert!((found / published - 1.0).abs() < 2e-3, "{family}: {found}, not {published}");
        }
    }

    #[test]
    fn a_conducted_network_grows_by_segments_and_a_flat_one_by_steps() {
        let eight_bars = |family| Config::official(family).with_steps(128).unwrap();
        assert_eq!(eight_bars(Family::Trio4Bar).n_segments, 8);
        assert_eq!(eight_bars(Family::Drums2Bar).n_segment_steps, 128);
        assert_eq!(Config::official(Family::Multitrack1Bar).with_steps(128), None);
        assert_eq!(Config::official(Family::Drums2Bar).with_steps(40), None);
    }

    #[test]
    fn a_lone_core_under_a_conductor_has_no_number() {
        let core = &Config::official(Family::Multitrack1Bar).cores()[0];
        assert_eq!(core.prefix, "core_decoder/decoder");
        let core = &Config::official(Family::Trio4Bar).cores()[2];
        assert_eq!((&*core.prefix, core.first_column), ("core_decoder/core_decoder_2/decoder", 2));
    }
}

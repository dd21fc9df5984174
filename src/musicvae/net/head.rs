//! Output heads: a decoder's outputs at a step to columns, and columns to the decoder's next
//! inputs.

use crate::{
    music::{drums::N_CLASSES, melody},
    musicvae::{
        convert::groove,
        net::{
            domain::{Domain, Sparse, bits, hot, tokens},
            math, rhythm_and_pitch,
        },
    },
};

/// An output head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Head {
    /// A token per part, each from a softmax over its span of the logits.
    Categorical(&'static [usize]),
    /// A melody token, by its rhythm and then its pitch; see [`rhythm_and_pitch`].
    RhythmAndPitch,
    /// Classes one after the other, each conditioned on the ones before: a NADE (Larochelle &
    /// Murray 2011) whose biases are the decoder's outputs.
    Nade {
        /// Number of classes.
        n_classes: usize,
        /// Number of hidden units.
        n_hidden: usize,
    },
    /// Nine hits (a sigmoid each), nine velocities (sigmoid), nine offsets (tanh).
    Groove,
}

/// A NADE's weights, both (classes, hidden), row-major.
#[derive(Debug, Clone, Default)]
pub struct NadeWeights {
    encoder: Vec<f32>,
    decoder: Vec<f32>,
}

/// Chooses tokens from logits: samples, takes the greatest, or forces given ones.
///
/// Implemented by closures from part index and logits to a token.
pub trait Pick {
    /// Chooses a token of `part` from `logits` (V,), which may be overwritten.
    fn pick(&mut self, part: usize, logits: &mut [f32]) -> u16;

    /// Called with a core's outputs (P,) at each step, before `pick`.
    fn observe(&mut self, _core: usize, _projection: &[f32]) {}

    /// Called before the first step of a core's segment number `segment`.
    fn begin(&mut self, _segment: usize) {}

    /// Whether a track of events stops at its first end token, as in training. magenta-js decodes all
    /// of its steps, and starts the next track with the last of them.
    fn stops_at_end(&self) -> bool {
        true
    }

    /// Chooses whether an event with log-odds `logit` happens.
    fn happens(&mut self, part: usize, logit: f32) -> bool {
        self.pick(part, &mut [0.0, logit]) == 1
    }
}

impl<F: FnMut(usize, &mut [f32]) -> u16> Pick for F {
    fn pick(&mut self, part: usize, logits: &mut [f32]) -> u16 {
        self(part, logits)
    }
}

/// What a head chose at a step.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// The step's columns.
    pub columns: Vec<u16>,
    /// The decoder's inputs at the next step.
    pub inputs: Sparse,
}

impl Head {
    /// The head of a decoder that outputs all columns of `domain`.
    pub fn of(domain: Domain, n_classes: usize, n_hidden: usize) -> Self {
        match domain {
            Domain::DrumRoll => Self::Nade { n_classes, n_hidden },
            Domain::Groove(_) => Self::Groove,
            _ => Self::Categorical(domain.n_tokens()),
        }
    }

    /// Vocabulary sizes of its parts; none for heads that don't choose tokens.
    pub fn parts(&self) -> Option<&'static [usize]> {
        match *self {
            Self::Categorical(parts) => Some(parts),
            Self::RhythmAndPitch => Some(&[melody::N_TOKENS]),
            Self::Nade { .. } | Self::Groove => None,
        }
    }

    /// Width of the decoder's input from the previous step.
    pub fn n_inputs(&self) -> usize {
        match self {
            Self::Categorical(parts) => parts.iter().sum(),
            Self::RhythmAndPitch => melody::N_TOKENS,
            Self::Nade { n_classes, .. } => *n_classes,
            Self::Groove => 3 * N_CLASSES,
        }
    }

    /// P, width of the decoder's outputs.
    pub fn n_outputs(&self) -> usize {
        match self {
            Self::Nade { n_classes, n_hidden } => n_hidden + n_classes,
            Self::RhythmAndPitch => rhythm_and_pitch::N_OUTPUTS,
            _ => self.n_inputs(),
        }
    }

    /// Number of columns that it chooses.
    pub fn n_columns(&self) -> usize {
        match self {
            Self::Categorical(parts) => parts.len(),
            Self::RhythmAndPitch => 1,
            Self::Nade { n_classes, .. } => n_classes.div_ceil(16),
            Self::Groove => groove::N_COLUMNS,
        }
    }

    /// The decoder's inputs for a previous step with these columns.
    pub fn inputs(&self, columns: &[u16]) -> Sparse {
        match self {
            Self::Categorical(parts) => tokens(parts, columns),
            Self::RhythmAndPitch => tokens(&[melody::N_TOKENS], columns),
            Self::Nade { .. } => bits(columns).map(hot).collect(),
            Self::Groove => groove::inputs(columns),
        }
    }

    /// Chooses columns from a decoder's `outputs` (P,), which are overwritten; `part` is the index
    /// of the first column.
    pub fn choose(
        &self,
        outputs: &mut [f32],
        nade: &NadeWeights,
        part: usize,
        pick: &mut dyn Pick,
    ) -> Choice {
        match *self {
            Self::Categorical(parts) => {
                let mut rest = outputs;
                let choose = |(number, &n): (usize, &usize)| {
                    let (logits, others) = std::mem::take(&mut rest).split_at_mut(n);
                    rest = others;
                    pick.pick(part + number, logits)
                };
                let columns: Vec<u16> = parts.iter().enumerate().map(choose).collect();
                Choice { inputs: tokens(parts, &columns), columns }
            }
            Self::RhythmAndPitch => {
                let columns = vec![pick.pick(part, &mut rhythm_and_pitch::token_logits(outputs))];
                Choice { inputs: self.inputs(&columns), columns }
            }
            Self::Nade { n_hidden, .. } => {
                let (hidden, biases) = outputs.split_at_mut(n_hidden);
                let columns = nade.choose(hidden, biases, part, pick);
                Choice { inputs: bits(&columns).map(hot).collect(), columns }
            }
            Self::Groove => choose_groove(outputs, part, pick),
        }
    }
}

/// The next step's inputs include velocity and offset of classes without a hit, as in Magenta
/// (`GrooveLstmDecoder._sample`).
fn choose_groove(outputs: &[f32], part: usize, pick: &mut dyn Pick) -> Choice {
    let (hits, feel) = outputs.split_at(N_CLASSES);
    let (velocities, offsets) = feel.split_at(N_CLASSES);
    let mut columns = vec![0];
    let mut inputs = Sparse::new();
    for (class, &logit) in hits.iter().enumerate() {
        if pick.happens(part, logit) {
            columns[0] |= 1 << class;
            inputs.push(hot(class as u32));
        }
    }
    for (class, &x) in velocities.iter().enumerate() {
        let velocity = math::sigmoid(x);
        columns.push((velocity * 127.0).round() as u16);
        inputs.push(((N_CLASSES + class) as u32, velocity));
    }
    for (class, &x) in offsets.iter().enumerate() {
        let offset = math::tanh(x);
        columns.push(groove::offset_column(offset));
        inputs.push(((2 * N_CLASSES + class) as u32, offset));
    }
    Choice { columns, inputs }
}

impl NadeWeights {
    /// `encoder` (`w_enc`) and `decoder` (`w_dec_t`), both (classes, hidden), row-major.
    pub(super) fn new(encoder: Vec<f32>, decoder: Vec<f32>) -> Self {
        Self { encoder, decoder }
    }

    fn choose(
        &self,
        hidden: &mut [f32],
        biases: &[f32],
        part: usize,
        pick: &mut dyn Pick,
    ) -> Vec<u16> {
        let n = hidden.len();
        let mut columns = vec![0u16; biases.len().div_ceil(16)];
        let rows = self.encoder.chunks_exact(n).zip(self.decoder.chunks_exact(n));
        for (class, (&bias, (encoder, decoder))) in biases.iter().zip(rows).enumerate() {
            let terms = hidden.iter().zip(decoder).map(|(&a, w)| math::sigmoid(a) * w);
            let logit = bias + terms.sum::<f32>();
            if pick.happens(part, logit) {
                columns[class / 16] |= 1 << (class % 16);
                hidden.iter_mut().zip(encoder).for_each(|(a, w)| *a += w);
            }
        }
        columns
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::musicvae::net::sampling;

    fn greedy(_: usize, logits: &mut [f32]) -> u16 {
        sampling::greedy(logits)
    }

    #[test]
    fn each_part_is_chosen_from_its_span() {
        let head = Head::Categorical(&[2, 3]);

        let choice =
            head.choose(&mut [0.0, 1.0, 5.0, 0.0, 0.0], &NadeWeights::default(), 0, &mut greedy);

        assert_eq!(choice, Choice { columns: vec![1, 0], inputs: vec![(1, 1.0), (2, 1.0)] });
        assert_eq!(head.inputs(&choice.columns), choice.inputs);
    }

    #[test]
    fn a_nade_class_is_conditioned_on_the_ones_before() {
        let head = Head::Nade { n_classes: 2, n_hidden: 1 };
        let nade = NadeWeights { encoder: vec![-100.0, 0.0], decoder: vec![0.0, 2.0] };

        let choose = |first| head.choose(&mut [1.0, first, -1.0], &nade, 0, &mut greedy).columns;

        assert_eq!(choose(1.0), [0b01]);
        assert_eq!(choose(-1.0), [0b10]);
    }

    #[test]
    fn a_groove_head_outputs_velocities_and_offsets() {
        let mut outputs = [-9.0; 27];
        (outputs[0], outputs[9], outputs[18]) = (9.0, 0.0, 0.0);

        let choice = Head::Groove.choose(&mut outputs, &NadeWeights::default(), 0, &mut greedy);

        assert_eq!((choice.columns[0], choice.columns[1], choice.columns[10]), (1, 64, 0));
        assert_eq!(choice.inputs[0], (0, 1.0));
        assert_eq!(choice.inputs.len(), 1 + 9 + 9);
    }

    #[test]
    fn an_event_with_even_odds_happens_half_the_time() {
        let mut rng = crate::rng::stream(1, "test");
        let mut draw = |_: usize, logits: &mut [f32]| sampling::draw(logits, 0.5, &mut rng);

        let n = (0..2000).filter(|_| draw.happens(0, 0.0)).count();

        assert!((900..1100).contains(&n), "{n}");
    }
}

//! From what a decoder projects at a step to what it says, and hears of it at the next.

use crate::{
    music::drums::N_CLASSES,
    musicvae::{
        convert::groove,
        net::{
            Error,
            domain::{Domain, Sparse, bits, hot, tokens},
            math, names,
            weights::Weights,
        },
    },
};

/// How a decoder says a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Head {
    /// A token for each part, from a softmax over its own span of the logits.
    Categorical(&'static [usize]),
    /// Classes one after the other, each knowing those before it: a NADE (Larochelle & Murray 2011)
    /// whose biases the decoder projects.
    Nade {
        /// How many classes.
        n_classes: usize,
        /// Its hidden units.
        n_hidden: usize,
    },
    /// Nine hits by a sigmoid each, nine velocities by sigmoids, nine offsets by tanh.
    Groove,
}

/// A NADE's own weights, both row by row (classes, hidden).
#[derive(Debug, Clone, Default)]
pub struct NadeWeights {
    encoder: Vec<f32>,
    decoder: Vec<f32>,
}

/// Chooses, wherever a network leaves a choice.
///
/// A closure from the part's number and its logits to a token is one.
pub trait Pick {
    /// One of the categories that `logits` (V,) are of, which may be changed.
    fn pick(&mut self, part: usize, logits: &mut [f32]) -> u16;

    /// Hears all that a core projects at a step, before anything is chosen from it.
    fn hear(&mut self, _core: usize, _projection: &[f32]) {}

    /// Whether something happens whose log-odds are `logit`.
    fn happens(&mut self, part: usize, logit: f32) -> bool {
        self.pick(part, &mut [0.0, logit]) == 1
    }
}

impl<F: FnMut(usize, &mut [f32]) -> u16> Pick for F {
    fn pick(&mut self, part: usize, logits: &mut [f32]) -> u16 {
        self(part, logits)
    }
}

/// What was said at a step.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// Its columns.
    pub columns: Vec<u16>,
    /// What the decoder hears of it at the next step.
    pub heard: Sparse,
}

impl Head {
    /// The head of a decoder that says all of `domain`.
    pub fn of(domain: Domain, n_classes: usize, n_hidden: usize) -> Self {
        match domain {
            Domain::DrumRoll => Self::Nade { n_classes, n_hidden },
            Domain::Groove(_) => Self::Groove,
            _ => Self::Categorical(domain.n_tokens()),
        }
    }

    /// Width of what the decoder hears of its last step.
    pub fn n_heard(&self) -> usize {
        match self {
            Self::Categorical(parts) => parts.iter().sum(),
            Self::Nade { n_classes, .. } => *n_classes,
            Self::Groove => 3 * N_CLASSES,
        }
    }

    /// Width of what the decoder projects.
    pub fn n_projected(&self) -> usize {
        match self {
            Self::Nade { n_classes, n_hidden } => n_hidden + n_classes,
            _ => self.n_heard(),
        }
    }

    /// How many columns it says.
    pub fn n_columns(&self) -> usize {
        match self {
            Self::Categorical(parts) => parts.len(),
            Self::Nade { n_classes, .. } => n_classes.div_ceil(16),
            Self::Groove => groove::N_COLUMNS,
        }
    }

    /// What a decoder would hear of a step that had these columns.
    pub fn hear(&self, columns: &[u16]) -> Sparse {
        match self {
            Self::Categorical(parts) => tokens(parts, columns),
            Self::Nade { .. } => bits(columns).map(hot).collect(),
            Self::Groove => groove::inputs(columns),
        }
    }

    /// Chooses from a projection; `part` is the number of the first column.
    pub fn say(
        &self,
        projection: &mut [f32],
        nade: &NadeWeights,
        part: usize,
        pick: &mut dyn Pick,
    ) -> Said {
        match *self {
            Self::Categorical(parts) => {
                let mut rest = projection;
                let choose = |(number, &n): (usize, &usize)| {
                    let (logits, others) = std::mem::take(&mut rest).split_at_mut(n);
                    rest = others;
                    pick.pick(part + number, logits)
                };
                let columns: Vec<u16> = parts.iter().enumerate().map(choose).collect();
                Said { heard: tokens(parts, &columns), columns }
            }
            Self::Nade { n_hidden, .. } => {
                let (hidden, biases) = projection.split_at_mut(n_hidden);
                let columns = nade.say(hidden, biases, part, pick);
                Said { heard: bits(&columns).map(hot).collect(), columns }
            }
            Self::Groove => say_groove(projection, part, pick),
        }
    }
}

/// The loudness and timing of what is not hit are told to the next step as well, as in training.
fn say_groove(projection: &[f32], part: usize, pick: &mut dyn Pick) -> Said {
    let (hits, feel) = projection.split_at(N_CLASSES);
    let (velocities, offsets) = feel.split_at(N_CLASSES);
    let mut columns = vec![0];
    let mut heard = Sparse::new();
    for (class, &logit) in hits.iter().enumerate() {
        if pick.happens(part, logit) {
            columns[0] |= 1 << class;
            heard.push(hot(class as u32));
        }
    }
    for (class, &x) in velocities.iter().enumerate() {
        let velocity = math::sigmoid(x);
        columns.push((velocity * 127.0).round() as u16);
        heard.push(((N_CLASSES + class) as u32, velocity));
    }
    for (class, &x) in offsets.iter().enumerate() {
        let offset = math::tanh(x);
        columns.push(groove::offset_column(offset));
        heard.push(((2 * N_CLASSES + class) as u32, offset));
    }
    Said { columns, heard }
}

impl NadeWeights {
    /// Reads the weights under `core`.
    ///
    /// # Errors
    /// A tensor is missing.
    pub fn load(weights: &Weights, core: &str) -> Result<Self, Error> {
        let encoder = weights.values(&names::nade_encoder(core))?;
        Ok(Self { encoder, decoder: weights.values(&names::nade_decoder(core))? })
    }

    fn say(
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
    fn parts_are_chosen_from_spans_of_their_own() {
        let head = Head::Categorical(&[2, 3]);

        let said =
            head.say(&mut [0.0, 1.0, 5.0, 0.0, 0.0], &NadeWeights::default(), 0, &mut greedy);

        assert_eq!(said, Said { columns: vec![1, 0], heard: vec![(1, 1.0), (2, 1.0)] });
        assert_eq!(head.hear(&said.columns), said.heard);
    }

    #[test]
    fn a_class_of_a_nade_knows_those_before_it() {
        let head = Head::Nade { n_classes: 2, n_hidden: 1 };
        let nade = NadeWeights { encoder: vec![-100.0, 0.0], decoder: vec![0.0, 2.0] };

        let say = |first| head.say(&mut [1.0, first, -1.0], &nade, 0, &mut greedy).columns;

        assert_eq!(say(1.0), [0b01]);
        assert_eq!(say(-1.0), [0b10]);
    }

    #[test]
    fn a_groove_says_how_loud_and_how_early() {
        let mut projection = [-9.0; 27];
        (projection[0], projection[9], projection[18]) = (9.0, 0.0, 0.0);

        let said = Head::Groove.say(&mut projection, &NadeWeights::default(), 0, &mut greedy);

        assert_eq!((said.columns[0], said.columns[1], said.columns[10]), (1, 64, 0));
        assert_eq!(said.heard[0], (0, 1.0));
        assert_eq!(said.heard.len(), 1 + 9 + 9);
    }

    #[test]
    fn something_with_even_odds_happens_half_the_time() {
        let mut rng = crate::rng::stream(1, "test");
        let mut draw = |_: usize, logits: &mut [f32]| sampling::draw(logits, 0.5, &mut rng);

        let n = (0..2000).filter(|_| draw.happens(0, 0.0)).count();

        assert!((900..1100).contains(&n), "{n}");
    }
}

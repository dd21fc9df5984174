//! A second implementation of MusicVAE from its papers and Magenta's sources, in plain loops of f64: the
//! reference for the library's networks. The reference itself is compared with the results of magenta-js
//! for the networks in `tests/data/parity`.

use std::collections::HashMap;

use electropunk::musicvae::net::{head::Pick, sampling};

/// A tensor's sizes and values, row-major.
pub type Tensors = HashMap<String, (Vec<usize>, Vec<f64>)>;

/// What a decoder's outputs mean.
#[derive(Clone, Copy)]
pub enum Outputs<'a> {
    /// One-hot tokens of parts with these vocabularies.
    Tokens(&'a [usize]),
    /// Bits of this many classes, each conditioned on those before.
    Nade(usize),
    /// Nine hits, velocities and offsets.
    Groove,
}

/// A network by its tensors.
pub struct Reference<'a> {
    pub tensors: &'a Tensors,
    /// Segments and steps of each.
    pub n_segments: usize,
    pub n_segment_steps: usize,
    /// The outputs of each core decoder.
    pub cores: Vec<(String, Outputs<'a>)>,
}

/// The cells of a decoder and their states, c and h.
struct Cells {
    names: Vec<String>,
    states: Vec<[Vec<f64>; 2]>,
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

impl Reference<'_> {
    fn has(&self, name: &str) -> bool {
        self.tensors.contains_key(name)
    }

    fn linear(&self, name: &str, x: &[f64]) -> Vec<f64> {
        let (shape, kernel) = &self.tensors[&format!("{name}/kernel")];
        let (_, bias) = &self.tensors[&format!("{name}/bias")];
        assert_eq!(shape[0], x.len(), "{name}");
        let mut out = bias.clone();
        for (x, row) in x.iter().zip(kernel.chunks(shape[1])) {
            out.iter_mut().zip(row).for_each(|(out, weight)| *out += x * weight);
        }
        out
    }

    /// TensorFlow's `LSTMBlockCell`: gates i, j, f, o, and a forget bias of 1.
    fn cell(&self, name: &str, x: &[f64], [c, h]: &mut [Vec<f64>; 2]) {
        let gates = self.linear(name, &[x, &h[..]].concat());
        let n = h.len();
        for k in 0..n {
            let [i, j, f, o] = [0, 1, 2, 3].map(|gate| gates[gate * n + k]);
            c[k] = c[k] * sigmoid(f + 1.0) + sigmoid(i) * j.tanh();
            h[k] = sigmoid(o) * c[k].tanh();
        }
    }

    /// h at each step of one direction of a layer, in order of time.
    fn direction(&self, layer: &str, way: &str, steps: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let name = format!("{layer}/bidirectional_rnn/{way}/multi_rnn_cell/cell_0/lstm_cell");
        let n = self.tensors[&format!("{name}/bias")].1.len() / 4;
        let mut state = [vec![0.0; n], vec![0.0; n]];
        let mut outputs = Vec::new();
        let order: Vec<usize> = match way {
            "bw" => (0..steps.len()).rev().collect(),
            _ => (0..steps.len()).collect(),
        };
        for step in order {
            self.cell(&name, &steps[step], &mut state);
            outputs.push(state[1].clone());
        }
        if way == "bw" {
            outputs.reverse();
        }
        outputs
    }

    /// The final h of both directions over the layers `layers`.
    fn summary(&self, layers: &[String], steps: &[Vec<f64>]) -> Vec<f64> {
        let mut steps = steps.to_vec();
        let mut ends = Vec::new();
        for layer in layers {
            let forward = self.direction(layer, "fw", &steps);
            let backward = self.direction(layer, "bw", &steps);
            ends = [forward[forward.len() - 1].clone(), backward[0].clone()].concat();
            steps = forward.into_iter().zip(backward).map(|(f, b)| [f, b].concat()).collect();
        }
        ends
    }

    /// The mean of z for the encoder's inputs at each step; a segment of tracks ends with its last step
    /// that has inputs.
    pub fn mu(&self, steps: &[Vec<f64>], are_tracks: bool) -> Vec<f64> {
        let level = |level| vec![format!("encoder/hierarchical_level_{level}/cell_0")];
        let first =
            "encoder/hierarchical_level_0/cell_0/bidirectional_rnn/fw/multi_rnn_cell/cell_0";
        let summary = if self.has(&format!("{first}/lstm_cell/kernel")) {
            let segments = steps.chunks(self.n_segment_steps).map(|segment| {
                let silent = |step: &&Vec<f64>| step.iter().all(|&x| x == 0.0);
                let n_padded = segment.iter().rev().take_while(silent).count();
                let n = segment.len() - if are_tracks { n_padded } else { 0 };
                self.summary(&level(0), &segment[..n])
            });
            self.summary(&level(1), &segments.collect::<Vec<_>>())
        } else {
            let layer = |layer| format!("encoder/cell_{layer}");
            let kernel = |layer: &String| {
                self.has(&format!(
                    "{layer}/bidirectional_rnn/fw/multi_rnn_cell/cell_0/lstm_cell/kernel"
                ))
            };
            self.summary(&(0..9).map(layer).take_while(kernel).collect::<Vec<_>>(), steps)
        };
        self.linear("encoder/mu", &summary)
    }

    /// Cells `prefix`0, 1, ... with the initial states that the layer `initial` gives `context`.
    fn begin(&self, initial: &str, prefix: &str, context: &[f64]) -> Cells {
        let name = |layer| format!("{prefix}cell_{layer}/lstm_cell");
        let has = |name: &String| self.has(&format!("{name}/kernel"));
        let names: Vec<String> = (0..9).map(name).take_while(has).collect();
        let all: Vec<f64> = self.linear(initial, context).into_iter().map(f64::tanh).collect();
        let parts: Vec<&[f64]> = all.chunks(all.len() / names.len() / 2).collect();
        let states = parts.chunks(2).map(|pair| [pair[0].to_vec(), pair[1].to_vec()]);
        Cells { states: states.collect(), names }
    }

    fn step(&self, cells: &mut Cells, x: &[f64]) -> Vec<f64> {
        let mut x = x.to_vec();
        for (name, state) in cells.names.iter().zip(&mut cells.states) {
            self.cell(name, &x, state);
            x.clone_from(&state[1]);
        }
        x
    }

    /// The contexts of the segments: z itself, or the conductor's outputs.
    fn contexts(&self, z: &[f64]) -> Vec<Vec<f64>> {
        let level = "decoder/hierarchical_level_0/";
        if !self.has(&format!("{level}initial_state/kernel")) {
            return vec![z.to_vec()];
        }
        let mut conductor = self.begin(&format!("{level}initial_state"), level, z);
        (0..self.n_segments).map(|_| self.step(&mut conductor, &[0.0])).collect()
    }

    /// For each core its outputs at all steps of a greedy decode of `z`, every segment to its last step
    /// as in magenta-js.
    pub fn greedy(&self, z: &[f64]) -> Vec<Vec<f64>> {
        let contexts = self.contexts(z);
        let core = |(core, outputs): &(String, Outputs)| {
            let (mut all, mut previous) = (Vec::new(), vec![0.0; self.n_inputs(core, *outputs)]);
            for context in &contexts {
                let initial = format!("{core}/z_to_initial_state");
                let mut cells = self.begin(&initial, &format!("{core}/multi_rnn_cell/"), context);
                for _ in 0..self.n_segment_steps {
                    let h = self.step(&mut cells, &[&previous[..], context].concat());
                    let found = self.linear(&format!("{core}/output_projection"), &h);
                    previous = self.choose(core, *outputs, &found);
                    all.extend(found);
                }
            }
            all
        };
        self.cores.iter().map(core).collect()
    }

    fn n_inputs(&self, core: &str, outputs: Outputs) -> usize {
        match outputs {
            Outputs::Tokens(parts) => parts.iter().sum(),
            Outputs::Nade(n_classes) => n_classes,
            Outputs::Groove => self.tensors[&format!("{core}/output_projection/bias")].1.len(),
        }
    }

    /// The likeliest choice, as inputs of the next step.
    fn choose(&self, core: &str, outputs: Outputs, found: &[f64]) -> Vec<f64> {
        match outputs {
            Outputs::Tokens(parts) => {
                let mut start = 0;
                let one_hot = parts.iter().flat_map(|&n| {
                    let logits = &found[start..start + n];
                    start += n;
                    let greatest =
                        (0..n).fold(0, |best, k| if logits[best] < logits[k] { k } else { best });
                    (0..n).map(move |k| f64::from(u8::from(k == greatest)))
                });
                one_hot.collect()
            }
            Outputs::Nade(n_classes) => {
                let (hidden, biases) = found.split_at(found.len() - n_classes);
                let mut hidden = hidden.to_vec();
                let weights = |name: &str| &self.tensors[&format!("{core}/nade/{name}")].1;
                let (encoder, decoder) = (weights("w_enc"), weights("w_dec_t"));
                let n = hidden.len();
                let mut bits = Vec::new();
                for (class, bias) in biases.iter().enumerate() {
                    let row = class * n..(class + 1) * n;
                    let terms = hidden.iter().zip(&decoder[row.clone()]);
                    let logit = bias + terms.map(|(a, w)| sigmoid(*a) * w).sum::<f64>();
                    let bit = f64::from(u8::from(0.0 < logit));
                    hidden.iter_mut().zip(&encoder[row]).for_each(|(a, w)| *a += bit * w);
                    bits.push(bit);
                }
                bits
            }
            Outputs::Groove => {
                let n = found.len() / 3;
                let value = |(k, &x): (usize, &f64)| match k / n {
                    0 => f64::from(u8::from(0.0 < x)),
                    1 => sigmoid(x),
                    _ => x.tanh(),
                };
                found.iter().enumerate().map(value).collect()
            }
        }
    }
}

/// Picks the likeliest at every step of every segment, as magenta-js does, and records the cores' outputs.
#[derive(Default)]
pub struct Greedy {
    pub outputs: Vec<Vec<f32>>,
}

impl Pick for Greedy {
    fn pick(&mut self, _part: usize, logits: &mut [f32]) -> u16 {
        sampling::greedy(logits)
    }

    fn observe(&mut self, core: usize, projection: &[f32]) {
        self.outputs.resize(self.outputs.len().max(core + 1), Vec::new());
        self.outputs[core].extend_from_slice(projection);
    }

    fn stops_at_end(&self) -> bool {
        false
    }
}

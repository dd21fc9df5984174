//! The drum network's gradient. The forward pass is that of
//! [`network`](crate::lab::transcription::drums::network).

use candle_core::{DType, Device, Result, Tensor, Var, bail};
use rand::RngExt as _;

use crate::{
    lab::{
        train::{
            product::{Panels, Tiles, add_product, add_transposed_product},
            transcription::drums::deck::{Targets, Window},
        },
        transcription::drums::{
            network::{sigmoid, tensors},
            shape::{BANDS, CHANNELS, N_OUTPUTS, SIZES, fold, gather, pool, scatter, unfold},
        },
    },
    music::drums::N_CLASSES,
    rng,
};

/// Weights of the onsets' losses by drum: rarer drums weigh more.
const WEIGHTS: [f32; N_CLASSES] = [1.0, 1.2, 1.2, 1.8, 2.5, 2.5, 2.5, 2.0, 1.6];

/// Weight of the velocities' losses.
const OF_VELOCITY: f32 = 0.3;

/// Layers after the convolutions.
const DENSE: usize = CHANNELS.len();
const HEAD: usize = DENSE + 1;

/// Weights in training: kernel and bias of each layer.
pub struct Variables {
    /// Names of the tensors.
    pub names: Vec<String>,
    /// The tensors, in the order of the names.
    pub vars: Vec<Var>,
}

/// The values of the weights, kernel and bias of each layer.
pub struct Values(Vec<Vec<f32>>);

impl Variables {
    /// Initial weights drawn from `seed` (He et al. 2015), biases 0; onset biases make onsets rare.
    ///
    /// # Errors
    /// Out of memory.
    pub fn new(seed: u64) -> Result<Self> {
        let mut variables = Self { names: vec![], vars: vec![] };
        for (name, shape) in tensors() {
            let n: usize = shape.iter().product();
            let mut rng = rng::stream(seed, &name);
            let values: Vec<f32> = match shape[..] {
                [N_OUTPUTS] => (0..n).map(|n| if n < N_CLASSES { -4.0 } else { 0.0 }).collect(),
                [_] => vec![0.0; n],
                _ => {
                    let limit = (6.0 / shape[0] as f64).sqrt();
                    (0..n).map(|_| rng.random_range(-limit..limit) as f32).collect()
                }
            };
            variables.vars.push(Var::from_tensor(&Tensor::from_vec(values, shape, &Device::Cpu)?)?);
            variables.names.push(name);
        }
        Ok(variables)
    }

    /// Replaces the weights.
    ///
    /// # Errors
    /// A tensor is missing or has another shape.
    pub fn set(&mut self, saved: &std::collections::HashMap<String, Tensor>) -> Result<()> {
        for (name, var) in self.names.iter().zip(&self.vars) {
            let Some(tensor) = saved.get(name) else { bail!("tensor {name} is missing") };
            var.set(&tensor.to_dtype(DType::F32)?)?;
        }
        Ok(())
    }

    /// The weights' values.
    ///
    /// # Errors
    /// Never: the weights are in memory.
    pub fn values(&self) -> Result<Values> {
        let values = self.vars.iter().map(|var| var.flatten_all()?.to_vec1());
        values.collect::<Result<_>>().map(Values)
    }

    /// `gradient` as tensors of the weights' shapes.
    ///
    /// # Errors
    /// Out of memory.
    pub fn tensors_of(&self, gradient: Vec<Vec<f32>>) -> Result<Vec<Tensor>> {
        let pairs = gradient.into_iter().zip(&self.vars);
        pairs.map(|(values, var)| Tensor::from_vec(values, var.shape(), &Device::Cpu)).collect()
    }
}

/// A convolution's values that its gradient needs.
struct Trace {
    patches: Vec<f32>,
    outputs: Vec<f32>,
    /// Indices of the outputs that max pooling kept.
    kept: Option<Vec<u32>>,
}

impl Values {
    /// The loss on `window`, nats a frame, and its gradient.
    pub fn gradient(&self, window: &Window) -> (f64, Vec<Vec<f32>>) {
        let (mut x, mut traces) = (window.bands.clone(), Vec::new());
        for layer in 0..DENSE {
            let patches = unfold(&x, BANDS[layer], CHANNELS[layer].0);
            let outputs = rectified(self.forward(layer, &patches));
            let size = BANDS[layer] / BANDS[layer + 1];
            let (values, kept) = if size == 1 {
                (outputs.clone(), None)
            } else {
                let (values, kept) = pool(&outputs, size, CHANNELS[layer].1);
                (values, Some(kept))
            };
            x = values;
            traces.push(Trace { patches, outputs, kept });
        }
        let rows = gather(&x);
        let hidden = rectified(self.forward(DENSE, &rows));
        let outputs = self.forward(HEAD, &hidden);
        let (loss, d_outputs) = loss(&outputs, &window.targets);

        let mut gradient: Vec<Vec<f32>> = self.0.iter().map(|_| Vec::new()).collect();
        let mut d_hidden = self.backward(HEAD, &hidden, &d_outputs, &mut gradient);
        silence(&mut d_hidden, &hidden);
        let d_rows = self.backward(DENSE, &rows, &d_hidden, &mut gradient);
        let mut d_x = vec![0.0; x.len()];
        scatter(&mut d_x, &d_rows);
        for (layer, trace) in traces.iter().enumerate().rev() {
            let mut d_outputs = match &trace.kept {
                None => d_x,
                Some(kept) => {
                    let mut all = vec![0.0; trace.outputs.len()];
                    kept.iter().zip(&d_x).for_each(|(at, value)| all[*at as usize] = *value);
                    all
                }
            };
            silence(&mut d_outputs, &trace.outputs);
            if layer == 0 {
                set_weights(0, &trace.patches, &d_outputs, &mut gradient);
                break;
            }
            let d_patches = self.backward(layer, &trace.patches, &d_outputs, &mut gradient);
            d_x = vec![0.0; traces_input(&traces, layer)];
            fold(&mut d_x, &d_patches, BANDS[layer], CHANNELS[layer].0);
        }
        (loss, gradient)
    }

    /// `x` (N, I) through a layer: (N, O).
    fn forward(&self, layer: usize, x: &[f32]) -> Vec<f32> {
        let (n_inputs, n_outputs) = SIZES[layer];
        let mut out = self.0[2 * layer + 1].repeat(x.len() / n_inputs);
        let panels = Panels::new(&self.0[2 * layer], n_outputs);
        add_product(&mut out, &Tiles::new(x, n_inputs), &panels);
        out
    }

    /// Sets the gradient of a layer's weights, and returns that of its inputs `x`.
    fn backward(
        &self,
        layer: usize,
        x: &[f32],
        d_outputs: &[f32],
        gradient: &mut [Vec<f32>],
    ) -> Vec<f32> {
        set_weights(layer, x, d_outputs, gradient);
        let n_outputs = SIZES[layer].1;
        let mut d_x = vec![0.0; x.len()];
        let panels = Panels::transposed(&self.0[2 * layer], n_outputs);
        add_product(&mut d_x, &Tiles::new(d_outputs, n_outputs), &panels);
        d_x
    }
}

/// Sets the gradient of the weights of a layer with inputs `x`.
fn set_weights(layer: usize, x: &[f32], d_outputs: &[f32], gradient: &mut [Vec<f32>]) {
    let (n_inputs, n_outputs) = SIZES[layer];
    let mut d_kernel = vec![0.0; n_inputs * n_outputs];
    add_transposed_product(&mut d_kernel, x, n_inputs, d_outputs, n_outputs);
    let mut d_bias = vec![0.0; n_outputs];
    for row in d_outputs.chunks_exact(n_outputs) {
        d_bias.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
    }
    (gradient[2 * layer], gradient[2 * layer + 1]) = (d_kernel, d_bias);
}

/// Number of inputs of convolution `layer`: the outputs of the layer before, after pooling.
fn traces_input(traces: &[Trace], layer: usize) -> usize {
    let before = &traces[layer - 1];
    before.kept.as_ref().map_or(before.outputs.len(), Vec::len)
}

fn rectified(mut values: Vec<f32>) -> Vec<f32> {
    for value in &mut values {
        *value = value.max(0.0);
    }
    values
}

/// Sets the gradient to 0 where the rectified `outputs` are 0.
fn silence(gradient: &mut [f32], outputs: &[f32]) {
    for (value, output) in gradient.iter_mut().zip(outputs) {
        *value = if *output > 0.0 { *value } else { 0.0 };
    }
}

/// The loss of `outputs` (T, 18) in nats a frame, and its gradient: cross-entropy of the onsets, and of the
/// velocities where there is an onset.
fn loss(outputs: &[f32], targets: &Targets) -> (f64, Vec<f32>) {
    let share = 1.0 / targets.onsets.len() as f32;
    let (mut sum, mut gradient) = (0.0, vec![0.0; outputs.len()]);
    let frames = outputs.chunks_exact(N_OUTPUTS).zip(gradient.chunks_exact_mut(N_OUTPUTS));
    for ((row, d_row), (onsets, velocities)) in
        frames.zip(targets.onsets.iter().zip(&targets.velocities))
    {
        for drum in 0..N_CLASSES {
            let mut add = |at: usize, target: f32, weight: f32| {
                sum += f64::from(weight * cross_entropy(row[at], target));
                d_row[at] = weight * (sigmoid(row[at]) - target) * share;
            };
            add(drum, onsets[drum], WEIGHTS[drum]);
            let weight = OF_VELOCITY * WEIGHTS[drum] * onsets[drum];
            add(N_CLASSES + drum, velocities[drum], weight);
        }
    }
    (sum * f64::from(share), gradient)
}

/// The cross-entropy of a target from 0 to 1 and a logit.
fn cross_entropy(x: f32, target: f32) -> f32 {
    x.max(0.0) - x * target + (-x.abs()).exp().ln_1p()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        lab::{
            train::transcription::drums::deck::testing::studio,
            transcription::drums::network::Network,
        },
        musicvae::net::weights::Weights,
    };

    fn window() -> Window {
        let deck = studio().deck(1).unwrap();
        deck.iter().find(|example| example.hits.len() > 5).unwrap().draw(&mut rng::stream(1, "w"))
    }

    fn loss_of(values: &Values, window: &Window) -> f64 {
        values.gradient(window).0
    }

    #[test]
    fn the_gradient_is_that_of_differences() {
        let window = window();
        let mut values = Variables::new(1).unwrap().values().unwrap();
        let (_, gradient) = values.gradient(&window);
        for (tensor, gradient) in gradient.iter().enumerate() {
            // The steepest weight, where a difference stands out from rounding.
            let steepest = (0..gradient.len())
                .max_by(|a, b| gradient[*a].abs().total_cmp(&gradient[*b].abs()))
                .unwrap();
            let by = 2e-3 / gradient[steepest].abs().max(1.0);
            let weight = values.0[tensor][steepest];
            let mut at = |by: f32| {
                values.0[tensor][steepest] = weight + by;
                loss_of(&values, &window)
            };
            let found = (at(by) - at(-by)) / f64::from(2.0 * by);
            at(0.0);
            let expected = f64::from(gradient[steepest]);
            // A difference passes some kinks of the rectifiers.
            assert!(
                (found - expected).abs() < 0.1 * expected.abs(),
                "{tensor}: {found} {expected}"
            );
        }
    }

    #[test]
    fn the_function_is_that_of_the_network() {
        let (window, variables) = (window(), Variables::new(2).unwrap());
        let named = variables.names.iter().cloned().zip(&variables.vars);
        let mut tensors: std::collections::HashMap<String, Tensor> =
            named.map(|(name, var)| (name, var.as_tensor().clone())).collect();
        let thresholds = Tensor::zeros(N_CLASSES, DType::F32, &Device::Cpu).unwrap();
        tensors.insert("thresholds".to_owned(), thresholds);
        let network = Network::load(&Weights::new(tensors)).unwrap();

        let outputs = network.outputs(&window.bands);

        let (expected, _) = loss(&outputs, &window.targets);
        let found = loss_of(&variables.values().unwrap(), &window);
        assert!((found - expected).abs() < 1e-4 * expected, "{found} {expected}");
    }
}

//! Names and shapes of a network's tensors.

use crate::musicvae::net::{
    config::{Config, Core},
    head::Head,
    names,
};

impl Config {
    /// Names (TensorFlow's) and shapes of all tensors, in a fixed order.
    pub fn tensors(&self) -> Vec<(String, Vec<usize>)> {
        let mut list = List::default();
        for (layer, n_inputs) in self.encoder_levels().iter().flatten() {
            for direction in names::DIRECTIONS {
                list.lstm(&names::bidirectional(layer, direction), *n_inputs, self.n_encoder);
            }
        }
        for head in [names::MU, names::SIGMA] {
            list.linear(head, 2 * self.n_encoder, self.n_latent);
        }
        let n_states = 2 * self.n_conductor_layers * self.n_conductor;
        if 0 < n_states {
            list.linear(names::CONDUCTOR_STATE, self.n_latent, n_states);
        }
        for layer in 0..self.n_conductor_layers {
            let n_inputs = if layer == 0 { 1 } else { self.n_conductor };
            list.lstm(&names::conductor_cell(layer), n_inputs, self.n_conductor);
        }
        for core in self.cores() {
            self.add_core(&core, &mut list);
        }
        if 0 < self.n_skip {
            self.add_skips(&mut list);
        }
        list.0
    }

    fn add_skips(&self, list: &mut List) {
        let (n_steps, n_all) = (self.n_segment_steps, self.n_segments * self.n_skip);
        list.linear(names::ENCODER_SKIP, n_steps * self.n_encoder_inputs(), self.n_skip);
        list.linear(names::MU_SKIP, n_all, self.n_latent);
        list.linear(names::DECODER_SKIP, self.n_latent, n_all);
        for Core { prefix, head, .. } in self.cores() {
            list.linear(&names::core_skip(&prefix), self.n_skip, n_steps * head.n_outputs());
        }
    }

    fn add_core(&self, core: &Core, list: &mut List) {
        let Core { prefix, head, .. } = core;
        let n_states = 2 * self.n_decoder_layers * self.n_decoder;
        list.linear(&names::core_state(prefix), self.n_context(), n_states);
        for layer in 0..self.n_decoder_layers {
            let n_inputs = match layer {
                0 => core.n_inputs() + self.n_context(),
                _ => self.n_decoder,
            };
            list.lstm(&names::core_cell(prefix, layer), n_inputs, self.n_decoder);
        }
        list.linear(&names::core_projection(prefix), self.n_decoder, head.n_outputs());
        if let Head::Nade { n_classes, n_hidden } = *head {
            list.0.push((names::nade_encoder(prefix), vec![n_classes, 1, n_hidden]));
            list.0.push((names::nade_decoder(prefix), vec![n_classes, n_hidden, 1]));
        }
    }
}

#[derive(Default)]
struct List(Vec<(String, Vec<usize>)>);

impl List {
    fn linear(&mut self, prefix: &str, n_inputs: usize, n_outputs: usize) {
        self.0.push((names::kernel(prefix), vec![n_inputs, n_outputs]));
        self.0.push((names::bias(prefix), vec![n_outputs]));
    }

    fn lstm(&mut self, prefix: &str, n_inputs: usize, n_hidden: usize) {
        self.linear(prefix, n_inputs + n_hidden, 4 * n_hidden);
    }
}

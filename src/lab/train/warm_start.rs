//! Initial weights of a network from those of another configuration of the same domain and wiring.

use std::{collections::HashMap, fmt, hash::BuildHasher};

use candle_core::{Device, Result, Tensor};
use candle_nn::ops::softmax;

use crate::{
    lab::train::network::Network,
    musicvae::net::{
        config::{Config, Core},
        head::Head,
        names,
        rhythm_and_pitch::{ONSET, log_sum_exp},
        weights::is_same_shape,
    },
};

/// Initial weights, and where they come from.
pub struct WarmStart {
    /// All tensors of the new network.
    pub tensors: HashMap<String, Tensor>,
    /// Number of tensors that were taken unchanged.
    pub n_taken: usize,
    /// Names of the tensors that were converted.
    pub converted: Vec<String>,
    /// Names of the tensors that keep random initial weights, as no counterpart has their shape.
    pub new: Vec<String>,
}

impl fmt::Display for WarmStart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} tensors taken", self.n_taken)?;
        for (title, names) in [("converted", &self.converted), ("new", &self.new)] {
            if !names.is_empty() {
                write!(f, "\n{title}: {}", names.join(", "))?;
            }
        }
        Ok(())
    }
}

/// The weights of a network of `config` from `found`, the tensors of one of `from`. Tensors are
/// matched by name; those of another shape are converted if there is a conversion, else drawn from
/// `seed`, as are the layers to and from z of a latent space of another size.
///
/// # Errors
/// Out of memory.
pub fn warm_start<S: BuildHasher>(
    config: Config,
    from: &Config,
    found: &HashMap<String, Tensor, S>,
    seed: u64,
) -> Result<WarmStart> {
    let mut tensors = Network::new(config, seed)?.tensors()?;
    let converted = convert_all(&config, from, found)?;
    let is_new_space = has_other_space(&config, from);
    let mut start =
        WarmStart { tensors: HashMap::new(), n_taken: 0, converted: vec![], new: vec![] };
    for (name, shape) in config.tensors() {
        let fits = |tensor: &&Tensor| is_same_shape(tensor.dims(), &shape);
        let is_new = is_new_space && is_beside_z(&name);
        if let Some(tensor) = converted.get(&name).filter(fits) {
            tensors.insert(name.clone(), tensor.clone());
            start.converted.push(name);
        } else if let Some(tensor) = found.get(&name).filter(|tensor| fits(tensor) && !is_new) {
            tensors.insert(name, tensor.clone());
            start.n_taken += 1;
        } else {
            start.new.push(name);
        }
    }
    start.tensors = tensors;
    Ok(start)
}

/// Whether encoder or z of `config` differ in size from those of `from`.
///
/// The gains of a whitened latent space are fitted to one encoder and one number of segments. Those layers, kept for
/// others or kept in part, begin at a KL divergence of thousands of bits, and training did not lower it.
fn has_other_space(config: &Config, from: &Config) -> bool {
    let sizes = |of: &Config| (of.n_segments, of.n_latent, of.n_encoder, of.n_encoder_layers);
    sizes(config) != sizes(from) || (0 < from.n_skip && config.n_skip != from.n_skip)
}

/// Whether the tensor `name` belongs to a layer that computes z, or to a layer of a conductor that reads z.
fn is_beside_z(name: &str) -> bool {
    let layers =
        [names::MU, names::SIGMA, names::MU_SKIP, names::CONDUCTOR_STATE, names::DECODER_SKIP];
    layers.iter().any(|layer| [names::kernel(layer), names::bias(layer)].contains(&name.to_owned()))
}

/// The converted tensors of core decoders whose inputs or head differ from those of `from`.
fn convert_all<S: BuildHasher>(
    config: &Config,
    from: &Config,
    found: &HashMap<String, Tensor, S>,
) -> Result<HashMap<String, Tensor>> {
    let mut converted = HashMap::new();
    for (core, old) in config.cores().iter().zip(&from.cores()) {
        let kernel = names::kernel(&names::core_cell(&core.prefix, 0));
        if let (true, Some(tensor)) = (core.reads_metre && !old.reads_metre, found.get(&kernel)) {
            converted.insert(kernel, with_metre(core, tensor)?);
        }
        let projection = names::core_projection(&core.prefix);
        let names = [names::kernel(&projection), names::bias(&projection)];
        let was_softmax = matches!(old.head, Head::Categorical(_));
        if let (Head::RhythmAndPitch, true, Some(kernel), Some(bias)) =
            (core.head, was_softmax, found.get(&names[0]), found.get(&names[1]))
        {
            converted.extend(names.into_iter().zip(split_head(kernel, bias)?));
        }
    }
    Ok(converted)
}

/// A cell's kernel with rows of zeros for the position in the bar.
fn with_metre(core: &Core, kernel: &Tensor) -> Result<Tensor> {
    let n_columns = core.head.n_inputs();
    let (n_rows, width) = kernel.dims2()?;
    let zeros = Tensor::zeros((core.n_inputs() - n_columns, width), kernel.dtype(), &Device::Cpu)?;
    let rest = kernel.narrow(0, n_columns, n_rows - n_columns)?;
    Tensor::cat(&[&kernel.narrow(0, 0, n_columns)?, &zeros, &rest], 0)
}

/// Kernel and bias of a softmax over tokens, converted to a head of rhythm and pitch. The logit of
/// an onset, `ln(sum(e^pitch))`, is not linear in the decoder's output, so it is linearised at an
/// output of 0.
fn split_head(kernel: &Tensor, bias: &Tensor) -> Result<[Tensor; 2]> {
    let kernel = kernel.to_dtype(candle_core::DType::F32)?;
    let bias = bias.to_dtype(candle_core::DType::F32)?;
    let n_pitches = bias.dim(0)? - ONSET;
    let pitch_bias = bias.narrow(0, ONSET, n_pitches)?;
    let pitch_kernel = kernel.narrow(1, ONSET, n_pitches)?;
    let shares = softmax(&pitch_bias, 0)?.unsqueeze(1)?;
    let onset_kernel = pitch_kernel.matmul(&shares)?;
    let onset_bias = Tensor::new(&[log_sum_exp(&pitch_bias.to_vec1::<f32>()?)], &Device::Cpu)?;
    Ok([
        Tensor::cat(&[&kernel.narrow(1, 0, ONSET)?, &onset_kernel, &pitch_kernel], 1)?,
        Tensor::cat(&[&bias.narrow(0, 0, ONSET)?, &onset_bias, &pitch_bias], 0)?,
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::musicvae::net::family::Family;

    fn small(family: Family) -> Config {
        let sizes = Config::official(family);
        Config { n_latent: 5, n_encoder: 4, n_decoder: 3, n_conductor: 4, ..sizes }
    }

    #[test]
    fn the_same_configuration_takes_all_weights() {
        let config = small(Family::Trio4Bar);
        let found = Network::new(config, 1).unwrap().tensors().unwrap();

        let start = warm_start(config, &config, &found, 2).unwrap();

        assert_eq!(start.n_taken, config.tensors().len());
        assert_eq!(start.to_string(), format!("{} tensors taken", start.n_taken));
    }

    #[test]
    fn layers_beside_z_are_new_in_another_latent_space() {
        let from = small(Family::ElectropunkTrio4Bar);
        let found = Network::new(from, 1).unwrap().tensors().unwrap();
        // The last one has a kernel to z of as many weights, in another shape.
        for (config, n_new_besides) in [
            (from.with_steps(128).unwrap(), 0),
            (Config { n_encoder: 5, ..from }, 4 * 2),
            (Config { n_encoder: 20, n_latent: 1, ..from }, 4 * 2),
        ] {
            let start = warm_start(config, &from, &found, 2).unwrap();

            let n_new = 5 * 2 + n_new_besides;
            assert_eq!(start.n_taken, config.tensors().len() - n_new, "{:?}", start.new);
            assert!(Network::from_tensors(config, &start.tensors).is_ok());
        }
    }

    #[test]
    fn only_what_reads_and_chooses_columns_is_converted() {
        let (from, config) = (small(Family::Trio4Bar), small(Family::ElectropunkTrio4Bar));
        let found = Network::new(from, 1).unwrap().tensors().unwrap();

        let start = warm_start(config, &from, &found, 2).unwrap();

        // Three cells read the metre; two heads of kernel and bias were split. Skip connections: three layers
        // and one of each core.
        assert_eq!((start.converted.len(), start.new.len()), (3 + 2 * 2, (3 + 3) * 2));
        let network = Network::from_tensors(config, &start.tensors).unwrap();
        let name = names::kernel(&names::core_projection("core_decoder/core_decoder_0/decoder"));
        let pitches = |tensor: &Tensor, first| {
            tensor.narrow(1, first, 88).unwrap().contiguous().unwrap().to_vec2::<f32>().unwrap()
        };
        assert_eq!(pitches(network.tensor(&name).unwrap(), 3), pitches(&found[&name], 2));
    }
}

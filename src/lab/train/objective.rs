//! What each head's mistakes cost, in nats (musicvae `lstm_models.py`, `_flat_reconstruction_loss`).

use candle_core::{D, Result, Tensor, bail};

use crate::{
    lab::train::{batch::Targets, cross_entropy::cross_entropy, network::Network},
    music::drums::N_CLASSES,
    musicvae::net::{config::Core, head::Head, names},
};

/// What a core's batch costs.
pub struct Cost {
    /// Summed over all rows, (1,).
    pub nats: Tensor,
    /// For each part, how many decisions were right, and how many there were.
    pub hits: Vec<(usize, usize)>,
}

/// The cost of `projection` (N, P) where `targets` were to be said.
///
/// # Errors
/// They don't fit the head.
pub fn cost(
    network: &Network,
    core: &Core,
    projection: &Tensor,
    targets: &Targets,
) -> Result<Cost> {
    match (core.head, targets) {
        (Head::Categorical(parts), Targets::Tokens(tokens)) => {
            categorical(parts, projection, tokens)
        }
        (Head::Nade { n_classes, n_hidden }, Targets::Classes(classes)) => {
            let classes = Tensor::from_slice(classes, ((), n_classes), projection.device())?;
            let hidden = projection.narrow(1, 0, n_hidden)?;
            let biases = projection.narrow(1, n_hidden, n_classes)?;
            nade(network, core, [&hidden, &biases, &classes])
        }
        (Head::Groove, Targets::Groove(values)) => groove(projection, values),
        _ => bail!("targets of another head"),
    }
}

fn categorical(parts: &[usize], logits: &Tensor, tokens: &[Vec<u32>]) -> Result<Cost> {
    let (mut nats, mut hits, mut start) = (None, Vec::new(), 0);
    for (&n, tokens) in parts.iter().zip(tokens) {
        let (cost, n_right) = cross_entropy(&logits.narrow(1, start, n)?, tokens.clone())?;
        let n_counted = tokens.iter().filter(|&&token| token != Targets::IGNORED).count();
        hits.push((n_right, n_counted));
        nats = Some(match nats {
            Some(sum) => (sum + cost)?,
            None => cost,
        });
        start += n;
    }
    let Some(nats) = nats else { bail!("a head without parts") };
    Ok(Cost { nats, hits })
}

/// Class after class: each is told those before it through the hidden units. A row is right if all
/// its classes are.
fn nade(network: &Network, core: &Core, [hidden, biases, classes]: [&Tensor; 3]) -> Result<Cost> {
    let n_classes = classes.dim(1)?;
    let n_hidden = hidden.dim(1)?;
    let encoder = network.tensor(&names::nade_encoder(&core.prefix))?;
    let encoder = encoder.reshape((n_classes, n_hidden))?;
    let decoder = network.tensor(&names::nade_decoder(&core.prefix))?;
    let decoder = decoder.reshape((n_classes, n_hidden))?;
    let mut hidden = hidden.contiguous()?;
    let mut logits = Vec::with_capacity(n_classes);
    for class in 0..n_classes {
        let active = candle_nn::ops::sigmoid(&hidden)?;
        let logit = active.broadcast_mul(&decoder.narrow(0, class, 1)?)?.sum_keepdim(1)?;
        logits.push((logit + biases.narrow(1, class, 1)?)?);
        let told = classes.narrow(1, class, 1)?.matmul(&encoder.narrow(0, class, 1)?)?;
        hidden = (hidden + told)?;
    }
    let logits = Tensor::cat(&logits, 1)?;
    let nats = bernoulli(&logits, classes)?.sum_all()?.reshape(1)?;
    Ok(Cost { nats, hits: vec![n_right(&logits, classes)?] })
}

/// Hits by cross-entropy, velocities and offsets by squared error; a row is right if all its hits
/// are.
fn groove(projection: &Tensor, values: &[f32]) -> Result<Cost> {
    let targets = Tensor::from_slice(values, ((), 3 * N_CLASSES), projection.device())?;
    let kind = |from: &Tensor, kind| from.narrow(1, kind * N_CLASSES, N_CLASSES)?.contiguous();
    let (logits, hits) = (kind(projection, 0)?, kind(&targets, 0)?);
    let velocities = candle_nn::ops::sigmoid(&kind(projection, 1)?)?;
    let loudness = (velocities - kind(&targets, 1)?)?.sqr()?;
    let timing = (kind(projection, 2)?.tanh()? - kind(&targets, 2)?)?.sqr()?;
    let nats = ((bernoulli(&logits, &hits)? + loudness)? + timing)?.sum_all()?.reshape(1)?;
    Ok(Cost { nats, hits: vec![n_right(&logits, &hits)?] })
}

/// Cross-entropy of each coin, in the form that doesn't overflow.
fn bernoulli(logits: &Tensor, truths: &Tensor) -> Result<Tensor> {
    let softplus = (logits.relu()? + (logits.abs()?.neg()?.exp()? + 1.0)?.log()?)?;
    softplus - (logits * truths)?
}

/// At how many rows the likelier side of each coin is the true one, and how many rows there are.
fn n_right(logits: &Tensor, truths: &Tensor) -> Result<(usize, usize)> {
    let said = logits.detach().gt(0.0)?.to_dtype(truths.dtype())?;
    let n_wrong = (said - truths)?.abs()?.sum(D::Minus1)?.to_vec1::<f32>()?;
    Ok((n_wrong.iter().filter(|&&n| n == 0.0).count(), n_wrong.len()))
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;

    #[test]
    fn a_coin_that_is_sure_and_right_costs_nothing() {
        let logits = Tensor::new(&[50f32, -50.0, 0.0, -100.0], &Device::Cpu).unwrap();
        let truths = Tensor::new(&[1f32, 0.0, 1.0, 1.0], &Device::Cpu).unwrap();

        let costs = bernoulli(&logits, &truths).unwrap().to_vec1::<f32>().unwrap();

        assert!(costs[0] < 1e-6 && costs[1] < 1e-6);
        assert!((costs[2] - 2f32.ln()).abs() < 1e-6 && (costs[3] - 100.0).abs() < 1e-4);
    }

    #[test]
    fn a_groove_is_judged_by_hits_loudness_and_timing() {
        let mut projection = vec![-50f32; 27];
        let mut values = vec![0f32; 27];
        (projection[0], values[0]) = (50.0, 1.0);
        // Said: velocity 0.5 for 0.75, offset 0 for 0.5.
        (projection[9], values[9]) = (0.0, 0.75);
        projection[18..].fill(0.0);
        values[18] = 0.5;
        let projection = Tensor::from_vec(projection, (1, 27), &Device::Cpu).unwrap();

        let Cost { nats, hits } = groove(&projection, &values).unwrap();

        let nats = nats.to_vec1::<f32>().unwrap()[0];
        assert!((nats - 0.0625 - 0.25).abs() < 1e-5, "{nats}");
        assert_eq!(hits, [(1, 1)]);
    }
}

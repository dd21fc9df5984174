//! Reconstruction loss of each head, in nats (musicvae `lstm_models.py`,
//! `_flat_reconstruction_loss`).

use candle_core::{D, Result, Tensor, bail};
use candle_nn::ops::log_softmax;

use crate::{
    lab::train::{batch::Targets, cross_entropy::cross_entropy, network::Network},
    music::drums::N_CLASSES,
    musicvae::net::{
        config::Core,
        head::Head,
        names,
        rhythm_and_pitch::{self, N_PITCHES, N_RHYTHMS, ONSET},
        sampling::greedy,
    },
};

/// Reconstruction loss of a core decoder's batch.
pub struct Reconstruction {
    /// Nats, summed over all rows, (1,).
    pub nats: Tensor,
    /// For each part, the number of correct predictions and of all predictions.
    pub hits: Vec<(usize, usize)>,
}

/// The loss of a decoder's `outputs` (N, P) against `targets`.
///
/// # Errors
/// `targets` are of another head.
pub fn reconstruction(
    network: &Network,
    core: &Core,
    outputs: &Tensor,
    targets: &Targets,
) -> Result<Reconstruction> {
    match (core.head, targets) {
        (Head::Categorical(parts), Targets::Tokens(tokens)) => categorical(parts, outputs, tokens),
        (Head::RhythmAndPitch, Targets::Tokens(tokens)) => rhythm_and_pitch(outputs, &tokens[0]),
        (Head::Nade { n_classes, n_hidden }, Targets::Classes(classes)) => {
            let classes = Tensor::from_slice(classes, ((), n_classes), outputs.device())?;
            let hidden = outputs.narrow(1, 0, n_hidden)?;
            let biases = outputs.narrow(1, n_hidden, n_classes)?;
            nade(network, core, [&hidden, &biases, &classes])
        }
        (Head::Groove, Targets::Groove(values)) => groove(outputs, values),
        _ => bail!("the targets belong to another head"),
    }
}

fn categorical(parts: &[usize], logits: &Tensor, tokens: &[Vec<u32>]) -> Result<Reconstruction> {
    let (mut nats, mut hits, mut start) = (None, Vec::new(), 0);
    for (&n, tokens) in parts.iter().zip(tokens) {
        let (loss, n_right) = cross_entropy(&logits.narrow(1, start, n)?, tokens.clone())?;
        let n_counted = tokens.iter().filter(|&&token| token != Targets::IGNORED).count();
        hits.push((n_right, n_counted));
        nats = Some(match nats {
            Some(sum) => (sum + loss)?,
            None => loss,
        });
        start += n;
    }
    let Some(nats) = nats else { bail!("a head has no parts") };
    Ok(Reconstruction { nats, hits })
}

/// Cross-entropy of the rhythm at all steps and of the pitch at onsets. A row is correct if its
/// likeliest token is.
fn rhythm_and_pitch(outputs: &Tensor, tokens: &[u32]) -> Result<Reconstruction> {
    let rhythm_of = |&token: &u32| if token == Targets::IGNORED { token } else { token.min(2) };
    let pitch_of = |&token: &u32| match token.checked_sub(ONSET as u32) {
        Some(pitch) if token != Targets::IGNORED => pitch,
        _ => Targets::IGNORED,
    };
    let rhythms = outputs.narrow(1, 0, N_RHYTHMS)?;
    let pitches = outputs.narrow(1, N_RHYTHMS, N_PITCHES)?;
    let (rhythm, _) = cross_entropy(&rhythms, tokens.iter().map(rhythm_of).collect())?;
    let (pitch, _) = cross_entropy(&pitches, tokens.iter().map(pitch_of).collect())?;
    let likeliest = |row: Vec<f32>| u32::from(greedy(&rhythm_and_pitch::token_logits(&row)));
    let found = outputs.to_vec2::<f32>()?.into_iter().map(likeliest);
    let n_right = found.zip(tokens).filter(|(found, token)| found == *token).count();
    let n_counted = tokens.iter().filter(|&&token| token != Targets::IGNORED).count();
    Ok(Reconstruction { nats: (rhythm + pitch)?, hits: vec![(n_right, n_counted)] })
}

/// Logits of the tokens (N, V) for the `outputs` (N, P) of a head of tokens.
///
/// # Errors
/// The device fails.
pub fn token_logits(head: Head, outputs: &Tensor) -> Result<Tensor> {
    if head != Head::RhythmAndPitch {
        return Ok(outputs.clone());
    }
    let pitches = log_softmax(&outputs.narrow(1, N_RHYTHMS, N_PITCHES)?.contiguous()?, 1)?;
    let onsets = pitches.broadcast_add(&outputs.narrow(1, ONSET, 1)?)?;
    Tensor::cat(&[&outputs.narrow(1, 0, ONSET)?, &onsets], 1)
}

/// Cross-entropy of the classes in turn, each conditioned on the ones before through the hidden
/// units. A row is correct if all its classes are.
fn nade(
    network: &Network,
    core: &Core,
    [hidden, biases, classes]: [&Tensor; 3],
) -> Result<Reconstruction> {
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
        let added = classes.narrow(1, class, 1)?.matmul(&encoder.narrow(0, class, 1)?)?;
        hidden = (hidden + added)?;
    }
    let logits = Tensor::cat(&logits, 1)?;
    let nats = bernoulli(&logits, classes)?.sum_all()?.reshape(1)?;
    Ok(Reconstruction { nats, hits: vec![n_right(&logits, classes)?] })
}

/// Cross-entropy of hits, squared error of velocities and offsets. A row is correct if all its hits
/// are.
fn groove(outputs: &Tensor, values: &[f32]) -> Result<Reconstruction> {
    let targets = Tensor::from_slice(values, ((), 3 * N_CLASSES), outputs.device())?;
    let kind = |from: &Tensor, kind| from.narrow(1, kind * N_CLASSES, N_CLASSES)?.contiguous();
    let (logits, hits) = (kind(outputs, 0)?, kind(&targets, 0)?);
    let velocities = candle_nn::ops::sigmoid(&kind(outputs, 1)?)?;
    let loudness = (velocities - kind(&targets, 1)?)?.sqr()?;
    let timing = (kind(outputs, 2)?.tanh()? - kind(&targets, 2)?)?.sqr()?;
    let nats = ((bernoulli(&logits, &hits)? + loudness)? + timing)?.sum_all()?.reshape(1)?;
    Ok(Reconstruction { nats, hits: vec![n_right(&logits, &hits)?] })
}

/// Cross-entropy of each Bernoulli variable, in the form that doesn't overflow.
fn bernoulli(logits: &Tensor, truths: &Tensor) -> Result<Tensor> {
    let softplus = (logits.relu()? + (logits.abs()?.neg()?.exp()? + 1.0)?.log()?)?;
    softplus - (logits * truths)?
}

/// Number of rows in which the likelier value of every variable is the true one, and number of
/// rows.
fn n_right(logits: &Tensor, truths: &Tensor) -> Result<(usize, usize)> {
    let predicted = logits.detach().gt(0.0)?.to_dtype(truths.dtype())?;
    let n_wrong = (predicted - truths)?.abs()?.sum(D::Minus1)?.to_vec1::<f32>()?;
    Ok((n_wrong.iter().filter(|&&n| n == 0.0).count(), n_wrong.len()))
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;

    #[test]
    fn a_certain_and_right_prediction_has_no_loss() {
        let logits = Tensor::new(&[50f32, -50.0, 0.0, -100.0], &Device::Cpu).unwrap();
        let truths = Tensor::new(&[1f32, 0.0, 1.0, 1.0], &Device::Cpu).unwrap();

        let losses = bernoulli(&logits, &truths).unwrap().to_vec1::<f32>().unwrap();

        assert!(losses[0] < 1e-6 && losses[1] < 1e-6);
        assert!((losses[2] - 2f32.ln()).abs() < 1e-6 && (losses[3] - 100.0).abs() < 1e-4);
    }

    #[test]
    fn rhythm_and_pitch_cost_what_their_tokens_cost() {
        let outputs: Vec<f32> = (0..2 * 91).map(|n| (n * n % 17) as f32 / 8.0).collect();
        let outputs = Tensor::from_vec(outputs, (2, 91), &Device::Cpu).unwrap();
        let head = Head::RhythmAndPitch;
        let logits = token_logits(head, &outputs).unwrap();
        for tokens in [vec![0, 1], vec![40, 89], vec![2, Targets::IGNORED]] {
            let expected = categorical(&[90], &logits, std::slice::from_ref(&tokens)).unwrap();

            let found = rhythm_and_pitch(&outputs, &tokens).unwrap();

            let nats = |loss: &Reconstruction| loss.nats.to_vec1::<f32>().unwrap()[0];
            assert!((nats(&found) - nats(&expected)).abs() < 1e-4, "{}", nats(&found));
            assert_eq!(found.hits, expected.hits);
        }
    }

    #[test]
    fn a_grooves_loss_includes_hits_velocities_and_offsets() {
        let mut outputs = vec![-50f32; 27];
        let mut values = vec![0f32; 27];
        (outputs[0], values[0]) = (50.0, 1.0);
        // Predicted velocity 0.5, target 0.75; predicted offset 0, target 0.5.
        (outputs[9], values[9]) = (0.0, 0.75);
        outputs[18..].fill(0.0);
        values[18] = 0.5;
        let outputs = Tensor::from_vec(outputs, (1, 27), &Device::Cpu).unwrap();

        let Reconstruction { nats, hits } = groove(&outputs, &values).unwrap();

        let nats = nats.to_vec1::<f32>().unwrap()[0];
        assert!((nats - 0.0625 - 0.25).abs() < 1e-5, "{nats}");
        assert_eq!(hits, [(1, 1)]);
    }
}

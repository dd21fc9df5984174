//! Velocities and timing for a line of drums, from a groove model (`GrooVAE`, Gillick et al. 2019,
//! humanisation).

use crate::{
    music::{drums::N_CLASSES, humanise::Touch, trio::Line},
    musicvae::{
        convert::groove::{self, N_COLUMNS},
        net::{head::Pick, latent, music_vae::MusicVae},
    },
    rng,
};

/// Picks exactly the hits of a line, in the order of the groove head's queries, so that the model decodes
/// velocities and offsets for those hits.
struct AsWritten<'a> {
    tokens: &'a [u16],
    n_asked: usize,
}

impl Pick for AsWritten<'_> {
    fn pick(&mut self, _: usize, _: &mut [f32]) -> u16 {
        let (step, class) = (self.n_asked / N_CLASSES, self.n_asked % N_CLASSES);
        self.n_asked += 1;
        let token = self.tokens.get(step).copied().unwrap_or(0);
        token >> class & 1
    }
}

/// Velocity and timing of each hit of `tokens`, by step and class. `stream` of `seed` selects the drummer;
/// `temperature` scales the noise: 1 samples the model's posterior, 0 takes its mean.
///
/// The line is cut into windows of the model's length, the last one padded with rests. A window that
/// the model can't encode has no touches: its hits are then played by rule.
pub fn touches(
    model: &MusicVae,
    tokens: &Line,
    temperature: f64,
    seed: u64,
    stream: &str,
) -> Vec<[Touch; N_CLASSES]> {
    let n_window = model.config().n_steps();
    let windows = tokens.chunks(n_window.max(1));
    // One drummer for all windows: the same noise about each window's mean.
    let mut noise = latent::prior(model.config().n_latent, &mut rng::stream(seed, stream));
    for noise in &mut noise {
        *noise *= temperature as f32;
    }
    let mut touches: Vec<_> = windows
        .flat_map(|window| window_touches(model, window, n_window, &noise).unwrap_or_default())
        .collect();
    touches.truncate(tokens.len());
    touches
}

fn window_touches(
    model: &MusicVae,
    tokens: &[u16],
    n_steps: usize,
    noise: &[f32],
) -> Option<Vec<[Touch; N_CLASSES]>> {
    let mut lines = vec![vec![0; n_steps]; N_COLUMNS];
    lines[0][..tokens.len()].copy_from_slice(tokens);
    let posterior = model.encode(&lines).ok()?;
    let spread = posterior.mu.iter().zip(&posterior.sigma).zip(noise);
    let z: Vec<f32> = spread.map(|((mu, sigma), noise)| mu + sigma * noise).collect();
    let decoded = model.decode(&z, &mut AsWritten { tokens, n_asked: 0 }).ok()?;
    let touch = |step: usize, class: usize| Touch {
        velocity: f64::from(decoded[1 + class][step].clamp(1, 127)),
        late_steps: -0.5 * f64::from(groove::offset(decoded[1 + N_CLASSES + class][step])),
    };
    Some((0..n_steps).map(|step| std::array::from_fn(|class| touch(step, class))).collect())
}

//! `electropunk sample`: draws samples from a model.

use serde_json::json;

use crate::{
    lab::cli::{self, Touch},
    lab::cmd::{model, output::OutputFolder, sampling::Sampling},
    music::meter::STEPS_PER_BAR,
    musicvae::{
        convert::window::Window,
        net::{config::Config, latent, music_vae::MusicVae, prior::Prior},
    },
    rng,
};

/// Sampling temperature of drums and of plain sampling, as in Magenta.
const TEMPERATURE: f64 = 0.5;

/// Start of the files' names.
const KIND: &str = "sample";

/// Share of noise in z of the windows after the first: they belong to one piece.
const STRAY: f64 = 0.3;

/// Runs the command.
///
/// # Errors
/// The model can't be read, or a file can't be written.
pub fn run(args: &cli::Sample) -> anyhow::Result<()> {
    let (model, weights) = model::open(&args.model)?;
    let config = model.config();
    let prior = model::prior((&model, &weights), args.prior.as_deref(), &args.model)?;
    let mut folder = OutputFolder::open(&args.output, Touch::Radio)?;
    let sampling = Sampling::of(&args.sampling, TEMPERATURE);
    let (seed, first) = (folder.seed(), folder.first_free(KIND));
    for number in 0..args.n {
        let n_bars = args.bars.map_or(config.n_bars(), |bars| bars as usize);
        let windows = draw((&model, &prior), sampling, (seed, number), n_bars)?;
        folder.write((KIND, first + number), config, &windows)?;
    }
    let facts = json!({
        "model": args.model,
        "config": config.family.name(),
        "seed": seed,
        "sampling": sampling.facts(),
        "prior": args.prior,
        "bars": args.bars,
    });
    folder.report(args.output.json, facts);
    Ok(())
}

/// The windows of sample `number`, `n_bars` long: the first at a point of the prior, the others near it.
///
/// # Errors
/// Decoding fails.
pub fn draw(
    (model, prior): (&MusicVae, &Prior),
    sampling: Sampling,
    (seed, number): (u64, u64),
    n_bars: usize,
) -> anyhow::Result<Vec<Window>> {
    let config = model.config();
    let mut rng = rng::stream(seed, &format!("sample {number}"));
    let z = prior.draw(&mut rng);
    let mut windows = vec![model.decode(&z, &mut *sampling.sampler(rng))?];
    for window in 1..n_bars.div_ceil(config.n_bars()) {
        let mut rng = rng::stream(seed, &format!("sample {number} window {window}"));
        let near = latent::perturb(&z, &prior.draw(&mut rng), STRAY);
        windows.push(model.decode(&near, &mut *sampling.sampler(rng))?);
    }
    cut(&mut windows, config, n_bars);
    Ok(windows)
}

/// Shortens the last of `windows` so that they have `n_bars` together. A multitrack window is one bar.
fn cut(windows: &mut [Window], config: &Config, n_bars: usize) {
    let n_last = n_bars % config.n_bars();
    let (Some(last), false) = (windows.last_mut(), n_last == 0) else { return };
    for line in last {
        line.truncate(n_last * STEPS_PER_BAR);
    }
}

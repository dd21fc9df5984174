//! `electropunk interpolate`: interpolates between two MIDI files in latent space.

use std::path::Path;

use serde_json::json;

use crate::{
    lab::cli::{self, Touch},
    lab::cmd::{clip, model, output::OutputFolder, sampling::Sampling},
    musicvae::{
        convert::window::Window,
        net::{
            latent::{self, Latent},
            music_vae::MusicVae,
        },
    },
    rng,
};

/// Sampling temperature of drums and of plain sampling: steps differ by z alone.
const TEMPERATURE: f64 = 0.0;

/// Runs the command.
///
/// # Errors
/// The model or a MIDI file can't be read, a MIDI file has no window for the model, or a file can't
/// be written.
pub fn run(args: &cli::Interpolate) -> anyhow::Result<()> {
    let (model, _) = model::open(&args.model)?;
    let config = model.config();
    let points = |path: &Path, bars| -> anyhow::Result<Vec<Latent>> {
        let windows = clip::windows(path, bars, config)?;
        windows.iter().map(|window| Ok(model.encode(window)?.mu)).collect()
    };
    let from = points(&args.from, args.from_bars)?;
    let to = points(&args.to, args.to_bars)?;
    let mut folder = OutputFolder::open(&args.output, Touch::Radio)?;
    let sampling = Sampling::of(&args.sampling, TEMPERATURE);
    let (seed, first) = (folder.seed(), folder.first_free("step"));
    let line = if args.lerp { Line::Straight } else { Line::Arc };
    let mut windows = Vec::new();
    for step in 0..args.steps {
        let t = step as f64 / (args.steps - 1).max(1) as f64;
        let of_step = between(&model, (&from, &to), (line, t), sampling, seed)?;
        folder.write(("step", first + step), config, &of_step)?;
        windows.extend(of_step);
    }
    folder.write(("all", folder.first_free("all")), config, &windows)?;
    let facts = json!({
        "model": args.model,
        "config": config.family.name(),
        "from": args.from,
        "to": args.to,
        "line": if args.lerp { "lerp" } else { "slerp" },
        "seed": seed,
        "sampling": sampling.facts(),
    });
    folder.report(args.output.json, facts);
    Ok(())
}

/// Type of interpolation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// Slerp.
    Arc,
    /// Lerp.
    Straight,
}

/// The windows at `t`, 0 to 1, between the points `from` and the points `to`; the shorter list is
/// repeated.
///
/// # Errors
/// Decoding fails.
pub fn between(
    model: &MusicVae,
    (from, to): (&[Latent], &[Latent]),
    (line, t): (Line, f64),
    sampling: Sampling,
    seed: u64,
) -> anyhow::Result<Vec<Window>> {
    let pairs = from.iter().cycle().zip(to.iter().cycle()).take(from.len().max(to.len()));
    pairs
        .map(|(a, b)| {
            let z = match line {
                Line::Straight => latent::mix(&[a, b], &[1.0 - t, t]),
                Line::Arc => latent::slerp(a, b, t),
            };
            // All steps use the same random numbers, so that only z changes.
            let rng = rng::stream(seed, "interpolate");
            Ok(model.decode(&z, &mut *sampling.sampler(rng))?)
        })
        .collect()
}

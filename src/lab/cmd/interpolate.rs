//! `electropunk interpolate`: interpolates between two MIDI files in latent space.

use serde_json::json;

use crate::{
    lab::cli,
    lab::cmd::{encode::first_window, model, output::OutputFolder, sampling::Sampling},
    musicvae::net::latent,
    rng,
};

/// Sampling temperature of drums and of plain sampling: only z tells the steps apart.
const TEMPERATURE: f64 = 0.0;

/// Runs the command.
///
/// # Errors
/// The model or a MIDI file can't be read, a MIDI file has no window for the model, or a file can't
/// be written.
pub fn run(args: &cli::Interpolate) -> anyhow::Result<()> {
    let (model, _) = model::open(&args.model)?;
    let config = model.config();
    let a = model.encode(&first_window(&args.from, config)?)?.mu;
    let b = model.encode(&first_window(&args.to, config)?)?.mu;
    let mut folder = OutputFolder::open(&args.output)?;
    let sampling = Sampling::of(&args.sampling, TEMPERATURE);
    let (seed, first) = (folder.seed(), folder.first_free("step"));
    let mut windows = Vec::new();
    for step in 0..args.steps {
        let t = step as f64 / (args.steps - 1).max(1) as f64;
        let z = match args.lerp {
            true => latent::mix(&[&a, &b], &[1.0 - t, t]),
            false => latent::slerp(&a, &b, t),
        };
        // All steps use the same random numbers, so that only z changes.
        let rng = rng::stream(seed, "interpolate");
        let window = model.decode(&z, &mut *sampling.sampler(rng))?;
        folder.write(("step", first + step), config, std::slice::from_ref(&window))?;
        windows.push(window);
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

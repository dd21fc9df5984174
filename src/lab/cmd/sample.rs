//! `electropunk sample`: draws samples from a model.

use serde_json::json;

use crate::{
    lab::cli,
    lab::cmd::{model, output::OutputFolder, sampling::Sampling},
    rng,
};

/// Sampling temperature of drums and of plain sampling, as in Magenta.
const TEMPERATURE: f64 = 0.5;

/// How the files' names begin.
const KIND: &str = "sample";

/// Runs the command.
///
/// # Errors
/// The model can't be read, or a file can't be written.
pub fn run(args: &cli::Sample) -> anyhow::Result<()> {
    let (model, _) = model::open(&args.model)?;
    let config = model.config();
    let prior = model::prior(&model, args.prior.as_deref(), &args.model)?;
    let mut folder = OutputFolder::open(&args.output)?;
    let sampling = Sampling::of(&args.sampling, TEMPERATURE);
    let (seed, first) = (folder.seed(), folder.first_free(KIND));
    for number in 0..args.n {
        let mut rng = rng::stream(seed, &format!("sample {number}"));
        let z = prior.draw(&mut rng);
        let window = model.decode(&z, &mut *sampling.sampler(rng))?;
        folder.write((KIND, first + number), config, &[window])?;
    }
    let facts = json!({
        "model": args.model,
        "config": config.family.name(),
        "seed": seed,
        "sampling": sampling.facts(),
        "prior": args.prior,
    });
    folder.report(args.output.json, facts);
    Ok(())
}

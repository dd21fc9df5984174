//! `electropunk sample`: what a model dreams on its own.

use serde_json::json;

use crate::{
    lab::cli,
    lab::cmd::{model, takes::Folder},
    musicvae::net::{latent, sampling},
    rng,
};

/// Runs the command.
///
/// # Errors
/// The model can't be read, or a file not be written.
pub fn run(args: &cli::Sample) -> anyhow::Result<()> {
    let (model, _) = model::open(&args.model)?;
    let config = model.config();
    let mut folder = Folder::open(&args.takes)?;
    let seed = args.takes.seed.unwrap_or_else(rand::random);
    for number in 0..args.n {
        let mut rng = rng::stream(seed, &format!("sample {number}"));
        let z = latent::prior(config.n_latent, &mut rng);
        let mut pick = sampling::sampler(args.temperature, &mut rng);
        let window = model.decode(&z, &mut pick)?;
        folder.write(&format!("sample-{number:03}"), config, &[window])?;
    }
    let facts = json!({
        "model": args.model,
        "config": config.family.name(),
        "seed": seed,
        "temperature": args.temperature,
    });
    folder.report(args.takes.json, facts);
    Ok(())
}

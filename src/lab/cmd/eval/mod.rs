//! `electropunk eval`: reconstruction of held-out songs, and the quality of samples.

mod comparison;
mod draws;
mod drummers;
mod figures;
mod interpolations;
mod report;
mod sets;

use std::collections::BTreeMap;

use indicatif::{ProgressBar, ProgressStyle};

use crate::{
    lab::{
        cli,
        cmd::{
            eval::{figures::figures, sets::Set},
            model,
        },
        dataset::packed::Dataset,
        train::{evaluation::evaluate, network::Network},
    },
    musicvae::convert::window::is_whole,
};

/// Runs the command.
///
/// # Errors
/// The model or a data set can't be read, they are of different families, or no song is held out.
pub fn run(args: &cli::Eval) -> anyhow::Result<()> {
    let (model, weights) = model::open(&args.model)?;
    let config = model.config();
    let (real, sets) = sets::sets(args, config)?;
    let mut train = Vec::new();
    for path in &args.train_data {
        let set = Dataset::load(path)?;
        set.require(config, path)?;
        let windows = if args.all { set.all().collect() } else { set.split().0 };
        let whole = windows.into_iter().filter(is_whole);
        train.extend(whole.map(|window| config.normalised(window)));
    }
    let prior = model::prior((&model, &weights), args.prior.as_deref(), &args.model)?;
    let network = Network::from_tensors(*config, weights.tensors())?;
    let mut held_out = BTreeMap::new();
    for Set { name, windows, parts } in sets {
        let progress = ProgressBar::new(windows.len() as u64).with_prefix(name.clone());
        let template = "{prefix} {bar:24} {pos}/{len} windows, {eta} left";
        progress.set_style(ProgressStyle::with_template(template)?);
        progress.tick();
        let scores = evaluate(&model, &network, &windows, &|| progress.inc(1))?;
        let scores = scores.of_parts(&parts);
        progress.finish_and_clear();
        if !args.json {
            println!("{}", report::scores(&name, &scores));
        }
        held_out.insert(name, scores);
    }
    let figures = figures(&model, &prior, [&real, &train], args.samples as usize, args.seed)?;
    if args.json {
        let all = serde_json::json!({ "held_out": held_out, "inventions": figures });
        println!("{}", serde_json::to_string_pretty(&all)?);
        return Ok(());
    }
    print!("{}", report::samples(&figures));
    println!("\nFor the model card:\n");
    print!("{}", toml::to_string(&BTreeMap::from([("held_out", held_out)]))?);
    Ok(())
}

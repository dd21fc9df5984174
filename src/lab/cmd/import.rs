//! `electropunk import`: converts a checkpoint of Magenta or one of its ports to a model.

use std::{collections::HashMap, io, path::Path};

use anyhow::Context as _;
use candle_core::{DType, Tensor};
use serde_json::json;

use crate::{
    args::has_ending,
    files,
    lab::{
        cli,
        cmd::{import_notes, model},
        train::card,
    },
    musicvae::{
        import::{
            self, Checkpoint,
            recognise::{Wanted, is_guessed, recognise},
        },
        net::{
            config::Config,
            family::Family,
            weights::{self, Weights},
        },
    },
};

/// Runs the command.
///
/// # Errors
/// There is no checkpoint, it is corrupt or of no known configuration, or the model exists or can't
/// be written.
pub fn run(args: &cli::Import) -> anyhow::Result<()> {
    model::require_new(&args.out, args.overwrite)?;
    if has_ending(&args.source, &["onnx"]) {
        return import_notes::run(args);
    }
    let found = import::read(&args.source)?;
    let source = args.source.display().to_string();
    let wanted = Wanted { family: args.config, n_bars: args.bars.map(|bars| bars as usize) };
    let (config, read) = recognise(&found, wanted).context(source)?;
    save(&config, &read, args.half, &model::file(&args.out, "safetensors"))?;
    write_card(args, &found, &config)?;
    let n: usize = config.tensors().iter().map(|(_, shape)| shape.iter().product::<usize>()).sum();
    if args.json {
        let facts = json!({
            "format": found.format.to_string(),
            "config": config.family.name(),
            "sizes": card::sizes(&config),
            "segments": config.n_segments,
            "segment_steps": config.n_segment_steps,
            "parameters": n,
            "skipped": found.n_skipped,
            "model": args.out,
        });
        println!("{facts}");
        return Ok(());
    }
    println!("found {} of {}, {n} parameters", found.format, config.family);
    for (name, size) in card::sizes(&config) {
        println!("  {name} {size}");
    }
    let (segments, steps) = (config.n_segments, config.n_segment_steps);
    println!("  {segments} x {steps} steps");
    if 0 < found.n_skipped {
        println!("skipped {} tensors that only training needs", found.n_skipped);
    }
    if is_guessed(&found, wanted, &config) {
        println!(
            "the checkpoint does not say what its encoder reads: taken to read hits alone; --config \
             {} reads taps, --config {} all",
            Family::Tap2Bar,
            Family::Groove4Bar
        );
    }
    println!("written to {}", model::file(&args.out, "safetensors").display());
    Ok(())
}

/// Writes the tensors of `config`, as 32-bit or, if `half`, 16-bit floats.
fn save(config: &Config, read: &Weights, half: bool, path: &Path) -> anyhow::Result<()> {
    let kind = if half { DType::F16 } else { DType::F32 };
    let mut tensors: HashMap<String, Tensor> = HashMap::new();
    for (name, shape) in config.tensors() {
        let tensor =
            read.tensors().get(&name).context("tensor missing in recognised checkpoint")?;
        tensors.insert(name, tensor.reshape(shape)?.to_dtype(kind)?);
    }
    let metadata = weights::metadata(config);
    files::write_with(path, |partial| {
        safetensors::serialize_to_file(&tensors, Some(metadata), partial).map_err(io::Error::other)
    })?;
    Ok(())
}

/// Writes the model card, which records where the weights came from.
fn write_card(args: &cli::Import, found: &Checkpoint, config: &Config) -> anyhow::Result<()> {
    let name = args.source.file_name().unwrap_or_default().display().to_string();
    let mut card = toml::Table::new();
    card.insert("config".into(), config.family.name().into());
    card.insert("sizes".into(), toml::Value::try_from(card::sizes(config))?);
    let mut imported = toml::Table::new();
    imported.insert("from".into(), name.into());
    imported.insert("format".into(), found.format.to_string().into());
    card.insert("imported".into(), imported.into());
    let path = model::file(&args.out, "toml");
    files::write(&path, card.to_string().as_bytes())?;
    Ok(())
}

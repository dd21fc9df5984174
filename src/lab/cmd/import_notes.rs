//! `electropunk import NAME.onnx`: Basic Pitch's published network as a model for `transcribe`.

use std::{collections::HashMap, io};

use anyhow::{Context as _, ensure};
use candle_core::{DType, Tensor};
use serde_json::json;

use crate::{
    files,
    lab::{
        cli,
        cmd::model,
        transcription::{
            basic_pitch,
            pitch_model::{CONFIG, tensors_of},
        },
    },
};

/// Limit on the size of a file, in bytes; the published one has 230 kB.
const MOST_BYTES: u64 = 64 << 20;

/// Runs the command.
///
/// # Errors
/// The file can't be read or is another network's, or the model can't be written.
pub fn run(args: &cli::Import) -> anyhow::Result<()> {
    ensure!(
        args.config.is_none(),
        "--config: expected none for an ONNX file, which is Basic Pitch's network, found one"
    );
    let bytes = files::read_small(&args.source, MOST_BYTES)?;
    let found = basic_pitch::read(&bytes).with_context(|| args.source.display().to_string())?;
    let kind = if args.half { DType::F16 } else { DType::F32 };
    let tensors = tensors_of(&found.weights)?.into_iter();
    let tensors = tensors.map(|(name, tensor)| Ok((name, tensor.to_dtype(kind)?)));
    let tensors: HashMap<String, Tensor> = tensors.collect::<candle_core::Result<_>>()?;
    let n: usize = tensors.values().map(Tensor::elem_count).sum();
    let path = model::file(&args.out, "safetensors");
    files::write_with(&path, |partial| {
        safetensors::serialize_to_file(&tensors, Some(found.metadata()), partial)
            .map_err(io::Error::other)
    })?;
    let mut card = toml::Table::new();
    card.insert("config".into(), CONFIG.into());
    let mut imported = toml::Table::new();
    let name = args.source.file_name().unwrap_or_default().display().to_string();
    imported.insert("from".into(), name.into());
    imported.insert("format".into(), "ONNX".into());
    imported.insert("network".into(), "Basic Pitch, Apache-2.0, Copyright 2022 Spotify AB".into());
    card.insert("imported".into(), imported.into());
    files::write(&model::file(&args.out, "toml"), card.to_string().as_bytes())?;
    if args.json {
        println!(
            "{}",
            json!({"format": "ONNX", "config": CONFIG, "parameters": n, "model": args.out})
        );
        return Ok(());
    }
    println!("found Basic Pitch's network, {n} parameters");
    println!("written to {}", path.display());
    println!("use it with: transcribe RECORDING --notes {}", args.out.display());
    Ok(())
}

//! `electropunk encode`: encodes a MIDI file, or encoder inputs, to latent vectors.

use std::path::Path;

use anyhow::{Context as _, ensure};
use serde_json::json;

use crate::{
    lab::cli,
    lab::cmd::{model, npy, output::read_midi},
    music::note::NoteSequence,
    musicvae::{
        convert::window::{Window, consecutive_windows},
        net::{config::Config, domain::Sparse, encoder::Posterior, music_vae::MusicVae},
    },
    rng,
};

/// Runs the command.
///
/// # Errors
/// The model or the source can't be read, a MIDI file has no window for the model, or the result
/// can't be written.
pub fn run(args: &cli::Encode) -> anyhow::Result<()> {
    let (model, _) = model::open(&args.model)?;
    let config = model.config();
    let is_array = args.source.extension().is_some_and(|ending| ending == "npy");
    let (bars, found) = if is_array {
        (vec![], encode_inputs(&model, &args.source)?)
    } else {
        let windows = windows_of(&args.source, config)?;
        let bars: Vec<usize> = windows.iter().map(|(bar, _)| *bar).collect();
        let found = windows.iter().map(|(_, window)| Ok(model.encode(window)?));
        (bars, found.collect::<anyhow::Result<_>>()?)
    };
    let shape = [found.len(), config.n_latent];
    let z = |(number, posterior): (usize, &Posterior)| match args.seed {
        Some(seed) => posterior.draw(&mut rng::stream(seed, &format!("encode {number}"))),
        None => posterior.mu.clone(),
    };
    npy::write(&args.out, &shape, found.iter().enumerate().flat_map(z))?;
    if let Some(path) = &args.sigma {
        npy::write(path, &shape, found.iter().flat_map(|posterior| posterior.sigma.clone()))?;
    }
    if args.json {
        let kl_bits = |posterior: &Posterior| posterior.kl() / std::f64::consts::LN_2;
        let kl_bits: Vec<f64> = found.iter().map(kl_bits).collect();
        println!("{}", json!({ "z": args.out, "shape": shape, "bars": bars, "kl_bits": kl_bits }));
    } else {
        println!(
            "{} windows encoded to z of {} dimensions: {}",
            shape[0],
            shape[1],
            args.out.display()
        );
    }
    Ok(())
}

/// Encodes encoder inputs from an array (N, T, inputs).
fn encode_inputs(model: &MusicVae, path: &Path) -> anyhow::Result<Vec<Posterior>> {
    let config = model.config();
    let (n_steps, n_inputs) = (config.n_steps(), config.n_encoder_inputs());
    let array = npy::read(path, 3)?;
    ensure!(
        array.shape[1..] == [n_steps, n_inputs],
        "{}: expected an array of shape (N, {n_steps}, {n_inputs}), found {:?}",
        path.display(),
        array.shape
    );
    let sparse = |row: &[f32]| -> Sparse {
        (0..).zip(row.iter().copied()).filter(|(_, value)| *value != 0.0).collect()
    };
    let encode = |window: &[f32]| {
        let steps: Vec<Sparse> = window.chunks_exact(n_inputs).map(sparse).collect();
        Ok(model.encoder().encode_inputs(&steps)?)
    };
    array.rows().map(encode).collect()
}

/// The consecutive windows of a MIDI file, each with its first bar; at least one.
///
/// # Errors
/// The file can't be read, or has no window for the model.
pub fn windows_of(path: &Path, config: &Config) -> anyhow::Result<Vec<(usize, Window)>> {
    windows_of_piece(&read_midi(path)?, &path.display().to_string(), config)
}

/// The consecutive windows of `piece`, each with its first bar; at least one. Errors begin with `name`.
///
/// # Errors
/// The piece has no window for the model.
pub fn windows_of_piece(
    piece: &NoteSequence,
    name: &str,
    config: &Config,
) -> anyhow::Result<Vec<(usize, Window)>> {
    let windows = consecutive_windows(piece, config).with_context(|| name.to_owned())?;
    ensure!(
        !windows.is_empty(),
        "{name}: expected {} bars of 4/4 with {}, found none",
        config.n_bars(),
        config.family.domain().parts().join(", ")
    );
    Ok(windows)
}
